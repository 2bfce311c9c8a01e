/**
 * Count, mean, variance and extremes of numbers in one pass, mergeable: Welford's update, and the merge of Chan, Golub
 * and LeVeque, as Spark's StatCounter.
 */
import { inspect } from "node:util";

/** What `rdd.stats()` resolves to. Of no numbers: count and mean 0, variances NaN, min Infinity, max -Infinity. */
export class StatCounter {
  #count = 0;
  #mean = 0;
  /** Sum of squared differences from the mean. */
  #m2 = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(values: Iterable<number> = []) {
    for (const value of values) this.merge(value);
  }

  /** A counter from the five numbers of `toState`. */
  static fromState(state: readonly number[]): StatCounter {
    const counter = new StatCounter();
    [counter.#count, counter.#mean, counter.#m2, counter.#min, counter.#max] = state as [number, number, number, number, number];
    return counter;
  }

  toState(): number[] {
    return [this.#count, this.#mean, this.#m2, this.#min, this.#max];
  }

  /** Takes a number in. */
  merge(value: number): this {
    const delta = value - this.#mean;
    this.#count++;
    this.#mean += delta / this.#count;
    this.#m2 += delta * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    return this;
  }

  /** Takes in all numbers that `other` saw. */
  mergeStats(other: StatCounter): this {
    if (other === this) return this.mergeStats(other.copy());
    if (this.#count === 0) {
      [this.#count, this.#mean, this.#m2, this.#min, this.#max] = [other.#count, other.#mean, other.#m2, other.#min, other.#max];
    } else if (other.#count !== 0) {
      const delta = other.#mean - this.#mean;
      const count = this.#count + other.#count;
      // The form that loses least where one side is much larger, as Spark's.
      if (other.#count * 10 < this.#count) this.#mean += (delta * other.#count) / count;
      else if (this.#count * 10 < other.#count) this.#mean = other.#mean - (delta * this.#count) / count;
      else this.#mean = (this.#mean * this.#count + other.#mean * other.#count) / count;
      this.#m2 += other.#m2 + (delta * delta * this.#count * other.#count) / count;
      this.#count = count;
      this.#min = Math.min(this.#min, other.#min);
      this.#max = Math.max(this.#max, other.#max);
    }
    return this;
  }

  copy(): StatCounter {
    return StatCounter.fromState(this.toState());
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#mean;
  }

  get sum(): number {
    return this.#count * this.#mean;
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** Of the population: divided by count. */
  get variance(): number {
    return this.#count === 0 ? NaN : this.#m2 / this.#count;
  }

  get popVariance(): number {
    return this.variance;
  }

  /** Of a sample: divided by count - 1. */
  get sampleVariance(): number {
    return this.#count <= 1 ? NaN : this.#m2 / (this.#count - 1);
  }

  get stdev(): number {
    return Math.sqrt(this.variance);
  }

  get popStdev(): number {
    return this.stdev;
  }

  get sampleStdev(): number {
    return Math.sqrt(this.sampleVariance);
  }

  toString(): string {
    return `(count: ${this.count}, mean: ${this.mean}, stdev: ${this.stdev}, max: ${this.max}, min: ${this.min})`;
  }

  [inspect.custom](): string {
    return `StatCounter ${this.toString()}`;
  }
}
