/** Orders of all types against a comparison of boxed values; limits and tails. */
import fc from "fast-check";
import type { Boxed, DataType } from "../../../src/columnar/types";
import type { BoxedRow, Vector } from "../../../src/columnar/vector";
import { sortKey } from "../../../src/dataframe/exec/sort/keys";
import { compareValues } from "../../../src/dataframe/expressions/compare";
import type { SortOrder } from "../../../src/dataframe/expressions/expression";
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { ascending, asDictionary, attribute, nextId, run, Table, textOf } from "./harness";

const TYPES: readonly { readonly type: DataType; readonly values: fc.Arbitrary<Boxed> }[] = [
  { type: { kind: "int" }, values: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer()) },
  { type: { kind: "boolean" }, values: fc.boolean() },
  {
    type: { kind: "double" },
    values: fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity), fc.double()),
  },
  { type: { kind: "string" }, values: fc.oneof(fc.constantFrom("", "a", "aaaaaaaab", "aaaaaaaaa", "a\0"), fc.string()) },
  { type: { kind: "string", collation: "UTF8_LCASE" }, values: fc.constantFrom("", "a", "A", "b", "B", "aB", "Ab") },
  { type: { kind: "binary" }, values: fc.uint8Array({ maxLength: 3 }) },
  {
    type: { kind: "long" },
    values: fc.oneof(
      fc.integer(),
      fc.constantFrom<Boxed>(2n ** 62n, -(2n ** 62n), 2n ** 62n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n + 2n ** 31n),
    ),
  },
  { type: { kind: "decimal", precision: 38, scale: 3 }, values: fc.oneof(fc.integer(), fc.constantFrom<Boxed>(10n ** 30n)) },
  {
    type: { kind: "array", element: { kind: "int" }, containsNull: true },
    values: fc.array(fc.option(fc.integer({ min: 0, max: 2 }))),
  },
];

test("longs of 64 bits are ordered by words", () => {
  const values = BigInt64Array.of(2n ** 62n + 2n ** 31n, -(2n ** 63n), 5n, 2n ** 63n - 1n, 2n ** 62n, -1n, 2n ** 62n);
  const vector: Vector = { form: "wide", words: 1, length: values.length, values, valid: null };
  const key = sortKey(vector, { kind: "long" }, ascending(columns[0]!));
  const order = Int32Array.from(values, (_, i) => i);
  const [high, low] = [new Uint32Array(values.length), new Uint32Array(values.length)];
  expect(key.words(order, 0, order.length, high, low)).toBe(true);
  const sign = 2n ** 63n;
  expect([...high].map((word, i) => ((BigInt(word) << 32n) | BigInt(low[i]!)) - sign)).toEqual([...values]);
  for (const a of order)
    for (const b of order) expect(Math.sign(key.compare(a, b))).toBe(Math.sign(Number(values[a]! - values[b]!)));
  const marks = new Uint8Array(4);
  const runs = BigInt64Array.of(2n ** 62n, 2n ** 62n, 2n ** 62n + 1n, 2n ** 62n + 2n ** 32n + 1n);
  sortKey({ ...vector, length: 4, values: runs }, { kind: "long" }, ascending(columns[0]!)).markChanges(marks, 4);
  expect([...marks]).toEqual([0, 0, 1, 1]);
});

const columns = [...TYPES.map(({ type }, i) => attribute(`c${i}`, type)), attribute("id", { kind: "int" }, false)];

const rowsArbitrary = fc
  .array(fc.tuple(...TYPES.map(({ values }) => fc.option(values, { freq: 5 }))), { maxLength: 120, size: "max" })
  .map((rows) => rows.map((row, i): BoxedRow => [...row, i]));

const orders = fc.array(
  fc.record({
    kind: fc.constant("sortOrder" as const),
    child: fc.constantFrom(...columns.slice(0, -1)),
    ascending: fc.boolean(),
    nullsFirst: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
);

function naive(rows: readonly BoxedRow[], order: readonly SortOrder[]): BoxedRow[] {
  return [...rows].sort((a, b) => {
    for (const { child, ascending, nullsFirst } of order) {
      const at = columns.findIndex((column) => column.id === (child as { id: number }).id);
      const [x, y] = [a[at]!, b[at]!];
      if (x === null || y === null) {
        if (x === y) continue;
        return (x === null) === nullsFirst ? -1 : 1;
      }
      const difference = compareValues(child.type)(x, y);
      if (difference !== 0) return ascending ? difference : -difference;
    }
    return 0;
  });
}

const runs = Number(process.env["FC_RUNS"] ?? 100);
const texts = (rows: readonly BoxedRow[]): string[] => rows.map(textOf);

test("sort", () => {
  fc.assert(
    fc.property(rowsArbitrary, orders, fc.boolean(), (rows, order, dictionaries) => {
      const table = new Table(columns, rows, { batchRows: 11, ...(dictionaries && { form: asDictionary }) });
      const plan: PhysicalPlan = { kind: "sort", id: nextId(), child: table.scan, order, output: columns };
      expect(texts(run(plan, [table]).rows)).toEqual(texts(naive(rows, order)));
    }),
    { numRuns: runs },
  );
});

test("strings that begin alike, and that get longer one by one", () => {
  const [name, count, id] = [
    attribute("n", { kind: "string" }),
    attribute("c", { kind: "int" }),
    attribute("id", { kind: "int" }),
  ];
  const words = ["", "\0", "STANDARD", "STANDARD\0", "STANDARD POLISHED", "STANDARD POLISHED TIN", "STANDARD POLISHED TIN BOX"];
  const texts = [...words, ...Array.from({ length: 150 }, (_, i) => "a".repeat(i))];
  const rows = Array.from({ length: 3000 }, (_, i): BoxedRow => [texts[(i * 7919) % texts.length]!, (i * 31) % 4, i]);
  const table = new Table([name, count, id], rows, { batchRows: 999 });
  for (const ascending of [true, false]) {
    const order = [count, name].map((child) => ({ kind: "sortOrder" as const, child, ascending, nullsFirst: true }));
    const plan: PhysicalPlan = { kind: "sort", id: nextId(), child: table.scan, order, output: [name, count, id] };
    const sign = ascending ? 1 : -1;
    const compare = (a: BoxedRow, b: BoxedRow): number =>
      sign * ((a[1] as number) - (b[1] as number) || (a[0]! < b[0]! ? -1 : a[0]! > b[0]! ? 1 : 0));
    expect(run(plan, [table]).rows).toEqual(rows.toSorted(compare));
  }
});

test("top k", () => {
  fc.assert(
    fc.property(rowsArbitrary, orders, fc.nat(20), fc.nat(5), fc.boolean(), (rows, order, limit, offset, dictionaries) => {
      const table = new Table(columns, rows, { batchRows: 11, ...(dictionaries && { form: asDictionary }) });
      const plan: PhysicalPlan = { kind: "topK", id: nextId(), child: table.scan, order, limit, offset, output: columns };
      expect(texts(run(plan, [table]).rows)).toEqual(texts(naive(rows, order).slice(offset, offset + limit)));
    }),
    { numRuns: runs },
  );
});

test("top k of many rows keeps the first of equal ones", () => {
  const key = attribute("k", { kind: "int" });
  const id = attribute("id", { kind: "int" });
  const rows = Array.from({ length: 100_000 }, (_, i): BoxedRow => [(i * 7919) % 1000, i]);
  const table = new Table([key, id], rows, { batchRows: 10_000 });
  const order: SortOrder[] = [{ kind: "sortOrder", child: key, ascending: false, nullsFirst: false }];
  const plan: PhysicalPlan = { kind: "topK", id: nextId(), child: table.scan, order, limit: 150, offset: 0, output: [key, id] };
  const expected = [...rows].sort((a, b) => (b[0] as number) - (a[0] as number)).slice(0, 150);
  expect(run(plan, [table]).rows).toEqual(expected);
});

test.each([
  [0, null],
  [3, 5],
  [95, 10],
  [0, 0],
  [200, 5],
] as const)("limit: %d skipped, %p taken", (offset, limit) => {
  const id = attribute("id", { kind: "int" });
  const rows = Array.from({ length: 100 }, (_, i): BoxedRow => [i]);
  const table = new Table([id], rows, { batchRows: 7 });
  const plan: PhysicalPlan = { kind: "limit", id: nextId(), child: table.scan, limit, offset, output: [id] };
  expect(run(plan, [table]).rows).toEqual(rows.slice(offset, limit === null ? undefined : offset + limit));
});

test.each([0, 1, 9, 100, 1000])("the last %d", (limit) => {
  const id = attribute("id", { kind: "int" });
  const rows = Array.from({ length: 100 }, (_, i): BoxedRow => [i]);
  const table = new Table([id], rows, { batchRows: 7 });
  const plan: PhysicalPlan = { kind: "tail", id: nextId(), child: table.scan, limit, output: [id] };
  const ran = run(plan, [table]);
  expect(ran.rows).toEqual(limit === 0 ? [] : rows.slice(-limit));
  const { rows: counted = 0, batches = 0 } = ran.metrics.get(plan.id) ?? {};
  expect([counted, batches]).toEqual([ran.rows.length, ran.batches.length]);
});
