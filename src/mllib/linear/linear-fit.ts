/** Linear regression by passes over the rows: squared loss, and Huber's loss with its scale fitted along. */
import { UsageError } from "../../common/errors";
import { dot } from "../optim/blas";
import { type Curvature, lbfgs } from "../optim/lbfgs";
import { lbfgsb } from "../optim/lbfgsb";
import type { Method } from "../optim/minimize";
import { owlqn } from "../optim/owlqn";
import { lassoOver, ridgeOver } from "../optim/regularization";
import { dimensionOf, type LossShape, marginsOfMeans, minimizeLoss, type PassSteps, scalingOf, unscaled } from "./objective";
import { oneMargin } from "./one-margin";
import { deviations, labelDeviation, type Summary } from "./summary";

export interface LinearOptions {
  readonly loss: "squaredError" | "huber";
  readonly epsilon: number;
  readonly regParam: number;
  readonly elasticNetParam: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly fitIntercept: boolean;
  readonly standardization: boolean;
}

export interface LinearFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** Of Huber's loss: sigma; 1 otherwise. */
  readonly scale: number;
  readonly objectiveHistory: number[];
}

/** Of a label that does not vary, with an intercept: nothing is to be learned. */
function constantLabel(width: number, mean: number): LinearFit {
  return { coefficients: new Float64Array(width), intercept: mean, scale: 1, objectiveHistory: [0] };
}

export function* fitLinear(summary: Summary, options: LinearOptions): PassSteps<LinearFit> {
  const deviation = labelDeviation(summary);
  if (deviation === 0) {
    if (options.fitIntercept || summary.labelMean === 0) return constantLabel(summary.means.length, summary.labelMean);
    if (options.regParam !== 0)
      throw new UsageError("INVALID_TRAINING_DATA", "The standard deviation of the label is zero. Model cannot be regularized.");
  }
  const labelStd = deviation > 0 ? deviation : Math.abs(summary.labelMean);
  return yield* options.loss === "huber" ? fitHuber(summary, options) : fitSquared(summary, labelStd, options);
}

function* fitSquared(summary: Summary, labelStd: number, options: LinearOptions): PassSteps<LinearFit> {
  const { fitIntercept, elasticNetParam, standardization } = options;
  const std = deviations(summary);
  const shape: LossShape = {
    loss: { kind: "squared", labelScale: labelStd },
    outputs: 1,
    scaling: scalingOf(summary.means, std),
    intercept: fitIntercept ? { kind: "fixed", value: summary.labelMean / labelStd } : { kind: "none" },
  };
  const dimension = dimensionOf(shape);
  const penalty = options.regParam / labelStd;
  const ridge = (1 - elasticNetParam) * penalty;
  const problem = { ...shape, ridge: ridge === 0 ? undefined : ridgeOver(ridge, std, standardization, dimension) };
  const rules = { maxIter: options.maxIter, tolerance: options.tol };
  const lasso = elasticNetParam * penalty;
  const method: Method<Curvature> = lasso === 0 ? lbfgs() : owlqn(lassoOver(lasso, std, standardization, dimension));
  const { x, objectiveHistory } = yield* minimizeLoss(problem, method, new Float64Array(dimension), rules);
  const coefficients = unscaled(x, std, 1, 0, labelStd);
  const intercept = fitIntercept ? summary.labelMean - dot(coefficients, summary.means) : 0;
  return { coefficients, intercept, scale: 1, objectiveHistory };
}

function* fitHuber(summary: Summary, options: LinearOptions): PassSteps<LinearFit> {
  const { fitIntercept, standardization, epsilon, regParam } = options;
  const { std, shape, model } = oneMargin({ kind: "huber", epsilon }, summary, fitIntercept);
  const dimension = dimensionOf(shape);
  const ridge = regParam === 0 ? undefined : ridgeOver(regParam, std, standardization, dimension);
  // Sigma, the last parameter, is positive.
  const lower = new Float64Array(dimension).fill(-Number.MAX_VALUE);
  lower[dimension - 1] = Number.MIN_VALUE;
  const upper = new Float64Array(dimension).fill(Number.MAX_VALUE);
  const start = new Float64Array(dimension).fill(1);
  const width = std.length;
  if (fitIntercept) start[width]! += marginsOfMeans(start, 1, shape.scaling)[0]!;
  const rules = { maxIter: options.maxIter, tolerance: options.tol };
  const { x, objectiveHistory } = yield* minimizeLoss({ ...shape, ridge }, lbfgsb(lower, upper), start, rules);
  return { ...model(x), scale: x[dimension - 1]!, objectiveHistory };
}
