/** Linear support vector classification: hinge loss and a ridge, by OWL-QN without an L1 penalty, as Spark does. */
import { owlqn } from "../optim/owlqn";
import { ridgeOver } from "../optim/regularization";
import { dimensionOf, minimizeLoss, type PassSteps } from "./objective";
import { oneMargin } from "./one-margin";
import type { Summary } from "./summary";

export interface SvcOptions {
  readonly regParam: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly fitIntercept: boolean;
  readonly standardization: boolean;
}

export interface SvcFit {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  readonly objectiveHistory: number[];
}

export function* fitSvc(summary: Summary, options: SvcOptions): PassSteps<SvcFit> {
  const { regParam, fitIntercept, standardization } = options;
  const { std, shape, model } = oneMargin({ kind: "hinge" }, summary, fitIntercept);
  const dimension = dimensionOf(shape);
  const ridge = regParam === 0 ? undefined : ridgeOver(regParam, std, standardization, dimension);
  const rules = { maxIter: options.maxIter, tolerance: options.tol };
  const { x, objectiveHistory } = yield* minimizeLoss({ ...shape, ridge }, owlqn(null), new Float64Array(dimension), rules);
  return { ...model(x), objectiveHistory };
}
