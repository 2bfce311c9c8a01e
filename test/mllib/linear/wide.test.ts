/** Fits of features by the hundred thousand, few of which a row has: what of them costs memory or time by the feature. */
import { fitLinear } from "../../../src/mllib/linear/linear-fit";
import { fitLogistic } from "../../../src/mllib/linear/logistic-fit";
import type { PassSteps } from "../../../src/mllib/linear/objective";
import { KernelMemory } from "../../../src/mllib/kernels/gradient-kernels";
import { type PassSpec, runPass } from "../../../src/mllib/linear/pass";
import { addSummary, momentsOf, summarize, type Summary } from "../../../src/mllib/linear/summary";
import { fitSvc } from "../../../src/mllib/linear/svc-fit";
import { type TrainingBlock, trainingBlock } from "../../../src/mllib/linear/tiles";
import { noMoments } from "../../../src/mllib/optim/moments";
import { passing } from "./in-process";
import { expectNear } from "./near";

jest.mock("../../../src/mllib/optim/moments", () => {
  const actual = jest.requireActual<typeof import("../../../src/mllib/optim/moments")>("../../../src/mllib/optim/moments");
  return { ...actual, noMoments: jest.fn(actual.noMoments) };
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
  const regions = jest.spyOn(KernelMemory.prototype, "regions");
  try {
    runPass([sparseBlock(40, width, 5)], passOf(width));
    const doubles = regions.mock.calls.map(([sizes]) => Object.values(sizes).reduce((sum, size) => sum + size, 0));
    expect(doubles).toHaveLength(1);
    expect(doubles[0]).toBeLessThan(2.1 * width);
  } finally {
    regions.mockRestore();
  }
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

test("blocks that store fewer entries than there are features are described as one, to the last bit", () => {
  const width = 1 << 12;
  const sizes = [7, 40, 23, 300, 11];
  const blocks = sizes.map((rows) => sparseBlock(rows, width, 3));
  const weighted = blocks.map((block, i) =>
    i === 2 ? { ...block, weight: block.label.map((_, row) => 0.3 * (row % 4)) } : block,
  );
  for (const parts of [blocks, weighted]) {
    const sparse = {
      starts: Int32Array.from({ length: 382 }, (_, row) => 3 * row),
      indices: Int32Array.from(parts.flatMap((part) => [...part.sparse!.indices])),
      values: Float64Array.from(parts.flatMap((part) => [...part.sparse!.values])),
    };
    const label = Float64Array.from(parts.flatMap((part) => [...part.label]));
    const weight = Float64Array.from(parts.flatMap((part) => [...(part.weight ?? part.label.map(() => 1))]));
    const one = trainingBlock({ rows: 381, width, dense: null, sparse, label, weight, extra: [] });
    expect(summarize(parts, true)).toEqual(summarize([one], true));
  }
  // Others among them stay what they are.
  const dense = denseBlock(50, width);
  const mixed = summarize([blocks[0]!, blocks[1]!, dense, blocks[2]!, blocks[4]!], true)!;
  expect(mixed.count).toBe(131);
  const apart = [
    summarize([blocks[0]!, blocks[1]!], true)!,
    summarize([dense], true)!,
    summarize([blocks[2]!, blocks[4]!], true)!,
  ];
  expect(mixed).toEqual(apart.slice(1).reduce(addSummary, apart[0]!));
});

test("moments of sparse blocks are those of their rows as one dense block, and have room for the products of features once", () => {
  const width = 40;
  const blocks = [sparseBlock(30, width, 5), sparseBlock(1, width, 5), sparseBlock(50, width, 4)].map((block, i) => ({
    ...block,
    label: block.label.map((label, row) => 1e6 + label + (row % 7)),
    weight: i === 2 ? block.label.map((_, row) => row % 3) : null,
  }));
  const rows = blocks.flatMap(({ sparse, label, weight }) =>
    Array.from(label, (y, row) => {
      const x = new Float64Array(width);
      for (let at = sparse!.starts[row]!; at < sparse!.starts[row + 1]!; at++) x[sparse!.indices[at]!] = sparse!.values[at]!;
      return { x, y, w: weight?.[row] ?? 1 };
    }),
  );
  const dense = trainingBlock({
    rows: rows.length,
    width,
    dense: Float64Array.from(rows.flatMap(({ x }) => [...x])),
    sparse: null,
    label: Float64Array.from(rows, ({ y }) => y),
    weight: Float64Array.from(rows, ({ w }) => w),
    extra: [],
  });
  const made = jest.mocked(noMoments).mockClear();
  const moments = momentsOf(blocks)!;
  expect(made).toHaveBeenCalledTimes(1);
  const expected = momentsOf([dense])!;
  expect(moments.count).toBe(rows.length);
  for (const name of ["weightSum", "labelMean", "labelSquares"] as const) expectNear([moments[name]], [expected[name]], 1e-9);
  for (const name of ["means", "labelProducts", "products"] as const) expectNear(moments[name], [...expected[name]], 1e-9);
  // Dense blocks among them.
  expectNear(
    momentsOf([blocks[0]!, dense, blocks[1]!])!.products,
    [...momentsOf([dense, ...blocks.slice(0, 2)])!.products],
    1e-9,
  );
});

test("blocks that are made while a pass asks for them leave its sums as they are", () => {
  const width = 50;
  const spec = passOf(width);
  const shapes = [600, 70, 300].map((rows) => ({
    rows,
    width,
    dense: Float64Array.from({ length: rows * width }, random),
    sparse: null,
    label: Float64Array.from({ length: rows }, () => Math.floor(2 * random())),
    weight: null,
    extra: [],
  }));
  function* made(): Iterable<TrainingBlock> {
    for (const shape of shapes) yield trainingBlock(shape);
  }
  expect(runPass(made(), spec)).toEqual(runPass([...made()], spec));
});

const common = { regParam: 0.01, maxIter: 8, tol: 1e-9, fitIntercept: true, standardization: true };
const logistic = { ...common, numClasses: 2, multinomial: false, bounds: undefined, initial: undefined };
const linear = { ...common, loss: "squaredError", epsilon: 1.35 } as const;
const fits: readonly [string, (summary: Summary) => PassSteps<{ readonly objectiveHistory: number[] }>][] = [
  ["logistic regression", (summary) => fitLogistic(summary, { ...logistic, elasticNetParam: 0 })],
  ["logistic regression with an L1 penalty", (summary) => fitLogistic(summary, { ...logistic, elasticNetParam: 0.5 })],
  ["of several classes", (summary) => fitLogistic(summary, { ...logistic, multinomial: true, elasticNetParam: 0 })],
  ["support vectors", (summary) => fitSvc(summary, common)],
  ["linear regression", (summary) => fitLinear(summary, { ...linear, elasticNetParam: 0 })],
];

test.each(fits)("%s calls nothing for each feature", (_, fit) => {
  const width = 1000;
  const blocks = [sparseBlock(300, width, 10), sparseBlock(300, width, 10)];
  // Methods of typed arrays that call back hand over every number in an object of its own.
  const typed = Object.getPrototypeOf(Float64Array.prototype) as Float64Array;
  const spies = (["map", "forEach", "every", "some", "reduce"] as const).map((name) => jest.spyOn(typed, name));
  try {
    const { objectiveHistory } = passing(blocks, fit(summarize(blocks, true)!));
    expect(objectiveHistory.length).toBeGreaterThan(3);
    const long = spies.flatMap((spy) => spy.mock.contexts.filter((array) => array.length >= width));
    expect(long).toEqual([]);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
});
