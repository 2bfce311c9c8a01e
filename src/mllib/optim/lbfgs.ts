/**
 * L-BFGS: J. Nocedal, Updating Quasi-Newton Matrices with Limited Storage (1980); D. C. Liu and J. Nocedal, On the Limited
 * Memory Method for Large Scale Optimization (1989).
 */
import { axpyDot, dot, moved, norm } from "./blas";
import { type Slope, strongWolfe } from "./line-search";
import { type Descent, type Evaluation, type Method, type State, StepFailure } from "./minimize";

/** The last steps and changes of the gradient, the newest first. */
export interface Curvature {
  readonly steps: readonly Float64Array[];
  readonly gradientDeltas: readonly Float64Array[];
  /** Of each step with the change of the gradient along it. */
  readonly products: readonly number[];
}

export const NO_CURVATURE: Curvature = { steps: [], gradientDeltas: [], products: [] };

const LINE_SEARCH_TRIES = 10;
const SMALLEST_MOVE = 1e-10;

/** How many steps are remembered, as Spark asks of Breeze. */
export const MEMORY = 10;

export function lbfgs(): Method<Curvature> {
  return {
    start: () => NO_CURVATURE,
    direction: (state) => newtonDirection(state.memory, state.gradient),
    *stepSize(state, direction, evaluate) {
      const line = function* (t: number): Descent<Slope> {
        const { value, gradient } = yield* evaluate(t === 0 ? state.x : moved(state.x, t, direction));
        return { value, derivative: dot(gradient, direction) };
      };
      const first = state.iteration === 0 ? 1 / norm(direction) : 1;
      const size = yield* strongWolfe(line, first, Infinity, LINE_SEARCH_TRIES, LINE_SEARCH_TRIES);
      if (size * norm(state.gradient) < SMALLEST_MOVE) throw new StepFailure("the step became too small");
      return size;
    },
    step: (state: State<Curvature>, direction, size) => moved(state.x, size, direction),
    remember: remembered,
    adjust: (_x: Float64Array, evaluation: Evaluation) => evaluation,
    done: () => false,
  };
}

export function remembered(memory: Curvature, step: Float64Array, gradientDelta: Float64Array): Curvature {
  return {
    steps: [step, ...memory.steps].slice(0, MEMORY),
    gradientDeltas: [gradientDelta, ...memory.gradientDeltas].slice(0, MEMORY),
    products: [dot(step, gradientDelta), ...memory.products].slice(0, MEMORY),
  };
}

/** `-H g` by the two-loop recursion. */
export function newtonDirection({ steps, gradientDeltas, products }: Curvature, gradient: Float64Array): Float64Array {
  const direction = gradient.slice();
  const count = steps.length;
  if (count === 0) {
    for (let i = 0; i < direction.length; i++) direction[i] = -direction[i]!;
    return direction;
  }
  const sy = products[0]!;
  if (!(sy >= 0)) throw new StepFailure("the remembered curvature is negative");
  const diagonal = sy / dot(gradientDeltas[0]!, gradientDeltas[0]!);
  const alphas: number[] = [];
  let product = dot(steps[0]!, direction);
  for (let i = 0; i < count; i++) {
    const alpha = product / products[i]!;
    if (Number.isNaN(alpha)) throw new StepFailure("the remembered curvature is not a number");
    alphas.push(alpha);
    const last = i === count - 1;
    product = axpyDot(-alpha, gradientDeltas[i]!, direction, last ? diagonal : 1, last ? gradientDeltas[i]! : steps[i + 1]!);
  }
  for (let i = count - 1; i >= 0; i--) {
    const beta = product / products[i]!;
    product = axpyDot(alphas[i]! - beta, steps[i]!, direction, i === 0 ? -1 : 1, gradientDeltas[Math.max(i - 1, 0)]!);
  }
  return direction;
}
