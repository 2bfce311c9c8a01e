// Random chains of transformations against the same chains on arrays, with synchronous and asynchronous functions.
import fc from "fast-check";
import type { RDD } from "../../src/rdd";
import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

/** A step on partitions of numbers, and on the RDD. */
interface Step {
  readonly name: string;
  onArrays(parts: readonly (readonly number[])[]): number[][];
  onRdd(rdd: RDD<number>): RDD<number>;
}

const each =
  (f: (xs: readonly number[]) => number[]) =>
  (parts: readonly (readonly number[])[]): number[][] =>
    parts.map(f);

const steps: readonly Step[] = [
  { name: "map", onArrays: each((xs) => xs.map((x) => x + 1)), onRdd: (rdd) => rdd.map((x) => x + 1) },
  { name: "async map", onArrays: each((xs) => xs.map((x) => x * 2)), onRdd: (rdd) => rdd.map(async (x) => x * 2) },
  { name: "filter", onArrays: each((xs) => xs.filter((x) => x % 3 !== 0)), onRdd: (rdd) => rdd.filter((x) => x % 3 !== 0) },
  {
    name: "async filter",
    onArrays: each((xs) => xs.filter((x) => x % 2 === 0)),
    onRdd: (rdd) => rdd.filter(async (x) => x % 2 === 0),
  },
  {
    name: "flatMap",
    onArrays: each((xs) => xs.flatMap((x) => (x % 2 === 0 ? [x, -x] : []))),
    onRdd: (rdd) => rdd.flatMap((x) => (x % 2 === 0 ? [x, -x] : [])),
  },
  {
    name: "flatMap of a generator",
    onArrays: each((xs) => xs.flatMap((x) => [x, x + 1])),
    onRdd: (rdd) =>
      rdd.flatMap(function* (x) {
        yield x;
        yield x + 1;
      }),
  },
  { name: "async flatMap", onArrays: each((xs) => xs.flatMap((x) => [x, 7])), onRdd: (rdd) => rdd.flatMap(async (x) => [x, 7]) },
  {
    name: "pairs",
    onArrays: each((xs) => xs.map((x) => x * 3 + (x % 5))),
    onRdd: (rdd) =>
      rdd
        .map((x) => [x % 5, x])
        .mapValues((x) => x * 3)
        .map(([k, v]) => k + v),
  },
  {
    name: "async values",
    onArrays: each((xs) => xs.flatMap((x) => [x, x])),
    onRdd: (rdd) =>
      rdd
        .keyBy((x) => x % 3)
        .mapValues(async (x) => x)
        .flatMapValues((x) => [x, x])
        .values(),
  },
  {
    name: "keys",
    onArrays: each((xs) => xs.map((x) => x % 4)),
    onRdd: (rdd) =>
      rdd
        .keyBy((x) => x % 4)
        .filter(([, x]) => x === x)
        .keys(),
  },
  {
    name: "mapPartitions",
    onArrays: each((xs) => xs.filter((_x, i) => i % 2 === 0)),
    onRdd: (rdd) =>
      rdd.mapPartitions(function* (it) {
        let i = 0;
        for (const x of it) if (i++ % 2 === 0) yield x;
      }),
  },
  {
    name: "async mapPartitions",
    onArrays: each((xs) => [...xs, xs.length]),
    onRdd: (rdd) =>
      rdd.mapPartitions(async (it) => {
        const xs = [...it];
        return [...xs, xs.length];
      }),
  },
  {
    name: "mapPartitionsWithIndex",
    onArrays: (parts) => parts.map((xs, i) => xs.map((x) => x + i)),
    onRdd: (rdd) => rdd.mapPartitionsWithIndex((i, it) => [...it].map((x) => x + i)),
  },
  {
    name: "zipWithIndex",
    onArrays: (parts) => {
      let at = 0;
      return parts.map((xs) => xs.map((x) => x + at++));
    },
    onRdd: (rdd) => rdd.zipWithIndex().map(([x, i]) => x + i),
  },
  { name: "cache", onArrays: each((xs) => [...xs]), onRdd: (rdd) => rdd.map((x) => x).cache() },
  { name: "glom", onArrays: each((xs) => [...xs].reverse()), onRdd: (rdd) => rdd.glom().flatMap((xs) => xs.reverse()) },
  {
    name: "coalesce",
    onArrays: (parts) =>
      parts.length < 2
        ? parts.map((xs) => [...xs])
        : [parts.slice(0, Math.floor(parts.length / 2)).flat(), parts.slice(Math.floor(parts.length / 2)).flat()],
    onRdd: (rdd) => rdd.coalesce(2),
  },
  { name: "union", onArrays: (parts) => [...parts, ...parts].map((xs) => [...xs]), onRdd: (rdd) => rdd.union(rdd) },
  {
    name: "zip",
    onArrays: each((xs) => xs.map((x) => x + 2 * x)),
    onRdd: (rdd) => rdd.zip(rdd.map((x) => 2 * x)).map(([a, b]) => a + b),
  },
];

const chain = fc.array(fc.constantFrom(...steps), { maxLength: 6 });
const sources = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  slices: fc.integer({ min: 1, max: 4 }),
  range: fc.boolean(),
});

function start(count: number, slices: number, range: boolean): { rdd: RDD<number>; parts: number[][] } {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const parts = Array.from({ length: slices }, (_, s) =>
    numbers.slice(Math.floor((s * count) / slices), Math.floor(((s + 1) * count) / slices)),
  );
  return { rdd: range ? sc.range(0, count, 1, slices) : sc.parallelize(numbers, slices), parts };
}

test("chains give what they give on arrays", async () => {
  await fc.assert(
    fc.asyncProperty(sources, chain, async ({ count, slices, range }, steps_) => {
      const { rdd, parts } = start(count, slices, range);
      const result = steps_.reduce((r, step) => step.onRdd(r), rdd);
      const expected = steps_.reduce((p, step) => step.onArrays(p), parts);
      expect(await result.glom().collect()).toEqual(expected);
      expect(await result.collect()).toEqual(expected.flat());
      expect(await result.count()).toBe(expected.flat().length);
      expect(await result.sum()).toBe(expected.flat().reduce((a, b) => a + b, 0));
      expect(await result.take(5)).toEqual(expected.flat().slice(0, 5));
      expect(
        await result.aggregate(
          0,
          (n) => n + 1,
          (a, b) => a + b,
        ),
      ).toBe(expected.flat().length);
    }),
    { numRuns: 150 },
  );
});

test("a step that makes much of one record goes to disk, not to memory", async () => {
  const big = sc.parallelize([1, 2], 1).flatMap(function* (x) {
    for (let i = 0; i < 100_000; i++) yield x * i;
  });
  expect(
    await big
      .mapPartitions(function* (it) {
        for (const x of it) yield x;
      })
      .count(),
  ).toBe(200_000);
  const sum = await big
    .mapPartitions((it) => {
      let total = 0;
      for (const x of it) total += x;
      return [total];
    })
    .first();
  expect(sum).toBe(3 * 99_999 * 50_000);
});

test("a partition that becomes asynchronous late, for a reader that cannot wait, is an error in words", async () => {
  const mixed = sc
    .range(0, 4, 1, 2)
    .union(sc.range(0, 4, 1, 2).map(async (x) => x))
    .coalesce(1);
  expect(await mixed.count()).toBe(8);
  await expect(mixed.mapPartitions((it) => [...it]).count()).rejects.toThrow(/LATE_ASYNC_FUNCTION/);
});
