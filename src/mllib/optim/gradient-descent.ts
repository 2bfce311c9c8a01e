/** Descent by the gradient of one sample of the rows after the other, with Spark's stop rule and history. */
import { norm } from "./blas";
import type { Evaluation, StopRules } from "./minimize";

/** How a step follows from a gradient. Steps are counted from 1; an updater may keep what it saw of those before. */
export interface Updater {
  step(point: Float64Array, gradient: Float64Array, iteration: number): Float64Array;
  /** What is added to the loss at a point. */
  penalty(point: Float64Array): number;
}

export interface Sampled {
  readonly point: Float64Array;
  /** Which sample of the rows is asked for, from 1. */
  readonly iteration: number;
}

export interface SampledOptimum {
  readonly x: Float64Array;
  /** Loss of each sample and penalty, before the step that follows from it; of the last one, where `maxIter` ends the descent, none does. */
  readonly objectiveHistory: number[];
}

/** Asks for the mean loss of samples, and is answered with null where a sample has no rows: then nothing is learned from it. */
export function* descendSamples(
  updater: Updater,
  initial: Float64Array,
  { maxIter, tolerance }: StopRules,
): Generator<Sampled, SampledOptimum, Evaluation | null> {
  const objectiveHistory: number[] = [];
  let point = initial;
  for (let iteration = 1; iteration <= maxIter + 1; iteration++) {
    const evaluation = yield { point, iteration };
    if (evaluation === null) continue;
    objectiveHistory.push(evaluation.value + updater.penalty(point));
    if (iteration > maxIter) break;
    const next = updater.step(point, evaluation.gradient, iteration);
    const moved = norm(next.map((value, i) => value - point[i]!));
    const isFirst = objectiveHistory.length === 1;
    point = next;
    if (!isFirst && moved < tolerance * Math.max(norm(point), 1)) break;
  }
  return { x: point, objectiveHistory };
}

/** Steps of one size. */
export function constantSteps(size: number): Updater {
  return { step: (point, gradient) => point.map((value, i) => value - size * gradient[i]!), penalty: () => 0 };
}
