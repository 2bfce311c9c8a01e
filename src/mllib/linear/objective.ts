/**
 * Objectives of linear models: mean loss over the rows, and a ridge. Coefficients are those of features divided by their
 * deviation and, where there is a free intercept, less their mean; the rows themselves stay as they are. Parameters are laid
 * out as Spark has them: coefficients (by features, of each the outputs), then intercepts, then the scale.
 */
import { type Ridge, withRidge } from "../optim/regularization";
import { descend, type Evaluation, type Method, type Optimum, type StopRules } from "../optim/minimize";
import type { Loss, PassResult, PassSpec } from "./pass";

export interface Scaling {
  /** 1 / deviation; 0 for constant features, whose coefficient is then of no consequence. */
  readonly inverseStd: Float64Array;
  /** mean / deviation. */
  readonly scaledMean: Float64Array;
}

export function scalingOf(means: Float64Array, std: Float64Array): Scaling {
  const inverseStd = new Float64Array(std.length);
  const scaledMean = new Float64Array(std.length);
  for (let j = 0; j < std.length; j++) {
    inverseStd[j] = std[j] === 0 ? 0 : 1 / std[j]!;
    scaledMean[j] = inverseStd[j]! * means[j]!;
  }
  return { inverseStd, scaledMean };
}

/** Coefficients of the features as they are, of output `k`: those found (`x`) over the deviations; features that do not vary have 0. */
export function unscaled(x: Float64Array, std: Float64Array, outputs = 1, k = 0, labelScale = 1): Float64Array {
  const coefficients = new Float64Array(std.length);
  for (let j = 0; j < std.length; j++) if (std[j] !== 0) coefficients[j] = (x[j * outputs + k]! * labelScale) / std[j]!;
  return coefficients;
}

/** `free`: an intercept that is optimised, of features as they are or `centred`; `fixed`: at the label's mean, features centred. */
export type Intercept =
  | { readonly kind: "none" }
  | { readonly kind: "free"; readonly centred: boolean }
  | { readonly kind: "fixed"; readonly value: number };

export interface LossShape {
  readonly loss:
    | Exclude<Loss, { kind: "huber" | "survival" }>
    | { readonly kind: "huber"; readonly epsilon: number }
    | { readonly kind: "survival" };
  readonly outputs: number;
  readonly scaling: Scaling;
  readonly intercept: Intercept;
}

export interface LossProblem extends LossShape {
  readonly ridge: Ridge | undefined;
}

/** Whether the last parameter is a scale: of Huber's loss sigma, of lifetimes its logarithm. */
function hasScale({ kind }: LossShape["loss"]): boolean {
  return kind === "huber" || kind === "survival";
}

/** How many parameters there are. */
export function dimensionOf({ loss, outputs, scaling, intercept }: LossShape): number {
  const width = scaling.inverseStd.length;
  return outputs * (width + (intercept.kind === "free" ? 1 : 0)) + (hasScale(loss) ? 1 : 0);
}

/** A computation that asks for passes over all training rows, and is answered with their sums. */
export type PassSteps<T> = Generator<PassSpec, T, PassResult>;

export function* minimizeLoss<Memory>(
  problem: LossProblem,
  method: Method<Memory>,
  initial: Float64Array,
  rules: StopRules,
): PassSteps<Optimum> {
  const descent = descend(method, initial, rules);
  let next = descent.next();
  while (next.done !== true) {
    const x = next.value;
    const evaluation = evaluationOf(problem, x, yield passSpec(problem, x));
    next = descent.next(problem.ridge === undefined ? evaluation : withRidge(evaluation, problem.ridge, x));
  }
  return next.value;
}

function passSpec({ loss, outputs, scaling, intercept }: LossProblem, x: Float64Array): PassSpec {
  const { inverseStd } = scaling;
  const width = inverseStd.length;
  const coefficients = new Float64Array(outputs * width);
  for (let j = 0; j < width; j++)
    for (let k = 0; k < outputs; k++) coefficients[k * width + j] = x[j * outputs + k]! * inverseStd[j]!;
  const offsets = new Float64Array(outputs);
  if (intercept.kind !== "none") {
    const shift = intercept.kind === "free" && !intercept.centred ? undefined : marginsOfMeans(x, outputs, scaling);
    for (let k = 0; k < outputs; k++)
      offsets[k] = (intercept.kind === "free" ? x[width * outputs + k]! : intercept.value) - (shift?.[k] ?? 0);
  }
  return {
    loss: withScale(loss, x.at(-1)!),
    width,
    outputs,
    coefficients,
    offsets,
  };
}

function withScale(loss: LossShape["loss"], last: number): Loss {
  if (loss.kind === "survival") return { ...loss, sigma: Math.exp(last) };
  return loss.kind === "huber" ? { ...loss, sigma: last } : loss;
}

/** Of each output: Σ coefficient · mean of the scaled feature. What an intercept of centred features is more than one of others. */
export function marginsOfMeans(x: Float64Array, outputs: number, { scaledMean }: Scaling): Float64Array {
  const margins = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    let margin = 0;
    for (let j = 0; j < scaledMean.length; j++) margin += x[j * outputs + k]! * scaledMean[j]!;
    margins[k] = margin;
  }
  return margins;
}

function evaluationOf({ loss, outputs, scaling, intercept }: LossProblem, x: Float64Array, sums: PassResult): Evaluation {
  const { inverseStd, scaledMean } = scaling;
  const width = inverseStd.length;
  const { weight, gradient: summed } = sums;
  const gradient = new Float64Array(x.length);
  const centred = intercept.kind === "free" && intercept.centred;
  for (let k = 0; k < outputs; k++) {
    const residual = sums.residuals[k]!;
    for (let j = 0; j < width; j++) {
      const slope = summed[k * width + j]! * inverseStd[j]! - (centred ? residual * scaledMean[j]! : 0);
      gradient[j * outputs + k] = slope / weight;
    }
    if (intercept.kind === "free") gradient[width * outputs + k] = residual / weight;
  }
  if (hasScale(loss)) gradient[x.length - 1] = sums.sigmaGradient / weight;
  return { value: sums.loss / weight, gradient };
}
