/** Fits of features by the hundred thousand, few of which a row has: what of them costs memory or time by the feature. */
import { type PassSpec, runPass } from "../../../src/mllib/linear/pass";
import { type TrainingBlock, trainingBlock } from "../../../src/mllib/linear/tiles";
import { expectNear } from "./near";

/** How many doubles the kernels were last asked to make room for. */
let doubles = 0;
jest.mock("../../../src/mllib/kernels/gradient-kernels", () => {
  const real = jest.requireActual<typeof import("../../../src/mllib/kernels/gradient-kernels")>(
    "../../../src/mllib/kernels/gradient-kernels",
  );
  return {
    ...real,
    regions(sizes: Readonly<Record<string, number>>) {
      doubles = Object.values(sizes).reduce((sum, size) => sum + size, 0);
      return real.regions(sizes);
    },
  };
});

let state = 3;
const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;

function sparseBlock(rows: number, width: number, stored: number): TrainingBlock {
  const indices = Array.from({ length: rows }, () =>
    Array.from({ length: stored }, (_, i) => Math.floor(((i + random()) * width) / stored)),
  );
  return trainingBlock({
    rows,
    width,
    dense: null,
    sparse: {
      starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * stored),
      indices: Int32Array.from(indices.flat()),
      values: Float64Array.from({ length: rows * stored }, () => 1 + Math.floor(3 * random())),
    },
    label: Float64Array.from({ length: rows }, () => Math.floor(2 * random())),
    weight: null,
    extra: [],
  });
}

const denseBlock = (rows: number, width: number): TrainingBlock =>
  trainingBlock({
    rows,
    width,
    dense: Float64Array.from({ length: rows * width }, random),
    sparse: null,
    label: Float64Array.from({ length: rows }, () => Math.floor(2 * random())),
    weight: null,
    extra: [],
  });

const passOf = (width: number): PassSpec => ({
  loss: { kind: "logistic" },
  width,
  outputs: 1,
  coefficients: Float64Array.from({ length: width }, () => random() - 0.5),
  offsets: Float64Array.of(0.1),
});

test("a pass over sparse rows has room for coefficients and their derivatives, and for no tile", () => {
  const width = 1 << 18;
  runPass([sparseBlock(40, width, 5)], passOf(width));
  expect(doubles).toBeLessThan(2.1 * width);
});

test("sums of sparse rows stay when dense ones follow", () => {
  const spec = passOf(50);
  const blocks = [sparseBlock(70, 50, 5), denseBlock(600, 50), sparseBlock(30, 50, 4)];
  const together = runPass(blocks, spec);
  const parts = blocks.map((block) => runPass([block], spec));
  const sum = (of: (part: (typeof parts)[number]) => number): number => parts.reduce((total, part) => total + of(part), 0);
  expect(together.weight).toBe(700);
  expectNear([together.loss], [sum((part) => part.loss)], 1e-12);
  expectNear(together.residuals, [sum((part) => part.residuals[0]!)], 1e-9);
  expectNear(together.gradient, Array.from(spec.coefficients.keys(), (j) => sum((part) => part.gradient[j]!)), 1e-9); // prettier-ignore
});
