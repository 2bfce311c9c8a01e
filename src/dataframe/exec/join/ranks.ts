/**
 * A set of small integers as bits, and the place of each among those that are there: how many are below it. Keys that lie near each
 * other have places near each other, so that keys which come nearly in order find their rows without leaving the cache.
 */
import { ones } from "../../codegen/integers";

export interface Ranks {
  /** One bit a value. */
  readonly bits: Int32Array;
  /** Values below those of each word of bits. */
  readonly ranks: Int32Array;
  readonly count: number;
}

/** Values are in [0, total); rows for which `valid` is 0 have none. */
export function ranksOf(values: Float64Array | Int32Array, valid: Uint8Array | null, rows: number, total: number): Ranks {
  const bits = bitsOf(values, valid, rows, total);
  const ranks = new Int32Array(bits.length);
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    ranks[i] = count;
    count += ones(bits[i]!);
  }
  return { bits, ranks, count };
}

export function bitsOf(values: Float64Array | Int32Array, valid: Uint8Array | null, rows: number, total: number): Int32Array {
  const bits = new Int32Array((total >>> 5) + 1);
  for (let row = 0; row < rows; row++) {
    if (valid !== null && valid[row] === 0) continue;
    const key = values[row]!;
    bits[key >>> 5]! |= 1 << (key & 31);
  }
  return bits;
}

/** The place of a value that is there. */
export function rankOf({ bits, ranks }: Ranks, value: number): number {
  const word = value >>> 5;
  return ranks[word]! + ones(bits[word]! & ((1 << (value & 31)) - 1));
}
