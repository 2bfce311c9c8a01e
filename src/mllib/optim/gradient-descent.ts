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

const ridge = (strength: number, point: Float64Array): number => (strength === 0 ? 0 : 0.5 * strength * norm(point) ** 2);

/** Steps of one size. */
export function constantSteps(size: number): Updater {
  return { step: (point, gradient) => point.map((value, i) => value - size * gradient[i]!), penalty: () => 0 };
}
/** Steps that shrink with the root of their number, and a ridge. */
export function shrinkingSteps(size: number, strength: number): Updater {
  return {
    step(point, gradient, iteration) {
      const now = size / Math.sqrt(iteration);
      return point.map((value, i) => value * (1 - now * strength) - now * gradient[i]!);
    },
    penalty: (point) => ridge(strength, point),
  };
}

const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const SMALL = 1e-8;

/** AdamW (I. Loshchilov, F. Hutter, Decoupled Weight Decay Regularization, 2019); the decay is not scaled by the size of steps, as Spark. */
export function adamW(size: number, decay: number): Updater {
  let means = new Float64Array(0);
  let squares = new Float64Array(0);
  let seen = 0;
  return {
    step(point, gradient) {
      if (seen++ === 0) {
        means = new Float64Array(point.length);
        squares = new Float64Array(point.length);
      }
      if (size === 0) return point;
      const meanShare = 1 - MEAN_DECAY ** seen;
      const squareShare = 1 - SQUARE_DECAY ** seen;
      return point.map((value, i) => {
        const g = gradient[i]!;
        const mean = (means[i] = MEAN_DECAY * means[i]! + (1 - MEAN_DECAY) * g);
        const square = (squares[i] = SQUARE_DECAY * squares[i]! + (1 - SQUARE_DECAY) * g * g);
        return value - (size * (mean / meanShare)) / (Math.sqrt(square / squareShare) + SMALL) - decay * value;
      });
    },
    penalty: (point) => ridge(decay, point),
  };
}
