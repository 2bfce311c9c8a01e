import { InlineContext } from "../support/inline-context";
import { countBound, meanBound, sumBound } from "../../src/rdd/approximate/bounds";
import { addToSketch, estimateOf, mergeSketches, newSketch } from "../../src/rdd/approximate/sketch";
import { runApproximateJob } from "../../src/rdd";
import { StatCounter } from "../../src/rdd/stat-counter";

function statsOf(numbers: readonly number[]): StatCounter {
  const stats = new StatCounter();
  for (const number of numbers) stats.merge(number);
  return stats;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe("Bounds are those of Spark's evaluators", () => {
  test("of a count", () => {
    expect(countBound(33, { partitions: 3, all: 4, confidence: 0.9 })).toEqual({ mean: 44, confidence: 0.9, low: 39, high: 50 });
    expect(countBound(33, { partitions: 4, all: 4, confidence: 0.9 })).toEqual({ mean: 33, confidence: 1, low: 33, high: 33 });
    expect(countBound(0, { partitions: 1, all: 4, confidence: 0.9 })).toEqual({ mean: 0, confidence: 0, low: 0, high: Infinity });
    const far = countBound(1e6, { partitions: 1, all: 2, confidence: 0.95 });
    expect([far.low, far.high].map((x) => Math.round((x - 2e6) / 1000))).toEqual([-2, 2]);
  });

  test("of means and sums of few and of many numbers", () => {
    const few = statsOf(upTo(15));
    const many = statsOf(upTo(250).map((i) => (i * 37) % 101));
    const [threeOfTen, fiveOfTen] = [3, 5].map((partitions) => ({ partitions, all: 10, confidence: 0.95 }));
    const rounded = (bound: { mean: number; low: number; high: number }): number[] =>
      [bound.mean, bound.low, bound.high].map((x) => Number(x.toPrecision(9)));
    expect(rounded(meanBound(few, threeOfTen!))).toEqual([7, 4.52341366, 9.47658634]);
    expect(rounded(meanBound(many, fiveOfTen!))).toEqual([49.784, 46.1555171, 53.4124829]);
    expect(rounded(sumBound(few, threeOfTen!))).toEqual([350, 164.187243, 535.812757]);
    expect(rounded(sumBound(many, fiveOfTen!))).toEqual([24892, 22527.7081, 27256.2919]);
    expect(sumBound(statsOf([5]), threeOfTen!)).toEqual({ mean: 5 / 0.3, confidence: 0.95, low: -Infinity, high: Infinity });
    expect(String(meanBound(statsOf([1, 2]), { ...threeOfTen!, partitions: 10 }))).toBe("[1.500, 1.500]");
  });
});

describe("Sketches", () => {
  test.each([0, 1, 10, 1000, 20_000])("%i keys", (count) => {
    for (const relativeSD of [0.05, 0.01]) {
      const sketch = newSketch(relativeSD);
      for (let i = 0; i < count; i++) addToSketch(addToSketch(sketch, `key ${i}`), `key ${i}`);
      expect(Math.abs(estimateOf(sketch) - count)).toBeLessThanOrEqual(3 * relativeSD * count);
    }
  });

  test("merged ones are those of all keys; numbers, arrays and null are keys", () => {
    const [a, b, both] = [newSketch(0.02), newSketch(0.02), newSketch(0.02)];
    for (const i of upTo(3000)) addToSketch(i % 2 === 0 ? a : b, [i, null]);
    for (const i of upTo(3000)) addToSketch(both, [i, null]);
    expect(mergeSketches(a, b)).toEqual(both);
    expect(estimateOf(addToSketch(newSketch(0.05), null))).toBe(1);
  });
});

describe("Actions", () => {
  let sc: InlineContext;
  beforeEach(() => (sc = new InlineContext()));
  afterEach(() => sc.stop());

  test("that end in time know everything; others say how much they may be wrong, and the job goes on", async () => {
    const numbers = sc.range(0, 1000, 1, 4);
    const count = await numbers.countApprox(60_000);
    expect([count.isInitialValueFinal, Number(count.initialValue), count.initialValue.confidence]).toEqual([true, 1000, 1]);
    expect(Number((await numbers.sumApprox(60_000)).initialValue)).toBe(499_500);
    expect((await numbers.meanApprox(60_000)).initialValue.mean).toBe(499.5);
    const late = sc.range(0, 8, 1, 4).map((i) => new Promise<number>((resolve) => setTimeout(resolve, 300, i)));
    const early = await late.countApprox(0);
    expect(early.isInitialValueFinal).toBe(false);
    expect(await early.getFinalValue()).toEqual({ mean: 8, confidence: 1, low: 8, high: 8 });
    await expect(numbers.countApprox(10, 1.5)).rejects.toThrow("confidence (1.5) must be in [0,1]");
  });

  test("counts by value and by key", async () => {
    const letters = sc.parallelize(["a", "b", "a", "c", "a"], 2);
    const byValue = await letters.countByValueApprox(60_000);
    expect([...byValue.initialValue].map(([letter, { mean }]) => [letter, mean]).sort()).toEqual([
      ["a", 3],
      ["b", 1],
      ["c", 1],
    ]);
    const byKey = await letters.map((letter) => [letter, 1]).countByKeyApprox(60_000);
    expect(byKey.initialValue.get("a")).toEqual({ mean: 3, confidence: 1, low: 3, high: 3 });
  });

  test("countApproxDistinct", async () => {
    const count = await sc.range(1, 1001, 1, 4).countApproxDistinct(0.05);
    expect(Math.abs(count - 1000)).toBeLessThan(100);
    await expect(sc.range(0, 3).countApproxDistinct(1e-6)).rejects.toThrow("accuracy (0.000001) must be at least 0.001");
  });

  test("a job of one's own: results are merged as they come", async () => {
    const summed = (): { merge(partition: number, sum: number): void; currentResult(): number[] } => {
      const sums: number[] = [];
      return { merge: (partition, sum) => void (sums[partition] = sum), currentResult: () => [...sums] };
    };
    const sum = (records: Iterable<number>): number => [...records].reduce((a, b) => a + b, 0);
    const all = await runApproximateJob(sc.range(0, 9, 1, 3), sum, summed(), 60_000);
    expect([all.isInitialValueFinal, all.initialValue, await all.getFinalValue()]).toEqual([true, [3, 12, 21], [3, 12, 21]]);
    const late = sc.range(0, 9, 1, 3).map((i) => new Promise<number>((resolve) => setTimeout(resolve, 300, i)));
    const early = await runApproximateJob(late, sum, summed(), 0);
    expect(early.isInitialValueFinal).toBe(false);
    expect(await early.getFinalValue()).toEqual([3, 12, 21]);
    const angry = {
      merge: () => {
        throw new Error("enough");
      },
      currentResult: () => 0,
    };
    await expect(runApproximateJob(sc.range(0, 9), sum, angry, 60_000)).rejects.toThrow("enough");
    await expect(runApproximateJob(sc.range(0, 9), sum, {} as never, 60_000)).rejects.toThrow(
      "an object with merge and currentResult",
    );
  });
});
