/**
 * L-BFGS-B, bounds on each coordinate: R. H. Byrd, P. Lu, J. Nocedal and C. Zhu, A Limited Memory Algorithm for Bound
 * Constrained Optimization (1995). Names are the paper's: B = theta·I - W M Wᵀ, W = [Y theta·S].
 */
import { difference, dot, norm } from "./blas";
import { type Slope, strongWolfe } from "./line-search";
import { MEMORY } from "./lbfgs";
import { type Descent, type Method, type State, StepFailure } from "./minimize";
import { inverse, solve, times } from "./small-matrix";

interface Model {
  readonly theta: number;
  /** Changes of the gradient and steps, the oldest first. */
  readonly y: readonly Float64Array[];
  readonly s: readonly Float64Array[];
  readonly m: readonly Float64Array[];
}

const LINE_SEARCH_TRIES = 64;
const LEAST_CURVATURE = 2.2e-16;
const PROJECTED_GRADIENT = 1e-5;

/** Every point it asks for lies within the bounds; the first one must. */
export function lbfgsb(lower: Float64Array, upper: Float64Array): Method<Model> {
  const clamp = (value: number, i: number): number => Math.min(Math.max(value, lower[i]!), upper[i]!);
  const step = (state: State<Model>, direction: Float64Array, size: number): Float64Array =>
    state.x.map((value, i) => clamp(value + direction[i]! * size, i));

  return {
    start: () => ({ theta: 1, y: [], s: [], m: [] }),
    direction: (state) => {
      const { point, c } = cauchyPoint(state.memory, state.x, state.gradient, lower, upper);
      const target = state.iteration === 0 ? point : subspaceMinimum(state.memory, point, c, state, lower, upper);
      return difference(target, state.x);
    },
    *stepSize(state, direction, evaluate) {
      const line = function* (t: number): Descent<Slope> {
        const { value, gradient } = yield* evaluate(step(state, direction, t));
        return { value, derivative: dot(gradient, direction) };
      };
      let farthest = Infinity;
      direction.forEach((d, i) => {
        if (d === 0) return;
        farthest = Math.min(farthest, ((d < 0 ? lower[i]! : upper[i]!) - state.x[i]!) / d);
      });
      return yield* strongWolfe(line, Math.min(farthest, 1), farthest, LINE_SEARCH_TRIES, LINE_SEARCH_TRIES);
    },
    step,
    remember: updated,
    adjust: (_x, evaluation) => evaluation,
    done: ({ x, gradient }) => x.every((value, i) => Math.abs(clamp(value - gradient[i]!, i) - value) < PROJECTED_GRADIENT),
  };
}

/** Row `i` of W. */
function rowOfW({ theta, y, s }: Model, i: number): Float64Array {
  return Float64Array.from([...y.map((column) => column[i]!), ...s.map((column) => theta * column[i]!)]);
}

/** The first minimum along the projected gradient, and c = Wᵀ(point - x). */
function cauchyPoint(
  model: Model,
  x: Float64Array,
  g: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
): { point: Float64Array; c: Float64Array } {
  const { theta, m } = model;
  const n = x.length;
  const breaks = g.map((gi, i) => (gi === 0 ? Number.MAX_VALUE : (x[i]! - (gi < 0 ? upper[i]! : lower[i]!)) / gi));
  const d = g.map((gi, i) => (gi === 0 || breaks[i] === 0 ? 0 : -gi));
  const point = x.slice();
  const p = new Float64Array(m.length);
  for (let i = 0; i < n; i++) if (d[i] !== 0) rowOfW(model, i).forEach((w, k) => (p[k]! += w * d[i]!));
  const c = new Float64Array(m.length);
  const order = Array.from(breaks.keys()).sort((a, b) => breaks[a]! - breaks[b]!);

  let slope = dot(g, d);
  let curvature = -theta * slope - dot(p, times(m, p));
  let best = -(slope / curvature);
  let at = 0;
  let next = order.findIndex((i) => breaks[i] !== 0);
  if (next < 0) return { point, c };
  for (; next < n; next++) {
    const b = order[next]!;
    const distance = breaks[b]! - at;
    if (!(distance <= best)) break;
    point[b] = d[b]! > 0 ? upper[b]! : lower[b]!;
    const z = point[b] - x[b]!;
    const w = rowOfW(model, b);
    p.forEach((value, k) => (c[k]! += value * distance));
    const mw = times(m, w);
    slope += distance * curvature + g[b]! * g[b]! + theta * g[b]! * z - g[b]! * dot(w, times(m, c));
    curvature += -theta * g[b]! * g[b]! - 2 * g[b]! * dot(w, times(m, p)) - g[b]! * g[b]! * dot(w, mw);
    w.forEach((value, k) => (p[k]! += value * g[b]!));
    d[b] = 0;
    best = -slope / curvature;
    at = breaks[b]!;
  }
  best = Math.max(best, 0);
  at += best;
  for (; next < n; next++) point[order[next]!] = x[order[next]!]! + at * d[order[next]!]!;
  p.forEach((value, k) => (c[k]! += value * best));
  return { point, c };
}

/** The model's minimum over the coordinates that are free at the Cauchy point (the paper's direct primal method). */
function subspaceMinimum(
  model: Model,
  cauchy: Float64Array,
  c: Float64Array,
  { x, gradient }: State<Model>,
  lower: Float64Array,
  upper: Float64Array,
): Float64Array {
  const { theta, m } = model;
  const free = Array.from(cauchy.keys()).filter((i) => cauchy[i] !== upper[i] && cauchy[i] !== lower[i]);
  const rows = free.map((i) => rowOfW(model, i));
  const mc = times(m, c);
  const residual = Float64Array.from(free, (i, f) => gradient[i]! + theta * (cauchy[i]! - x[i]!) - dot(rows[f]!, mc));
  const size = m.length;
  const wr = new Float64Array(size);
  rows.forEach((row, f) => row.forEach((w, k) => (wr[k]! += w * residual[f]!)));
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows)
    for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) gram[a]![b]! += (row[a]! * row[b]!) / theta;
  const system = m.map((row, a) => {
    const line = new Float64Array(size);
    row.forEach((value, k) => gram[k]!.forEach((entry, b) => (line[b]! -= value * entry)));
    line[a]! += 1;
    return line;
  });
  const v = solve(system, times(m, wr));
  if (v === undefined) throw new StepFailure("the model of the objective is singular");

  const du = rows.map((row, f) => -(residual[f]! / theta + dot(row, v) / (theta * theta)));
  let alpha = 1;
  free.forEach((i, f) => {
    if (du[f] !== 0) alpha = Math.min(alpha, ((du[f]! > 0 ? upper[i]! : lower[i]!) - cauchy[i]!) / du[f]!);
  });
  const minimum = cauchy.slice();
  free.forEach((i, f) => (minimum[i]! += alpha * du[f]!));
  return minimum;
}

function updated(model: Model, newS: Float64Array, newY: Float64Array): Model {
  if (!(Math.abs(dot(newS, newY)) > LEAST_CURVATURE * norm(newY))) return model;
  const y = [...model.y, newY].slice(-MEMORY);
  const s = [...model.s, newS].slice(-MEMORY);
  const theta = dot(newY, newY) / dot(newY, newS);
  const k = y.length;
  const matrix = Array.from({ length: 2 * k }, () => new Float64Array(2 * k));
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) {
      if (i === j) matrix[i]![i] = -dot(s[i]!, y[i]!);
      if (i > j) matrix[k + i]![j] = matrix[j]![k + i] = dot(s[i]!, y[j]!);
      matrix[k + i]![k + j] = theta * dot(s[i]!, s[j]!);
    }
  const m = inverse(matrix);
  if (m === undefined) throw new StepFailure("the model of the objective is singular");
  return { theta, y, s, m };
}
