/** How far to go along a direction: f(t) = objective(x + t·d), with its derivative by t. */
import { type Descent, StepFailure } from "./minimize";

export interface Slope {
  readonly value: number;
  readonly derivative: number;
}

export type Line = (t: number) => Descent<Slope>;

interface Bracket extends Slope {
  readonly t: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;

/**
 * A step that satisfies the strong Wolfe conditions, or `bound` where the function still falls (Nocedal & Wright, Numerical
 * Optimization, algorithms 3.5 and 3.6, with cubic interpolation). `first` is tried first.
 */
export function* strongWolfe(line: Line, first: number, bound: number, tries: number, zooms: number): Descent<number> {
  const at = function* (t: number): Descent<Bracket> {
    return { t, ...(yield* line(t)) };
  };
  const start = yield* at(0);
  if (start.derivative > 0) throw new StepFailure("the direction does not descend");
  const decreases = (b: Bracket): boolean => b.value <= start.value + SUFFICIENT_DECREASE * b.t * start.derivative;
  const flat = (b: Bracket): boolean => Math.abs(b.derivative) <= CURVATURE * Math.abs(start.derivative);

  let low = start;
  let t = first;
  for (let i = 0; i < tries; i++) {
    const c = yield* at(t);
    if (!Number.isFinite(c.value)) {
      t /= 2;
      continue;
    }
    if (!decreases(c) || (c.value >= low.value && i > 0)) return yield* zoom(low, c);
    if (flat(c)) return c.t;
    if (c.derivative >= 0) return yield* zoom(c, low);
    low = c;
    if (t === bound) return bound;
    t = Math.min(t * 1.5, bound);
  }
  throw new StepFailure("the line search failed");

  /** The interval holds a good step; `lower` is its best end so far. */
  function* zoom(lower: Bracket, upper: Bracket): Descent<number> {
    let best = lower;
    let other = upper;
    for (let i = 0; i < zooms; i++) {
      const c = yield* at(best.t > other.t ? interpolated(other, best) : interpolated(best, other));
      if (!decreases(c) || c.value >= best.value) other = c;
      else {
        if (flat(c)) return c.t;
        if (c.derivative * (other.t - best.t) >= 0) other = best;
        best = c;
      }
    }
    throw new StepFailure("the line search failed to zoom in");
  }
}

/** The minimum of the cubic through both ends, kept away from either. */
function interpolated(left: Bracket, right: Bracket): number {
  const width = right.t - left.t;
  const d1 = left.derivative + right.derivative - (3 * (left.value - right.value)) / (left.t - right.t);
  const d2 = Math.sqrt(d1 * d1 - left.derivative * right.derivative);
  const t = right.t - (width * (right.derivative + d2 - d1)) / (right.derivative - left.derivative + 2 * d2);
  const lowest = left.t + 0.1 * width;
  const highest = left.t + 0.9 * width;
  return t < lowest ? lowest : t > highest ? highest : t;
}

const MOST_TRIES = 20;
const GROWTH = 2.1;
const SMALLEST_STEP = 1e-10;
const LARGEST_STEP = 1e10;

/**
 * Steps grow and shrink until the strong Wolfe conditions hold, or 20 were tried: then the last is taken. `value` stands for
 * the function at `first` in the first comparison, as Breeze has it.
 */
export function* backtracking(line: Line, first: number, value: number, shrinkage: number): Descent<number> {
  const start = yield* line(0);
  let t = first;
  let slope: Slope = { value, derivative: (yield* line(first)).derivative };
  for (let i = 0; ; i++) {
    const factor =
      slope.value > start.value + t * start.derivative * SUFFICIENT_DECREASE
        ? shrinkage
        : slope.derivative < CURVATURE * start.derivative
          ? GROWTH
          : slope.derivative > -CURVATURE * start.derivative
            ? shrinkage
            : 1;
    if (factor === 1) return t;
    const next = t * factor;
    if (next < SMALLEST_STEP) throw new StepFailure("the step became too small");
    if (next > LARGEST_STEP) throw new StepFailure("the step became too large");
    if (i + 1 >= MOST_TRIES) return t;
    t = next;
    slope = yield* line(t);
  }
}
