/** Factorization machines against Spark's (test/golden/mllib/networks.py). */
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import golden from "../../golden/mllib/networks.json";
import type { DenseVector } from "../../../src/mllib/linalg/vectors";
import { type MachineSpec, learnMachine, parameterCount } from "../../../src/mllib/factorization/machine";
import { KernelMemory } from "../../../src/mllib/kernels/gradient-kernels";
import { trainingBlock } from "../../../src/mllib/linear/tiles";
import { outputsOf, weightCount } from "../../../src/mllib/neural/network";
import { expectNear } from "./near";
import { blocksOf, table } from "./rows";

const spark = testSession({ "spark.default.parallelism": "3" });
const rows = table(golden.seed, golden.n);
type Values = Readonly<Record<string, any>>;

/** In the order of the table, where that is one partition. */
function frame(partitions: number, sparse = false, count = rows.length): DataFrame {
  const records = rows.slice(0, count).map(({ features, label, target }) => ({
    features: sparse ? mllib.Vectors.sparse(5, [0, 1, 2, 3, 4], features) : mllib.Vectors.dense(features),
    label,
    target,
  }));
  const df = spark().createDataFrame(records).coalesce(1);
  return partitions === 1 ? df : df.repartition(partitions);
}

const named = golden.machines.map((c) => [`${c.kind} ${JSON.stringify(c.params)}`, c] as const);

test.each(named)("Spark's parameters and predictions: %s", async (_name, c) => {
  const classes = c.kind === "FMClassifier";
  // Samples are drawn by partition.
  const layouts = (c.params as Values)["miniBatchFraction"] === undefined ? [1, 3] : [1];
  for (const partitions of layouts)
    for (const sparse of [false, true]) {
      const params = { ...(c.params as Values), labelCol: classes ? "label" : "target" };
      const df = frame(partitions, sparse);
      const model = await (classes ? new mllib.FMClassifier(params) : new mllib.FMRegressor(params)).fit(df);
      expectNear([model.intercept, ...model.linear.toArray()], [c.intercept, ...c.linear], 1e-6);
      expectNear(model.factors.rows().flatMap((row) => [...row.toArray()]), c.factors, 1e-6); // prettier-ignore
      const columns = classes ? ["rawPrediction", "probability", "prediction"] : ["prediction"];
      const predicted = await model.transform(frame(1, sparse, 3)).select(...columns).collect(); // prettier-ignore
      const plain = (value: unknown): readonly number[] =>
        typeof value === "number" ? [value] : [...(value as DenseVector).values];
      expectNear(
        predicted.flatMap((row) => columns.flatMap((_, i) => plain(row.get(i)))),
        c.predictions.flat<readonly unknown[], 2>(2) as number[],
        1e-6,
      );
      if (model instanceof mllib.FMClassificationModel) {
        const { summary } = model;
        expectNear(summary.objectiveHistory, c.objectiveHistory!, 1e-9);
        expect(summary.totalIterations).toBe(c.totalIterations);
        expectNear([await summary.accuracy(), await summary.areaUnderROC()], [c.accuracy!, c.areaUnderROC!], 1e-9);
      }
    }
});

test("slopes are those of the loss, of dense and sparse rows and of samples", () => {
  const shape = { width: 5, factorSize: 3, fitLinear: true, fitIntercept: true };
  const parameters = Float64Array.from({ length: parameterCount(shape) }, (_, i) => Math.sin(i) / 2);
  for (const loss of ["logistic", "squared"] as const)
    for (const sparse of [false, true])
      for (const sampled of [false, true]) {
        const blocks = blocksOf(rows.slice(0, 61), { label: loss === "logistic" ? "label" : "target", sparse, blockRows: 40 });
        let row = 0;
        const learn = (at: Float64Array): ReturnType<typeof learnMachine> => {
          row = 0;
          const spec: MachineSpec = { ...shape, loss, parameters: at };
          return learnMachine(blocks, spec, sampled ? () => (row++ % 3 === 0 ? 1 : 0) : null);
        };
        const { rows: count, gradient } = learn(parameters);
        expect(count).toBe(sampled ? 21 : 61);
        gradient.forEach((slope, i) => {
          const [up, down] = [1e-5, -1e-5].map((by) => learn(parameters.with(i, parameters[i]! + by)).loss);
          expectNear([slope / count], [(up! - down!) / 2e-5 / count], 1e-6);
        });
      }
});

test("whole numbers stand in narrow tiles", () => {
  const features = Array.from({ length: 50 }, (_, r) => [r % 3, (r * 7) % 4]);
  const block = (shift: number): ReturnType<typeof trainingBlock> =>
    trainingBlock({
      rows: 50,
      width: 2,
      dense: Float64Array.from(features.flat(), (value) => value + shift),
      sparse: null,
      label: Float64Array.from(features, ([a]) => a!),
      weight: null,
      extra: [],
    });
  const spec: MachineSpec = { width: 2, factorSize: 2, fitLinear: false, fitIntercept: false, loss: "squared", parameters: Float64Array.of(1, -0.5, 0.25, 2) }; // prettier-ignore
  const [narrow, wide] = [0, 1e-12].map((shift) => learnMachine([block(shift)], spec, null));
  expect([block(0).tiles, block(1e-12).tiles].map((tiles) => tiles!.constructor.name)).toEqual(["Float32Array", "Float64Array"]);
  expectNear(narrow!.gradient, [...wide!.gradient], 1e-9);
  expectNear([narrow!.loss], [wide!.loss], 1e-9);
});

test("labels that are no classes", async () => {
  const df = frame(2).selectExpr("features", "label * 2 AS label");
  await expect(new mllib.FMClassifier({ maxIter: 1 }).fit(df)).rejects.toThrow("Labels MUST be in {0, 1}, but got 2.");
});

test("rows that a network makes while a pass asks for them leave its sums as they are", () => {
  const shape = { width: 6, factorSize: 2, fitLinear: true, fitIntercept: true };
  const parameters = Float64Array.from({ length: parameterCount(shape) }, (_, i) => Math.sin(i) / 2);
  const spec: MachineSpec = { ...shape, loss: "logistic", parameters };
  const layers = [6, 60, 6];
  const network = { layers, weights: Float64Array.from({ length: weightCount(layers) }, (_, i) => Math.cos(i)) };
  const block = (count: number, dense: Float64Array): ReturnType<typeof trainingBlock> =>
    trainingBlock({
      rows: count,
      width: 6,
      dense,
      sparse: null,
      label: Float64Array.from({ length: count }, (_, r) => r % 2),
      weight: null,
      extra: [],
    });
  function* made(): Iterable<ReturnType<typeof trainingBlock>> {
    for (const count of [500, 40, 700]) {
      const features = block(
        count,
        Float64Array.from({ length: count * 6 }, (_, i) => Math.sin(i * i)),
      );
      yield block(count, outputsOf(features, network));
    }
  }
  expect(learnMachine(made(), spec, null)).toEqual(learnMachine([...made()], spec, null));
});

test("sparse rows need no memory by the feature", () => {
  const shape = { width: 1 << 14, factorSize: 2, fitLinear: true, fitIntercept: true };
  const spec: MachineSpec = { ...shape, loss: "logistic", parameters: new Float64Array(parameterCount(shape)).fill(0.1) };
  const block = trainingBlock({
    rows: 20,
    width: shape.width,
    dense: null,
    sparse: {
      starts: Int32Array.from({ length: 21 }, (_, row) => row),
      indices: Int32Array.from({ length: 20 }, (_, row) => 700 * row),
      values: new Float64Array(20).fill(1),
    },
    label: Float64Array.from({ length: 20 }, (_, row) => row % 2),
    weight: null,
    extra: [],
  });
  const regions = jest.spyOn(KernelMemory.prototype, "regions");
  try {
    expect(learnMachine([block], spec, null).rows).toBe(20);
    const doubles = regions.mock.calls.map(([sizes]) => Object.values(sizes).reduce((sum, size) => sum + size, 0));
    expect(doubles).toHaveLength(1);
    expect(doubles[0]).toBeLessThan(shape.width / 10);
  } finally {
    regions.mockRestore();
  }
});

const samples = [["all", null], ["those of a sample", () => 1]] as const; // prettier-ignore
test.each(samples)("slopes of sparse rows stay when dense ones follow: of %s", (_name, sample) => {
  const shape = { width: 5, factorSize: 3, fitLinear: true, fitIntercept: true };
  const parameters = Float64Array.from({ length: parameterCount(shape) }, (_, i) => Math.sin(i) / 2);
  const spec: MachineSpec = { ...shape, loss: "squared", parameters };
  const [sparse, dense] = [true, false].map((kind) => blocksOf(rows.slice(0, 240), { label: "target", sparse: kind, blockRows: 80 })); // prettier-ignore
  const together = learnMachine([sparse![0]!, dense![1]!, sparse![2]!], spec, sample);
  const asDense = learnMachine(dense!, spec, sample);
  expect(together.rows).toBe(240);
  expectNear([together.loss], [asDense.loss], 1e-12);
  expectNear([...together.gradient], [...asDense.gradient], 1e-9);
});
