/**
 * Quantiles of a stream with a bounded error in rank (Greenwald, Khanna: Space-Efficient Online Computation of Quantile Summaries,
 * 2001), compressed at the moments at which Spark compresses, so that the same rows give the same sample.
 */

/** `g`: the ranks between this sample and the one before. `delta`: how uncertain the rank is. */
interface Sample {
  readonly value: number;
  readonly g: number;
  readonly delta: number;
}

const COMPRESS_AT = 10000;
const HEAD_SIZE = 50000;

/** NaN above all. */
function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

export class QuantileSummary {
  #samples: readonly Sample[];
  #count: number;
  /** Values that have not been put into the samples. */
  #head: number[] = [];

  constructor(
    readonly relativeError: number,
    samples: readonly Sample[] = [],
    count = 0,
  ) {
    this.#samples = samples;
    this.#count = count;
  }

  insert(value: number): void {
    this.#head.push(value);
    if (this.#head.length < HEAD_SIZE) return;
    this.#takeHead();
    if (this.#samples.length >= COMPRESS_AT) this.compress();
  }

  #takeHead(): void {
    if (this.#head.length === 0) return;
    const sorted = this.#head.sort(ascending);
    const samples: Sample[] = [];
    let at = 0;
    let count = this.#count;
    sorted.forEach((value, i) => {
      while (at < this.#samples.length && ascending((this.#samples[at] as Sample).value, value) <= 0) {
        samples.push(this.#samples[at++] as Sample);
      }
      count++;
      const extreme = samples.length === 0 || (at === this.#samples.length && i === sorted.length - 1);
      samples.push({ value, g: 1, delta: extreme ? 0 : Math.floor(2 * this.relativeError * count) });
    });
    while (at < this.#samples.length) samples.push(this.#samples[at++] as Sample);
    this.#samples = samples;
    this.#count = count;
    this.#head = [];
  }

  compress(): void {
    this.#takeHead();
    this.#samples = compressed(this.#samples, 2 * this.relativeError * this.#count);
  }

  /** Both are compressed. */
  merged(other: QuantileSummary): QuantileSummary {
    if (other.#count === 0) return this;
    if (this.#count === 0) return other;
    const samples: Sample[] = [];
    const error = Math.max(this.relativeError, other.relativeError);
    const count = this.#count + other.#count;
    const more = Math.floor(2 * other.relativeError * other.#count);
    const otherMore = Math.floor(2 * this.relativeError * this.#count);
    let i = 0;
    let j = 0;
    while (i < this.#samples.length && j < other.#samples.length) {
      const mine = this.#samples[i] as Sample;
      const theirs = other.#samples[j] as Sample;
      if (ascending(mine.value, theirs.value) < 0) {
        samples.push({ ...mine, delta: mine.delta + (j > 0 ? more : 0) });
        i++;
      } else {
        samples.push({ ...theirs, delta: theirs.delta + (i > 0 ? otherMore : 0) });
        j++;
      }
    }
    for (; i < this.#samples.length; i++) samples.push(this.#samples[i] as Sample);
    for (; j < other.#samples.length; j++) samples.push(other.#samples[j] as Sample);
    return new QuantileSummary(error, compressed(samples, 2 * error * count), count);
  }

  /** The values at these shares of all ranks; null without values. Compressed before. */
  query(percentages: readonly number[]): readonly number[] | null {
    const samples = this.#samples;
    if (samples.length === 0) return null;
    let most = -Infinity;
    for (const { g, delta } of samples) most = Math.max(most, g + delta);
    const targetError = Math.floor(most / 2);
    const result = new Array<number>(percentages.length);
    let index = 0;
    let minRank = (samples[0] as Sample).g;
    const order = percentages.map((_, i) => i).sort((a, b) => (percentages[a] as number) - (percentages[b] as number));
    for (const place of order) {
      const percentage = percentages[place] as number;
      if (percentage <= this.relativeError || samples.length === 1) {
        result[place] = (samples[0] as Sample).value;
      } else if (percentage >= 1 - this.relativeError) {
        result[place] = (samples[samples.length - 1] as Sample).value;
      } else {
        const rank = Math.ceil(percentage * this.#count);
        while (index < samples.length - 1) {
          const maxRank = minRank + (samples[index] as Sample).delta;
          if (maxRank - targetError <= rank && rank <= minRank + targetError) break;
          index++;
          minRank += (samples[index] as Sample).g;
        }
        result[place] = (samples[index] as Sample).value;
      }
    }
    return result;
  }

  get count(): number {
    return this.#count + this.#head.length;
  }

  /** Compressed before. */
  columns(): { readonly count: number; readonly values: number[]; readonly gs: number[]; readonly deltas: number[] } {
    const samples = this.#samples;
    return {
      count: this.#count,
      values: samples.map((one) => one.value),
      gs: samples.map((one) => one.g),
      deltas: samples.map((one) => one.delta),
    };
  }
}

/** Neighbours joined while their error stays below the threshold; the last and the least value always stay. */
function compressed(samples: readonly Sample[], threshold: number): readonly Sample[] {
  if (samples.length === 0) return samples;
  const kept: Sample[] = [];
  let head = samples[samples.length - 1] as Sample;
  for (let i = samples.length - 2; i >= 1; i--) {
    const sample = samples[i] as Sample;
    if (sample.g + head.g + head.delta < threshold) {
      head = { value: head.value, g: head.g + sample.g, delta: head.delta };
    } else {
      kept.push(head);
      head = sample;
    }
  }
  kept.push(head);
  const first = samples[0] as Sample;
  if (ascending(first.value, head.value) <= 0 && samples.length > 1) kept.push(first);
  return kept.reverse();
}
