import fc from "fast-check";
import { formatRoute, parseRoute } from "../../../src/ui/web/lib/route";
import { executorState, shownExecutors } from "../../../src/ui/web/lib/executors";
import { durationOf } from "../../../src/ui/web/lib/history";
import type { ExecutorSummary, HistoryEntry } from "../../../src/ui/api-types";
import { compareValues, filtered, sorted } from "../../../src/ui/web/lib/sort";
import { blocksOf, windowOf } from "../../../src/ui/web/lib/virtual";

test("a window has what is seen, and all heights add up to the list's", () => {
  fc.assert(
    fc.property(fc.nat(200_000), fc.integer({ min: -100, max: 8_000_000 }), (total, scrollTop) => {
      const { first, last, before, after } = windowOf(total, 36, scrollTop, 560);
      expect(before + (last - first) * 36 + after).toBe(total * 36);
      expect(first % 2).toBe(0);
      expect(last - first).toBeLessThan(560 / 36 + 20);
      const top = Math.max(0, Math.min(scrollTop, total * 36 - 560));
      expect(first * 36).toBeLessThanOrEqual(top);
      expect(last === total || last * 36 >= top + 560).toBe(true);
    }),
  );
});

test("blocks cover the rows that are seen", () => {
  expect(blocksOf(0, 40, 100)).toEqual([0]);
  expect(blocksOf(95, 205, 100)).toEqual([0, 1, 2]);
  expect(blocksOf(100, 100, 100)).toEqual([]);
});

test("texts are sorted with their numbers, figures by value, and what is absent comes last both ways", () => {
  const rows = ["stage 10", "stage 9", "", "Stage 1"];
  expect(sorted(rows, (row) => row, false)).toEqual(["Stage 1", "stage 9", "stage 10", ""]);
  expect(sorted(rows, (row) => row, true)).toEqual(["stage 10", "stage 9", "Stage 1", ""]);
  expect([3, null, 20, undefined, -1].sort((a, b) => compareValues(a, b, true))).toEqual([20, 3, -1, null, undefined]);
});

test("a filter wants all of its words", () => {
  const rows = ["Word count ada", "Orders ada", "Word count grace"];
  expect(filtered(rows, " ADA word", (row) => row)).toEqual(["Word count ada"]);
  expect(filtered(rows, "  ", (row) => row)).toBe(rows);
});

test("addresses of pages survive any text", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: "grapheme" })), fc.string({ unit: "grapheme" }), (parts, filter) => {
      const { parts: read, query } = parseRoute(formatRoute(parts, { filter }));
      expect(read).toEqual(parts);
      expect(query["filter"] ?? "").toBe(filter);
    }),
  );
  expect(parseRoute("#/%E0%A4%A")).toEqual({ parts: ["%E0%A4%A"], query: {} });
  expect(parseRoute("")).toEqual({ parts: [], query: {} });
});

test("executors that nobody removed have ended with their application", () => {
  const executor = { id: "1", isActive: true, activeTasks: 4, isExcluded: false, isBlacklisted: false } as ExecutorSummary;
  const lost = { ...executor, id: "2", isActive: false, activeTasks: 0, removeReason: "lost" };
  const states = (completed: boolean) =>
    shownExecutors([executor, lost], { completed, endTime: completed ? 1000 : null }).map((one) => [
      executorState(one),
      one.activeTasks,
      one.removeTime,
      one.removeReason,
    ]);
  expect(states(false)).toEqual([
    ["ALIVE", 4, undefined, undefined],
    ["DEAD", 0, undefined, "lost"],
  ]);
  expect(states(true)).toEqual([
    ["ENDED", 0, "1970-01-01T00:00:01.000GMT", "The application ended."],
    ["DEAD", 0, undefined, "lost"],
  ]);
});

test("an incomplete application ran until its log changed last, as far as is known", () => {
  const entry = { startTime: 1000, endTime: null, lastUpdated: 5000 } as HistoryEntry;
  expect(durationOf(entry)).toBe(4000);
  expect(durationOf({ ...entry, endTime: 3000 })).toBe(2000);
  expect(durationOf({ ...entry, lastUpdated: 1000 })).toBeNull();
});
