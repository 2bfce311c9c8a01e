/** Sizes and durations as text and back. */
import { UsageError } from "../../src/common/errors";
import { formatBytes, formatDuration, parseBytes, parseDuration } from "../../src/common/units";

test.each([
  ["512m", 512 * 2 ** 20],
  ["2G", 2 * 2 ** 30],
  ["1k", 1024],
  ["1kb", 1024],
  ["3 MiB", 3 * 2 ** 20],
  ["7", 7],
  ["1t", 2 ** 40],
  [" 10b ", 10],
])("%s are %d bytes", (text, bytes) => expect(parseBytes(text, "key")).toBe(bytes));

test.each([
  ["100ms", 100],
  ["3s", 3000],
  ["2 min", 120_000],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
  ["500us", 0.5],
  ["5", 5],
  ["-1", -1],
])("%s are %d ms", (text, ms) => expect(parseDuration(text, "key")).toBe(ms));

test("a number alone is in the key's unit", () => {
  expect(parseBytes("512", "key", "m")).toBe(512 * 2 ** 20);
  expect(parseDuration("120", "key", "s")).toBe(120_000);
});

test.each(["", "m", "1.5g", "-1m", "1x", "1 g b"])("%p is no size", (text) => {
  expect(() => parseBytes(text, "spark.key")).toThrow(UsageError);
  expect(() => parseBytes(text, "spark.key")).toThrow(`spark.key must be a size such as 512m or 2g, not "${text}"`);
});

test.each(["", "s", "1.5s", "1 week", "1mm"])("%p is no duration", (text) =>
  expect(() => parseDuration(text, "spark.key")).toThrow(/spark\.key must be a duration/),
);

test("formatting", () => {
  expect([0, 1536, 2048, 2 ** 20 * 3, 2 ** 30 * 2.5, 2 ** 60].map(formatBytes)).toEqual([
    "0 B",
    "1536 B",
    "2.0 KiB",
    "3.0 MiB",
    "2.5 GiB",
    "1024.0 PiB",
  ]);
  expect([0, 42.4, 950, 59_949, 90_000, 7_200_000].map(formatDuration)).toEqual([
    "0 ms",
    "42 ms",
    "950 ms",
    "59.9 s",
    "1 min 30 s",
    "2 h",
  ]);
});
