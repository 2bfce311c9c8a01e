/**
 * Generators of independent numbers of a distribution, with the names of org.apache.spark.mllib.random. All draw from XorShiftRandom. Uniform and normal
 * numbers are Spark's for the same seed; the others come from methods of their own, so that with a seed they have Spark's distribution but not its numbers.
 */
import { logGamma } from "../../common/distributions";
import { UsageError } from "../../common/errors";
import { XorShiftRandom } from "../../rdd/random/xor-shift";

/** What RandomRDDs.randomRDD draws from. Its instances travel to the executors, where each partition has a copy with a seed of its own. */
export interface RandomDataGenerator<T> {
  nextValue(): T;
  /** Begins the sequence of a seed, a 64-bit integer. */
  setSeed(seed: bigint): void;
  copy(): RandomDataGenerator<T>;
}

/** A generator that was given no seed begins at a random one. Instances travel to executors: their classes have no #private members. */
abstract class DoubleGenerator implements RandomDataGenerator<number> {
  private source: XorShiftRandom | null = null;

  abstract nextValue(): number;
  abstract copy(): RandomDataGenerator<number>;

  setSeed(seed: bigint | number): void {
    this.source = new XorShiftRandom(BigInt(seed));
  }

  protected get random(): XorShiftRandom {
    return (this.source ??= new XorShiftRandom(randomSeed()));
  }
}

/** Any 64-bit integer. */
export function randomSeed(): bigint {
  return BigInt.asIntN(64, (BigInt(Math.floor(Math.random() * 2 ** 32)) << 32n) | BigInt(Math.floor(Math.random() * 2 ** 32)));
}

function requirePositive(generator: string, parameters: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(parameters))
    if (typeof value !== "number" || !(value > 0 && value < Infinity))
      throw new UsageError("INVALID_ARGUMENT", `${generator}: ${name} must be a number above 0, got ${String(value)}.`);
}

/** Numbers from 0 up to, without, 1: Spark's for the same seed. */
export class UniformGenerator extends DoubleGenerator {
  override nextValue(): number {
    return this.random.nextDouble();
  }

  override copy(): UniformGenerator {
    return new UniformGenerator();
  }
}

/** Mean 0, deviation 1, by the polar method (G. Marsaglia, T. A. Bray, A Convenient Method for Generating Normal Variables, 1964): Spark's numbers for the same seed. */
export class StandardNormalGenerator extends DoubleGenerator {
  override nextValue(): number {
    return this.random.nextGaussian();
  }

  override copy(): StandardNormalGenerator {
    return new StandardNormalGenerator();
  }
}

/** The exponential of a normal number. */
export class LogNormalGenerator extends DoubleGenerator {
  /**
   * @param mean of the logarithms
   * @param std their standard deviation, above 0
   */
  constructor(
    readonly mean: number,
    readonly std: number,
  ) {
    super();
    if (!Number.isFinite(mean))
      throw new UsageError("INVALID_ARGUMENT", `LogNormalGenerator: mean must be a number, got ${String(mean)}.`);
    requirePositive("LogNormalGenerator", { std });
  }

  override nextValue(): number {
    return Math.exp(this.mean + this.std * this.random.nextGaussian());
  }

  override copy(): LogNormalGenerator {
    return new LogNormalGenerator(this.mean, this.std);
  }
}

/** Exponentially distributed numbers, by inversion of the distribution function. */
export class ExponentialGenerator extends DoubleGenerator {
  /** @param mean above 0: the rate's reciprocal */
  constructor(readonly mean: number) {
    super();
    requirePositive("ExponentialGenerator", { mean });
  }

  override nextValue(): number {
    return -this.mean * Math.log1p(-this.random.nextDouble());
  }

  override copy(): ExponentialGenerator {
    return new ExponentialGenerator(this.mean);
  }
}

/**
 * Gamma distributed numbers, by rejection (G. Marsaglia, W. W. Tsang, A Simple Method for Generating Gamma Variables, ACM TOMS 26, 2000). Those of a shape below 1
 * are numbers of shape + 1, multiplied by a uniform one to the power of 1 / shape, as the same paper says.
 */
export class GammaGenerator extends DoubleGenerator {
  /**
   * @param shape above 0
   * @param scale above 0; the mean is shape × scale
   */
  constructor(
    readonly shape: number,
    readonly scale: number,
  ) {
    super();
    requirePositive("GammaGenerator", { shape, scale });
  }

  override nextValue(): number {
    const { random, shape, scale } = this;
    const boost = shape < 1 ? random.nextDouble() ** (1 / shape) : 1;
    const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = random.nextGaussian();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      const u = random.nextDouble();
      if (u < 1 - 0.0331 * x ** 4 || Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return scale * boost * d * v;
    }
  }

  override copy(): GammaGenerator {
    return new GammaGenerator(this.shape, this.scale);
  }
}

/** Means from here on are drawn by rejection, whose work does not grow with the mean. */
const LARGE_MEAN = 10;

/**
 * Counts of Poisson's distribution: of small means by multiplication (D. E. Knuth, The Art of Computer Programming 2, 3.4.1), of others by transformed rejection
 * (PTRS of W. Hörmann, The Transformed Rejection Method for Generating Poisson Random Variables, 1993).
 */
export class PoissonGenerator extends DoubleGenerator {
  /** @param mean above 0 */
  constructor(readonly mean: number) {
    super();
    requirePositive("PoissonGenerator", { mean });
  }

  override nextValue(): number {
    return this.mean < LARGE_MEAN ? byMultiplication(this.mean, this.random) : byRejection(this.mean, this.random);
  }

  override copy(): PoissonGenerator {
    return new PoissonGenerator(this.mean);
  }
}

function byMultiplication(mean: number, random: XorShiftRandom): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.nextDouble(); product > limit; product *= random.nextDouble()) count++;
  return count;
}

function byRejection(mean: number, random: XorShiftRandom): number {
  const root = Math.sqrt(mean);
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const inner = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.nextDouble() - 0.5;
    const v = random.nextDouble();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= inner) return k;
    if (k < 0 || (edge < 0.013 && v > edge)) continue;
    const density = k * logMean - mean - logGamma(k + 1);
    if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (edge * edge) + b) <= density) return k;
  }
}
