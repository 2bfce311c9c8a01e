/** With hardly any memory everything spills, and the answers are the same. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Boxed } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import type {
  AggregateItem,
  HashAggregateExec,
  HashJoinExec,
  PhysicalJoinType,
  PhysicalPlan,
} from "../../../src/dataframe/physical/plan";
import {
  aggregate,
  ascending,
  attribute,
  call,
  descending,
  int,
  item,
  nextId,
  run,
  sorted,
  Table,
  text,
  textOf,
  type Run,
} from "./harness";

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), "spill-"))));
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;

/** A task that gets `bytes` and not more. */
function scarce(plan: PhysicalPlan, tables: readonly Table[], bytes: number): Run {
  let left = bytes;
  const result = run(plan, tables, {
    memory: {
      reserve: (wanted) => {
        if (wanted > left) return false;
        left -= wanted;
        return true;
      },
      release: (given) => void (left += given),
      heapFull: () => false,
    },
    tempFile: () => join(directory, `file-${files++}`),
  });
  expect(left).toBe(bytes);
  expect(readdirSync(directory)).toEqual([]);
  expect(result.metrics.get(plan.id)!.rows).toBe(result.rows.length);
  return result;
}

/** `toEqual` for long lists of texts, in less time. */
function expectSame(found: readonly string[], expected: readonly string[]): void {
  const wrong = expected.findIndex((text, i) => text !== found[i]);
  if (wrong !== -1) expect([wrong, found[wrong]]).toEqual([wrong, expected[wrong]]);
  expect(found.length).toBe(expected.length);
}

const spilled = (result: Run): number => [...result.metrics.values()].reduce((sum, { spilledBytes }) => sum + spilledBytes, 0);

const id = attribute("id", { kind: "long" });
const name = attribute("name", { kind: "string" });
const price = attribute("price", { kind: "decimal", precision: 15, scale: 2 });
const columns = [id, name, price];
const rows = Array.from({ length: 24_000 }, (_, i): Boxed[] => {
  const key = (i * 7919) % 12_000;
  return [i % 97 === 0 ? null : key * 1000, i % 89 === 0 ? null : `name ${key % 5000}`, i % 1000];
});
const table = new Table(columns, rows, { batchRows: 2048 });
/** Of the same groups, but for keys that are no safe integers. */
const far = new Table(
  columns,
  rows.map(([key, ...others]) => [key === null ? null : BigInt(key as number) * 0x1_0000_0001n + (1n << 62n), ...others]),
  { batchRows: 2048 },
);

describe.each([
  ["complete", "one long", [id], table],
  ["complete", "one long beyond safe integers", [id], far],
  ["complete", "long and string", [id, name], table],
  ["parts", "one long", [id], table],
  ["parts", "one long beyond safe integers", [id], far],
  ["parts", "string", [name], table],
] as const)("aggregates (%s) by %s", (how, _, grouping, of) => {
  test("spill", () => {
    const list = [
      aggregate("sum", price),
      aggregate("count", int(1)),
      aggregate("avg", price),
      aggregate("max", name),
      aggregate("collect_set", price),
    ].map(item);
    const node = (child: PhysicalPlan, mode: HashAggregateExec["mode"], items: readonly AggregateItem[]): HashAggregateExec => ({
      kind: "hashAggregate",
      id: nextId(),
      mode,
      child,
      grouping,
      aggregates: items,
      output: [...grouping, ...items.flatMap((one) => (mode === "partial" ? one.state : [one.result]))],
    });
    const plan = how === "complete" ? node(of.scan, "complete", list) : node(node(of.scan, "partial", list), "final", list);
    const normal = (made: Run): string[] =>
      sorted(made.rows.map((row) => [...row.slice(0, -1), [...(row.at(-1) as number[])].sort((a, b) => a - b)] as BoxedRow));
    const little = scarce(plan, [of], 1 << 19);
    expectSame(normal(little), normal(run(plan, [of])));
    if (how === "complete") expect(spilled(little)).toBeGreaterThan(0);
    else {
      const partial = scarce(node(of.scan, "partial", list), [of], 1 << 19);
      expect(partial.rows.length).toBeGreaterThan(normal(little).length);
    }
  });
});

describe.each(["complete", "parts"] as const)("all values of a few groups (%s)", (how) => {
  const group = attribute("group", { kind: "int" });
  const of = new Table(
    [group, name, price],
    rows.map(([, named, cents], i) => [i % 7, named!, cents!]),
    { batchRows: 2048 },
  );
  test.each([
    ["by a key", [group]],
    ["without keys", []],
  ] as const)("leave or spill, %s", (_, grouping) => {
    const list = [
      aggregate("collect_list", name),
      aggregate("listagg", name, text("-")),
      aggregate("median", price),
      aggregate("collect_list", group),
    ].map(item);
    const node = (child: PhysicalPlan, mode: HashAggregateExec["mode"]): HashAggregateExec => ({
      kind: "hashAggregate",
      id: nextId(),
      mode,
      child,
      grouping,
      aggregates: list,
      output: [...grouping, ...list.flatMap((one) => (mode === "partial" ? one.state : [one.result]))],
    });
    const plan = how === "complete" ? node(of.scan, "complete") : node(node(of.scan, "partial"), "final");
    const little = scarce(plan, [of], 1 << 20);
    expectSame(sorted(little.rows), sorted(run(plan, [of]).rows));
    if (how === "parts") {
      const partial = scarce(node(of.scan, "partial"), [of], 1 << 20);
      expect(partial.rows.length).toBeGreaterThan(grouping.length === 0 ? 1 : 7);
    } else if (grouping.length > 0) expect(spilled(little)).toBeGreaterThan(0);
  });
});

test("sorts spill", () => {
  const order = [descending(name), ascending(id)];
  const plan: PhysicalPlan = { kind: "sort", id: nextId(), child: table.scan, order, output: columns };
  const little = scarce(plan, [table], 1 << 19);
  const enough = run(plan, [table]);
  const keys = (made: Run): string[] => made.rows.map((row) => textOf(row.slice(0, 2)));
  expectSame(keys(little), keys(enough));
  expectSame(sorted(little.rows), sorted(enough.rows));
  expect(spilled(little)).toBeGreaterThan(0);
});

const other = [attribute("id2", { kind: "long" }), attribute("name2", { kind: "string" }), attribute("n", { kind: "int" })];
const others = Array.from({ length: 13_000 }, (_, i): Boxed[] => [i % 83 === 0 ? null : i * 1000, `name ${i % 7000}`, i]);
const right = new Table(other, others, { batchRows: 2048 });

describe.each(["inner", "left", "right", "full", "leftSemi", "leftAnti"] as const)("%s joins", (type: PhysicalJoinType) => {
  test.each([
    ["left", 1],
    ["right", 1],
    ["right", 2],
  ] as const)("spill, table of the %s side, %d keys", (build, keys) => {
    const plan: HashJoinExec = {
      kind: "hashJoin",
      id: nextId(),
      left: { kind: "filter", id: nextId(), child: table.scan, condition: call(">", price, int(3)), output: columns },
      right: right.scan,
      type,
      leftKeys: [id, name].slice(0, keys),
      rightKeys: other.slice(0, keys),
      build,
      condition: null,
      output: type === "leftSemi" || type === "leftAnti" ? columns : [...columns, ...other],
    };
    const little = scarce(plan, [table, right], 1 << 19);
    expectSame(sorted(little.rows), sorted(run(plan, [table, right]).rows));
    expect(spilled(little)).toBeGreaterThan(0);
    const count = [item(aggregate("count", int(1)))];
    const counted: HashAggregateExec = {
      kind: "hashAggregate",
      id: nextId(),
      mode: "complete",
      child: plan,
      grouping: [],
      aggregates: count,
      output: [count[0]!.result],
    };
    expect(scarce(counted, [table, right], 1 << 19).rows).toEqual([[little.rows.length]]);
  });
});

test.each(["inner", "left", "right", "full"] as const)("a chain of joins that do not fit, the last one %s", (type) => {
  const third = [attribute("id3", { kind: "long" }), attribute("m", { kind: "int" })];
  const small = new Table(
    third,
    Array.from({ length: 12_000 }, (_, i): Boxed[] => [i * 2000, i]),
    { batchRows: 1024 },
  );
  const inner: HashJoinExec = {
    kind: "hashJoin",
    id: nextId(),
    left: table.scan,
    right: right.scan,
    type: "inner",
    leftKeys: [id],
    rightKeys: [other[0]!],
    build: "right",
    condition: null,
    output: [...columns, ...other],
  };
  const plan: HashJoinExec = {
    ...inner,
    id: nextId(),
    left: inner,
    right: small.scan,
    type,
    leftKeys: [other[0]!],
    rightKeys: [third[0]!],
    output: [...inner.output, ...third],
  };
  const enough = sorted(run(plan, [table, right, small]).rows);
  for (const parts of [1, 2, 4]) expectSame(sorted(scarce(plan, [table, right, small], parts << 19).rows), enough);
});
