/** Hashing of doubles into open-addressing tables of interleaved [key, …] cells, a batch at a time. */

/** Copies keys into `to`, -0 as 0. */
export function normaliseNumbers(from: Float64Array | Int32Array, start: number, length: number, to: Float64Array): void {
  if (from instanceof Float64Array) normaliseDoubles(from, start, length, to);
  else widenIntegers(from, start, length, to);
}

function normaliseDoubles(from: Float64Array, start: number, length: number, to: Float64Array): void {
  for (let i = 0; i < length; i++) to[i] = from[start + i]! + 0;
}

function widenIntegers(from: Int32Array, start: number, length: number, to: Float64Array): void {
  for (let i = 0; i < length; i++) to[i] = from[start + i]!;
}

/** Slot of the double whose words are `low` and `high`. `multiplier` is odd; `shift` is 32 less the bits of a slot number. */
export function slotOfNumber(low: number, high: number, multiplier: number, shift: number): number {
  const h = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0xc2b2ae35);
  return Math.imul(h ^ (h >>> 15), multiplier) >>> shift;
}

/**
 * The slot at which each key of a batch is looked for first, and the key that is there: the loads of independent keys
 * overlap, and what follows finds them in the processor's cache.
 */
export function locateNumbers(
  words: Int32Array,
  length: number,
  cells: Float64Array,
  multiplier: number,
  shift: number,
  slots: Int32Array,
  probed: Float64Array,
): void {
  for (let i = 0; i < length; i++) {
    const slot = slotOfNumber(words[2 * i]!, words[2 * i + 1]!, multiplier, shift);
    slots[i] = slot;
    probed[i] = cells[2 * slot]!;
  }
}
