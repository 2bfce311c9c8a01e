/** The two-loop recursion that goes through memory once a pair, against the textbook's, to the last bit. */
import { newtonDirection, NO_CURVATURE, remembered } from "../../../src/mllib/optim/lbfgs";
import { StepFailure } from "../../../src/mllib/optim/minimize";

let state = 5;
const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;
const vector = (length: number): Float64Array => Float64Array.from({ length }, () => 2 * random() - 1);

const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** J. Nocedal, S. Wright, Numerical Optimization, algorithm 7.4; pairs from the newest to the oldest. */
function textbook(pairs: readonly (readonly [step: Float64Array, change: Float64Array])[], gradient: Float64Array): Float64Array {
  let direction = gradient.slice();
  const alphas = pairs.map(([s, y]) => {
    const alpha = product(s, direction) / product(s, y);
    direction = direction.map((value, i) => value - alpha * y[i]!);
    return alpha;
  });
  const [newest] = pairs;
  const diagonal = newest === undefined ? 1 : product(...newest) / product(newest[1], newest[1]);
  direction = direction.map((value) => value * diagonal);
  for (const [i, [s, y]] of [...pairs.entries()].reverse()) {
    const beta = product(y, direction) / product(s, y);
    direction = direction.map((value, j) => value + (alphas[i]! - beta) * s[j]!);
  }
  return direction.map((value) => -value);
}

test.each([0, 1, 2, 9, 10, 13])("after %i steps", (count) => {
  let memory = NO_CURVATURE;
  const pairs: [Float64Array, Float64Array][] = [];
  for (let i = 0; i < count; i++) {
    const step = vector(37);
    const change = step.map((value) => value * (0.5 + random()) + 0.01 * random());
    memory = remembered(memory, step, change);
    pairs.unshift([step, change]);
  }
  const gradient = vector(37);
  const before = gradient.slice();
  expect(newtonDirection(memory, gradient)).toEqual(textbook(pairs.slice(0, 10), gradient));
  expect(gradient).toEqual(before);
});

test("curvature that is negative or no number gives no direction", () => {
  const one = Float64Array.of(1);
  expect(() => newtonDirection(remembered(NO_CURVATURE, one, Float64Array.of(-1)), one)).toThrow(StepFailure);
  expect(() => newtonDirection(remembered(NO_CURVATURE, one, Float64Array.of(0)), Float64Array.of(0))).toThrow(StepFailure);
});
