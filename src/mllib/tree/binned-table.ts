/** Training rows as bins. */
import { binsOf, type FeatureBins, type GrowthSpec } from "./features";
import type { Labels } from "./labels";

/** Plain data. */
export interface BinnedTable {
  readonly rows: number;
  /** Bytes from row to row of `cells`; a bin is one byte, or two where `wide`. */
  readonly stride: number;
  readonly wide: boolean;
  readonly cells: Uint8Array;
  /** Classes; null in regression. */
  readonly classes: Uint16Array | null;
  /** Of regression. */
  readonly targets: Labels | null;
  /** Null where every row weighs 1. */
  readonly weights: Float64Array | null;
  /** For samples; null where every tree sees every row. */
  readonly keys: Uint32Array | null;
}

/**
 * What whole numbers in sums stand for. Weights and labels are rounded to multiples of powers of two so small that all sums stay below
 * 2^53: then sums are exact, and do not depend on the order of the rows.
 */
export interface Scales {
  /** What a weight of 1 is in sums. */
  readonly weight: number;
  /** Of regression: a label of 1, a square of 1. */
  readonly value: number;
  readonly square: number;
  /** Of regression: taken from the labels before. */
  readonly center: number;
}

/** Samples with replacement may count a row this often on average before sums could be more than doubles hold. */
const SLACK = 8;

/** The largest power of two by which `rows` numbers of up to `most` can be multiplied; at most `enough`. */
export function scaleFor(rows: number, most: number, enough = Infinity): number {
  if (most === 0 || rows === 0) return 1;
  const room = 2 ** Math.floor(Math.log2(2 ** 52 / (rows * SLACK * most)));
  return Math.min(room, enough);
}

/** How sums of boosting go into 64 bits: rows · 1 + value · 2^shift. */
export interface Packing {
  /** Bits of the number of rows. */
  readonly shift: number;
  /** Of a row's value, with its sign 1 more. */
  readonly valueBits: number;
}

/** Fewer bits of values are too coarse. */
const LEAST_VALUE_BITS = 18;
/** Sums of fewer rows take no time either way, and gains keep all their digits. */
const LEAST_ROWS = 8192;

/**
 * Null where sums are pairs of doubles. What a fit makes of its rows must not depend on where they are: it is asked for rows that
 * stay on their executors, too.
 */
export function packingOf(rows: number, weighted: boolean, growth: GrowthSpec): Packing | null {
  const { features, featuresPerNode, sampling } = growth;
  if (rows < LEAST_ROWS || weighted || sampling?.replacement === true || featuresPerNode < features.length || isWide(features))
    return null;
  const shift = Math.ceil(Math.log2(rows + 1));
  const valueBits = Math.min(30, 62 - 2 * shift);
  return valueBits < LEAST_VALUE_BITS ? null : { shift, valueBits };
}

/** What a label of 1 is in the sums of boosting, where labels are up to `most` and weigh up to `mostWeight`; at most `enough`. */
export function boostingScale(packing: Packing | null, rows: number, most: number, mostWeight: number, enough: number): number {
  if (packing === null) return scaleFor(rows, most * mostWeight, enough);
  return most === 0 ? 1 : Math.min(2 ** Math.floor(packing.valueBits - Math.log2(most)), enough);
}

export const isWide = (features: readonly FeatureBins[]): boolean => features.some((feature) => binsOf(feature) > 256);

/** Rows of up to 16 bytes lie within a line of the cache. */
export function strideOf(features: number, wide: boolean): number {
  const bytes = features * (wide ? 2 : 1);
  if (bytes > 16) return Math.ceil(bytes / 16) * 16;
  let stride = 4;
  while (stride < bytes) stride *= 2;
  return stride;
}

/** With what a task needs of a row beside its bins: labels, weights, keys, places. */
export const bytesOfRow = (stride: number): number => stride + 64;
