/** What scans are told of the keys that the joins above them look for. */
import type { BoxedRow } from "../../../src/columnar/vector";
import type { Attribute } from "../../../src/dataframe/expressions/expression";
import { expressionText } from "../../../src/dataframe/logical/print";
import type { HashJoinExec, PhysicalJoinType, PhysicalPlan, ScanExec } from "../../../src/dataframe/physical/plan";
import { attribute, call, int, nextId, run, sourceOf, Table } from "./harness";

const many: readonly Attribute[] = [attribute("k", { kind: "int" }), attribute("v", { kind: "int" })];
const few: readonly Attribute[] = [attribute("x", { kind: "int" })];

function scanOf(table: Table, rowCount: number): ScanExec {
  const { scan } = table;
  const statistics = { sizeInBytes: 0, rowCount, columns: { k: { min: 0, max: 1_000_000 } } };
  return { ...scan, columns: [["k"], ["v"]], relation: { ...scan.relation, statistics } };
}

/** The conditions that the scan of the many rows was opened with, and the rows of the join. */
function asked(
  keys: readonly number[],
  type: PhysicalJoinType,
  options: { readonly rowCount?: number; readonly above?: (scan: ScanExec) => PhysicalPlan } = {},
): { readonly pushed: readonly string[]; readonly rows: readonly BoxedRow[] } {
  const table = new Table(
    many,
    Array.from({ length: 50 }, (_, i): BoxedRow => [i * 1000, i]),
  );
  const small = new Table(
    few,
    keys.map((key): BoxedRow => [key]),
  );
  const scan = scanOf(table, options.rowCount ?? 1_000_000);
  const left = options.above?.(scan) ?? scan;
  const join: HashJoinExec = {
    kind: "hashJoin",
    id: nextId(),
    output: type === "inner" || type === "left" ? [...many, ...few] : many,
    left,
    right: small.scan,
    type,
    leftKeys: [many[0]!],
    rightKeys: few,
    build: "right",
    condition: null,
  };
  let pushed: readonly string[] = [];
  const { rows } = run(join, [table, small], {
    services: {
      openScan: (opened) => {
        if (opened.id !== scan.id) return sourceOf(small.batches);
        pushed = opened.pushed.map(expressionText);
        return sourceOf(table.batches);
      },
    },
  });
  return { pushed, rows };
}

test.each(["inner", "leftSemi"] as const)("few keys of a join are looked for one by one: %s", (type) => {
  const { pushed, rows } = asked([3000, 7000, 3000], type);
  expect(pushed).toEqual([expect.stringMatching(/^k#\d+ IN \(3000,7000\)$/)]);
  expect(rows).toHaveLength(type === "inner" ? 3 : 2);
});

test("of many keys the bounds are, where they are narrow", () => {
  const keys = Array.from({ length: 200 }, (_, i) => 1000 + i);
  expect(asked(keys, "inner").pushed).toEqual([expect.stringMatching(/>= 1000\)$/), expect.stringMatching(/<= 1199\)$/)]);
  expect(asked([...keys, 900_000], "inner").pushed).toEqual([]);
});

test.each(["left", "leftAnti"] as const)("rows without a match are read where they stay: %s", (type) => {
  expect(asked([3000], type).pushed).toEqual([]);
});

test("small relations, and rows that are numbered or drawn, are read whole", () => {
  expect(asked([3000], "inner", { rowCount: 1000 }).pushed).toEqual([]);
  const drawn = (scan: ScanExec): PhysicalPlan => ({
    kind: "filter",
    id: nextId(),
    output: many,
    child: scan,
    condition: call("<", call("rand", int(1)), int(2)),
  });
  expect(asked([3000], "inner", { above: drawn }).pushed).toEqual([]);
});

/** The columns whose values the scan was told, with the values: of a join by k and v. */
function told(pairs: readonly (readonly [number | null, number | null])[]): readonly (readonly [string, readonly number[]])[] {
  const both: readonly Attribute[] = [attribute("x", { kind: "int" }), attribute("y", { kind: "int" })];
  const table = new Table(
    many,
    Array.from({ length: 50 }, (_, i): BoxedRow => [i * 1000, i]),
  );
  const small = new Table(
    both,
    pairs.map((pair): BoxedRow => [...pair]),
  );
  const scan = scanOf(table, 1_000_000);
  const join: HashJoinExec = {
    kind: "hashJoin",
    id: nextId(),
    output: [...many, ...both],
    left: scan,
    right: small.scan,
    type: "inner",
    leftKeys: many,
    rightKeys: both,
    build: "right",
    condition: null,
  };
  let keys: readonly (readonly [string, readonly number[]])[] = [];
  const { rows } = run(join, [table, small], {
    services: {
      openScan: (opened, _splits, _env, use) => {
        if (opened.id !== scan.id) return sourceOf(small.batches);
        keys = (use?.keys ?? []).map(({ column, base, span, bits }) => [
          column.name,
          Array.from({ length: span }, (_, i) => i)
            .filter((i) => (bits[i >>> 5]! & (1 << (i & 31))) !== 0)
            .map((i) => base + i),
        ]);
        return sourceOf(table.batches);
      },
    },
  });
  expect(rows).toHaveLength(pairs.filter(([x, y]) => x !== null && x === (y ?? NaN) * 1000).length);
  return keys;
}

test("of several keys the values of each are told, where they are few of their range", () => {
  const pairs = [3, 9, 40, 41].map((i) => [i * 1000, i] as const);
  expect(told(pairs)).toEqual([
    ["k", [3000, 9000, 40_000, 41_000]],
    ["v", [3, 9, 40, 41]],
  ]);
  // All values of a range say no more than its bounds; rows with a null meet nothing.
  expect(told([...[3, 4, 5, 6].map((i) => [i * 1000, i] as const), [null, 49], [49_000, null]])).toEqual([
    ["k", [3000, 4000, 5000, 6000]],
  ]);
});
