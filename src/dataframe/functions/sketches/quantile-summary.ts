/**
 * Quantiles of a stream with a bounded error in rank (Greenwald, Khanna: Space-Efficient Online Computation of Quantile Summaries,
 * 2001), compressed at the moments at which Spark compresses, so that the same rows give the same sample.
 */

/** Sample i is values[i]. `gs`: the ranks between it and the one before. `deltas`: how uncertain its rank is. */
export interface Samples {
  readonly values: Float64Array;
  readonly gs: Float64Array;
  readonly deltas: Float64Array;
}

const NONE: Samples = { values: new Float64Array(0), gs: new Float64Array(0), deltas: new Float64Array(0) };

/** Room for samples, of which `most` are known to be enough. */
function room(most: number): Samples {
  return { values: new Float64Array(most), gs: new Float64Array(most), deltas: new Float64Array(most) };
}

function put({ values, gs, deltas }: Samples, at: number, value: number, g: number, delta: number): void {
  values[at] = value;
  gs[at] = g;
  deltas[at] = delta;
}

const COMPRESS_AT = 10000;
const HEAD_SIZE = 50000;

/** NaN above all. */
function ascending(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

export class QuantileSummary {
  #samples: Samples;
  #count: number;
  /** Values that have not been put into the samples. */
  #head: number[] = [];

  constructor(
    readonly relativeError: number,
    samples: Samples = NONE,
    count = 0,
  ) {
    this.#samples = samples;
    this.#count = count;
  }

  insert(value: number): void {
    this.#head.push(value);
    if (this.#head.length < HEAD_SIZE) return;
    this.#takeHead();
    if (this.#samples.values.length >= COMPRESS_AT) this.compress();
  }

  #takeHead(): void {
    if (this.#head.length === 0) return;
    const sorted = new Float64Array(this.#head).sort();
    const before = this.#samples;
    const { length } = before.values;
    const samples = room(length + sorted.length);
    const most = 2 * this.relativeError;
    let at = 0;
    let count = this.#count;
    let end = 0;
    for (let i = 0; i < sorted.length; i++) {
      const value = sorted[i]!;
      for (; at < length && ascending(before.values[at]!, value) <= 0; at++)
        put(samples, end++, before.values[at]!, before.gs[at]!, before.deltas[at]!);
      count++;
      const extreme = end === 0 || (at === length && i === sorted.length - 1);
      put(samples, end++, value, 1, extreme ? 0 : Math.floor(most * count));
    }
    for (; at < length; at++) put(samples, end++, before.values[at]!, before.gs[at]!, before.deltas[at]!);
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
    const mine = this.#samples;
    const theirs = other.#samples;
    const error = Math.max(this.relativeError, other.relativeError);
    const count = this.#count + other.#count;
    const more = Math.floor(2 * other.relativeError * other.#count);
    const otherMore = Math.floor(2 * this.relativeError * this.#count);
    const mineEnd = mine.values.length;
    const theirsEnd = theirs.values.length;
    const samples = room(mineEnd + theirsEnd);
    let i = 0;
    let j = 0;
    while (i < mineEnd && j < theirsEnd) {
      if (ascending(mine.values[i]!, theirs.values[j]!) < 0) {
        put(samples, i + j, mine.values[i]!, mine.gs[i]!, mine.deltas[i]! + (j > 0 ? more : 0));
        i++;
      } else {
        put(samples, i + j, theirs.values[j]!, theirs.gs[j]!, theirs.deltas[j]! + (i > 0 ? otherMore : 0));
        j++;
      }
    }
    for (; i < mineEnd; i++) put(samples, i + j, mine.values[i]!, mine.gs[i]!, mine.deltas[i]!);
    for (; j < theirsEnd; j++) put(samples, i + j, theirs.values[j]!, theirs.gs[j]!, theirs.deltas[j]!);
    return new QuantileSummary(error, compressed(samples, 2 * error * count), count);
  }

  /** The values at these shares of all ranks; null without values. Compressed before. */
  query(percentages: readonly number[]): readonly number[] | null {
    const { values, gs, deltas } = this.#samples;
    const { length } = values;
    if (length === 0) return null;
    let most = -Infinity;
    for (let i = 0; i < length; i++) most = Math.max(most, gs[i]! + deltas[i]!);
    const targetError = Math.floor(most / 2);
    const result = new Array<number>(percentages.length);
    let index = 0;
    let minRank = gs[0]!;
    const order = percentages.map((_, i) => i).sort((a, b) => (percentages[a] as number) - (percentages[b] as number));
    for (const place of order) {
      const percentage = percentages[place] as number;
      if (percentage <= this.relativeError || length === 1) {
        result[place] = values[0]!;
      } else if (percentage >= 1 - this.relativeError) {
        result[place] = values[length - 1]!;
      } else {
        const rank = Math.ceil(percentage * this.#count);
        while (index < length - 1) {
          const maxRank = minRank + deltas[index]!;
          if (maxRank - targetError <= rank && rank <= minRank + targetError) break;
          index++;
          minRank += gs[index]!;
        }
        result[place] = values[index]!;
      }
    }
    return result;
  }

  get count(): number {
    return this.#count + this.#head.length;
  }

  /** Compressed before. The arrays are the summary's own. */
  columns(): Samples & { readonly count: number } {
    return { count: this.#count, ...this.#samples };
  }

  /** Compressed before. */
  lists(): SampleLists {
    const { values, gs, deltas } = this.#samples;
    return {
      count: this.#count,
      values: listOf(values),
      gs: gs.every((g) => g === 1) ? [] : listOf(gs),
      deltas: deltas.every((delta) => delta === 0) ? [] : listOf(deltas),
    };
  }

  static ofLists(relativeError: number, { count, values, gs, deltas }: SampleLists): QuantileSummary {
    const samples: Samples = {
      values: new Float64Array(values),
      gs: gs.length === 0 ? new Float64Array(values.length).fill(1) : new Float64Array(gs),
      deltas: deltas.length === 0 ? new Float64Array(values.length) : new Float64Array(deltas),
    };
    return new QuantileSummary(relativeError, samples, count);
  }
}

/** A summary as it travels, for a few rows little more than their values: `gs` is empty where each is 1, `deltas` where each is 0. */
export interface SampleLists {
  readonly count: number;
  readonly values: readonly number[];
  readonly gs: readonly number[];
  readonly deltas: readonly number[];
}

/** An array of JavaScript's; Array.from asks typed arrays for an iterator. */
function listOf(numbers: Float64Array): number[] {
  const list: number[] = [];
  for (let i = 0; i < numbers.length; i++) list.push(numbers[i]!);
  return list;
}

/** Neighbours joined while their error stays below the threshold; the last and the least value always stay. */
function compressed(samples: Samples, threshold: number): Samples {
  const { values, gs, deltas } = samples;
  const { length } = values;
  // Each has a rank at least: no two are below the threshold.
  if (length === 0 || threshold <= 2) return samples;
  const kept = room(length);
  // From the end: that is how they are found.
  let from = length;
  let value = values[length - 1]!;
  let g = gs[length - 1]!;
  let delta = deltas[length - 1]!;
  for (let i = length - 2; i >= 1; i--) {
    if (gs[i]! + g + delta < threshold) {
      g += gs[i]!;
      continue;
    }
    put(kept, --from, value, g, delta);
    value = values[i]!;
    g = gs[i]!;
    delta = deltas[i]!;
  }
  put(kept, --from, value, g, delta);
  if (length > 1 && ascending(values[0]!, value) <= 0) put(kept, --from, values[0]!, gs[0]!, deltas[0]!);
  return { values: kept.values.slice(from), gs: kept.gs.slice(from), deltas: kept.deltas.slice(from) };
}
