/** Logistic regression, binomial and multinomial: what is minimised, and how its solution becomes coefficients. */
import { lbfgs } from "../optim/lbfgs";
import { lbfgsb } from "../optim/lbfgsb";
import type { Method, Optimum } from "../optim/minimize";
import { owlqn } from "../optim/owlqn";
import { lassoOver, ridgeOver } from "../optim/regularization";
import {
  dimensionOf,
  type LossShape,
  marginsOfMeans,
  minimizeLoss,
  type PassSteps,
  type Scaling,
  scalingOf,
  unscaled,
} from "./objective";
import { deviations, type Summary } from "./summary";

/** By classes (one row for binomial), in units of the features; undefined: none. */
export interface LogisticBounds {
  readonly lowerCoefficients: readonly Float64Array[] | undefined;
  readonly upperCoefficients: readonly Float64Array[] | undefined;
  readonly lowerIntercepts: Float64Array | undefined;
  readonly upperIntercepts: Float64Array | undefined;
}

export interface LogisticModelValues {
  /** One row per class, or one for binomial. */
  readonly coefficients: readonly Float64Array[];
  readonly intercepts: Float64Array;
}

export interface LogisticOptions {
  readonly numClasses: number;
  readonly multinomial: boolean;
  readonly regParam: number;
  readonly elasticNetParam: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly fitIntercept: boolean;
  readonly standardization: boolean;
  readonly bounds: LogisticBounds | undefined;
  /** Where to begin; of the same shape as what is fitted. */
  readonly initial: LogisticModelValues | undefined;
}

export interface LogisticFit extends LogisticModelValues {
  readonly objectiveHistory: number[];
}

export function* fitLogistic(summary: Summary, options: LogisticOptions): PassSteps<LogisticFit> {
  const { multinomial, numClasses, fitIntercept, regParam, elasticNetParam, standardization, bounds } = options;
  const std = deviations(summary);
  const scaling = scalingOf(summary.means, std);
  const sets = multinomial ? numClasses : 1;
  // Features may be centred where nothing ties the intercept down.
  const tied = (limits: Float64Array | undefined, free: number): boolean => limits?.some((value) => value !== free) ?? false;
  const centred = fitIntercept && !tied(bounds?.lowerIntercepts, -Infinity) && !tied(bounds?.upperIntercepts, Infinity);
  const shape: LossShape = {
    loss: { kind: multinomial ? "softmax" : "logistic" },
    outputs: sets,
    scaling,
    intercept: fitIntercept ? { kind: "free", centred } : { kind: "none" },
  };
  const dimension = dimensionOf(shape);
  const ridge = (1 - elasticNetParam) * regParam;
  const problem = { ...shape, ridge: ridge === 0 ? undefined : ridgeOver(ridge, std, standardization, dimension, sets) };
  const start = startOf(summary.histogram, std, dimension, sets, options);
  const limits = bounds === undefined ? undefined : limitsOf(bounds, std, dimension, sets);
  if (limits !== undefined)
    start.forEach((value, i) => (start[i] = Math.min(Math.max(value, limits.lower[i]!), limits.upper[i]!)));
  if (centred) shiftIntercepts(start, sets, scaling, 1);

  const optimum = yield* solve();
  const solution = optimum.x.slice();
  if (centred) shiftIntercepts(solution, sets, scaling, -1);
  const width = std.length;
  const coefficients = Array.from({ length: sets }, (_, k) => unscaled(solution, std, sets, k));
  const intercepts = fitIntercept ? solution.slice(width * sets) : new Float64Array(sets);
  if (multinomial && bounds === undefined) {
    // Without a penalty any constant may be added to a feature's coefficients: the one that centres them is chosen (J. Friedman,
    // T. Hastie and R. Tibshirani, Regularization Paths for Generalized Linear Models via Coordinate Descent, 2010).
    if (regParam === 0) for (let j = 0; j < width; j++) centre(coefficients.map((row) => row.subarray(j, j + 1)));
    if (fitIntercept) centre(Array.from(intercepts.keys(), (k) => intercepts.subarray(k, k + 1)));
  }
  return { coefficients, intercepts, objectiveHistory: optimum.objectiveHistory };

  function solve(): PassSteps<Optimum> {
    const run = <M>(method: Method<M>): PassSteps<Optimum> =>
      minimizeLoss(problem, method, start, { maxIter: options.maxIter, tolerance: options.tol });
    if (elasticNetParam !== 0 && regParam !== 0)
      return run(owlqn(lassoOver(elasticNetParam * regParam, std, standardization, dimension, sets)));
    return limits === undefined ? run(lbfgs()) : run(lbfgsb(limits.lower, limits.upper));
  }
}

/** Intercepts of centred features are larger by the margin of the means. */
function shiftIntercepts(x: Float64Array, sets: number, scaling: Scaling, sign: 1 | -1): void {
  const first = x.length - sets;
  marginsOfMeans(x, sets, scaling).forEach((margin, k) => (x[first + k]! += sign * margin));
}

/** Coefficients zero and intercepts that give the classes' shares, unless there is a model to begin with. */
function startOf(
  histogram: Float64Array,
  std: Float64Array,
  dimension: number,
  sets: number,
  { initial, fitIntercept, multinomial, numClasses }: LogisticOptions,
): Float64Array {
  const width = std.length;
  const start = new Float64Array(dimension);
  if (initial !== undefined) {
    initial.coefficients.forEach((row, k) => row.forEach((value, j) => (start[j * sets + k] = value * std[j]!)));
    if (fitIntercept) start.set(initial.intercepts, width * sets);
  } else if (fitIntercept && multinomial) {
    const raw = Float64Array.from({ length: numClasses }, (_, k) => Math.log1p(histogram[k] ?? 0));
    const mean = raw.reduce((sum, value) => sum + value, 0) / numClasses;
    raw.forEach((value, k) => (start[width * sets + k] = value - mean));
  } else if (fitIntercept) start[width] = Math.log((histogram[1] ?? 0) / histogram[0]!);
  return start;
}

function limitsOf(
  bounds: LogisticBounds,
  std: Float64Array,
  dimension: number,
  sets: number,
): { lower: Float64Array; upper: Float64Array } {
  const lower = new Float64Array(dimension).fill(-Infinity);
  const upper = new Float64Array(dimension).fill(Infinity);
  const set = (
    limits: Float64Array,
    coefficients: readonly Float64Array[] | undefined,
    intercepts: Float64Array | undefined,
  ): void => {
    // A bound of a constant feature is a bound of nothing: its scaled coefficient is 0, and infinity times 0 no number.
    coefficients?.forEach((row, k) =>
      row.forEach((value, j) => (limits[j * sets + k] = std[j] === 0 ? (Number.isFinite(value) ? 0 : value) : value * std[j]!)),
    );
    if (intercepts !== undefined) limits.set(intercepts, std.length * sets);
  };
  set(lower, bounds.lowerCoefficients, bounds.lowerIntercepts);
  set(upper, bounds.upperCoefficients, bounds.upperIntercepts);
  return { lower, upper };
}

function centre(cells: readonly Float64Array[]): void {
  const mean = cells.reduce((sum, cell) => sum + cell[0]!, 0) / cells.length;
  for (const cell of cells) cell[0]! -= mean;
}
