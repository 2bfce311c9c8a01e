/** Multilayer perceptrons against Spark's (test/golden/mllib/networks.py), and against plain JavaScript. */
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import golden from "../../golden/mllib/networks.json";
import type { DenseVector } from "../../../src/mllib/linalg/vectors";
import { KernelMemory } from "../../../src/mllib/kernels/gradient-kernels";
import { trainingBlock } from "../../../src/mllib/linear/tiles";
import { learnFrom, outputsOf, weightCount } from "../../../src/mllib/neural/network";
import { expectNear } from "../linear/near";
import { table } from "../linear/rows";

const spark = testSession({ "spark.default.parallelism": "3" });
const rows = table(golden.seed, golden.n);
type Values = Readonly<Record<string, any>>;

const frame = (partitions: number, sparse = false): DataFrame =>
  spark()
    .createDataFrame(
      rows.map(({ features, label, cls }) => ({
        features: sparse ? mllib.Vectors.sparse(5, [0, 1, 2, 3, 4], features) : mllib.Vectors.dense(features),
        label,
        cls,
      })),
    )
    .repartition(partitions);

const named = golden.perceptron.map((c) => [JSON.stringify(c.params), c] as const);

test.each(named)("Spark's weights, objectives and predictions: %s", async (_name, c) => {
  for (const partitions of [1, 3]) {
    const df = frame(partitions);
    const model = await new mllib.MultilayerPerceptronClassifier(c.params as Values).fit(df);
    // Steps of L-BFGS enlarge what sums differ in.
    expectNear(model.summary.objectiveHistory, c.objectiveHistory, 1e-6);
    expectNear(model.weights.toArray(), c.weights, 1e-4);
    expect(model.summary.totalIterations).toBe(c.totalIterations);
    expect(await model.summary.accuracy()).toBeCloseTo(c.accuracy, 12);
    const first = spark().createDataFrame(rows.slice(0, 3).map((row) => ({ features: mllib.Vectors.dense(row.features) })));
    const predicted = await model.transform(first).select("rawPrediction", "probability", "prediction").collect();
    predicted.forEach((row, i) => {
      const [raw, probability, prediction] = c.predictions[i] as [number[], number[], number];
      expectNear((row.get(0) as DenseVector).values, raw, 1e-4);
      expectNear((row.get(1) as DenseVector).values, probability, 1e-4);
      expect(row.get(2)).toBe(prediction);
    });
  }
});

test("sparse rows, and weights to begin with", async () => {
  const layers = [5, 4, 2];
  const initialWeights = mllib.Vectors.dense(Array.from({ length: 34 }, (_, i) => Math.sin(i)));
  const fits = [frame(2), frame(2, true)].map((df) =>
    new mllib.MultilayerPerceptronClassifier({ layers, initialWeights, maxIter: 5 }).fit(df),
  );
  const [dense, sparse] = await Promise.all(fits);
  expectNear(sparse!.weights.toArray(), [...dense!.weights.toArray()], 1e-9);
  expect((await new mllib.MultilayerPerceptronClassifier({ layers, initialWeights, maxIter: 0 }).fit(frame(1))).weights).toEqual(
    initialWeights,
  );
});

test("passes are those of plain JavaScript, on tiles of either width and sparse rows", () => {
  const layers = [70, 5, 3];
  let state = 1;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;
  const weights = Float64Array.from({ length: weightCount(layers) }, () => random() - 0.5);
  for (const form of ["doubles", "whole numbers", "sparse"] as const) {
    const features = Array.from({ length: 61 }, () =>
      Array.from({ length: 70 }, () => (form === "whole numbers" ? Math.floor(random() * 3) : random())),
    );
    const label = Float64Array.from(features, () => Math.floor(random() * 3));
    const starts = Int32Array.from({ length: 62 }, (_, i) => 70 * i);
    const block = trainingBlock({
      rows: 61,
      width: 70,
      dense: form === "sparse" ? null : Float64Array.from(features.flat()),
      sparse:
        form === "sparse"
          ? {
              starts,
              indices: Int32Array.from({ length: 61 * 70 }, (_, i) => i % 70),
              values: Float64Array.from(features.flat()),
            }
          : null,
      label,
      weight: null,
      extra: [],
    });
    const spec = { layers, weights };
    const loss = (at: Float64Array): number =>
      features.reduce((sum, row, r) => {
        const out = plainOutputs(row, layers, at);
        return sum + Math.log(out.reduce((total, value) => total + Math.exp(value), 0)) - out[label[r]!]!;
      }, 0);
    expectNear(outputsOf(block, spec), features.flatMap((row) => plainOutputs(row, layers, weights)), 1e-12); // prettier-ignore
    const result = learnFrom([block, block], spec);
    expect(result.rows).toBe(122);
    expectNear([result.loss], [2 * loss(weights)], 1e-12);
    for (let i = 0; i < weights.length; i += 7) {
      const slope = [1e-5, -1e-5].map((by) => loss(weights.map((value, j) => (i === j ? value + by : value)))) as [
        number,
        number,
      ];
      expectNear([result.gradient[i]!], [(2 * (slope[0] - slope[1])) / 2e-5], 1e-6);
    }
  }
});

function plainOutputs(row: readonly number[], layers: readonly number[], weights: Float64Array): number[] {
  let values = [...row];
  let at = 0;
  for (let l = 1; l < layers.length; l++) {
    const [inputs, units] = [layers[l - 1]!, layers[l]!];
    const from = at;
    const next = Array.from({ length: units }, (_, k) =>
      values.reduce((sum, value, j) => sum + value * weights[from + j * units + k]!, weights[from + inputs * units + k]!),
    );
    at += (inputs + 1) * units;
    values = l === layers.length - 1 ? next : next.map((value) => 1 / (1 + Math.exp(-value)));
  }
  return values;
}

test("what does not fit the layers is said before any pass", async () => {
  const { MultilayerPerceptronClassifier: Classifier, Vectors } = mllib;
  const wrong = (params: Values): Promise<unknown> => new Classifier(params).fit(frame(1));
  await expect(wrong({})).rejects.toThrow("layers has no default and was not set");
  await expect(wrong({ layers: [4, 2] })).rejects.toThrow("the first of layers is 4, but the features are vectors of 5 entries");
  await expect(wrong({ layers: [5, 2], labelCol: "cls" })).rejects.toThrow("Labels MUST be in {0, 1}, but got 2");
  await expect(wrong({ layers: [5, 2], initialWeights: Vectors.dense(1, 2) })).rejects.toThrow(
    "Expected weight vector of size 12 but got size 2.",
  );
  await expect(wrong({ layers: [5, 2], thresholds: [1, 1, 1] })).rejects.toThrow("thresholds has 3 values for 2 classes");
});

test("rows that are made while a pass asks for them, some by another network, leave its sums as they are", () => {
  const layers = [6, 4, 3];
  const spec = { layers, weights: Float64Array.from({ length: weightCount(layers) }, (_, i) => Math.sin(i)) };
  const before = { layers: [6, 6], weights: Float64Array.from({ length: weightCount([6, 6]) }, (_, i) => Math.cos(i)) };
  const block = (rows: number, dense: Float64Array): ReturnType<typeof trainingBlock> =>
    trainingBlock({
      rows,
      width: 6,
      dense,
      sparse: null,
      label: Float64Array.from({ length: rows }, (_, r) => r % 3),
      weight: null,
      extra: [],
    });
  function* made(): Iterable<ReturnType<typeof trainingBlock>> {
    for (const rows of [500, 40, 700]) {
      const features = block(
        rows,
        Float64Array.from({ length: rows * 6 }, (_, i) => Math.sin(i * i)),
      );
      yield features;
      yield block(rows, outputsOf(features, before));
    }
  }
  expect(learnFrom(made(), spec)).toEqual(learnFrom([...made()], spec));
});

/** Rows of two entries each, sparse or dense. */
function twoEntries(rows: number, width: number, sparse: boolean): ReturnType<typeof trainingBlock> {
  const indices = Int32Array.from({ length: 2 * rows }, (_, i) => ((i >> 1) * 7 + (i % 2) * (width >> 1)) % width);
  const values = Float64Array.from(indices, (_, i) => Math.sin(i + 1));
  const dense = new Float64Array(sparse ? 0 : rows * width);
  if (!sparse) indices.forEach((j, i) => (dense[(i >> 1) * width + j] = values[i]!));
  return trainingBlock({
    rows,
    width,
    dense: sparse ? null : dense,
    sparse: sparse ? { starts: Int32Array.from({ length: rows + 1 }, (_, row) => 2 * row), indices, values } : null,
    label: Float64Array.from({ length: rows }, (_, r) => r % 3),
    weight: null,
    extra: [],
  });
}

test("sparse rows need memory for weights and slopes when they are learned from, and for neither when outputs are asked for", () => {
  const width = 1 << 14;
  const layers = [width, 2, 3];
  const spec = { layers, weights: Float64Array.from({ length: weightCount(layers) }, (_, i) => Math.sin(i)) };
  const block = twoEntries(40, width, true);
  const regions = jest.spyOn(KernelMemory.prototype, "regions");
  try {
    learnFrom([block], spec);
    outputsOf(block, spec);
    const doubles = regions.mock.calls.map(([sizes]) => Object.values(sizes).reduce((sum, size) => sum + size, 0));
    expect(doubles).toHaveLength(2);
    expect(doubles[0]).toBeLessThan(2.1 * spec.weights.length);
    expect(doubles[1]).toBeLessThan(0.1 * spec.weights.length);
  } finally {
    regions.mockRestore();
  }
});

test("slopes of sparse rows stay when dense ones follow", () => {
  const layers = [30, 4, 3];
  const spec = { layers, weights: Float64Array.from({ length: weightCount(layers) }, (_, i) => Math.sin(i)) };
  const blocks = [twoEntries(70, 30, true), twoEntries(600, 30, false), twoEntries(30, 30, true)];
  const together = learnFrom(blocks, spec);
  const asDense = learnFrom([70, 600, 30].map((count) => twoEntries(count, 30, false)), spec); // prettier-ignore
  expect(together.rows).toBe(700);
  expectNear([together.loss], [asDense.loss], 1e-12);
  expectNear([...together.gradient], [...asDense.gradient], 1e-9);
});
