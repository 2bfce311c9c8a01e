/** Densities of normal distributions, whose covariances may lack full rank, over many points. */
import { symmetricEigen } from "../stat/eigen";

/** Plain data. */
export interface Gaussian {
  /** Logarithm of the component's share. */
  readonly logWeight: number;
  readonly mean: Float64Array;
  /** Row i is eigenvector i of the covariance over the root of its eigenvalue, without those that count as 0. */
  readonly roots: Float64Array;
  readonly rank: number;
  readonly logFactor: number;
}

/** @param cov width × width; at least one of its eigenvalues must be above 0 */
export function gaussian(weight: number, mean: Float64Array, cov: Float64Array): Gaussian {
  const n = mean.length;
  const { values, vectors } = symmetricEigen(cov, n);
  // As in Spark: eigenvalues below this count as 0.
  const tolerance = 2 ** -52 * Math.max(...values) * n;
  const kept = [...values.keys()].filter((i) => values[i]! > tolerance);
  const roots = new Float64Array(kept.length * n);
  let logDeterminant = 0;
  for (const [row, i] of kept.entries()) {
    for (let j = 0; j < n; j++) roots[row * n + j] = vectors[i * n + j]! / Math.sqrt(values[i]!);
    logDeterminant += Math.log(values[i]!);
  }
  const logFactor = -0.5 * (n * Math.log(2 * Math.PI) + logDeterminant);
  return { logWeight: Math.log(weight), mean, roots, rank: kept.length, logFactor };
}

/** The probabilities of components for a point. Logarithms are added up, so that points far from all of them have some too. */
export class Mixture {
  /** Of the last point: they add up to 1. */
  readonly probabilities: Float64Array;
  private readonly delta: Float64Array;

  constructor(private readonly gaussians: readonly Gaussian[]) {
    this.probabilities = new Float64Array(gaussians.length);
    this.delta = new Float64Array(gaussians[0]!.mean.length);
  }

  /** The logarithm of the mixture's density at the point that begins at `at`. */
  of(points: Float64Array, at: number): number {
    const { probabilities, gaussians } = this;
    let most = -Infinity;
    for (let k = 0; k < gaussians.length; k++) {
      const value = this.logDensity(gaussians[k]!, points, at);
      probabilities[k] = value;
      if (value > most) most = value;
    }
    let sum = 0;
    for (let k = 0; k < probabilities.length; k++) sum += probabilities[k] = Math.exp(probabilities[k]! - most);
    for (let k = 0; k < probabilities.length; k++) probabilities[k]! /= sum;
    return most + Math.log(sum);
  }

  /** The component of the largest probability for the last point, the first of several. */
  get likeliest(): number {
    const { probabilities } = this;
    let best = 0;
    for (let k = 1; k < probabilities.length; k++) if (probabilities[k]! > probabilities[best]!) best = k;
    return best;
  }

  private logDensity({ logWeight, mean, roots, rank, logFactor }: Gaussian, points: Float64Array, at: number): number {
    const { delta } = this;
    const width = delta.length;
    for (let j = 0; j < width; j++) delta[j] = points[at + j]! - mean[j]!;
    let squares = 0;
    for (let r = 0, p = 0; r < rank; r++) {
      let dot = 0;
      for (let j = 0; j < width; j++) dot += roots[p++]! * delta[j]!;
      squares += dot * dot;
    }
    return logWeight + logFactor - 0.5 * squares;
  }
}
