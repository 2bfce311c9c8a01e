/** OWL-QN: L-BFGS with an L1 penalty. G. Andrew and J. Gao, Scalable Training of L1-Regularized Log-Linear Models (2007). */
import { dot, norm } from "./blas";
import { backtracking, type Slope } from "./line-search";
import { type Curvature, newtonDirection, remembered } from "./lbfgs";
import type { Descent, Evaluation, Method, State } from "./minimize";

/** `penalties`: of each coordinate's absolute value; zero or more. */
export function owlqn(penalties: Float64Array): Method<Curvature> {
  const adjust = (x: Float64Array, { value, gradient }: Evaluation): Evaluation => {
    let penalised = value;
    const adjusted = gradient.map((g, i) => {
      const penalty = penalties[i]!;
      if (penalty === 0) return g;
      penalised += Math.abs(penalty * x[i]!);
      if (x[i] !== 0) return g + Math.sign(x[i]!) * penalty;
      return g - penalty > 0 ? g - penalty : g + penalty < 0 ? g + penalty : 0;
    });
    return { value: penalised, gradient: adjusted };
  };

  /** Coordinates that would leave their orthant stop at zero. */
  const step = (state: State<Curvature>, direction: Float64Array, size: number): Float64Array =>
    state.x.map((value, i) => {
      const next = value + direction[i]! * size;
      const orthant = value !== 0 ? Math.sign(value) : Math.sign(-state.adjusted.gradient[i]!);
      return Math.sign(next) === orthant ? next : 0;
    });

  return {
    start: () => ({ steps: [], gradientDeltas: [] }),
    direction: (state) =>
      newtonDirection(state.memory, state.adjusted.gradient).map((d, i) => (d * state.adjusted.gradient[i]! < 0 ? d : 0)),
    *stepSize(state, direction, evaluate) {
      const line = function* (t: number): Descent<Slope> {
        const x = step(state, direction, t);
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
