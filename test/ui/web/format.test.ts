import {
  aligned,
  bytes,
  compact,
  count,
  decimal,
  duration,
  elapsed,
  moments,
  percent,
  plural,
  roughly,
  shortSite,
  time,
} from "../../../src/ui/web/lib/format";

test("bytes have binary units and three digits at most", () => {
  expect([0, 512, 1024, 1536, 117 * 2 ** 30, 23.44 * 2 ** 20, -2048].map(bytes)).toEqual([
    "0 B",
    "512 B",
    "1 KiB",
    "1.5 KiB",
    "117 GiB",
    "23.4 MiB",
    "−2 KiB",
  ]);
  expect(bytes(undefined)).toBe("–");
  expect(bytes(NaN)).toBe("–");
});

test("durations show their two largest units, and none of a unit is 60", () => {
  const cases: [number, string][] = [
    [0, "0 ms"],
    [1.25, "1.3 ms"],
    [14.4, "14 ms"],
    [999, "999 ms"],
    [999.7, "1 s"],
    [1400, "1.4 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min"],
    [125_000, "2 min 5 s"],
    [3_599_600, "1 h"],
    [12_000_000, "3 h 20 min"],
    [86_399_000, "1 d"],
    [4 * 86_400_000 + 7_200_000, "4 d 2 h"],
    [-5, "0 ms"],
  ];
  expect(cases.map(([ms]) => duration(ms))).toEqual(cases.map(([, text]) => text));
  expect(duration(null)).toBe("–");
});

test("what took no whole millisecond, and what is only an estimate", () => {
  expect([0, 1, undefined].map(elapsed)).toEqual(["< 1 ms", "1 ms", "–"]);
  expect([3, 926, 1400, 59_600, 64_000, 66_000, 12_004_000, NaN].map(roughly)).toEqual([
    "< 1 s",
    "< 1 s",
    "1 s",
    "1 min",
    "1 min",
    "1 min 10 s",
    "3 h 20 min",
    "–",
  ]);
});

test("shares are not rounded to all or nothing", () => {
  expect([0, 0.001, 0.374, 0.999, 1].map(percent)).toEqual(["0 %", "< 1 %", "37 %", "99 %", "100 %"]);
});

test("counts, scores and call sites", () => {
  expect(count(1234567)).toBe("1,234,567");
  expect([999, 12_345, 999_999, 4_500_000].map(compact)).toEqual(["999", "12.3 k", "1 M", "4.5 M"]);
  expect([0.87312345, 0.00001, null, 3].map(decimal)).toEqual(["0.87312", "1.000e-5", "–", "3"]);
  expect([plural(1, "task"), plural(2, "task"), plural(0, "query", "queries")]).toEqual(["1 task", "2 tasks", "0 queries"]);
  expect(shortSite("map at file:///home/a/b/app.ts:12:3")).toBe("map at app.ts:12:3");
  expect(shortSite("SELECT a / b FROM t")).toBe("SELECT a / b FROM t");
});

test("Spark's dates, of which the epoch minus one stands for none", () => {
  expect(time("2026-11-21T07:39:00.123GMT")).toBe(Date.UTC(2026, 10, 21, 7, 39, 0, 123));
  expect(time("1969-12-31T23:59:59.999GMT")).toBeNull();
  expect(time(undefined)).toBeNull();
});

test("numbers below each other have as many digits after the point as the largest wants", () => {
  const scores = [0.62799, 0.626, 0.6231, null, undefined];
  expect(scores.map(aligned(scores))).toEqual(["0.62799", "0.62600", "0.62310", "–", "–"]);
  expect(aligned([1234.5, 2])(2)).toBe("2.0");
  expect(aligned([123456])(7)).toBe("7");
  expect(aligned([0.5, NaN])(NaN)).toBe("NaN");
  expect(aligned([3e-7])(3e-7)).toBe("3.000e-7");
  expect(aligned([])(null)).toBe("–");
});

test("moments below each other have their dates only where one is not of today", () => {
  const noon = new Date(2026, 10, 21, 12).getTime();
  const morning = new Date(2026, 10, 21, 8, 3, 5).getTime();
  const eve = new Date(2026, 10, 20, 23, 59, 59).getTime();
  const today = moments([morning, null, noon], noon);
  expect([morning, null].map(today)).toEqual(["08:03:05", "–"]);
  const both = moments([morning, eve], noon);
  expect([morning, eve].map(both)).toEqual(["2026-11-21 08:03:05", "2026-11-20 23:59:59"]);
});
