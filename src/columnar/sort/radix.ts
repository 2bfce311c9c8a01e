/**
 * Stable order of 64-bit keys given as two unsigned words: least significant digit first, eleven bits a pass. Digits that
 * all keys share cost nothing.
 */
const BITS = 11;
const RADIX = 1 << BITS;
const MASK = RADIX - 1;
const PASSES = 6;
/** Bits to the right of each pass's digit within its word: passes 0 to 2 take the low word, 3 to 5 the high one. */
const SHIFTS = [0, 11, 22, 0, 11, 22] as const;

/** Keys in order, with where they were. */
export interface RadixSorted {
  readonly order: Int32Array;
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Takes `high` and `low` for its own use. */
export function radixSort(high: Uint32Array, low: Uint32Array): RadixSorted {
  const count = high.length;
  let order: Int32Array = new Int32Array(count);
  let nextHigh: Uint32Array = new Uint32Array(count);
  let nextLow: Uint32Array = new Uint32Array(count);
  let nextOrder: Int32Array = new Int32Array(count);
  const starts = new Int32Array(RADIX * PASSES);
  countDigits(high, low, order, starts);
  for (let pass = 0; pass < PASSES; pass++) {
    const places = starts.subarray(pass * RADIX, (pass + 1) * RADIX);
    if (!toStarts(places, count)) continue;
    move(pass < 3 ? low : high, SHIFTS[pass]!, places, high, low, order, nextHigh, nextLow, nextOrder);
    [high, nextHigh] = [nextHigh, high];
    [low, nextLow] = [nextLow, low];
    [order, nextOrder] = [nextOrder, order];
  }
  return { order, high, low };
}

function countDigits(high: Uint32Array, low: Uint32Array, order: Int32Array, counts: Int32Array): void {
  for (let index = 0; index < order.length; index++) {
    const h = high[index]!;
    const l = low[index]!;
    order[index] = index;
    counts[l & MASK]!++;
    counts[RADIX + ((l >>> 11) & MASK)]!++;
    counts[2 * RADIX + (l >>> 22)]!++;
    counts[3 * RADIX + (h & MASK)]!++;
    counts[4 * RADIX + ((h >>> 11) & MASK)]!++;
    counts[5 * RADIX + (h >>> 22)]!++;
  }
}

/** Counts become the place of the first key with each digit; false when all keys have the same one. */
function toStarts(places: Int32Array, count: number): boolean {
  let start = 0;
  for (let digit = 0; digit < RADIX; digit++) {
    const keys = places[digit]!;
    if (keys === count) return false;
    places[digit] = start;
    start += keys;
  }
  return true;
}

function move(
  digits: Uint32Array,
  shift: number,
  places: Int32Array,
  high: Uint32Array,
  low: Uint32Array,
  order: Int32Array,
  toHigh: Uint32Array,
  toLow: Uint32Array,
  toOrder: Int32Array,
): void {
  for (let index = 0; index < order.length; index++) {
    const place = places[(digits[index]! >>> shift) & MASK]!++;
    toHigh[place] = high[index]!;
    toLow[place] = low[index]!;
    toOrder[place] = order[index]!;
  }
}
