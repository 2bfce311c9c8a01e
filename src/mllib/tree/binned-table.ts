/** Training rows as bins. */
import { binsOf, type FeatureBins } from "./features";

/** Plain data. What weights and values are in units of: see `fixed-point`. */
export interface BinnedTable {
  readonly rows: number;
  /** Bytes from row to row of `cells`; a bin is one byte, or two where `wide`. */
  readonly stride: number;
  readonly wide: boolean;
  readonly cells: Uint8Array;
  /** Classes; null in regression. */
  readonly labels: Uint16Array | null;
  /** Of classification with weights. */
  readonly weights: Float64Array | null;
  /** Of regression: weight and weighted label of each row, whole numbers. */
  readonly pairs: Float64Array | null;
  /** Of regression: weighted squares of the labels, whole numbers. */
  readonly squares: Float64Array | null;
  /** For samples; null where every tree sees every row. */
  readonly keys: Uint32Array | null;
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
