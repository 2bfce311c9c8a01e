/** Operators that hold rows ask for memory: with little of it they go on in pieces, in files, or say what to do. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Boxed } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import type { Attribute } from "../../../src/dataframe/expressions/expression";
import type {
  PhysicalJoinType,
  PhysicalPlan,
  SortMergeJoinExec,
  TopKExec,
  WindowExec,
} from "../../../src/dataframe/physical/plan";
import { aggregate, attribute, descending, nextId, run, Table, textOf, type Run } from "./harness";

let directory: string;
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), "memory-"))));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

function scarce(plan: PhysicalPlan, tables: readonly Table[], bytes: number): Run {
  let left = bytes;
  const result = run(plan, tables, {
    memory: {
      reserve: (wanted) => wanted <= left && ((left -= wanted), true),
      release: (given) => void (left += given),
      heapFull: () => false,
    },
    tempFile: () => join(directory, `file-${files++}`),
  });
  expect(left).toBe(bytes);
  expect(readdirSync(directory)).toEqual([]);
  return result;
}

const id = attribute("id", { kind: "int" });
const text = attribute("text", { kind: "string" });
const other = attribute("other", { kind: "int" });
const n = attribute("n", { kind: "int" });

/** A sorted side: nulls first, then keys, each `times` times; `hot` rows of one key in the middle. */
function side(keys: number, times: number, step: number, hot: number): Boxed[][] {
  const rows: Boxed[][] = [
    [null, "none"],
    [null, "none"],
  ];
  for (let key = 0; key < keys; key++) {
    const repeated = key * step === 6000 ? hot : times;
    for (let i = 0; i < repeated; i++) rows.push([key * step, `row ${i}`]);
  }
  return rows;
}

describe("merge joins read on as they join", () => {
  const left = new Table([id, text], side(14_000, 3, 2, 100), { batchRows: 4096 });
  const right = new Table(
    [other, n],
    side(12_000, 3, 3, 200).map(([key], i) => [key!, i]),
    { batchRows: 4096 },
  );

  /** What a join of these rows must give, by counting. */
  function expected(type: PhysicalJoinType): number {
    const count = (rows: readonly (readonly Boxed[])[]): Map<Boxed, number> => {
      const counts = new Map<Boxed, number>();
      for (const [key] of rows) counts.set(key!, (counts.get(key!) ?? 0) + 1);
      return counts;
    };
    const lefts = count(side(14_000, 3, 2, 100));
    const rights = count(side(12_000, 3, 3, 200));
    let [pairs, matched, aloneLeft, aloneRight] = [0, 0, 0, 0];
    for (const [key, times] of lefts) {
      const partners = key === null ? 0 : (rights.get(key) ?? 0);
      pairs += times * partners;
      if (partners > 0) matched += times;
      else aloneLeft += times;
    }
    for (const [key, times] of rights) if (key === null || !lefts.has(key)) aloneRight += times;
    switch (type) {
      case "inner":
        return pairs;
      case "left":
        return pairs + aloneLeft;
      case "right":
        return pairs + aloneRight;
      case "full":
        return pairs + aloneLeft + aloneRight;
      case "leftSemi":
        return matched;
      case "leftAnti":
        return aloneLeft;
      default:
        return matched + aloneLeft;
    }
  }

  const types: PhysicalJoinType[] = ["inner", "left", "right", "full", "leftSemi", "leftAnti"];
  test.each(types)("%s", (type) => {
    const plan: SortMergeJoinExec = {
      kind: "sortMergeJoin",
      id: nextId(),
      left: left.scan,
      right: right.scan,
      type,
      leftKeys: [id],
      rightKeys: [other],
      condition: null,
      output: type === "leftSemi" || type === "leftAnti" ? [id, text] : [id, text, other, n],
    };
    const { rows, batches } = scarce(plan, [left, right], 8 << 20);
    expect(rows).toHaveLength(expected(type));
    expect(batches.length).toBeGreaterThan(1);
    const keys = rows.map((row) => (row[0] ?? row[2] ?? -1) as number);
    expect(keys.every((key, i) => i === 0 || keys[i - 1]! <= key)).toBe(true);
    if (type === "inner") expect(rows.every((row) => row[0] === row[2])).toBe(true);
    if (type === "full" || type === "right") expect(new Set(rows.map((row) => row[3]).filter((row) => row !== null)).size).toBe(side(12_000, 3, 3, 200).length); // prettier-ignore
  });

  test("rows of one key that are too many end the task, in words", () => {
    const same = new Table([id, text], Array.from({ length: 80_000 }, (): Boxed[] => [1, "x"]), { batchRows: 4096 }); // prettier-ignore
    const plan: SortMergeJoinExec = {
      kind: "sortMergeJoin",
      id: nextId(),
      left: same.scan,
      right: right.scan,
      type: "inner",
      leftKeys: [id],
      rightKeys: [other],
      condition: null,
      output: [id, text, other, n],
    };
    expect(() => scarce(plan, [same, right], 1 << 20)).toThrow(/one key on the left side.*SHUFFLE_HASH/s);
  });
});

describe("the first rows of an order", () => {
  const rows = Array.from({ length: 60_000 }, (_, i): Boxed[] => [(i * 7919) % 60_000, `text ${i % 1000} ${"x".repeat(20)}`]);
  const table = new Table([id, text], rows, { batchRows: 4096 });
  const topK = (limit: number, offset: number): TopKExec => ({
    kind: "topK",
    id: nextId(),
    child: table.scan,
    order: [descending(id)],
    limit,
    offset,
    output: [id, text],
  });

  test.each([
    [10, 0],
    [40_000, 5],
    [59_000, 30_000],
  ])("%d rows from %d", (limit, offset) => {
    const plan = topK(limit, offset);
    const little = scarce(plan, [table], 1 << 20);
    const texts = (made: Run): string[] => made.rows.map((row: BoxedRow) => textOf(row));
    expect(texts(little)).toEqual(texts(run(plan, [table])));
    expect(little.rows[0]![0]).toBe(59_999 - offset);
    expect(little.rows).toHaveLength(Math.min(limit, 60_000 - offset));
    if (limit > 10_000) expect(little.metrics.get(plan.id)!.spilledBytes).toBeGreaterThan(0);
  });
});

test("a window partition that does not fit ends the task, in words; many that fit go on", () => {
  const rows = Array.from({ length: 200_000 }, (_, i): Boxed[] => [Math.floor(i / 10), `text ${i}`]);
  const table = new Table([id, text], rows, { batchRows: 8192 });
  const result = attribute("count", { kind: "long" });
  const fn = aggregate("count", text);
  const window = (partitionBy: readonly Attribute[]): WindowExec => ({
    kind: "window",
    id: nextId(),
    child: table.scan,
    partitionBy,
    orderBy: [],
    functions: [
      {
        result,
        call: {
          kind: "window",
          function: fn,
          partitionBy,
          orderBy: [],
          frame: { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "unboundedFollowing" } },
          type: fn.type,
          nullable: true,
        },
      },
    ],
    output: [id, text, result],
  });
  expect(scarce(window([id]), [table], 4 << 20).rows.every((row) => row[2] === 10)).toBe(true);
  expect(() => scarce(window([]), [table], 4 << 20)).toThrow(/one partition of a window function.*spark.executor.memory/s);
});
