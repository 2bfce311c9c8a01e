/**
 * Stable order of rows by two unsigned words each, the high one first. Words are spread over buckets by interpolation between the least and the
 * greatest (as in spreadsort, Ross 2002: each level takes as many bits of the range as there are of the rows, at most eleven), which are in order
 * among each other; crowded buckets are spread again, and insertion puts right what is left.
 */

/** Rows of a bucket that insertion may sort. */
const FEW = 16;
const MOST_BUCKETS = 2048;
const WORD = 2 ** 32;
/** High words between whose least and greatest it matters to the buckets what the low ones of these are. */
const CLOSE = 2048;

/** Words of `count` rows and the memory in which they are sorted. */
export class SortWords {
  /** The words of the rows that are sorted next, at the rows' places. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Has no meaning between two calls, and may be used as one likes. */
  readonly spare: Int32Array;
  readonly #spareHigh: Uint32Array;
  readonly #spareLow: Uint32Array;
  /** Where buckets begin: of buckets within buckets one each. */
  readonly #starts: Int32Array[] = [];

  constructor(count: number) {
    this.high = new Uint32Array(count);
    this.low = new Uint32Array(count);
    this.spare = new Int32Array(count);
    this.#spareHigh = new Uint32Array(count);
    this.#spareLow = new Uint32Array(count);
  }

  /** Puts rows[from … to) in the order of their words, and the words with them; equal ones stay as they stand. */
  sort(rows: Int32Array, from: number, to: number): void {
    if (to - from > FEW) this.#spread(rows, from, to, 0);
    this.#insert(rows, from, to);
  }

  /** Leaves rows at most FEW places from where they belong, mostly. */
  #spread(rows: Int32Array, from: number, to: number, depth: number): void {
    const { high, low } = this;
    if (isSorted(high, low, from, to)) return;
    let least = high[from]!;
    let greatest = least;
    for (let i = from + 1; i < to; i++) {
      const word = high[i]!;
      if (word < least) least = word;
      else if (word > greatest) greatest = word;
    }
    // A row's place in the range is (high - base) * WORD + low - lowBase: rounded where highs are far apart, and in order all the same.
    const base = least;
    let lowBase = 0;
    let range = (greatest - least + 1) * WORD - 1;
    if (greatest - least < CLOSE) {
      lowBase = WORD;
      let highest = 0;
      for (let i = from; i < to; i++) {
        const word = low[i]!;
        if (word < lowBase && high[i] === least) lowBase = word;
        if (word > highest && high[i] === greatest) highest = word;
      }
      range = (greatest - least) * WORD + highest - lowBase;
    }
    const most = Math.min(MOST_BUCKETS, 1 << (31 - Math.clz32(to - from)));
    const isExact = range < most;
    const buckets = isExact ? range + 1 : most;
    const scale = isExact ? 1 : (buckets - 1) / range;
    const starts = (this.#starts[depth] ??= new Int32Array(MOST_BUCKETS + 1)).fill(0, 0, buckets + 1);
    for (let i = from; i < to; i++) starts[((((high[i]! - base) * WORD + (low[i]! - lowBase)) * scale) | 0) + 1]!++;
    let begin = from;
    for (let bucket = 1; bucket <= buckets; bucket++) {
      const size = starts[bucket]!;
      starts[bucket] = begin;
      begin += size;
    }
    this.#move(rows, from, to, starts, base, lowBase, scale);
    if (isExact) return;
    // Each bucket's entry is where the next one begins now.
    begin = from;
    for (let bucket = 1; bucket <= buckets; bucket++) {
      const end = starts[bucket]!;
      if (end - begin > FEW) this.#spread(rows, begin, end, depth + 1);
      begin = end;
    }
  }

  #move(rows: Int32Array, from: number, to: number, starts: Int32Array, base: number, lowBase: number, scale: number): void {
    const { high, low, spare } = this;
    const spareHigh = this.#spareHigh;
    const spareLow = this.#spareLow;
    for (let i = from; i < to; i++) {
      const h = high[i]!;
      const l = low[i]!;
      const place = starts[((((h - base) * WORD + (l - lowBase)) * scale) | 0) + 1]!++;
      spareHigh[place] = h;
      spareLow[place] = l;
      spare[place] = rows[i]!;
    }
    for (let i = from; i < to; i++) {
      high[i] = spareHigh[i]!;
      low[i] = spareLow[i]!;
      rows[i] = spare[i]!;
    }
  }

  #insert(rows: Int32Array, from: number, to: number): void {
    const { high, low } = this;
    for (let i = from + 1; i < to; i++) {
      const h = high[i]!;
      const l = low[i]!;
      let at = i - 1;
      if (high[at]! < h || (high[at] === h && low[at]! <= l)) continue;
      const row = rows[i]!;
      do {
        high[at + 1] = high[at]!;
        low[at + 1] = low[at]!;
        rows[at + 1] = rows[at]!;
        at--;
      } while (at >= from && (high[at]! > h || (high[at] === h && low[at]! > l)));
      high[at + 1] = h;
      low[at + 1] = l;
      rows[at + 1] = row;
    }
  }
}

function isSorted(high: Uint32Array, low: Uint32Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) {
    if (high[i - 1]! > high[i]! || (high[i - 1] === high[i] && low[i - 1]! > low[i]!)) return false;
  }
  return true;
}
