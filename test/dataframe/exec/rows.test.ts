/** Operators that repeat, cut and join rows: expand, generate, union, sample, range, observed metrics. */
import type { Boxed } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import { builtins } from "../../../src/dataframe/functions";
import type { GeneratorCall } from "../../../src/dataframe/expressions/expression";
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { aggregate, alias, attribute, bindContext, call, int, nextId, outputOf, run, Table } from "./harness";

const id = attribute("id", { kind: "int" });
const list = attribute("list", { kind: "array", element: { kind: "int" }, containsNull: true });
const rows: readonly BoxedRow[] = [
  [1, [10, null, 30]],
  [2, []],
  [3, null],
  [4, [40]],
];
const table = new Table([id, list], rows, { batchRows: 2 });

function expanded(byRow: boolean): PhysicalPlan {
  return {
    kind: "expand",
    id: nextId(),
    child: table.scan,
    projections: [
      [id, int(0)],
      [call("+", id, int(100)), id],
    ],
    output: [attribute("a", { kind: "int" }), attribute("b", { kind: "int" })],
    byRow,
  };
}

test("what comes of a row stays together where that is asked for", () => {
  const rowByRow = [1, 2, 3, 4].flatMap((n) => [
    [n, 0],
    [100 + n, n],
  ]);
  expect(run(expanded(true), [table]).rows).toEqual(rowByRow);
});

test("expand gives each row once a projection", () => {
  expect(run(expanded(false), [table]).rows).toEqual([
    [1, 0],
    [2, 0],
    [101, 1],
    [102, 2],
    [3, 0],
    [4, 0],
    [103, 3],
    [104, 4],
  ]);
});

function generator(name: string): GeneratorCall {
  const entry = builtins.generator(name);
  return entry.bind([list], { ...bindContext(), name });
}

test.each([
  [
    "explode",
    false,
    [
      [1, 10],
      [1, null],
      [1, 30],
      [4, 40],
    ],
  ],
  [
    "explode",
    true,
    [
      [1, 10],
      [1, null],
      [1, 30],
      [2, null],
      [3, null],
      [4, 40],
    ],
  ],
  [
    "posexplode",
    true,
    [
      [1, 0, 10],
      [1, 1, null],
      [1, 2, 30],
      [2, null, null],
      [3, null, null],
      [4, 0, 40],
    ],
  ],
])("%s, outer: %p", (name, outer, expected) => {
  const made = generator(name);
  const fields = made.type.kind === "struct" ? made.type.fields : [];
  const generated = fields.map((field) => attribute(field.name, field.type));
  const plan: PhysicalPlan = {
    kind: "generate",
    id: nextId(),
    child: table.scan,
    generator: made,
    outer,
    generated,
    output: [id, ...generated],
  };
  expect(run(plan, [table]).rows).toEqual(expected);
});

test("a union's task reads one child, or several one after the other", () => {
  const other = new Table([id, list], [[9, null]]);
  const plan: PhysicalPlan = { kind: "union", id: nextId(), children: [table.scan, other.scan], output: [id, list] };
  const reading = (...children: readonly number[]): unknown =>
    run(plan, [table, other], { unions: { [plan.id]: children.map((child) => ({ child, partition: 0 })) } }).rows;
  expect(reading(0)).toEqual(rows);
  expect(reading(1)).toEqual([[9, null]]);
  expect(reading(0, 1, 1)).toEqual([...rows, [9, null]]);
  expect(reading()).toEqual([]);
});

/** As Spark 4 gives them: spark.range(0, 100, 1, 1).sample(0.1, seed=7), and with replacement. */
test("samples are the same for the same seed and partition", () => {
  const of = (withReplacement: boolean, partition: number): Boxed[] => {
    const number = attribute("n", { kind: "int" });
    const numbers = new Table(
      [number],
      Array.from({ length: 1000 }, (_, i): BoxedRow => [i]),
    );
    const plan: PhysicalPlan = {
      kind: "sample",
      id: nextId(),
      child: numbers.scan,
      lower: 0,
      upper: 0.1,
      withReplacement,
      seed: 7,
      output: [number],
    };
    return run(plan, [numbers], { partition }).rows.map(([value]) => value!);
  };
  expect(of(false, 0)).toEqual(of(false, 0));
  expect(of(false, 0)).not.toEqual(of(false, 1));
  expect(of(false, 0).length).toBeGreaterThan(60);
  expect(of(false, 0).length).toBeLessThan(140);
  expect(of(true, 0).length).toBeGreaterThan(60);
});

test.each([
  [0n, 10n, 3n, [0, 3, 6, 9]],
  [10n, 0n, -4n, [10, 6, 2]],
  [5n, 5n, 1n, []],
  [2n ** 53n - 2n, 2n ** 53n + 2n, 1n, [9007199254740990, 9007199254740991, 9007199254740992n, 9007199254740993n]],
])("range from %d to %d by %d", (start, end, step, expected) => {
  const number = attribute("id", { kind: "long" });
  const plan: PhysicalPlan = { kind: "range", id: nextId(), start, end, step, numPartitions: 2, output: [number] };
  const parts = [0, 1].flatMap((partition) => run(plan, [], { leaves: { [plan.id]: partition } }).rows);
  expect(parts).toEqual(expected.map((value) => [value]));
});

test("observed metrics", () => {
  const metrics = [alias(aggregate("count", int(1)), "n"), alias(aggregate("max", id), "most")];
  const plan: PhysicalPlan = {
    kind: "collectMetrics",
    id: nextId(),
    child: table.scan,
    name: "seen",
    metrics,
    output: [id, list],
  };
  const { rows: passed, observed } = run(plan, [table]);
  expect(passed).toEqual(rows);
  expect(observed).toEqual([["seen", [[4], [4]]]]);
});

test("plain columns pass through a projection as they are", () => {
  const output = [list, alias(call("+", id, int(1)), "next"), id];
  const plan: PhysicalPlan = { kind: "project", id: nextId(), child: table.scan, expressions: output, output: outputOf(output) };
  const { batches } = run(plan, [table]);
  expect(batches[0]!.columns[2]).toEqual(table.batches[0]!.columns[0]);
});
