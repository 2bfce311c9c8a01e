/** Accelerated failure time: coefficients and the logarithm of the scale by L-BFGS over the likelihood of lifetimes, as Spark does. */
import { lbfgs } from "../optim/lbfgs";
import { dimensionOf, minimizeLoss, type PassSteps } from "./objective";
import { oneMargin } from "./one-margin";
import type { Summary } from "./summary";

export interface SurvivalOptions {
  readonly maxIter: number;
  readonly tol: number;
  readonly fitIntercept: boolean;
}

export interface SurvivalFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  readonly scale: number;
}

/** Features that do not vary have coefficients of 0. */
export function* fitSurvival(summary: Summary, options: SurvivalOptions): PassSteps<SurvivalFit> {
  const { shape, model } = oneMargin({ kind: "survival" }, summary, options.fitIntercept);
  const start = new Float64Array(dimensionOf(shape));
  const rules = { maxIter: options.maxIter, tolerance: options.tol };
  const { x } = yield* minimizeLoss({ ...shape, ridge: undefined }, lbfgs(), start, rules);
  return { ...model(x), scale: Math.exp(x.at(-1)!) };
}
