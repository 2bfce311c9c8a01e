/**
 * Spark's samplers (core/util/random/RandomSampler.scala): how many times each record of a partition, in order, is
 * taken. With small fractions they draw gaps instead of one number for each record.
 */
import { XorShiftRandom } from "./xor-shift";

export interface Sampler {
  /** How often the next record is taken. */
  sample(): number;
}

/** Fractions up to this one draw gaps. */
const MAX_GAP_FRACTION = 0.4;
/** Draws below this are taken for it: log(0) is no gap. */
const EPSILON = 5e-11;

const never: Sampler = { sample: () => 0 };
const always: Sampler = { sample: () => 1 };

/** Each record once, with probability `fraction`. */
export function bernoulli(fraction: number, seed: bigint): Sampler {
  if (fraction <= 0) return never;
  if (fraction >= 1) return always;
  const random = new XorShiftRandom(seed);
  if (fraction > MAX_GAP_FRACTION) return { sample: () => (random.nextDouble() <= fraction ? 1 : 0) };
  return new GapSampler(random, Math.log1p(-fraction));
}

/** Each record whose draw is in [lower, upper): the same seed and adjoining intervals give parts of one whole. */
export function bernoulliCell(lower: number, upper: number, seed: bigint): Sampler {
  if (upper - lower <= 0) return never;
  const random = new XorShiftRandom(seed);
  return {
    sample: () => {
      const draw = random.nextDouble();
      return draw >= lower && draw < upper ? 1 : 0;
    },
  };
}

/**
 * Each record as often as a Poisson distribution of this mean says. Spark draws means above 0.4 from another generator
 * (Well19937c): with the same seed it takes other records, in the same proportions.
 */
export function poisson(mean: number, seed: bigint): Sampler {
  if (mean <= 0) return never;
  const random = new XorShiftRandom(seed);
  if (mean <= MAX_GAP_FRACTION) return new PoissonGapSampler(random, mean);
  return { sample: () => drawPoisson(random, mean) };
}

/** How often a pair is taken, by the fraction of its key. */
export function byFraction(fraction: (key: unknown) => number, withReplacement: boolean, seed: bigint): (key: unknown) => number {
  const random = new XorShiftRandom(seed);
  return withReplacement ? (key) => drawPoisson(random, fraction(key)) : (key) => (random.nextDouble() < fraction(key) ? 1 : 0);
}

/** The numbers by which `byFraction` decides without replacement: those below the key's limit. */
export function drawsBelow(limit: (key: unknown) => number, seed: bigint): (key: unknown) => readonly number[] {
  const random = new XorShiftRandom(seed);
  return (key) => {
    const draw = random.nextDouble();
    return draw < limit(key) ? [draw] : [];
  };
}

/**
 * For each pair the arrivals of a Poisson process of rate 1 before the key's limit. Of all arrivals of n pairs the first s are s draws with
 * replacement. What a pair gets does not depend on the limits of those before it.
 */
export function arrivalsBelow(limit: (key: unknown) => number, seed: bigint): (key: unknown) => readonly number[] {
  const random = new XorShiftRandom(seed);
  return (key) => {
    const own = new XorShiftRandom((BigInt(random.nextInt()) << 32n) ^ BigInt(random.nextInt() >>> 0));
    const end = limit(key);
    const times: number[] = [];
    for (let at = -Math.log1p(-own.nextDouble()); at < end; at -= Math.log1p(-own.nextDouble())) times.push(at);
    return times;
  };
}

/** Means are drawn in parts of at most this, whose exponential is no subnormal. */
const MAX_MEAN = 500;

function drawPoisson(random: XorShiftRandom, mean: number): number {
  let count = 0;
  for (let left = mean; left > 0; left -= MAX_MEAN) {
    const limit = Math.exp(-Math.min(left, MAX_MEAN));
    for (let product = random.nextDouble(); product >= limit; product *= random.nextDouble()) count++;
  }
  return count;
}

class GapSampler implements Sampler {
  #dropping = 0;

  constructor(
    private readonly random: XorShiftRandom,
    private readonly logOfRest: number,
  ) {
    this.#advance();
  }

  sample(): number {
    if (this.#dropping > 0) {
      this.#dropping--;
      return 0;
    }
    this.#advance();
    return 1;
  }

  #advance(): void {
    this.#dropping = Math.trunc(Math.log(Math.max(this.random.nextDouble(), EPSILON)) / this.logOfRest);
  }
}

class PoissonGapSampler implements Sampler {
  #dropping = 0;
  /** The probability of 0. */
  readonly #zero: number;

  constructor(
    private readonly random: XorShiftRandom,
    private readonly mean: number,
  ) {
    this.#zero = Math.exp(-mean);
    this.#advance();
  }

  sample(): number {
    if (this.#dropping > 0) {
      this.#dropping--;
      return 0;
    }
    const count = this.#atLeastOne();
    this.#advance();
    return count;
  }

  /** A draw from the distribution, given that it is not 0. */
  #atLeastOne(): number {
    let product = this.#zero + (1 - this.#zero) * this.random.nextDouble();
    let count = 1;
    for (product *= this.random.nextDouble(); product > this.#zero; product *= this.random.nextDouble()) count++;
    return count;
  }

  #advance(): void {
    this.#dropping = Math.trunc(Math.log(Math.max(this.random.nextDouble(), EPSILON)) / -this.mean);
  }
}
