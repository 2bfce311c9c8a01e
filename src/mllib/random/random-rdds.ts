/** RDDs of independent random numbers, made in tasks: org.apache.spark.mllib.random.RandomRDDs. */
import { UsageError } from "../../common/errors";
import type { SparkContext } from "../../driver/spark-context";
import { JavaRandom } from "../../rdd/random/java-random";
import type { RDD } from "../../rdd/rdd";
import { DenseVector } from "../linalg";
import {
  ExponentialGenerator,
  GammaGenerator,
  LogNormalGenerator,
  PoissonGenerator,
  type RandomDataGenerator,
  randomSeed,
  StandardNormalGenerator,
  UniformGenerator,
} from "./generators";

/** A 64-bit integer. */
type Seed = number | bigint;

/** What one partition is made of. */
type Part = readonly [rows: number, seed: bigint];

/**
 * Each method takes the context, the distribution's parameters, the `size` (or rows and columns), and then
 * - `numPartitions`: the context's default parallelism where absent,
 * - `seed`: a whole number or a bigint; another one each time where absent.
 *
 * Nothing is computed before an action. A partition draws from a generator of its own, whose seed is drawn from `seed` as Spark does: the same seed and number
 * of partitions give the same numbers, also when a partition is computed again. Uniform and normal numbers are Spark's; the generators say how others are drawn.
 *
 * @example await RandomRDDs.normalRDD(sc, 1_000_000, 8, 42).map((z) => 170 + 8 * z).stats()
 */
export const RandomRDDs = {
  /** From 0 up to, without, 1. */
  uniformRDD: (sc: SparkContext, size: number, numPartitions?: number, seed?: Seed): RDD<number> =>
    numbers("uniformRDD", sc, new UniformGenerator(), size, numPartitions, seed),

  /** Mean 0, deviation 1. */
  normalRDD: (sc: SparkContext, size: number, numPartitions?: number, seed?: Seed): RDD<number> =>
    numbers("normalRDD", sc, new StandardNormalGenerator(), size, numPartitions, seed),

  /** Numbers whose logarithms are normal, with this mean and standard deviation (above 0). */
  logNormalRDD: (sc: SparkContext, mean: number, std: number, size: number, numPartitions?: number, seed?: Seed): RDD<number> =>
    numbers("logNormalRDD", sc, new LogNormalGenerator(mean, std), size, numPartitions, seed),

  /** Counts of this mean, which is above 0. */
  poissonRDD: (sc: SparkContext, mean: number, size: number, numPartitions?: number, seed?: Seed): RDD<number> =>
    numbers("poissonRDD", sc, new PoissonGenerator(mean), size, numPartitions, seed),

  /** Of this mean, which is above 0. */
  exponentialRDD: (sc: SparkContext, mean: number, size: number, numPartitions?: number, seed?: Seed): RDD<number> =>
    numbers("exponentialRDD", sc, new ExponentialGenerator(mean), size, numPartitions, seed),

  /** Shape and scale are above 0; the mean is their product. */
  gammaRDD: (sc: SparkContext, shape: number, scale: number, size: number, numPartitions?: number, seed?: Seed): RDD<number> =>
    numbers("gammaRDD", sc, new GammaGenerator(shape, scale), size, numPartitions, seed),

  /** Values of a generator of yours. */
  randomRDD: <T>(
    sc: SparkContext,
    generator: RandomDataGenerator<T>,
    size: number,
    numPartitions?: number,
    seed?: Seed,
  ): RDD<T> => numbers("randomRDD", sc, generator, size, numPartitions, seed),

  /** Vectors of `numCols` entries from 0 up to, without, 1. */
  uniformVectorRDD: (sc: SparkContext, numRows: number, numCols: number, numPartitions?: number, seed?: Seed): RDD<DenseVector> =>
    vectors("uniformVectorRDD", sc, new UniformGenerator(), numRows, numCols, numPartitions, seed),

  /** Vectors of `numCols` entries of mean 0 and deviation 1. */
  normalVectorRDD: (sc: SparkContext, numRows: number, numCols: number, numPartitions?: number, seed?: Seed): RDD<DenseVector> =>
    vectors("normalVectorRDD", sc, new StandardNormalGenerator(), numRows, numCols, numPartitions, seed),

  /** Vectors of `numCols` entries whose logarithms are normal, with this mean and standard deviation (above 0). */
  logNormalVectorRDD: (
    sc: SparkContext,
    mean: number,
    std: number,
    numRows: number,
    numCols: number,
    numPartitions?: number,
    seed?: Seed,
  ): RDD<DenseVector> =>
    vectors("logNormalVectorRDD", sc, new LogNormalGenerator(mean, std), numRows, numCols, numPartitions, seed),

  /** Vectors of `numCols` counts of this mean, which is above 0. */
  poissonVectorRDD: (
    sc: SparkContext,
    mean: number,
    numRows: number,
    numCols: number,
    numPartitions?: number,
    seed?: Seed,
  ): RDD<DenseVector> => vectors("poissonVectorRDD", sc, new PoissonGenerator(mean), numRows, numCols, numPartitions, seed),

  /** Vectors of `numCols` exponentially distributed entries of this mean, which is above 0. */
  exponentialVectorRDD: (
    sc: SparkContext,
    mean: number,
    numRows: number,
    numCols: number,
    numPartitions?: number,
    seed?: Seed,
  ): RDD<DenseVector> =>
    vectors("exponentialVectorRDD", sc, new ExponentialGenerator(mean), numRows, numCols, numPartitions, seed),

  /** Vectors of `numCols` gamma distributed entries; shape and scale are above 0, and the mean is their product. */
  gammaVectorRDD: (
    sc: SparkContext,
    shape: number,
    scale: number,
    numRows: number,
    numCols: number,
    numPartitions?: number,
    seed?: Seed,
  ): RDD<DenseVector> => vectors("gammaVectorRDD", sc, new GammaGenerator(shape, scale), numRows, numCols, numPartitions, seed),

  /** Vectors of `numCols` values of a generator of yours. */
  randomVectorRDD: (
    sc: SparkContext,
    generator: RandomDataGenerator<number>,
    numRows: number,
    numCols: number,
    numPartitions?: number,
    seed?: Seed,
  ): RDD<DenseVector> => vectors("randomVectorRDD", sc, generator, numRows, numCols, numPartitions, seed),
} as const;

function numbers<T>(
  call: string,
  sc: SparkContext,
  generator: RandomDataGenerator<T>,
  size: number,
  numPartitions: number | undefined,
  seed: Seed | undefined,
): RDD<T> {
  return partsOf(call, sc, generator, size, numPartitions, seed).mapPartitions<T>(function* (parts) {
    for (const [rows, partSeed] of parts) {
      const own = generator.copy();
      own.setSeed(partSeed);
      for (let row = 0; row < rows; row++) yield own.nextValue();
    }
  });
}

function vectors(
  call: string,
  sc: SparkContext,
  generator: RandomDataGenerator<number>,
  numRows: number,
  numCols: number,
  numPartitions: number | undefined,
  seed: Seed | undefined,
): RDD<DenseVector> {
  requireCount(call, "the number of columns", numCols);
  return partsOf(call, sc, generator, numRows, numPartitions, seed).mapPartitions<DenseVector>(function* (parts) {
    for (const [rows, partSeed] of parts) {
      const own = generator.copy();
      own.setSeed(partSeed);
      for (let row = 0; row < rows; row++) {
        const values = new Float64Array(numCols);
        for (let column = 0; column < numCols; column++) values[column] = own.nextValue();
        yield new DenseVector(values);
      }
    }
  });
}

/** One record a partition: how many rows it has and from which seed, as Spark's RandomRDD deals them out. */
function partsOf(
  call: string,
  sc: SparkContext,
  generator: RandomDataGenerator<unknown>,
  size: number,
  numPartitions: number = sc.defaultParallelism,
  seed: Seed = randomSeed(),
): RDD<Part> {
  requireCount(call, "the size", size);
  requireCount(call, "the number of partitions", numPartitions);
  if (typeof seed !== "bigint" && !Number.isSafeInteger(seed))
    throw new UsageError("INVALID_ARGUMENT", `${call}: the seed must be a whole number or a bigint, got ${String(seed)}.`);
  for (const method of ["nextValue", "setSeed", "copy"] as const)
    if (typeof (generator as Partial<typeof generator> | null)?.[method] !== "function")
      throw new UsageError("INVALID_ARGUMENT", `${call}: the generator has no method ${method}.`);
  const seeds = new JavaRandom(BigInt(seed));
  // Products of sizes and partitions may be above 2^53.
  const end = (part: number): number => Number((BigInt(part) * BigInt(size)) / BigInt(numPartitions));
  const parts = Array.from({ length: numPartitions }, (_, part): Part => [end(part + 1) - end(part), seeds.nextLong()]);
  return sc.parallelize(parts, numPartitions);
}

function requireCount(call: string, what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError("INVALID_ARGUMENT", `${call}: ${what} must be a whole number of at least 1, got ${String(value)}.`);
}
