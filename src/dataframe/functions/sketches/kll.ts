/**
 * KLL sketches of quantiles (Z. Karnin, K. Lang, E. Liberty: Optimal Quantile Approximation in Streams, 2016), in the bytes of Apache
 * DataSketches (compact form). Level h holds values that stand for 2^h each; a full level gives half of its values to the next one.
 */

/** What the values are, and how they lie in bytes. */
export interface KllKind {
  readonly name: "KllLongsSketch" | "KllFloatsSketch" | "KllDoublesSketch";
  readonly width: 4 | 8;
  readonly read: (view: DataView, at: number) => KllValue;
  readonly write: (view: DataView, at: number, value: KllValue) => void;
  readonly text: (value: KllValue) => string;
}

export type KllValue = number | bigint;

const M = 8;
const FAMILY = 15;
const EMPTY = 1;
const SORTED = 2;
const SINGLE = 4;
const [HEADER, FULL_HEADER] = [8, 20];

const compare = (a: KllValue, b: KllValue): number => (a < b ? -1 : a > b ? 1 : 0);

/** k · (2/3)^depth, rounded; beyond depth 30 in two steps, as powers of three end there. */
function shrunk(k: number, depth: number): number {
  if (depth > 30) return shrunk(shrunk(k, depth >> 1), depth - (depth >> 1));
  const third = (BigInt(2 * k) << BigInt(depth)) / 3n ** BigInt(depth);
  return Number((third + 1n) >> 1n);
}

function capacity(k: number, levels: number, level: number): number {
  return Math.max(M, shrunk(k, levels - level - 1));
}

function totalCapacity(k: number, levels: number): number {
  let total = 0;
  for (let level = 0; level < levels; level++) total += capacity(k, levels, level);
  return total;
}

export class KllSketch {
  n = 0n;
  /** The smallest k of all sketches that came in. */
  minK: number;
  /** Level 0 in the order of arrival, the others sorted. */
  levels: KllValue[][] = [[]];
  smallest: KllValue | null = null;
  largest: KllValue | null = null;
  #random = 0x9e3779b9;
  #retained = 0;
  #capacity: number;

  constructor(
    readonly kind: KllKind,
    readonly k: number,
  ) {
    this.minK = k;
    this.#capacity = totalCapacity(k, 1);
  }

  add(value: KllValue): void {
    if (typeof value === "number" && Number.isNaN(value)) return;
    this.#span(value, value);
    this.n += 1n;
    if (this.#retained >= this.#capacity) this.#compress();
    this.levels[0]!.push(value);
    this.#retained++;
  }

  /** The values of another sketch of the same kind, too. */
  merge(other: KllSketch): void {
    if (other.n === 0n || other.smallest === null || other.largest === null) return;
    this.#span(other.smallest, other.largest);
    const n = this.n + other.n;
    other.levels[0]!.forEach((value) => this.add(value));
    for (let level = 1; level < other.levels.length; level++) {
      this.#grow(level + 1);
      this.levels[level] = [...this.levels[level]!, ...other.levels[level]!].sort(compare);
      this.#retained += other.levels[level]!.length;
    }
    this.n = n;
    this.minK = Math.min(this.minK, other.minK);
    while (this.#retained > this.#capacity) this.#compress();
  }

  #span(low: KllValue, high: KllValue): void {
    if (this.smallest === null || low < this.smallest) this.smallest = low;
    if (this.largest === null || high > this.largest) this.largest = high;
  }

  #grow(levels: number): void {
    while (this.levels.length < levels) this.levels.push([]);
    this.#capacity = totalCapacity(this.k, this.levels.length);
  }

  /** Halves the lowest level that is full. */
  #compress(): void {
    let level = 0;
    while (this.levels[level]!.length < capacity(this.k, this.levels.length, level)) level++;
    this.#grow(Math.max(this.levels.length, level + 2));
    const all = this.levels[level]!;
    // One that has no pair stays.
    const kept = all.length % 2 === 1 ? all.slice(0, 1) : [];
    const pairs = all.slice(kept.length);
    if (level === 0) pairs.sort(compare);
    const offset = this.#coin();
    const half = pairs.filter((_, i) => i % 2 === offset);
    this.levels[level] = kept;
    this.levels[level + 1] = [...half, ...this.levels[level + 1]!].sort(compare);
    this.#retained -= half.length;
  }

  /** Xorshift: the same values in the same order give the same sketch. */
  #coin(): number {
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return (this.#random >>> 9) & 1;
  }

  get retained(): number {
    return this.#retained;
  }

  /** Values with the number of those up to them, in order. */
  #weighted(): { readonly value: KllValue; readonly upTo: number }[] {
    const all = this.levels.flatMap((values, level) => values.map((value) => ({ value, weight: 2 ** level })));
    all.sort((a, b) => compare(a.value, b.value));
    let upTo = 0;
    return all.map(({ value, weight }) => ({ value, upTo: (upTo += weight) }));
  }

  /** The value of this rank, from 0 to 1; null where there are no values. */
  quantile(rank: number): KllValue | null {
    const weighted = this.#weighted();
    const least = Math.ceil(rank * Number(this.n));
    return weighted.find(({ upTo }) => upTo >= least)?.value ?? weighted.at(-1)?.value ?? null;
  }

  /** The share of values that are not above this one; null where there are no values. */
  rank(value: KllValue): number | null {
    if (this.n === 0n) return null;
    let upTo = 0;
    for (const one of this.#weighted()) if (one.value <= value) upTo = one.upTo;
    return upTo / Number(this.n);
  }

  /** As DataSketches prints a summary. */
  text(): string {
    const { kind, k, minK, n, levels } = this;
    const error = (scale: number, power: number): string => `${((100 * scale) / minK ** power).toFixed(3)}%`;
    const edge = (value: KllValue | null): string => (value === null ? "NaN" : kind.text(value));
    const room = totalCapacity(k, levels.length);
    const lines: readonly (readonly [string, string | number | bigint | boolean])[] = [
      ["K", k],
      ["Dynamic min K", minK],
      ["M", M],
      ["N", n],
      ["Epsilon", error(2.296, 0.9723)],
      ["Epsilon PMF", error(2.446, 0.9433)],
      ["Empty", n === 0n],
      ["Estimation Mode", levels.length > 1],
      ["Levels", levels.length],
      ["Level 0 Sorted", false],
      ["Capacity Items", room],
      ["Retained Items", this.retained],
      ["Free Space", room - this.retained],
      ["ReadOnly", false],
      ["Updatable Storage Bytes", FULL_HEADER + 4 * (levels.length + 1) + kind.width * (2 + room)],
      ["Compact Storage Bytes", this.#bytes()],
      ["Min Item", edge(this.smallest)],
      ["Max Item", edge(this.largest)],
    ];
    const shown = lines.map(([name, value]) => `   ${name.padEnd(23)}: ${String(value)}\n`).join("");
    return `\n### Kll${kind.name} Summary:\n${shown}### End sketch summary\n`;
  }

  #bytes(): number {
    if (this.n === 0n) return HEADER;
    if (this.n === 1n) return HEADER + this.kind.width;
    return FULL_HEADER + 4 * this.levels.length + this.kind.width * (2 + this.retained);
  }

  encode(): Uint8Array {
    const { kind, k, n, levels } = this;
    const bytes = new Uint8Array(this.#bytes());
    const view = new DataView(bytes.buffer);
    const form = n === 0n ? EMPTY : n === 1n ? SINGLE : 0;
    bytes.set([form === 0 ? 5 : 2, form === SINGLE ? 2 : 1, FAMILY, form, 0, 0, M]);
    view.setUint16(4, k, true);
    if (form === EMPTY) return bytes;
    if (form === SINGLE) {
      kind.write(view, HEADER, levels[0]![0]!);
      return bytes;
    }
    view.setBigUint64(8, n, true);
    view.setUint16(16, this.minK, true);
    bytes[18] = levels.length;
    let start = totalCapacity(k, levels.length) - this.retained;
    let at = FULL_HEADER;
    for (const values of levels) {
      view.setUint32(at, start, true);
      start += values.length;
      at += 4;
    }
    for (const value of [this.smallest!, this.largest!, ...levels[0]!.toReversed(), ...levels.slice(1).flat()]) {
      kind.write(view, at, value);
      at += kind.width;
    }
    return bytes;
  }

  /** Null where the bytes are no sketch. Of which kind the values are, bytes do not say. */
  static decode(kind: KllKind, bytes: Uint8Array): KllSketch | null {
    if (bytes.length < HEADER || bytes[2] !== FAMILY || bytes[6] !== M) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const flags = bytes[3]!;
    const sketch = new KllSketch(kind, view.getUint16(4, true));
    if (sketch.k < M || (flags & ~(EMPTY | SORTED | SINGLE)) !== 0) return null;
    if ((flags & EMPTY) !== 0) return bytes[0] === 2 && bytes[1] === 1 ? sketch : null;
    if ((flags & SINGLE) !== 0) {
      if (bytes[0] !== 2 || bytes[1] !== 2 || bytes.length < HEADER + kind.width) return null;
      sketch.add(kind.read(view, HEADER));
      return sketch;
    }
    if (bytes[0] !== 5 || bytes[1] !== 1 || bytes.length < FULL_HEADER) return null;
    return sketch.#fill(bytes, view) ? sketch : null;
  }

  #fill(bytes: Uint8Array, view: DataView): boolean {
    const { kind, k } = this;
    const count = bytes[18]!;
    const values = FULL_HEADER + 4 * count;
    if (count === 0 || bytes.length < values + 2 * kind.width) return false;
    const room = totalCapacity(k, count);
    const starts = Array.from({ length: count }, (_, level) => view.getUint32(FULL_HEADER + 4 * level, true));
    const ends = [...starts.slice(1), room];
    if (starts.some((start, level) => start > ends[level]!)) return false;
    if (bytes.length < values + kind.width * (2 + room - starts[0]!)) return false;
    const value = (i: number): KllValue => kind.read(view, values + kind.width * i);
    this.n = view.getBigUint64(8, true);
    this.minK = view.getUint16(16, true);
    [this.smallest, this.largest] = [value(0), value(1)];
    this.levels = starts.map((start, level) =>
      Array.from({ length: ends[level]! - start }, (_, i) => value(2 + start - starts[0]! + i)),
    );
    this.levels[0]!.reverse();
    this.#retained = room - starts[0]!;
    this.#capacity = room;
    return true;
  }
}
