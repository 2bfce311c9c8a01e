/** Which rows of groups stay: all that the window above needs, in their order, and in flat memory. */
import fc from "fast-check";
import type { BoxedRow } from "../../../src/columnar/vector";
import type { SortOrder } from "../../../src/dataframe/expressions/expression";
import type { GroupLimit, WindowGroupLimitExec } from "../../../src/dataframe/physical/plan";
import { ascending, attribute, descending, nextId, run, type RunOptions, Table } from "./harness";

const group = attribute("g", { kind: "int" });
const order = attribute("o", { kind: "int" });
const id = attribute("i", { kind: "int" });
const columns = [group, order, id];

function kept(rows: readonly BoxedRow[], by: SortOrder, limit: GroupLimit, batchRows: number, options?: RunOptions): BoxedRow[] {
  const table = new Table(columns, rows, { batchRows });
  const { scan: child } = table;
  const node = { id: nextId(), output: columns, child, partitionBy: [group], orderBy: [by], ...limit, partial: true };
  const plan: WindowGroupLimitExec = { kind: "windowGroupLimit", ...node };
  return [...run(plan, [table], options).rows];
}

function compare(a: BoxedRow, b: BoxedRow, by: SortOrder): number {
  const [x, y] = [a[1] as number | null, b[1] as number | null];
  if (x === y) return 0;
  if (x === null || y === null) return (x === null) === by.nullsFirst ? -1 : 1;
  return (x - y) * (by.ascending ? 1 : -1);
}

/** By the definition of each rank. */
function expected(rows: readonly BoxedRow[], by: SortOrder, { rank, limit }: GroupLimit): BoxedRow[] {
  return rows.filter((row, at) => {
    const mates = rows.map((mate, i) => [mate, i] as const).filter(([mate]) => mate[0] === row[0]);
    const before = mates.filter(([mate]) => compare(mate, row, by) < 0);
    const place = {
      row_number: before.length + mates.filter(([mate, i]) => i < at && compare(mate, row, by) === 0).length,
      rank: before.length,
      dense_rank: new Set(before.map(([mate]) => mate[1])).size,
    }[rank];
    return place < limit;
  });
}

const limits: fc.Arbitrary<GroupLimit> = fc.record({
  rank: fc.constantFrom("row_number", "rank", "dense_rank"),
  limit: fc.integer({ min: 1, max: 4 }),
});
const orders = fc.constantFrom(ascending(order), descending(order), ascending(order, false));

test("rows that are looked at once: those whose rank is within the limit, as they came", () => {
  const pairs = fc.array(fc.tuple(fc.option(fc.integer({ min: 0, max: 3 })), fc.option(fc.integer({ min: 0, max: 5 }))), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(pairs, orders, limits, (made, by, limit) => {
      const rows = made.map(([g, o], i): BoxedRow => [g, o, i]);
      expect(kept(rows, by, limit, 7)).toEqual(expected(rows, by, limit));
    }),
  );
});

const MANY = 150_000;
const scattered = (row: number): number => (row * 7919) % 100_003;

test("few groups of many rows: hardly more than the first ones stay", () => {
  const rows = Array.from({ length: MANY }, (_, i): BoxedRow => [i % 10, scattered(i), i]);
  const result = kept(rows, ascending(order), { rank: "row_number", limit: 3 }, 4096);
  expect(result).toHaveLength(30);
  const ids = result.map((row) => row[2] as number);
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  for (let g = 0; g < 10; g++) {
    const best = rows.filter((row) => row[0] === g).toSorted((a, b) => (a[1] as number) - (b[1] as number));
    const found = result.filter((row) => row[0] === g).map((row) => row[1] as number);
    expect(found.toSorted((a, b) => a - b)).toEqual(best.slice(0, 3).map((row) => row[1]));
  }
});

test("groups of one row each go through as they are", () => {
  const rows = Array.from({ length: MANY }, (_, i): BoxedRow => [i, 0, i]);
  expect(kept(rows, ascending(order), { rank: "rank", limit: 1 }, 4096)).toEqual(rows);
});

test("where memory is refused, what is held goes on, and none is lost", () => {
  const rows = Array.from({ length: MANY }, (_, i): BoxedRow => [i % 10, scattered(i), i]);
  let held = 0;
  const memory = {
    reserve: (bytes: number): boolean => {
      if (held + bytes > 1 << 19) return false;
      held += bytes;
      return true;
    },
    release: (bytes: number): void => void (held -= bytes),
    heapFull: () => false,
  };
  const limit: GroupLimit = { rank: "row_number", limit: 2 };
  const result = kept(rows, ascending(order), limit, 4096, { memory });
  expect(result.length).toBeLessThan(MANY / 10);
  const best = kept(result, ascending(order), limit, 4096);
  expect(best).toEqual(kept(rows, ascending(order), limit, 4096));
  expect(held).toBe(0);
});
