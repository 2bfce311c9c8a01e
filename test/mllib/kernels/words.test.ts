/** Steps of skip-grams by WebAssembly against the same steps in plain JavaScript. */
import { WordVectors } from "../../../src/mllib/kernels/word-kernels";

const PATHS = {
  starts: Int32Array.of(0, 2, 5, 6, 6),
  nodes: Int32Array.of(0, 1, 0, 2, 1, 2),
  turns: Int32Array.of(0, 1, 1, 0, 1, 0),
};
const WORDS = 4;
const NODES = 3;

/** Sigmoid from a table of 1,000 places, as the kernel's; null where the step is left out. */
function told(f: number): number | null {
  if (f <= -6 || f >= 6) return null;
  const power = Math.exp(((2 * Math.trunc((f + 6) * 83)) / 1000 - 1) * 6);
  return power / (power + 1);
}

class Plain {
  readonly movedOutputs = new Int32Array(NODES);

  constructor(
    readonly inputs: Float64Array,
    readonly outputs: Float64Array,
    private readonly size: number,
  ) {}

  learn(input: number, word: number, alpha: number): void {
    const vector = this.inputs.subarray(input * this.size, (input + 1) * this.size);
    const error = new Float64Array(this.size);
    for (let at = PATHS.starts[word]!; at < PATHS.starts[word + 1]!; at++) {
      const node = PATHS.nodes[at]!;
      const output = this.outputs.subarray(node * this.size, (node + 1) * this.size);
      const sigmoid = told(vector.reduce((sum, value, i) => sum + value * output[i]!, 0));
      if (sigmoid === null) continue;
      const g = (1 - PATHS.turns[at]! - sigmoid) * alpha;
      output.forEach((value, i) => (error[i]! += g * value));
      output.forEach((value, i) => (output[i] = value + g * vector[i]!));
      this.movedOutputs[node]!++;
    }
    error.forEach((value, i) => (vector[i]! += value));
  }
}

// Widths that fill lanes of four floats, and that do not; the last scale takes margins out of the table.
test.each([
  [1, 0.5],
  [4, 0.5],
  [7, 0.5],
  [30, 0.2],
  [8, 4],
])("vectors of %i entries up to %f", (size, scale) => {
  let state = 5;
  const random = (): number => ((state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 31 - 1) * scale;
  const inputs = Float32Array.from({ length: WORDS * size }, random);
  const outputs = Float32Array.from({ length: NODES * size }, random);
  const kernel = new WordVectors(inputs, outputs, size, PATHS);
  const plain = new Plain(Float64Array.from(inputs), Float64Array.from(outputs), size);
  const moved = new Int32Array(WORDS);
  for (let step = 0; step < 40; step++) {
    const [input, word] = [step % WORDS, (step * 7 + (step >> 2)) % WORDS];
    kernel.learn(input, word, 0.025);
    plain.learn(input, word, 0.025);
    moved[input]!++;
  }
  const farthest = (found: Float32Array, wanted: Float64Array): number =>
    found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  // Sums of floats may fall into the neighbouring place of the table: a step of 1.2 % of a sigmoid's width, times alpha.
  expect(farthest(kernel.inputs, plain.inputs)).toBeLessThan(2e-3 * Math.max(1, scale));
  expect(farthest(kernel.outputs, plain.outputs)).toBeLessThan(2e-3 * Math.max(1, scale));
  expect(farthest(kernel.inputs, Float64Array.from(inputs))).toBeGreaterThan(0.01);
  expect([...kernel.movedOutputs.subarray(0, NODES)]).toEqual([...plain.movedOutputs]);
  expect([...kernel.movedInputs]).toEqual([...moved]);
});
