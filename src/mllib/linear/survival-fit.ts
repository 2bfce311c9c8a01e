/** Accelerated failure time: coefficients and the logarithm of the scale by L-BFGS over the likelihood of lifetimes, as Spark does. */
import { lbfgs } from "../optim/lbfgs";
import { dimensionOf, type LossShape, marginsOfMeans, minimizeLoss, type PassSteps, scalingOf } from "./objective";
import { deviations, type Summary } from "./summary";

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
  const { fitIntercept } = options;
  const std = deviations(summary);
  const scaling = scalingOf(summary.means, std);
  const shape: LossShape = {
    loss: { kind: "survival" },
    outputs: 1,
    scaling,
    intercept: fitIntercept ? { kind: "free", centred: true } : { kind: "none" },
  };
  const start = new Float64Array(dimensionOf(shape));
  const rules = { maxIter: options.maxIter, tolerance: options.tol };
  const { x } = yield* minimizeLoss({ ...shape, ridge: undefined }, lbfgs(), start, rules);
  const coefficients = std.map((deviation, j) => (deviation === 0 ? 0 : x[j]! / deviation));
  const intercept = fitIntercept ? x[std.length]! - marginsOfMeans(x, 1, scaling)[0]! : 0;
  return { coefficients, intercept, scale: Math.exp(x.at(-1)!) };
}
