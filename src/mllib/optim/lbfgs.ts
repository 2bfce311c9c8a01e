/**
 * L-BFGS: J. Nocedal, Updating Quasi-Newton Matrices with Limited Storage (1980); D. C. Liu and J. Nocedal, On the Limited
 * Memory Method for Large Scale Optimization (1989).
 */
import { axpy, dot, moved, norm, scale } from "./blas";
import { type Slope, strongWolfe } from "./line-search";
import { type Descent, type Evaluation, type Method, type State, StepFailure } from "./minimize";

/** The last steps and changes of the gradient, the newest first. */
export interface Curvature {
  readonly steps: readonly Float64Array[];
  readonly gradientDeltas: readonly Float64Array[];
}

const LINE_SEARCH_TRIES = 10;
const SMALLEST_MOVE = 1e-10;

/** How many steps are remembered, as Spark asks of Breeze. */
export const MEMORY = 10;

export function lbfgs(): Method<Curvature> {
  return {
    start: () => ({ steps: [], gradientDeltas: [] }),
    direction: (state) => newtonDirection(state.memory, state.gradient),
    *stepSize(state, direction, evaluate) {
      const line = function* (t: number): Descent<Slope> {
        const { value, gradient } = yield* evaluate(moved(state.x, t, direction));
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
  };
}

/** `-H g` by the two-loop recursion. */
export function newtonDirection({ steps, gradientDeltas }: Curvature, gradient: Float64Array): Float64Array {
  const direction = gradient.slice();
  let diagonal = 1;
  if (steps.length > 0) {
    const sy = dot(steps[0]!, gradientDeltas[0]!);
    if (!(sy >= 0)) throw new StepFailure("the remembered curvature is negative");
    diagonal = sy / dot(gradientDeltas[0]!, gradientDeltas[0]!);
  }
  const rho = steps.map((step, i) => dot(step, gradientDeltas[i]!));
  const alpha = steps.map((step, i) => {
    const a = dot(step, direction) / rho[i]!;
    if (Number.isNaN(a)) throw new StepFailure("the remembered curvature is not a number");
    axpy(-a, gradientDeltas[i]!, direction);
    return a;
  });
  scale(diagonal, direction);
  for (let i = steps.length - 1; i >= 0; i--) {
    const beta = dot(gradientDeltas[i]!, direction) / rho[i]!;
    axpy(alpha[i]! - beta, steps[i]!, direction);
  }
  scale(-1, direction);
  return direction;
}
