/**
 * Samples of rows for finding thresholds. Which rows are in a sample depends on their content alone, so that it does not matter how
 * rows are spread over partitions: a row is in it when the hash of its numbers is below a limit, which is halved until few enough
 * different rows are left. While there are few rows, all of them are in it.
 */
import { RowKernels, rowsOfChunk } from "../kernels/row-kernels";
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

/** How many different rows a sample may have: those that Spark would take, for up to 362 bins. Fewer where rows are very wide. */
export const sampleSize = (maxBins: number, width: number): number =>
  Math.min(2 ** 17, Math.max(20_000, maxBins * maxBins), Math.max(10_000, Math.floor(2 ** 23 / width)));

export class RowSampler {
  readonly #most: number;
  #hasher: RowHasher | undefined;
  #halvings = 0;
  #limit = 2 ** 32;
  #rows = 0;
  #room = 1024;
  /** Two words a row. */
  #hashes = new Uint32Array(2 * this.#room);
  #labels = new Float64Array(this.#room);
  #weights = new Float64Array(this.#room);
  #counts = new Float64Array(this.#room);
  #values: Float64Array;
  /** Open addressing: a row, or -1. */
  #slots = new Int32Array(4 * this.#room).fill(-1);

  constructor(
    readonly width: number,
    maxBins: number,
  ) {
    this.#most = sampleSize(maxBins, width);
    this.#values = new Float64Array(this.#room * width);
  }

  /** Rows of numbers, with their labels and weights (null: all weigh 1), but those for which `skipped` is not 0. */
  add(source: Float64Array, labels: Float64Array, weights: Float64Array | null, skipped: Float64Array | null): void {
    const { width } = this;
    this.#hasher ??= new RowHasher(width);
    for (let first = 0; first < labels.length; first += this.#hasher.rows) {
      const last = Math.min(first + this.#hasher.rows, labels.length);
      const hashes = this.#hasher.hashes(source, labels, weights, first, last);
      for (let row = first, i = 0; row < last; row++, i += 2) {
        const hash = hashes[i]!;
        if (hash >= this.#limit || (skipped !== null && skipped[row] !== 0)) continue;
        this.#put(hash, hashes[i + 1]!, source, row * width, labels[row]!, weights === null ? 1 : weights[row]!, 1);
      }
    }
  }

  /** Takes in the sample of another partition. */
  merge(other: RowSample): void {
    while (this.#halvings < other.halvings) this.#halve();
    const { hashes, labels, weights, counts, values, width } = other;
    for (let row = 0; row < labels.length; row++) {
      const hash = hashes[2 * row]!;
      if (hash < this.#limit)
        this.#put(hash, hashes[2 * row + 1]!, values, row * width, labels[row]!, weights[row]!, counts[row]!);
    }
  }

  #put(high: number, low: number, source: Float64Array, at: number, label: number, weight: number, count: number): void {
    const mask = this.#slots.length - 1;
    let slot = low & mask;
    for (let row = this.#slots[slot]!; row >= 0; row = this.#slots[slot]!) {
      if (this.#hashes[2 * row] === high && this.#hashes[2 * row + 1] === low) {
        this.#counts[row]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    const row = this.#rows++;
    this.#slots[slot] = row;
    this.#hashes[2 * row] = high;
    this.#hashes[2 * row + 1] = low;
    this.#labels[row] = label;
    this.#weights[row] = weight;
    this.#counts[row] = count;
    const to = row * this.width;
    for (let i = 0; i < this.width; i++) this.#values[to + i] = source[at + i]! + 0;
    while (this.#rows > this.#most) this.#halve();
    if (this.#rows === this.#room) this.#grow();
  }

  #halve(): void {
    this.#halvings++;
    this.#limit /= 2;
    const { width } = this;
    let kept = 0;
    for (let row = 0; row < this.#rows; row++) {
      if (this.#hashes[2 * row]! >= this.#limit) continue;
      this.#hashes[2 * kept] = this.#hashes[2 * row]!;
      this.#hashes[2 * kept + 1] = this.#hashes[2 * row + 1]!;
      this.#labels[kept] = this.#labels[row]!;
      this.#weights[kept] = this.#weights[row]!;
      this.#counts[kept] = this.#counts[row]!;
      this.#values.copyWithin(kept * width, row * width, (row + 1) * width);
      kept++;
    }
    this.#rows = kept;
    this.#reslot(this.#slots.length);
  }

  #grow(): void {
    this.#room *= 2;
    const larger = <A extends Float64Array | Uint32Array>(old: A, length: number): A => {
      const grown = new (old.constructor as new (length: number) => A)(length);
      grown.set(old);
      return grown;
    };
    this.#hashes = larger(this.#hashes, 2 * this.#room);
    this.#labels = larger(this.#labels, this.#room);
    this.#weights = larger(this.#weights, this.#room);
    this.#counts = larger(this.#counts, this.#room);
    this.#values = larger(this.#values, this.#room * this.width);
    this.#reslot(4 * this.#room);
  }

  #reslot(size: number): void {
    const slots = size === this.#slots.length ? this.#slots.fill(-1) : new Int32Array(size).fill(-1);
    for (let row = 0; row < this.#rows; row++) {
      let slot = this.#hashes[2 * row + 1]! & (size - 1);
      while (slots[slot]! >= 0) slot = (slot + 1) & (size - 1);
      slots[slot] = row;
    }
    this.#slots = slots;
  }

  /** Rows by their hashes. */
  #order(): Uint32Array {
    const hashes = this.#hashes;
    // The first word and the row in one number: numbers sort many times faster than places. There are fewer than 2^20 rows.
    const sorted = new Float64Array(this.#rows);
    for (let row = 0; row < sorted.length; row++) sorted[row] = hashes[2 * row]! * 2 ** 20 + row;
    sorted.sort();
    const order = new Uint32Array(sorted.length);
    for (let i = 0; i < order.length; i++) order[i] = sorted[i]! % 2 ** 20;
    for (let from = 0, to = 1; from < order.length; from = to++) {
      while (to < order.length && hashes[2 * order[to]!] === hashes[2 * order[from]!]) to++;
      if (to - from > 1) order.subarray(from, to).sort((x, y) => hashes[2 * x + 1]! - hashes[2 * y + 1]!);
    }
    return order;
  }

  /** In the order of the hashes. */
  finish(): RowSample {
    const { width } = this;
    const hashes = this.#hashes;
    const order = this.#order();
    const rows = order.length;
    const values = new Float64Array(rows * width);
    const ordered = new Uint32Array(rows * 2);
    const [labels, weights, counts] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
    for (let i = 0, to = 0; i < rows; i++) {
      const row = order[i]!;
      ordered[2 * i] = hashes[2 * row]!;
      ordered[2 * i + 1] = hashes[2 * row + 1]!;
      labels[i] = this.#labels[row]!;
      weights[i] = this.#weights[row]!;
      counts[i] = this.#counts[row]!;
      for (let from = row * width, end = from + width; from < end; from++) values[to++] = this.#values[from]!;
    }
    return {
      width,
      halvings: this.#halvings,
      hashes: ordered,
      values,
      labels,
      weights,
      counts,
    };
  }
}

/** Two words for each row by its content, some rows at a time. */
class RowHasher {
  readonly rows: number;
  readonly #kernels = new RowKernels();
  readonly #values: number;
  readonly #labels: number;
  readonly #weights: number;
  readonly #hashes: number;

  constructor(private readonly width: number) {
    this.rows = rowsOfChunk(width);
    const kernels = this.#kernels;
    this.#values = kernels.allocate(this.rows * width * 8);
    this.#labels = kernels.allocate(this.rows * 8);
    this.#weights = kernels.allocate(this.rows * 8);
    this.#hashes = kernels.allocate(this.rows * 8);
  }

  /** Of rows from … to. Good until the next call. */
  hashes(source: Float64Array, labels: Float64Array, weights: Float64Array | null, from: number, to: number): Uint32Array {
    const { width } = this;
    const kernels = this.#kernels;
    const rows = to - from;
    kernels.doubles(this.#values, rows * width).set(source.subarray(from * width, to * width));
    kernels.doubles(this.#labels, rows).set(labels.subarray(from, to));
    if (weights !== null) kernels.doubles(this.#weights, rows).set(weights.subarray(from, to));
    const weightsAt = weights === null ? 0 : this.#weights;
    kernels.kernels.hashes(this.#values, rows, width, this.#labels, weightsAt, this.#hashes);
    return kernels.words(this.#hashes, 2 * rows);
  }
}

/** The numbers in their order, perhaps in the same place; whole ones of a narrow range are counted. */
function sortedNumbers(numbers: Float64Array): Float64Array {
  let [low, high, whole] = [Infinity, -Infinity, true];
  for (let i = 0; i < numbers.length && whole; i++) {
    const value = numbers[i]!;
    whole = Number.isInteger(value);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!whole || high - low >= 4 * numbers.length) return numbers.sort();
  const counts = new Uint32Array(high - low + 1);
  for (let i = 0; i < numbers.length; i++) counts[numbers[i]! - low]!++;
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    const begin = end;
    numbers.fill(low + i, begin, (end += counts[i]!));
  }
  return numbers;
}

/** Thresholds of one feature for at most `splits` questions. */
export function sampledThresholds(sample: RowSample, feature: number, splits: number): Float64Array {
  const { width, values, weights, counts, halvings } = sample;
  const rows = counts.length;
  // What one row that was seen very often weighs would leave no thresholds to the others of a thinned sample.
  const most = halvings === 0 ? Infinity : Math.max(1, rows / (splits + 1));
  const own = new Float64Array(rows);
  const shares = new Float64Array(rows);
  let even = true;
  for (let row = 0; row < rows; row++) {
    own[row] = values[row * width + feature]!;
    shares[row] = weights[row]! * Math.min(counts[row]!, most);
    if (shares[row] !== shares[0]) even = false;
  }
  const distinct: number[] = [];
  const sums: number[] = [];
  const add = (value: number, weight: number): void => {
    if (distinct.length > 0 && distinct[distinct.length - 1] === value) sums[sums.length - 1]! += weight;
    else {
      distinct.push(value);
      sums.push(weight);
    }
  };
  // Numbers sort many times faster than places.
  if (even) for (const value of sortedNumbers(own)) add(value, shares[0]!);
  else
    for (const row of Uint32Array.from(own, (_, i) => i).sort((a, b) => own[a]! - own[b]! || a - b)) add(own[row]!, shares[row]!);
  return thresholdsOf(Float64Array.from(distinct), Float64Array.from(sums), splits);
}
