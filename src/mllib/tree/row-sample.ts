/**
 * Samples of rows for finding thresholds. Which rows are in a sample depends on their content alone, so that it does not matter how
 * rows are spread over partitions: a row is in it when the hash of its numbers is below a limit, which is halved until few enough
 * different rows are left. While there are few rows, all of them are in it.
 */
import { RowKernels, rowsOfChunk } from "../kernels/row-kernels";
import { thresholdsOf } from "./features";
import { shortened } from "./short-rows";

/** Plain data: different rows with how often they were seen. */
export interface RowSample {
  readonly width: number;
  /** Rows whose hash is below 2^(32 - halvings) are in. */
  readonly halvings: number;
  readonly hashes: Uint32Array;
  /** Number of rows · width, then their weights and counts. On their way whole numbers of 16 bits are such. */
  readonly values: Float64Array | Int16Array;
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
  #room = 4096;
  /** Two words a row. */
  #hashes = new Uint32Array(2 * this.#room);
  #labels = new Float64Array(this.#room);
  #weights = new Float64Array(this.#room);
  #counts = new Float64Array(this.#room);
  /** Numbers of the first `#settled` rows; of the others, the place in what is being added: most of those will not stay. */
  #values = new Float64Array(0);
  #settled = 0;
  #places = new Uint32Array(this.#room);
  /** Open addressing: a row, or -1. */
  #slots = new Int32Array(4 * this.#room).fill(-1);

  constructor(
    readonly width: number,
    maxBins: number,
  ) {
    this.#most = sampleSize(maxBins, width);
  }

  /** Rows of numbers, with their labels and weights (null: all weigh 1), but those for which `skipped` is not 0. */
  add(source: Float64Array | Int16Array, labels: Float64Array, weights: Float64Array | null, skipped: Float64Array | null): void {
    this.#hasher ??= new RowHasher(this.width);
    for (let first = 0; first < labels.length; first += this.#hasher.rows) {
      const last = Math.min(first + this.#hasher.rows, labels.length);
      const hashes = this.#hasher.hashes(source, labels, weights, first, last);
      for (let row = first, i = 0; row < last; row++, i += 2) {
        const hash = hashes[i]!;
        if (hash >= this.#limit || (skipped !== null && skipped[row] !== 0)) continue;
        this.#put(hash, hashes[i + 1]!, row, labels[row]!, weights === null ? 1 : weights[row]!, 1);
      }
    }
    this.#settle(source);
  }

  /** Takes in the sample of another partition. */
  merge(other: RowSample): void {
    while (this.#halvings < other.halvings) this.#halve();
    const { hashes, labels, weights, counts } = other;
    for (let row = 0; row < labels.length; row++) {
      const hash = hashes[2 * row]!;
      if (hash < this.#limit) this.#put(hash, hashes[2 * row + 1]!, row, labels[row]!, weights[row]!, counts[row]!);
    }
    this.#settle(other.values);
  }

  #put(high: number, low: number, place: number, label: number, weight: number, count: number): void {
    const slots = this.#slots;
    const hashes = this.#hashes;
    const mask = slots.length - 1;
    let slot = low & mask;
    for (let row = slots[slot]!; row >= 0; row = slots[slot]!) {
      if (hashes[2 * row] === high && hashes[2 * row + 1] === low) {
        this.#counts[row]! += count;
        return;
      }
      slot = (slot + 1) & mask;
    }
    const row = this.#rows++;
    slots[slot] = row;
    hashes[2 * row] = high;
    hashes[2 * row + 1] = low;
    this.#labels[row] = label;
    this.#weights[row] = weight;
    this.#counts[row] = count;
    this.#places[row] = place;
    while (this.#rows > this.#most) this.#halve();
    if (this.#rows === this.#room) this.#grow();
  }

  /** Copies the numbers of the rows that were put since the last call. */
  #settle(source: Float64Array | Int16Array): void {
    const { width } = this;
    const rows = this.#rows;
    if (this.#values.length < rows * width) {
      const values = new Float64Array(Math.max(rows * width, Math.min(this.#room * width, 2 * this.#values.length)));
      values.set(this.#values.subarray(0, this.#settled * width));
      this.#values = values;
    }
    const values = this.#values;
    const places = this.#places;
    // Zeros have no sign.
    for (let row = this.#settled, to = row * width; row < rows; row++)
      for (let from = places[row]! * width, end = from + width; from < end; from++) values[to++] = source[from]! + 0;
    this.#settled = rows;
  }

  #halve(): void {
    this.#halvings++;
    this.#limit /= 2;
    const { width } = this;
    const hashes = this.#hashes;
    const limit = this.#limit;
    const rows = this.#rows;
    const settled = this.#settled;
    let kept = 0;
    for (let row = 0; row < rows; row++) {
      if (row === settled) this.#settled = kept;
      if (hashes[2 * row]! >= limit) continue;
      hashes[2 * kept] = hashes[2 * row]!;
      hashes[2 * kept + 1] = hashes[2 * row + 1]!;
      this.#labels[kept] = this.#labels[row]!;
      this.#weights[kept] = this.#weights[row]!;
      this.#counts[kept] = this.#counts[row]!;
      this.#places[kept] = this.#places[row]!;
      if (row < settled) this.#values.copyWithin(kept * width, row * width, (row + 1) * width);
      kept++;
    }
    if (settled === rows) this.#settled = kept;
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
    this.#places = larger(this.#places, this.#room);
    this.#reslot(4 * this.#room);
  }

  #reslot(size: number): void {
    const slots = size === this.#slots.length ? this.#slots.fill(-1) : new Int32Array(size).fill(-1);
    const hashes = this.#hashes;
    const mask = size - 1;
    for (let row = 0; row < this.#rows; row++) {
      let slot = hashes[2 * row + 1]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = row;
    }
    this.#slots = slots;
  }

  /** As they came, to be merged. */
  partial(): RowSample {
    const rows = this.#rows;
    return {
      width: this.width,
      halvings: this.#halvings,
      hashes: this.#hashes.slice(0, 2 * rows),
      values: shortened(this.#values, rows * this.width) ?? this.#values.slice(0, rows * this.width),
      labels: this.#labels.slice(0, rows),
      weights: this.#weights.slice(0, rows),
      counts: this.#counts.slice(0, rows),
    };
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
    const unordered = this.#values;
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
      for (let from = row * width, end = from + width; from < end; from++) values[to++] = unordered[from]!;
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
  hashes(
    source: Float64Array | Int16Array,
    labels: Float64Array,
    weights: Float64Array | null,
    from: number,
    to: number,
  ): Uint32Array {
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

/** The different ones of some numbers, ascending, and which of those each is. */
function ranked(numbers: Float64Array): { readonly distinct: Float64Array; readonly ranks: Uint32Array } {
  let [low, high, whole] = [Infinity, -Infinity, true];
  for (let i = 0; i < numbers.length && whole; i++) {
    const value = numbers[i]!;
    whole = Number.isInteger(value);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const ranks = new Uint32Array(numbers.length);
  // Whole ones of a narrow range are marked where they are.
  if (whole && high - low < 4 * numbers.length) {
    const places = new Uint32Array(high - low + 1);
    for (let i = 0; i < numbers.length; i++) places[numbers[i]! - low] = 1;
    const distinct = new Float64Array(places.length);
    let count = 0;
    for (let i = 0; i < places.length; i++) {
      if (places[i] === 0) continue;
      distinct[count] = low + i;
      places[i] = count++;
    }
    for (let i = 0; i < numbers.length; i++) ranks[i] = places[numbers[i]! - low]!;
    return { distinct: distinct.subarray(0, count), ranks };
  }
  const distinct = numbers.slice().sort();
  let count = 0;
  for (let i = 0; i < distinct.length; i++) if (i === 0 || distinct[i] !== distinct[count - 1]) distinct[count++] = distinct[i]!;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    let from = 0;
    for (let to = count - 1; from < to;) {
      const middle = (from + to) >>> 1;
      if (distinct[middle]! < value) from = middle + 1;
      else to = middle;
    }
    ranks[i] = from;
  }
  return { distinct: distinct.subarray(0, count), ranks };
}

/** Thresholds of one feature for at most `splits` questions. */
export function sampledThresholds(sample: RowSample, feature: number, splits: number): Float64Array {
  const { width, values, weights, counts, halvings } = sample;
  const rows = counts.length;
  const own = new Float64Array(rows);
  for (let row = 0, at = feature; row < rows; row++, at += width) own[row] = values[at]!;
  const { distinct, ranks } = ranked(own);
  // What one row that was seen very often weighs would leave no thresholds to the others of a thinned sample.
  const most = halvings === 0 ? Infinity : Math.max(1, rows / (splits + 1));
  const sums = new Float64Array(distinct.length);
  for (let row = 0; row < rows; row++) sums[ranks[row]!]! += weights[row]! * Math.min(counts[row]!, most);
  return thresholdsOf(distinct, sums, splits);
}
