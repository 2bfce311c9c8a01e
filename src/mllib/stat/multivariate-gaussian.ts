/** The normal distribution of vectors; a covariance that is not of full rank is one of the space that it spans. */
import { UsageError } from "../../common/errors";
import type { DenseMatrix, Matrix } from "../linalg/matrices";
import { type Vector, type VectorLike, Vectors } from "../linalg/vectors";
import { symmetricEigen } from "./eigen";

export class MultivariateGaussian {
  readonly mean: Vector;
  readonly cov: DenseMatrix;
  /** Rows are eigenvectors over the roots of their eigenvalues. */
  readonly #roots: readonly Float64Array[];
  readonly #logFactor: number;

  /** Throws where the covariance is not symmetric in size, or has no variance at all. */
  constructor(mean: VectorLike, cov: Matrix) {
    this.mean = Vectors.of(mean);
    this.cov = cov.toDense();
    const n = this.mean.size;
    if (cov.numRows !== n || cov.numCols !== n)
      throw new UsageError("INVALID_ARGUMENT", `MultivariateGaussian: a mean of ${n} entries needs a covariance of ${n} × ${n}.`);
    const { values, vectors } = symmetricEigen(this.cov.toArray(), n);
    // As in Spark: eigenvalues below this count as 0.
    const tolerance = 2 ** -52 * Math.max(...values) * n;
    const kept = [...values.keys()].filter((i) => values[i]! > tolerance);
    if (kept.length === 0) throw new UsageError("INVALID_ARGUMENT", "MultivariateGaussian: the covariance has no variance.");
    this.#roots = kept.map((i) => vectors.subarray(i * n, (i + 1) * n).map((x) => x / Math.sqrt(values[i]!)));
    const logDeterminant = kept.reduce((sum, i) => sum + Math.log(values[i]!), 0);
    this.#logFactor = -0.5 * (n * Math.log(2 * Math.PI) + logDeterminant);
  }

  pdf(x: VectorLike): number {
    return Math.exp(this.logpdf(x));
  }

  logpdf(x: VectorLike): number {
    const vector = Vectors.of(x);
    if (vector.size !== this.mean.size)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `MultivariateGaussian: the mean has ${this.mean.size} entries, x has ${vector.size}.`,
      );
    const mean = this.mean.toArray();
    const delta = vector.toArray().map((value, i) => value - mean[i]!);
    let squares = 0;
    for (const root of this.#roots) squares += root.reduce((sum, value, i) => sum + value * delta[i]!, 0) ** 2;
    return this.#logFactor - 0.5 * squares;
  }
}
