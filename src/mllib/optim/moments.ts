/**
 * What least squares needs to know of weighted rows (features a, label b): means, and products of deviations from them. Sums
 * of deviations keep their digits where features are far from zero; they are merged by the formula of T. F. Chan, G. H. Golub
 * and R. J. LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample Variances (1979).
 */
import { packedColumn } from "./cholesky";

export interface Moments {
  /** Rows, whatever their weight. */
  count: number;
  weightSum: number;
  labelMean: number;
  /** Σ w (b - mean)². */
  labelSquares: number;
  readonly means: Float64Array;
  /** Σ w (a - mean)(b - mean). */
  readonly labelProducts: Float64Array;
  /** Σ w (a - mean)(a - mean)ᵀ, upper triangle packed by columns. */
  readonly products: Float64Array;
}

export function noMoments(width: number): Moments {
  return {
    count: 0,
    weightSum: 0,
    labelMean: 0,
    labelSquares: 0,
    means: new Float64Array(width),
    labelProducts: new Float64Array(width),
    products: new Float64Array(packedColumn(width)),
  };
}

/** Adds `part` to `total`, and returns `total`. */
export function addMoments(total: Moments, part: Moments): Moments {
  total.count += part.count;
  if (part.weightSum === 0) return total;
  const weightSum = total.weightSum + part.weightSum;
  const share = part.weightSum / weightSum;
  const factor = total.weightSum * share;
  const width = total.means.length;
  const labelShift = part.labelMean - total.labelMean;
  const shifts = new Float64Array(width);
  for (let i = 0; i < width; i++) shifts[i] = part.means[i]! - total.means[i]!;
  for (let j = 0, at = 0; j < width; j++) {
    const scaled = factor * shifts[j]!;
    for (let i = 0; i <= j; i++, at++) total.products[at]! += part.products[at]! + scaled * shifts[i]!;
    total.labelProducts[j]! += part.labelProducts[j]! + scaled * labelShift;
    total.means[j]! += share * shifts[j]!;
  }
  total.labelSquares += part.labelSquares + factor * labelShift * labelShift;
  total.labelMean += share * labelShift;
  total.weightSum = weightSum;
  return total;
}
