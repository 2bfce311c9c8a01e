/**
 * Generalized linear models by iteratively reweighted least squares: P. J. Green, Iteratively Reweighted Least Squares for
 * Maximum Likelihood Estimation, and some Robust and Resistant Alternatives (1984).
 */
import { leastSquares, type LeastSquaresFit, type LeastSquaresSolution } from "../optim/weighted-least-squares";
import type { FamilySpec } from "./families";
import type { Moments } from "../optim/moments";
import type { Reweighting } from "./reweight";

export interface GlmOptions {
  readonly family: FamilySpec;
  readonly hasOffset: boolean;
  readonly fitIntercept: boolean;
  readonly regParam: number;
  readonly maxIter: number;
  readonly tol: number;
}

/** Plain data. */
export interface GlmFit extends LeastSquaresFit {
  /** Of the last step's equations (LeastSquaresSolution). */
  readonly inverseDiagonal: Float64Array | undefined;
  readonly numIterations: number;
}

/** A computation that asks for moments of reweighted rows (null: as they are). */
export type MomentSteps<T> = Generator<Reweighting | null, T, Moments>;

export function* fitGlm(options: GlmOptions): MomentSteps<GlmFit> {
  const { family, fitIntercept, regParam, maxIter, tol } = options;
  const solve = { fitIntercept, regParam, elasticNetParam: 0, maxIter: 100, tol: 1e-6 };
  const isGaussian = family.family === "gaussian" || (family.family === "tweedie" && family.variancePower === 0);
  const isIdentity = family.link === "identity" || (typeof family.link === "object" && family.link.power === 1);
  if (isGaussian && isIdentity) {
    const moments = yield options.hasOffset ? { family, model: undefined, offsetOnly: true } : null;
    return fitOf(leastSquares(moments, { ...solve, standardizeFeatures: true, standardizeLabel: true }), 1);
  }
  const start = yield { family, model: undefined };
  let model = leastSquares(start, { ...solve, standardizeFeatures: true, standardizeLabel: true });
  for (let iteration = 0; ; iteration++) {
    if (iteration >= maxIter) return fitOf(model, iteration);
    const { coefficients, intercept } = model;
    const moments = yield { family, model: { coefficients, intercept } };
    const next = leastSquares(moments, { ...solve, standardizeFeatures: false, standardizeLabel: false });
    const change = next.coefficients.reduce(
      (most, value, j) => Math.max(most, Math.abs(value - coefficients[j]!)),
      Math.abs(next.intercept - intercept),
    );
    model = next;
    if (change < tol) return fitOf(model, iteration + 1);
  }
}

const fitOf = (model: LeastSquaresSolution, numIterations: number): GlmFit => ({
  ...model,
  inverseDiagonal: model.inverseDiagonal(),
  numIterations,
});
