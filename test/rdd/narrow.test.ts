import { InlineContext } from "../support/inline-context";

let sc: InlineContext;
beforeEach(() => (sc = new InlineContext()));
afterEach(() => sc.stop());

test("slices are cut as Spark cuts them", async () => {
  expect(await sc.parallelize([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3).collect()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await sc.range(10, -5, -3).collect()).toEqual([10, 7, 4, 1, -2]);
});

test("map, filter and flatMap run as one stage", async () => {
  const odd = sc
    .range(10)
    .map((x) => x * x)
    .filter((x) => x % 2 === 1)
    .flatMap((x) => [x, -x]);
  expect(await odd.collect()).toEqual([1, -1, 9, -9, 25, -25, 49, -49, 81, -81]);
  expect(await odd.count()).toBe(10);
  expect(await odd.reduce((a, b) => a + b)).toBe(0);
  expect(sc.stages).toHaveLength(3);
});

test("an asynchronous function is awaited in order", async () => {
  let running = 0,
    most = 0;
  const slow = sc
    .range(0, 100, 1, 2)
    .flatMap((x) => [x, x])
    .map(async (x) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
      running--;
      return x + 1;
    })
    .filter((x) => x % 3 === 0)
    .map(async (x) => [x, 1]);
  expect((await slow.collect()).map(([x]) => x)).toEqual(
    Array.from({ length: 200 }, (_, i) => (i >> 1) + 1).filter((x) => x % 3 === 0),
  );
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(16);
});

test("promises and values must not be mixed", async () => {
  await expect(
    sc
      .parallelize([1, 2, 3], 1)
      .map((x) => (x === 2 ? Promise.resolve(x) : x))
      .count(),
  ).rejects.toThrow(/promise for some records/);
  await expect(
    sc
      .parallelize([1, 2, 3], 1)
      .map((x) => (x === 2 ? x : Promise.resolve(x)))
      .count(),
  ).rejects.toThrow(/promise for some records/);
});

test("an evaluator is made for each partition", async () => {
  const factory = {
    createEvaluator: () => {
      let calls = 0;
      return { eval: (partition: number, records: Iterable<number>) => [partition, ++calls, ...records] };
    },
  };
  expect(await sc.parallelize([1, 2, 3, 4], 2).mapPartitionsWithEvaluator(factory).collect()).toEqual([0, 1, 1, 2, 1, 1, 3, 4]);
  expect(() => sc.parallelize([1]).mapPartitionsWithEvaluator((() => []) as never)).toThrow(
    /an object with a method createEvaluator/,
  );
});
