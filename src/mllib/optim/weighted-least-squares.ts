/**
 * Least squares from moments, without another look at the rows: Cholesky decomposition of the normal equations, or
 * quasi-Newton steps over them where an L1 penalty asks for it or the equations are singular. Penalties mean what Spark's
 * WeightedLeastSquares makes of them.
 */
import { UsageError } from "../../common/errors";
import { dot, packedTimes } from "./blas";
import { cholesky, choleskySolve, forward, inverseDiagonal, packedColumn } from "./cholesky";
import { type Curvature, lbfgs } from "./lbfgs";
import { type Evaluation, type Method, minimize } from "./minimize";
import type { Moments } from "./moments";
import { owlqn } from "./owlqn";
import { lassoOver } from "./regularization";

/** As Spark: more features make the normal equations too large. */
export const MAX_FEATURES = 4096;

export interface LeastSquaresOptions {
  readonly fitIntercept: boolean;
  readonly regParam: number;
  /** Share of L1 in the penalty. */
  readonly elasticNetParam: number;
  /** Penalise coefficients of features divided by their deviation. */
  readonly standardizeFeatures: boolean;
  /** Penalise in units of the label's deviation. */
  readonly standardizeLabel: boolean;
  readonly maxIter: number;
  readonly tol: number;
}

export interface LeastSquaresFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** [0] where the equations were solved by decomposition, as Spark has it. */
  readonly objectiveHistory: number[];
}

export interface LeastSquaresSolution extends LeastSquaresFit {
  /** Diagonal of (AᵀWA)⁻¹, the intercept last, which takes longer than the solution; undefined where the equations were not solved by decomposition. */
  readonly inverseDiagonal: () => Float64Array | undefined;
}

export function leastSquares(moments: Moments, options: LeastSquaresOptions): LeastSquaresSolution {
  const { fitIntercept, regParam, elasticNetParam, standardizeFeatures, standardizeLabel } = options;
  const { weightSum, labelMean } = moments;
  const width = moments.means.length;
  if (moments.count === 0) throw new UsageError("INVALID_TRAINING_DATA", "The training dataset is empty.");
  if (!(weightSum > 0)) throw new UsageError("INVALID_TRAINING_DATA", "The sum of the weights of the training dataset is zero.");

  const deviation = Math.sqrt(Math.max(moments.labelSquares / weightSum, 0));
  if (deviation === 0) {
    if (fitIntercept || labelMean === 0)
      return {
        coefficients: new Float64Array(width),
        intercept: labelMean,
        objectiveHistory: [0],
        inverseDiagonal: () => undefined,
      };
    if (regParam > 0 && standardizeLabel)
      throw new UsageError(
        "INVALID_TRAINING_DATA",
        "The standard deviation of the label is zero. Model cannot be regularized when labels are standardized.",
      );
  }
  const labelStd = deviation === 0 ? Math.abs(labelMean) : deviation;
  const std = Float64Array.from({ length: width }, (_, j) =>
    Math.sqrt(Math.max(moments.products[packedColumn(j) + j]! / weightSum, 0)),
  );

  // In units of deviations. Without an intercept the products are of the values themselves, not of their distance from the mean.
  const scaledMeans = moments.means.map((mean, j) => (std[j] === 0 ? 0 : mean / std[j]!));
  const scaledLabelMean = labelMean / labelStd;
  const right = moments.labelProducts.map((product, j) => {
    if (std[j] === 0) return 0;
    const centred = product / weightSum / (std[j]! * labelStd);
    return fitIntercept ? centred : centred + scaledMeans[j]! * scaledLabelMean;
  });
  const labelSquare =
    moments.labelSquares / weightSum / (labelStd * labelStd) + (fitIntercept ? 0 : scaledLabelMean * scaledLabelMean);
  const matrix = moments.products.slice();
  for (let j = 0, at = 0; j < width; j++)
    for (let i = 0; i <= j; i++, at++) {
      const centred = matrix[at]! / weightSum / (std[i]! * std[j]!);
      matrix[at] = std[i] === 0 || std[j] === 0 ? 0 : fitIntercept ? centred : centred + scaledMeans[i]! * scaledMeans[j]!;
    }

  const penalty = regParam / labelStd;
  const ridge = (1 - elasticNetParam) * penalty;
  for (let j = 0; j < width; j++) {
    let lambda = ridge;
    if (!standardizeFeatures) lambda = std[j] === 0 ? 0 : lambda / (std[j]! * std[j]!);
    if (!standardizeLabel) lambda *= labelStd;
    matrix[packedColumn(j) + j]! += lambda;
  }

  const decomposed = elasticNetParam !== 0 && regParam !== 0 ? undefined : cholesky(matrix, width);
  let scaled: Float64Array;
  let objectiveHistory = [0];
  if (decomposed !== undefined) scaled = choleskySolve(decomposed, right);
  else {
    const objective = (x: Float64Array): Evaluation => {
      const product = packedTimes(matrix, x);
      return {
        value: 0.5 * labelSquare - dot(right, x) + 0.5 * dot(x, product),
        gradient: product.map((value, j) => value - right[j]!),
      };
    };
    const lasso = elasticNetParam * penalty;
    const method: Method<Curvature> = lasso === 0 ? lbfgs() : owlqn(lassoOver(lasso, std, standardizeFeatures, width));
    const rules = { maxIter: options.maxIter, tolerance: options.tol };
    const optimum = minimize(method, objective, new Float64Array(width), rules);
    scaled = optimum.x;
    objectiveHistory = optimum.objectiveHistory;
  }

  const coefficients = scaled.map((value, j) => (std[j] === 0 ? 0 : (value * labelStd) / std[j]!));
  const intercept = fitIntercept ? (scaledLabelMean - dot(scaled, scaledMeans)) * labelStd : 0;
  return { coefficients, intercept, objectiveHistory, inverseDiagonal: diagonal };

  function diagonal(): Float64Array | undefined {
    if (decomposed === undefined) return undefined;
    const found = inverseDiagonal(decomposed, width).map((value, j) => value / (weightSum * std[j]! * std[j]!));
    const z = forward(decomposed, scaledMeans);
    return fitIntercept ? Float64Array.from([...found, (1 + dot(z, z)) / weightSum]) : found;
  }
}
