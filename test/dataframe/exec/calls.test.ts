/** A pipeline's function takes the rows of a batch in several calls at first: what comes out is as if it were one. */
import type { Boxed } from "../../../src/columnar/types";
import type { PhysicalPlan } from "../../../src/dataframe/physical/plan";
import { aggregate, alias, attribute, call, int, item, nextId, outputOf, run, Table, text } from "./harness";

const id = attribute("id", { kind: "int" }, false);
const name = attribute("name", { kind: "string" });
const ROWS = 140_000;
const rows = Array.from({ length: ROWS }, (_, i): Boxed[] => [i, i % 7 === 0 ? null : `name ${i % 1000}`]);
const table = new Table([id, name], rows, { batchRows: ROWS });

test("columns that stay and columns that are computed", () => {
  const outputs = [id, name, alias(call("+", id, int(1)), "next"), alias(call("upper", name), "upper")];
  const child: PhysicalPlan = {
    kind: "filter",
    id: nextId(),
    child: table.scan,
    condition: call("!=", call("%", id, int(3)), int(0)),
    output: [id, name],
  };
  const plan: PhysicalPlan = { kind: "project", id: nextId(), child, expressions: outputs, output: outputOf(outputs) };
  const result = run(plan, [table]).rows;
  const expected = rows
    .filter(([i]) => (i as number) % 3 !== 0)
    .map(([i, n]) => [i, n, (i as number) + 1, n === null ? null : (n as string).toUpperCase()]);
  expect(result.length).toBe(expected.length);
  for (const place of [0, 1, 84, 85, 86, 1364, 1365, 1366, 50_000, 87_380, 87_381, 87_382, expected.length - 1])
    expect(result[place]).toEqual(expected[place]);
  expect(result.every((row, i) => row[0] === expected[i]![0] && row[3] === expected[i]![3])).toBe(true);
});

test("rows of groups, and of one", () => {
  const items = [aggregate("count", name), aggregate("sum", id), aggregate("max", id)].map(item);
  const grouped = (grouping: readonly (typeof name)[]): PhysicalPlan => ({
    kind: "hashAggregate",
    id: nextId(),
    child: table.scan,
    mode: "complete",
    grouping,
    aggregates: items,
    output: [...grouping, ...items.map(({ result }) => result)],
  });
  expect(run(grouped([]), [table]).rows).toEqual([[120_000, (ROWS * (ROWS - 1)) / 2, ROWS - 1]]);
  const found = run(grouped([name]), [table]).rows;
  expect(found.length).toBe(1001);
  const missing = rows.filter(([, n]) => n === null).map(([i]) => i as number);
  expect(found.find(([n]) => n === null)).toEqual([null, 0, missing.reduce((a, b) => a + b, 0), missing.at(-1)]);
  const tenth = rows.filter(([, n]) => n === "name 10").map(([i]) => i as number);
  expect(found.find(([n]) => n === "name 10")).toEqual(["name 10", tenth.length, tenth.reduce((a, b) => a + b, 0), tenth.at(-1)]);
});

test("text that is the same in all rows", () => {
  const outputs = [alias(call("concat", text("é\u{1f600}-"), name), "joined")];
  const plan: PhysicalPlan = {
    kind: "project",
    id: nextId(),
    child: table.scan,
    expressions: outputs,
    output: outputOf(outputs),
  };
  const result = run(plan, [table]).rows;
  expect([result[0], result[1], result.at(-1)]).toEqual([
    [null],
    ["é\u{1f600}-name 1"],
    [`é\u{1f600}-name ${(ROWS - 1) % 1000}`],
  ]);
});
