/**
 * What results of a part of the partitions tell of the whole: Spark's evaluators (org.apache.spark.partial), which take the records as
 * spread over the partitions at random.
 */
import { logPoisson, normalQuantile, studentTwoSided } from "../../common/distributions";
import type { StatCounter } from "../stat-counter";

/** A number that lies between `low` and `high` with probability `confidence`. Counts as its mean where a number is wanted. */
export class BoundedDouble {
  constructor(
    readonly mean: number,
    readonly confidence: number,
    readonly low: number,
    readonly high: number,
  ) {}

  valueOf(): number {
    return this.mean;
  }

  toString(): string {
    return `[${this.low.toFixed(3)}, ${this.high.toFixed(3)}]`;
  }
}

const exactly = (value: number): BoundedDouble => new BoundedDouble(value, 1, value, value);

/** How much of the whole has been seen. */
export interface Seen {
  readonly partitions: number;
  readonly all: number;
  readonly confidence: number;
}

/** The number of records, of which `count` were seen: the others follow a Poisson distribution. */
export function countBound(count: number, { partitions, all, confidence }: Seen): BoundedDouble {
  if (partitions === all) return exactly(count);
  if (partitions === 0 || count === 0) return new BoundedDouble(0, 0, 0, Infinity);
  const part = partitions / all;
  const mean = (count * (1 - part)) / part;
  const [low, high] = [(1 - confidence) / 2, (1 + confidence) / 2].map((p) => poissonQuantile(p, mean)) as [number, number];
  return new BoundedDouble(count + mean, confidence, count + low, count + high);
}

export function meanBound(stats: StatCounter, { partitions, all, confidence }: Seen): BoundedDouble {
  const { count, mean } = stats;
  if (partitions === all) return exactly(mean);
  if (partitions === 0 || count === 0) return new BoundedDouble(0, 0, -Infinity, Infinity);
  if (count === 1) return new BoundedDouble(mean, confidence, -Infinity, Infinity);
  const reach = factor(confidence, count) * Math.sqrt(stats.sampleVariance / count);
  return new BoundedDouble(mean, confidence, mean - reach, mean + reach);
}

export function sumBound(stats: StatCounter, { partitions, all, confidence }: Seen): BoundedDouble {
  const { count, mean } = stats;
  const sum = count === 0 ? 0 : mean * count;
  if (partitions === all) return exactly(sum);
  if (partitions === 0 || count === 0) return new BoundedDouble(0, 0, -Infinity, Infinity);
  const part = partitions / all;
  const others = (count * (1 - part)) / part;
  const rest = mean * others;
  if (count === 1) return new BoundedDouble(sum + rest, confidence, -Infinity, Infinity);
  const meanVariance = stats.sampleVariance / count;
  const countVariance = (count * (1 - part)) / (part * part);
  // Of a product of independent numbers.
  const variance = mean * mean * countVariance + others * others * meanVariance + meanVariance * countVariance;
  const reach = factor(confidence, count) * Math.sqrt(variance);
  return new BoundedDouble(sum + rest, confidence, sum + rest - reach, sum + rest + reach);
}

/** Standard errors that an interval of the confidence reaches to each side, from `count` values. */
function factor(confidence: number, count: number): number {
  return count > 100 ? normalQuantile((1 + confidence) / 2) : studentQuantile(confidence, count - 1);
}

/** The t that |T| does not exceed with probability `confidence`. */
function studentQuantile(confidence: number, degreesOfFreedom: number): number {
  let [low, high] = [0, 1];
  while (studentTwoSided(high, degreesOfFreedom) > 1 - confidence && high < 1e300) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degreesOfFreedom) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** The least k with P(X ≤ k) ≥ p. */
function poissonQuantile(p: number, mean: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return Infinity;
  // Terms farther off are below the accuracy of a double; far out the distribution is normal.
  if (mean > 1e10) return Math.round(mean + normalQuantile(p) * Math.sqrt(mean));
  let k = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean) - 12));
  for (let total = Math.exp(logPoisson(k, mean)); total < p; total += Math.exp(logPoisson(k, mean))) k++;
  return k;
}
