/**
 * Minimisation by steps along directions of descent. The loop, its stop rules and its way out of a failed step are those of
 * Breeze's FirstOrderMinimizer, which Spark uses: so histories of objectives have Spark's length and values.
 */
import { difference, norm } from "./blas";

export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

/**
 * A computation that asks for the objective at points and is answered with its value and gradient there: so the objective may be
 * a function, or a job that takes its time (see `minimize` for the first). Points stay as they are; they may be kept.
 */
export type Descent<T> = Generator<Float64Array, T, Evaluation>;

export type Evaluate = (point: Float64Array) => Descent<Evaluation>;

/** Where a minimisation is: `value` and `gradient` of the objective alone, `adjusted` with a penalty of the method's. */
export interface State<Memory> {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly adjusted: Evaluation;
  readonly iteration: number;
  readonly memory: Memory;
}

/** What tells L-BFGS, OWL-QN and L-BFGS-B apart. */
export interface Method<Memory> {
  start(dimension: number): Memory;
  /** Throws StepFailure when the memory gives no direction of descent. */
  direction(state: State<Memory>): Float64Array;
  /** How far to go along the direction. Throws StepFailure when no point is good enough. */
  stepSize(state: State<Memory>, direction: Float64Array, evaluate: Evaluate): Descent<number>;
  step(state: State<Memory>, direction: Float64Array, size: number): Float64Array;
  remember(memory: Memory, step: Float64Array, gradientDelta: Float64Array): Memory;
  /** Adds what the method itself penalises. */
  adjust(x: Float64Array, evaluation: Evaluation): Evaluation;
  /** A stop rule of the method's own. */
  done(state: State<Memory>): boolean;
}

/** No step could be found; the method starts again with an empty memory, and gives up when that fails too. */
export class StepFailure extends Error {}

export interface StopRules {
  /** Negative: no limit. */
  readonly maxIter: number;
  /** Of the objective's change over the last 20 steps, in parts of its first value, and of the gradient's norm, in parts of the objective. */
  readonly tolerance: number;
}

export type StopReason = "iterations" | "values" | "gradient" | "projected gradient" | "search failed";

export interface Optimum {
  readonly x: Float64Array;
  /** Objective and penalty, at the start and after each step (a step that failed repeats the value). */
  readonly objectiveHistory: number[];
  readonly reason: StopReason;
}

const VALUES_KEPT = 20;
const SMALLEST_GRADIENT = 1e-8;

/** Of a function. */
export function minimize<Memory>(
  method: Method<Memory>,
  objective: (point: Float64Array) => Evaluation,
  initial: Float64Array,
  rules: StopRules,
): Optimum {
  const descent = descend(method, initial, rules);
  let next = descent.next();
  while (next.done !== true) next = descent.next(objective(next.value));
  return next.value;
}

/** Asks once for each distinct point that follows another. */
export function* descend<Memory>(method: Method<Memory>, initial: Float64Array, rules: StopRules): Descent<Optimum> {
  const evaluate = remembering();
  const first = yield* evaluate(initial);
  const adjustedFirst = method.adjust(initial, first);
  let state: State<Memory> = {
    x: initial,
    ...first,
    adjusted: adjustedFirst,
    iteration: 0,
    memory: method.start(initial.length),
  };
  const objectiveHistory = [adjustedFirst.value];
  // Breeze begins with an infinite value, so that convergence by values is not seen before 20 steps.
  let recent = [Infinity];
  let failedOnce = false;
  let searchFailed = false;

  for (;;) {
    const reason = stopReason();
    if (reason !== undefined) return { x: state.x, objectiveHistory, reason };
    try {
      const direction = method.direction(state);
      const size = yield* method.stepSize(state, direction, evaluate);
      const x = method.step(state, direction, size);
      const next = yield* evaluate(x);
      const adjusted = method.adjust(x, next);
      const gradientDelta = difference(next.gradient, state.gradient);
      const memory = method.remember(state.memory, difference(x, state.x), gradientDelta);
      recent = [...recent, adjusted.value].slice(-VALUES_KEPT);
      failedOnce = false;
      state = { x, ...next, adjusted, iteration: state.iteration + 1, memory };
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      if (failedOnce) searchFailed = true;
      else state = { ...state, memory: method.start(initial.length) };
      failedOnce = true;
    }
    objectiveHistory.push(state.adjusted.value);
  }

  function stopReason(): StopReason | undefined {
    const { value, gradient } = state.adjusted;
    if (method.done(state)) return "projected gradient";
    if (rules.maxIter >= 0 && state.iteration >= rules.maxIter) return "iterations";
    const change = Math.abs(value - Math.max(...recent));
    if (recent.length >= 2 && change <= rules.tolerance * Math.abs(adjustedFirst.value)) return "values";
    if (norm(gradient) <= Math.max(rules.tolerance * Math.abs(value), SMALLEST_GRADIENT)) return "gradient";
    return searchFailed ? "search failed" : undefined;
  }
}

/** Line searches end at the point that is evaluated next, and begin at the one before: two points are kept. */
function remembering(): Evaluate {
  const known: { readonly point: Float64Array; readonly evaluation: Evaluation }[] = [];
  return function* (point) {
    const hit = known.find((entry) => same(entry.point, point));
    if (hit !== undefined) return hit.evaluation;
    const evaluation = yield point;
    known.unshift({ point, evaluation });
    known.length = Math.min(known.length, 2);
    return evaluation;
  };
}

function same(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
