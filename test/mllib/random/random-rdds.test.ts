/** RandomRDDs: Spark's numbers where they are promised, moments of the distributions, the same numbers again. */
import { mllib, testSession } from "../../support/built-session";

const { RandomRDDs } = mllib;
const spark = testSession();
const sc = () => spark().sparkContext;

test("uniform and normal numbers are Spark's, partition by partition", async () => {
  expect(await RandomRDDs.uniformRDD(sc(), 5, 2, 1).glom().collect()).toEqual([
    [0.955504966239568, 0.6752641817240337],
    [0.655865017397279, 0.22072433077445797, 0.46921168473487174],
  ]);
  expect(await RandomRDDs.normalRDD(sc(), 5, 2, -7n).glom().collect()).toEqual([
    [0.9450554115761682, -0.6842816815773411],
    [-0.8275864693430603, 0.40365103855718476, -1.2774136079798757],
  ]);
});

const N = 60_000;

/** Mean, variance and skewness that a distribution has. */
const distributions: readonly (readonly [
  string,
  () => ReturnType<typeof RandomRDDs.uniformRDD>,
  readonly [number, number, number],
])[] = [
  ["uniform", () => RandomRDDs.uniformRDD(sc(), N, 3, 11), [1 / 2, 1 / 12, 0]],
  ["normal", () => RandomRDDs.normalRDD(sc(), N, 3, 11), [0, 1, 0]],
  ["log-normal", () => RandomRDDs.logNormalRDD(sc(), 0.5, 0.25, N, 3, 11).map((x) => Math.log(x)), [0.5, 0.0625, 0]],
  ["exponential", () => RandomRDDs.exponentialRDD(sc(), 3, N, 3, 11), [3, 9, 2]],
  ["gamma of shape 9", () => RandomRDDs.gammaRDD(sc(), 9, 0.5, N, 3, 11), [4.5, 2.25, 2 / 3]],
  ["gamma of shape 0.25", () => RandomRDDs.gammaRDD(sc(), 0.25, 2, N, 3, 11), [0.5, 1, 4]],
  ["Poisson of mean 2", () => RandomRDDs.poissonRDD(sc(), 2, N, 3, 11), [2, 2, 1 / Math.sqrt(2)]],
  ["Poisson of mean 12", () => RandomRDDs.poissonRDD(sc(), 12, N, 3, 11), [12, 12, 1 / Math.sqrt(12)]],
  ["Poisson of mean 5000", () => RandomRDDs.poissonRDD(sc(), 5000, N, 3, 11), [5000, 5000, 1 / Math.sqrt(5000)]],
];

test.each(distributions)("moments: %s", async (_, rdd, [mean, variance, skewness]) => {
  const values = await rdd().collect();
  expect(values.length).toBe(N);
  const moment = (power: number, around: number): number => values.reduce((sum, x) => sum + (x - around) ** power, 0) / N;
  // Within five standard errors of the mean, and what that many numbers say of the others.
  expect(Math.abs(moment(1, 0) - mean)).toBeLessThan(5 * Math.sqrt(variance / N));
  expect(Math.abs(moment(2, mean) / variance - 1)).toBeLessThan(0.06);
  expect(Math.abs(moment(3, mean) / variance ** 1.5 - skewness)).toBeLessThan(0.1 + 0.1 * skewness);
});

test("counts have Poisson's probabilities on both sides of where the method changes", async () => {
  for (const mean of [9.9, 10.1]) {
    const counts = await RandomRDDs.poissonRDD(sc(), mean, N, 2, 5).countByValue();
    let probability = Math.exp(-mean);
    let chiSquared = 0;
    for (let k = 0; k <= 20; k++) {
      if (k >= 3) chiSquared += ((counts.get(k) ?? 0) - N * probability) ** 2 / (N * probability);
      probability *= mean / (k + 1);
    }
    // 18 classes: above 45 once in 2,500 seeds.
    expect(chiSquared).toBeLessThan(45);
  }
});

test("the same seed and partitions give the same numbers, also where a partition is computed again", async () => {
  const draw = (numPartitions: number, seed: number) => RandomRDDs.gammaRDD(sc(), 2, 1, 50, numPartitions, seed);
  const rdd = draw(4, 3);
  const first = await rdd.collect();
  expect(await rdd.collect()).toEqual(first);
  expect(await draw(4, 3).collect()).toEqual(first);
  expect(await draw(4, 4).collect()).not.toEqual(first);
  expect(await draw(3, 3).collect()).not.toEqual(first);
  expect(new Set(first).size).toBe(50);
  const unseeded = RandomRDDs.uniformRDD(sc(), 10);
  expect(await unseeded.collect()).toEqual(await unseeded.collect());
  expect(await RandomRDDs.uniformRDD(sc(), 10).collect()).not.toEqual(await unseeded.collect());
  expect(await unseeded.getNumPartitions()).toBe(sc().defaultParallelism);
});

test("numbers are made while they are asked for", async () => {
  // As an array a partition would not fit into an executor.
  expect((await RandomRDDs.normalRDD(sc(), 10_000_000_000, 2, 1).take(3)).length).toBe(3);
});

test("vectors: rows of the numbers, in their order", async () => {
  const flat = await RandomRDDs.normalRDD(sc(), 6, 1, 9).collect();
  const rows = await RandomRDDs.normalVectorRDD(sc(), 2, 3, 1, 9).collect();
  expect(rows.map((row) => row instanceof mllib.DenseVector)).toEqual([true, true]);
  expect(rows.flatMap((row) => [...row.toArray()])).toEqual(flat);
  const all = [
    RandomRDDs.uniformVectorRDD(sc(), 5, 2, 2, 1),
    RandomRDDs.logNormalVectorRDD(sc(), 0, 1, 5, 2, 2, 1),
    RandomRDDs.poissonVectorRDD(sc(), 4, 5, 2, 2, 1),
    RandomRDDs.exponentialVectorRDD(sc(), 4, 5, 2, 2, 1),
    RandomRDDs.gammaVectorRDD(sc(), 1, 1, 5, 2, 2, 1),
    RandomRDDs.randomVectorRDD(sc(), new mllib.PoissonGenerator(400), 5, 2, 2, 1),
  ];
  for (const rdd of all) expect((await rdd.collect()).map((row) => row.size)).toEqual([2, 2, 2, 2, 2]);
});

test("a generator of the user's own", async () => {
  class Die {
    private state = 0;
    setSeed(seed: bigint): void {
      this.state = Number(BigInt.asUintN(16, seed));
    }
    nextValue(): string {
      this.state = (this.state * 75 + 74) % 65537;
      return `${(this.state % 6) + 1}`;
    }
    copy(): Die {
      return new Die();
    }
  }
  const throws = RandomRDDs.randomRDD(sc(), new Die(), 30, 3, 8);
  const seen = await throws.collect();
  expect(seen.every((text) => /^[1-6]$/.test(text))).toBe(true);
  expect(await throws.collect()).toEqual(seen);
});

test("what is wrong is said where it is given", () => {
  expect(() => RandomRDDs.uniformRDD(sc(), 0)).toThrow(/uniformRDD: the size must be a whole number of at least 1, got 0/);
  expect(() => RandomRDDs.uniformRDD(sc(), 3, 0)).toThrow(/number of partitions/);
  expect(() => RandomRDDs.uniformRDD(sc(), 3, 1, 0.5)).toThrow(/seed/);
  expect(() => RandomRDDs.normalVectorRDD(sc(), 3, 0)).toThrow(/columns/);
  expect(() => RandomRDDs.poissonRDD(sc(), -1, 3)).toThrow(/mean must be a number above 0, got -1/);
  expect(() => RandomRDDs.gammaRDD(sc(), 0, 1, 3)).toThrow(/shape/);
  expect(() => RandomRDDs.logNormalRDD(sc(), 0, 0, 3)).toThrow(/std/);
  expect(() => RandomRDDs.randomRDD(sc(), {} as never, 3)).toThrow(/nextValue/);
});
