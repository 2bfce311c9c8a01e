/** Keys of strings that come with dictionaries: groups have their numbers, and leave with a dictionary again. */
import type { BoxedRow, ColumnBatch, Vector } from "../../../src/columnar/vector";
import type { Attribute } from "../../../src/dataframe/expressions/expression";
import type { AggregateItem, HashAggregateExec, PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { aggregate, asDictionary, attribute, int, item, nextId, run, sorted, Table } from "./harness";

const brand = attribute("brand", { kind: "string" });
const type = attribute("type", { kind: "string" });
const supplier = attribute("supplier", { kind: "int" });
const columns = [brand, type, supplier];

function grouped(
  child: PhysicalPlan,
  grouping: readonly Attribute[],
  aggregates: readonly AggregateItem[] = [],
): HashAggregateExec {
  const output = [...grouping, ...aggregates.map(({ result }) => result)];
  return { kind: "hashAggregate", id: nextId(), mode: "complete", child, grouping, aggregates, output };
}

const rows = Array.from({ length: 20_000 }, (_, i): BoxedRow => [
  i % 11 === 0 ? null : `brand ${i % 5}`,
  i % 3 === 0 ? "" : `type ${(i >> 3) % 20}`,
  (i * 7) % 3001,
]);

/** How many suppliers each pair has, as a query says it: distinct rows first, then their number. */
function suppliers(table: Table): { readonly plan: HashAggregateExec; readonly distinct: HashAggregateExec } {
  const distinct = grouped(table.scan, columns);
  return { plan: grouped(distinct, [brand, type], [item(aggregate("count", int(1)))]), distinct };
}

function expected(of: readonly BoxedRow[]): string[] {
  const pairs = new Map<string, { readonly keys: BoxedRow; readonly suppliers: Set<unknown> }>();
  for (const [b, t, s] of of) {
    const text = JSON.stringify([b, t]);
    let pair = pairs.get(text);
    if (pair === undefined) pairs.set(text, (pair = { keys: [b!, t!], suppliers: new Set() }));
    pair.suppliers.add(s);
  }
  return sorted([...pairs.values()].map(({ keys, suppliers: all }) => [...keys, all.size]));
}

const textsOf = (vector: Vector): string[] => {
  if (vector.form !== "dictionary" || vector.dictionary.form !== "bytes") throw new Error(`${vector.form} has no texts`);
  const { bytes, starts, ends } = vector.dictionary;
  return Array.from(starts, (start, i) => Buffer.from(bytes.subarray(start, ends[i])).toString());
};

const formsOf = (batches: readonly ColumnBatch[]): string[][] => batches.map((batch) => batch.columns.map(({ form }) => form));

test("each string is there once for all groups, and one dictionary for all batches", () => {
  const table = new Table(columns, rows, { batchRows: 500, form: asDictionary });
  const { plan, distinct } = suppliers(table);
  expect(sorted(run(plan, [table]).rows)).toEqual(expected(rows));
  const { batches } = run(distinct, [table]);
  expect(new Set(formsOf(batches).map((forms) => forms.join()))).toEqual(new Set(["dictionary,dictionary,fixed"]));
  const [first] = batches;
  // What stands behind a null may be there, too.
  expect(textsOf(first!.columns[0]!).sort()).toEqual(["", "brand 0", "brand 1", "brand 2", "brand 3", "brand 4"]);
  expect(textsOf(first!.columns[1]!)).toHaveLength(21);
  const dictionaries = new Set(batches.map(({ columns: [one] }) => (one as { dictionary?: Vector }).dictionary));
  expect(batches.length).toBeGreaterThan(1);
  expect(dictionaries.size).toBe(1);
});

test("strings that come without a dictionary in the middle", () => {
  let batch = 0;
  const form = (vector: Vector, column: number): Vector => {
    if (column === 0) batch++;
    return batch === 23 && column === 1 ? vector : asDictionary(vector);
  };
  const table = new Table(columns, rows, { batchRows: 500, form });
  const { plan, distinct } = suppliers(table);
  expect(sorted(run(plan, [table]).rows)).toEqual(expected(rows));
  expect(formsOf(run(distinct, [table]).batches)[0]).toEqual(["dictionary", "bytes", "fixed"]);
});

test("strings that hardly two groups share are numbered no longer", () => {
  const many = Array.from({ length: 72_000 }, (_, i): BoxedRow => [`b${i % 3}`, i % 1000 === 0 ? null : `t${i % 70_001}`]);
  const table = new Table([brand, type], many, { batchRows: 24_000, form: asDictionary });
  const { rows: found, batches } = run(grouped(table.scan, [brand, type]), [table]);
  const textOf = ([b, t]: BoxedRow): string => `${String(b)} ${String(t)}`;
  expect(found).toHaveLength(new Set(many.map(textOf)).size);
  expect(new Set(found.map(textOf))).toEqual(new Set(many.map(textOf)));
  expect(formsOf(batches)[0]).toEqual(["dictionary", "bytes"]);
});

test("all keys of a column are null", () => {
  const nulls = rows.map(([, t, s]): BoxedRow => [null, t!, s!]);
  const table = new Table(columns, nulls, { batchRows: 500, form: asDictionary });
  const { plan } = suppliers(table);
  expect(sorted(run(plan, [table]).rows)).toEqual(expected(nulls));
});
