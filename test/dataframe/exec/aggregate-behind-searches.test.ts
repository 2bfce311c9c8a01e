/** Groups of rows that a search in strings leaves: they are found in a loop behind the one that searches. */
import fc from "fast-check";
import type { Boxed } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import type { Attribute, Expression } from "../../../src/dataframe/expressions/expression";
import type { HashAggregateExec, PhysicalPlan } from "../../../src/dataframe/physical/plan";
import {
  aggregate,
  alias,
  asDictionary,
  attribute,
  call,
  int,
  item,
  nextId,
  outputOf,
  run,
  sorted,
  Table,
  text,
} from "./harness";

const comment = attribute("comment", { kind: "string" });
const customer = attribute("customer", { kind: "long" });
const amount = attribute("amount", { kind: "int" });
const columns = [comment, customer, amount];

/** Sums of what stays, by `key`, the rows having been projected in between. */
function summed(child: PhysicalPlan, condition: Expression, key: Attribute): { top: HashAggregateExec; filter: number } {
  const filtered: PhysicalPlan = { kind: "filter", id: nextId(), child, condition, output: columns };
  const doubled = alias(call("+", amount, amount), "doubled");
  const expressions = [key, doubled];
  const projected: PhysicalPlan = {
    kind: "project",
    id: nextId(),
    child: filtered,
    expressions,
    output: outputOf(expressions),
  };
  const twice = projected.output[1]!;
  const list = [item(aggregate("sum", twice)), item(aggregate("count", twice)), item(aggregate("count", int(1)))];
  const top: HashAggregateExec = {
    kind: "hashAggregate",
    id: nextId(),
    mode: "complete",
    child: projected,
    grouping: [key],
    aggregates: list,
    output: [key, ...list.map(({ result }) => result)],
  };
  return { top, filter: filtered.id };
}

function expected(rows: readonly BoxedRow[], place: number): string[] {
  const groups = new Map<Boxed, { sum: number | null; counted: number; rows: number }>();
  for (const row of rows) {
    const key = row[place]!;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { sum: null, counted: 0, rows: 0 }));
    group.rows++;
    if (row[2] === null) continue;
    group.counted++;
    group.sum = (group.sum ?? 0) + 2 * (row[2] as number);
  }
  return sorted([...groups].map(([key, group]) => [key, group.sum, group.counted, group.rows]));
}

const anyRow = fc
  .tuple(
    fc.option(fc.constantFrom("an express, two requests", "express requests", "requests express", "", "none"), { freq: 5 }),
    fc.option(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer()), { freq: 5 }),
    fc.option(fc.integer({ min: -1000, max: 1000 }), { freq: 5 }),
  )
  .map((row): BoxedRow => [...row]);

test.each([
  ["integers", customer, 1],
  ["strings", comment, 0],
])("by %s", (_, key, place) => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 60 }), fc.boolean(), (rows, dictionaries) => {
      const table = new Table(columns, rows, { batchRows: 9, ...(dictionaries && { form: asDictionary }) });
      const plan = summed(table.scan, call("not", call("like", comment, text("%express%requests%"))), key);
      const left = rows.filter(([one]) => one !== null && !/express.*requests/.test(one as string));
      const { rows: found, metrics } = run(plan.top, [table]);
      expect(sorted(found)).toEqual(expected(left, place));
      expect(metrics.get(plan.filter)?.rows ?? 0).toBe(left.length);
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 60) },
  );
});

test("there are two loops where a search decides, one where a comparison does", () => {
  const table = new Table(columns, [["none", 1, 1]]);
  const loops = (condition: Expression): number => {
    const [source] = run(summed(table.scan, condition, customer).top, [table]).program.sources();
    return source!.split("\n").filter((line) => line.startsWith("  for (let ")).length;
  };
  expect(loops(call("like", comment, text("%n%o%")))).toBe(2);
  expect(loops(call(">", amount, int(0)))).toBe(1);
});
