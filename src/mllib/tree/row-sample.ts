/**
 * Samples of rows for finding thresholds. Which rows are in a sample depends on their content alone, so that it does not matter how
 * rows are spread over partitions: a row is in it when the hash of its numbers is below a limit, which is halved until few enough
 * different rows are left. While there are few rows, all of them are in it.
 */
import { mixed } from "./random";
import { thresholdsOf } from "./features";

/** Plain data: different rows with how often they were seen. */
export interface RowSample {
  readonly width: number;
  /** Rows whose hash is below 2^(32 - halvings) are in. */
  readonly halvings: number;
  readonly hashes: Uint32Array;
  /** Number of rows · width, then their weights and counts. */
  readonly values: Float64Array;
  readonly labels: Float64Array;
  readonly weights: Float64Array;
  readonly counts: Float64Array;
}

/** How many different rows a sample may have: those that Spark would take, for up to 362 bins. */
export const sampleSize = (maxBins: number): number => Math.min(2 ** 17, Math.max(20_000, maxBins * maxBins));

interface Kept {
  readonly hash: number;
  readonly label: number;
  readonly weight: number;
  readonly values: Float64Array;
  count: number;
}

export class RowSampler {
  readonly #rows = new Map<number, Kept>();
  #halvings = 0;
  readonly #doubles: Float64Array;
  readonly #words: Uint32Array;

  constructor(
    readonly width: number,
    private readonly most: number,
  ) {
    this.#doubles = new Float64Array(width + 2);
    this.#words = new Uint32Array(this.#doubles.buffer);
  }

  get #limit(): number {
    return 2 ** (32 - this.#halvings);
  }

  /** `read` writes the row's features. */
  add(source: Float64Array, at: number, label: number, weight: number): void {
    const { width } = this;
    const doubles = this.#doubles;
    for (let i = 0; i < width; i++) doubles[i] = source[at + i]! + 0;
    doubles[width] = label;
    doubles[width + 1] = weight;
    const words = this.#words;
    let a = 0x2545f491;
    let b = 0x6c078965;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      a = Math.imul(a ^ word, 0xcc9e2d51);
      a = (a << 15) | (a >>> 17);
      b = Math.imul(b + word, 0x1b873593);
      b = (b << 13) | (b >>> 19);
    }
    const hash = mixed(a ^ Math.imul(b, 0x9e3779b1));
    if (hash >= this.#limit) return;
    this.#put(hash, mixed(b ^ hash), label, weight, 1, () => doubles.slice(0, width));
  }

  /** Takes in the sample of another partition. */
  merge(other: RowSample): void {
    while (this.#halvings < other.halvings) this.#halve();
    for (let i = 0; i < other.hashes.length; i += 2) {
      const hash = other.hashes[i]!;
      if (hash >= this.#limit) continue;
      const row = i / 2;
      const { width } = this;
      this.#put(hash, other.hashes[i + 1]!, other.labels[row]!, other.weights[row]!, other.counts[row]!, () =>
        other.values.slice(row * width, (row + 1) * width),
      );
    }
  }

  #put(hash: number, low: number, label: number, weight: number, count: number, values: () => Float64Array): void {
    const key = hash * 2 ** 20 + (low >>> 12);
    const known = this.#rows.get(key);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    this.#rows.set(key, { hash, label, weight, values: values(), count });
    while (this.#rows.size > this.most) this.#halve();
  }

  #halve(): void {
    this.#halvings++;
    const limit = this.#limit;
    for (const [key, { hash }] of this.#rows) if (hash >= limit) this.#rows.delete(key);
  }

  /** In the order of the hashes. */
  finish(): RowSample {
    const keys = Float64Array.from(this.#rows.keys()).sort();
    const rows = Array.from(keys, (key) => this.#rows.get(key)!);
    const { width } = this;
    const values = new Float64Array(rows.length * width);
    rows.forEach((row, i) => values.set(row.values, i * width));
    const hashes = new Uint32Array(rows.length * 2);
    keys.forEach((key, i) => {
      hashes[i * 2] = Math.floor(key / 2 ** 20);
      hashes[i * 2 + 1] = (key % 2 ** 20) * 2 ** 12;
    });
    return {
      width,
      halvings: this.#halvings,
      hashes,
      values,
      labels: Float64Array.from(rows, (row) => row.label),
      weights: Float64Array.from(rows, (row) => row.weight),
      counts: Float64Array.from(rows, (row) => row.count),
    };
  }
}

/** Thresholds of one feature for at most `splits` questions. */
export function sampledThresholds(sample: RowSample, feature: number, splits: number): Float64Array {
  const { width, values, weights, counts, halvings } = sample;
  const rows = counts.length;
  // What one row that was seen very often weighs would leave no thresholds to the others of a thinned sample.
  const most = halvings === 0 ? Infinity : Math.max(1, rows / (splits + 1));
  const order = sortedOrder(Float64Array.from({ length: rows }, (_, row) => values[row * width + feature]!));
  const distinct: number[] = [];
  const sums: number[] = [];
  for (const row of order) {
    const value = values[row * width + feature]!;
    const weight = weights[row]! * Math.min(counts[row]!, most);
    if (distinct.length > 0 && distinct[distinct.length - 1] === value) sums[sums.length - 1]! += weight;
    else {
      distinct.push(value);
      sums.push(weight);
    }
  }
  return thresholdsOf(Float64Array.from(distinct), Float64Array.from(sums), splits);
}

function sortedOrder(values: Float64Array): Uint32Array {
  return Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
}
