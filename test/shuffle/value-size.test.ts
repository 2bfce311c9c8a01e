import { approximateBytes } from "../../src/shuffle/value-size";

test.each<[string, unknown, number, number]>([
  ["a number", 5, 8, 8],
  ["a string", "x".repeat(1000), 1000, 1100],
  ["an array of numbers", new Array(1000).fill(1), 8000, 8100],
  ["bytes", new Uint8Array(5000), 5000, 5100],
  ["an array of strings", new Array(100).fill("x".repeat(100)), 10_000, 13_000],
  ["an object", { a: "x".repeat(500), b: 1 }, 500, 600],
  ["a map", new Map(Array.from({ length: 50 }, (_, i) => [i, "x".repeat(100)])), 5000, 8000],
  ["a set", new Set(["x".repeat(100), "y".repeat(100)]), 200, 400],
  ["nothing", undefined, 1, 8],
])("%s", (_name, value, least, most) => {
  const bytes = approximateBytes(value);
  expect(bytes).toBeGreaterThanOrEqual(least);
  expect(bytes).toBeLessThanOrEqual(most);
});

test("cycles and wide structures end", () => {
  const cycle: Record<string, unknown> = {};
  for (let i = 0; i < 1000; i++) cycle[`p${i}`] = cycle;
  expect(approximateBytes(cycle)).toBeGreaterThan(1000);
});
