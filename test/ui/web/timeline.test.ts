import fc from "fast-check";
import { timelineRows } from "../../../src/ui/web/lib/timeline";
import type { Mark, Run } from "../../../src/ui/web/lib/timeline";

const WIDTH = 1100;
const numbers = (rows: readonly Mark<Run>[][]) => rows.map((row) => row.map(({ runs }) => runs.length));

/** 36 runs of 200 ms, every sixth of which overlaps with the one before; then one of ten minutes. */
const burst = Array.from({ length: 36 }, (_, at): Run => {
  const start = at * 330 - (at % 6 === 5 ? 200 : 0);
  return { start, end: start + 200 };
});
const long = { start: 12_000, end: 612_000 };

test("short runs before a long one are one mark with their number, and each has its own when it is looked at closely", () => {
  expect(numbers(timelineRows([...burst, long], 612_000 / WIDTH))).toEqual([[36], [1]]);
  const near = timelineRows([...burst, long], 12_000 / WIDTH);
  expect(near).toHaveLength(2);
  expect(near.flat().every(({ runs }) => runs.length === 1)).toBe(true);
});

test("short runs that go on and on are marks of some px each, one after the other", () => {
  const runs = Array.from({ length: 500 }, (_, at) => ({ start: at * 1000, end: at * 1000 + 900 }));
  const rows = timelineRows(runs, 500_000 / WIDTH);
  expect(rows).toHaveLength(1);
  expect(rows[0]!.length).toBeGreaterThan(20);
});

test("a short run by itself is a mark that can be seen", () => {
  const [[only]] = timelineRows([{ start: 5000, end: 5001 }], 1000) as [[Mark<Run>]];
  expect(only.runs).toHaveLength(1);
  expect(only.drawnEnd - only.start).toBeGreaterThanOrEqual(2000);
});

test("whatever ran when: each run is in one mark, and marks of a row do not overlap", () => {
  const run = fc.record({ start: fc.integer({ min: 0, max: 10_000 }), lasts: fc.integer({ min: 0, max: 3000 }) });
  fc.assert(
    fc.property(fc.array(run, { maxLength: 60 }), fc.integer({ min: 1, max: 200 }), (list, msPerPx) => {
      const runs = list.map(({ start, lasts }) => ({ start, end: start + lasts }));
      const rows = timelineRows(runs, msPerPx);
      const found = rows.flatMap((row) => row.flatMap((mark) => mark.runs));
      expect(found).toHaveLength(runs.length);
      expect(new Set(found)).toEqual(new Set(runs));
      for (const row of rows)
        row.slice(1).forEach(({ start }, at) => expect(start - row[at]!.drawnEnd).toBeGreaterThanOrEqual(0));
    }),
  );
});
