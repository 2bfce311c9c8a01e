/** OWL-QN: L-BFGS with an L1 penalty. G. Andrew and J. Gao, Scalable Training of L1-Regularized Log-Linear Models (2007). */
import { dot, moved, norm } from "./blas";
import { backtracking, type Slope } from "./line-search";
import { type Curvature, newtonDirection, NO_CURVATURE, remembered } from "./lbfgs";
import type { Descent, Evaluation, Method, State } from "./minimize";

/** `penalties`: of each coordinate's absolute value; zero or more. Null: there are none. */
export function owlqn(penalties: Float64Array | null): Method<Curvature> {
  const adjust = (x: Float64Array, evaluation: Evaluation): Evaluation => {
    if (penalties === null) return evaluation;
    let { value } = evaluation;
    const gradient = evaluation.gradient.slice();
    for (let i = 0; i < gradient.length; i++) {
      const penalty = penalties[i]!;
      if (penalty === 0) continue;
      const at = x[i]!;
      const g = gradient[i]!;
      value += Math.abs(penalty * at);
      if (at !== 0) gradient[i] = g + Math.sign(at) * penalty;
      else gradient[i] = g - penalty > 0 ? g - penalty : g + penalty < 0 ? g + penalty : 0;
    }
    return { value, gradient };
  };

  /** Coordinates that would leave their orthant stop at zero. */
  const step = ({ x, adjusted }: State<Curvature>, direction: Float64Array, size: number): Float64Array => {
    const { gradient } = adjusted;
    const next = moved(x, size, direction);
    for (let i = 0; i < next.length; i++) {
      const side = x[i] !== 0 ? x[i]! : -gradient[i]!;
      const to = next[i]!;
      const stays = to > 0 ? side > 0 : to < 0 ? side < 0 : to === side;
      if (!stays) next[i] = 0;
    }
    return next;
  };

  return {
    start: () => NO_CURVATURE,
    direction({ memory, adjusted: { gradient } }) {
      const direction = newtonDirection(memory, gradient);
      for (let i = 0; i < direction.length; i++) if (!(direction[i]! * gradient[i]! < 0)) direction[i] = 0;
      return direction;
    },
    *stepSize(state, direction, evaluate) {
      const line = function* (t: number): Descent<Slope> {
        const x = t === 0 ? state.x : step(state, direction, t);
        const { value, gradient } = adjust(x, yield* evaluate(x));
        return { value, derivative: dot(gradient, direction) };
      };
      const begins = state.iteration < 1;
      return yield* backtracking(line, begins ? 0.5 / norm(state.gradient) : 1, state.value, begins ? 0.1 : 0.5);
    },
    step,
    remember: remembered,
    adjust,
    done: () => false,
  };
}
