/** Window functions against their definitions, frame by frame. */
import fc from "fast-check";
import type { Boxed } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import { builtins } from "../../../src/dataframe/functions";
import { call, cast, DOUBLE, literal } from "../../../src/dataframe/expressions/build";
import type {
  AggregateCall,
  Bound,
  Expression,
  Frame,
  Literal,
  SortOrder,
  WindowCall,
  WindowFunctionCall,
} from "../../../src/dataframe/expressions/expression";
import type { WindowExec } from "../../../src/dataframe/physical/plan";
import { aggregate, ascending, attribute, bindContext, descending, int, nextId, run, settings, Table, textOf } from "./harness";

const partition = attribute("p", { kind: "int" });
const order = attribute("o", { kind: "int" });
const value = attribute("v", { kind: "int" });
const columns = [partition, order, value];

const rowsArbitrary = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.option(fc.integer({ min: 0, max: 6 }), { freq: 6 }),
      fc.option(fc.integer({ min: -9, max: 9 }), { freq: 4 }),
    )
    .map((row): BoxedRow => row),
  { maxLength: 40 },
);

const UNBOUNDED: Frame = { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "unboundedFollowing" } };

function windowFunction(name: string, ...args: readonly Expression[]): WindowFunctionCall {
  const entry = builtins.find(name);
  if (entry?.kind !== "windowFunction") throw new Error(name);
  return entry.bind(args, { ...bindContext(), name }) as WindowFunctionCall;
}

interface Case {
  readonly rows: readonly BoxedRow[];
  readonly order: SortOrder;
  readonly frame: Frame;
}

const bound = (offset: number): Bound => {
  if (offset === -99) return { kind: "unboundedPreceding" };
  if (offset === 99) return { kind: "unboundedFollowing" };
  if (offset === 0) return { kind: "currentRow" };
  return { kind: offset < 0 ? "preceding" : "following", offset: literal(Math.abs(offset), { kind: "int" }) };
};

const offsets = fc.constantFrom(-99, -3, -1, 0, 1, 2, 99);

const frames: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom("rows" as const, "range" as const), offsets, offsets)
  .filter(([, from, to]) => from <= to && from !== 99 && to !== -99)
  .map(([unit, from, to]) => ({ unit, start: bound(from), end: bound(to) }));

const cases: fc.Arbitrary<Case> = fc.record({
  rows: rowsArbitrary,
  order: fc.constantFrom(ascending(order), descending(order), ascending(order, false)),
  frame: frames,
});

function sortedRows({ rows, order: by }: Case): BoxedRow[] {
  return [...rows].sort((a, b) => {
    if (a[0] !== b[0]) return (a[0] as number) - (b[0] as number);
    const [x, y] = [a[1], b[1]];
    if (x === y) return 0;
    if (x === null) return by.nullsFirst ? -1 : 1;
    if (y === null) return by.nullsFirst ? 1 : -1;
    return ((x as number) - (y as number)) * (by.ascending ? 1 : -1);
  });
}

function inFrame(rows: readonly BoxedRow[], row: number, other: number, { frame, order: by }: Case): boolean {
  if (rows[row]![0] !== rows[other]![0]) return false;
  const side = (one: Bound, isStart: boolean): boolean => {
    if (one.kind === "unboundedPreceding" || one.kind === "unboundedFollowing") return true;
    const offset =
      one.kind === "preceding" || one.kind === "following"
        ? Number((one.offset as Literal).value) * (one.kind === "preceding" ? -1 : 1)
        : 0;
    if (frame.unit === "rows") return isStart ? other - row >= offset : other - row <= offset;
    const [x, y] = [rows[row]![1], rows[other]![1]];
    if (x === y) return x === null || (isStart ? 0 >= offset : 0 <= offset);
    // Nulls stand before or behind all values, whatever the offset.
    if (x === null || y === null) return isStart ? other > row : other < row;
    const distance = ((y as number) - (x as number)) * (by.ascending ? 1 : -1);
    return isStart ? distance >= offset : distance <= offset;
  };
  return side(frame.start, true) && side(frame.end, false);
}

function evaluate(one: Case, fn: AggregateCall | WindowFunctionCall, orderBy: readonly SortOrder[] = [one.order]): Boxed[] {
  const rows = sortedRows(one);
  const table = new Table(columns, rows, { batchRows: 6 });
  const call: WindowCall = {
    kind: "window",
    function: fn,
    partitionBy: [partition],
    orderBy,
    frame: one.frame,
    type: fn.type,
    nullable: true,
  };
  const result = attribute("w", fn.type);
  const plan: WindowExec = {
    kind: "window",
    id: nextId(),
    child: table.scan,
    functions: [{ result, call }],
    partitionBy: [partition],
    orderBy,
    output: [...columns, result],
  };
  return run(plan, [table]).rows.map((row) => row[3]!);
}

const runs = Number(process.env["FC_RUNS"] ?? 80);

test.each(["sum", "count", "avg", "min", "max", "first", "last", "collect_list"])("%s over frames", (name) => {
  fc.assert(
    fc.property(cases, (one) => {
      const fn = aggregate(name, value);
      const accumulator = builtins.aggregate(name).accumulator(fn, { settings, partition: 0, inputFile: () => null });
      const rows = sortedRows(one);
      const expected = rows.map((_, row) => {
        let state = accumulator.init();
        rows.forEach((other, at) => {
          if (inFrame(rows, row, at, one)) state = accumulator.update(state, [other[2]!]);
        });
        return textOf([accumulator.finish(state)]);
      });
      expect(evaluate(one, fn).map((made) => textOf([made]))).toEqual(expected);
    }),
    { numRuns: runs },
  );
});

test.each(["sum", "avg"])("%s of doubles over frames has the digits of its accumulator", (name) => {
  const tenths = call("*", [cast(value, DOUBLE, "ansi"), literal(0.1, DOUBLE)], DOUBLE, true);
  fc.assert(
    fc.property(cases, (one) => {
      const fn = aggregate(name, tenths);
      const accumulator = builtins.aggregate(name).accumulator(fn, { settings, partition: 0, inputFile: () => null });
      const rows = sortedRows(one);
      const expected = rows.map((_, row) => {
        let state = accumulator.init();
        rows.forEach((other, at) => {
          if (inFrame(rows, row, at, one))
            state = accumulator.update(state, [other[2] === null ? null : (other[2] as number) * 0.1]);
        });
        return textOf([accumulator.finish(state)]);
      });
      expect(evaluate(one, fn).map((made) => textOf([made]))).toEqual(expected);
    }),
    { numRuns: runs },
  );
});

test("whole partitions need no order", () => {
  fc.assert(
    fc.property(cases, (given) => {
      const one = { ...given, frame: UNBOUNDED };
      expect(evaluate(one, aggregate("sum", value), [])).toEqual(evaluate(one, aggregate("sum", value)));
    }),
    { numRuns: runs },
  );
});

test("ranks", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 5 }), (given, buckets) => {
      const one = { ...given, frame: UNBOUNDED };
      const rows = sortedRows(one);
      const group = (row: BoxedRow): BoxedRow[] => rows.filter((other) => other[0] === row[0]);
      const place = (row: number): number => rows.slice(0, row).filter((other) => other[0] === rows[row]![0]).length;
      const before = (row: number): number => group(rows[row]!).findIndex((other) => other[1] === rows[row]![1]);
      expect(evaluate(one, windowFunction("row_number"))).toEqual(rows.map((_, i) => place(i) + 1));
      expect(evaluate(one, windowFunction("rank"))).toEqual(rows.map((_, i) => before(i) + 1));
      expect(evaluate(one, windowFunction("dense_rank"))).toEqual(
        rows.map(
          (row, i) =>
            new Set(
              group(row)
                .slice(0, before(i) + 1)
                .map((other) => other[1]),
            ).size,
        ),
      );
      expect(evaluate(one, windowFunction("percent_rank"))).toEqual(
        rows.map((row, i) => (group(row).length === 1 ? 0 : before(i) / (group(row).length - 1))),
      );
      expect(evaluate(one, windowFunction("cume_dist"))).toEqual(
        rows.map((row) => (group(row).findLastIndex((other) => other[1] === row[1]) + 1) / group(row).length),
      );
      const tiles = evaluate(one, windowFunction("ntile", int(buckets)));
      rows.forEach((row, i) => {
        const size = group(row).length;
        const [small, more] = [Math.floor(size / buckets), size % buckets];
        const ends = Array.from({ length: buckets }, (_, b) => (b + 1) * small + Math.min(b + 1, more));
        expect(tiles[i]).toBe(ends.findIndex((end) => place(i) < end) + 1);
      });
    }),
    { numRuns: runs },
  );
});

test.each([
  ["lag", false],
  ["lag", true],
  ["lead", false],
  ["lead", true],
] as const)("%s, ignoring nulls: %s", (name, ignoreNulls) => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 3 }), fc.option(fc.constant(77)), (given, offset, fallback) => {
      const one = { ...given, frame: UNBOUNDED };
      const rows = sortedRows(one);
      const fn = windowFunction(name, value, int(offset), literal(fallback, { kind: "int" }));
      const expected = rows.map((row, i) => {
        const step = name === "lag" ? -1 : 1;
        let left = offset;
        for (let at = i + step; rows[at] !== undefined && rows[at]![0] === row[0]; at += step) {
          if (ignoreNulls && rows[at]![2] === null) continue;
          if (--left === 0) return rows[at]![2];
        }
        return fallback;
      });
      expect(evaluate(one, { ...fn, ignoreNulls })).toEqual(expected);
    }),
    { numRuns: runs },
  );
});

test("nth_value", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 3 }), fc.boolean(), (one, n, ignoreNulls) => {
      const rows = sortedRows(one);
      const fn = { ...windowFunction("nth_value", value, int(n)), ignoreNulls };
      const expected = rows.map((_, row) => {
        const seen = rows.filter((other, at) => inFrame(rows, row, at, one) && !(ignoreNulls && other[2] === null));
        return seen[n - 1]?.[2] ?? null;
      });
      expect(evaluate(one, fn)).toEqual(expected);
    }),
    { numRuns: runs },
  );
});
