import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mllib, testSession } from "../../support/built-session";
import { byNumbers, expectNear, GOLDEN, golden, points } from "./points";

const spark = testSession();
const { GaussianMixture, GaussianMixtureModel, Vectors } = mllib;
type Model = InstanceType<typeof GaussianMixtureModel>;

/** Of each distribution: mean, weight, covariance; by rising means. */
const partsOf = (model: Model): number[][] =>
  model.gaussians.map(({ mean, cov }, k) => [...mean.toArray(), model.weights[k]!, ...cov.toArray()]).sort(byNumbers);

test.each(golden.mixtures)("as Spark: $params", async ({ params, parts, logLikelihood, sizes }) => {
  const model = await new GaussianMixture({ ...params, seed: 1 }).fit(points(spark()).repartition(5));
  expectNear(partsOf(model), parts.map(([mean, weight, cov]) => [...mean, weight, ...cov.flat()]), 5); // prettier-ignore
  expect(model.summary.logLikelihood).toBeCloseTo(logLikelihood, 5);
  expect([...model.summary.clusterSizes].sort((a, b) => a - b)).toEqual(sizes);
});

test("a model that Spark saved", async () => {
  const model = await GaussianMixtureModel.load(join(GOLDEN, "gaussian-mixture"));
  const rows = await model.transform(points(spark())).orderBy("i").collect();
  expect(rows.map((row) => row.get("prediction"))).toEqual(golden["gaussian-mixture"].prediction);
  const probabilities = rows.map((row) => [...(row.get("probability") as { toArray(): Float64Array }).toArray()]);
  expectNear(probabilities, golden["gaussian-mixture"].probability!, 9);
});

test("the log-likelihood rises from iteration to iteration", async () => {
  const df = points(spark());
  let before = -Infinity;
  for (const maxIter of [0, 1, 2, 4, 8]) {
    const { logLikelihood } = (await new GaussianMixture({ k: 3, seed: 1, maxIter, tol: 0 }).fit(df)).summary;
    expect(logLikelihood).toBeGreaterThanOrEqual(before - 1e-9);
    before = logLikelihood;
  }
});

test("columns, single points, and what the summary says", async () => {
  const model = await new GaussianMixture({ k: 4, seed: 1, probabilityCol: "p", predictionCol: "c" }).fit(points(spark()));
  const { summary } = model;
  expect(await summary.predictions.columns()).toEqual(["i", "features", "w", "p", "c"]);
  expect([await summary.probability.columns(), await summary.cluster.columns()]).toEqual([["p"], ["c"]]);
  const [row] = await summary.predictions.collect();
  const point = row!.get("features") as InstanceType<typeof mllib.DenseVector>;
  expect(model.predict(point)).toBe(row!.get("c"));
  expect([...model.predictProbability(point).values]).toEqual([...(row!.get("p") as { toArray(): Float64Array }).toArray()]);
  // Far away from all of them there is a likeliest one, too.
  expect(model.predictProbability(Vectors.dense(1e6, 0, 0)).values.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  expect(await model.gaussiansDF.count()).toBe(4);
});

test("weights count as repeated rows, and partitions do not matter", async () => {
  const weighted = await new GaussianMixture({ k: 4, seed: 1, weightCol: "w" }).fit(points(spark()));
  const repeated = golden.rows.flatMap((row) => Array.from({ length: row[3]! }, () => row));
  const other = await new GaussianMixture({ k: 4, seed: 1 }).fit(points(spark(), repeated).repartition(6));
  expectNear(partsOf(other), partsOf(weighted), 6);
});

test("equal rows, fewer than distributions, no rows", async () => {
  const same = Array.from({ length: 5 }, () => [1, 2, 3]);
  const model = await new GaussianMixture({ k: 2, seed: 1 }).fit(points(spark(), same));
  for (const { mean } of model.gaussians) expectNear([[...mean.toArray()]], [[1, 2, 3]], 9);
  expect((await new GaussianMixture({ k: 3, seed: 1 }).fit(points(spark(), [[1, 2, 3], [4, 5, 6]]))).gaussians).toHaveLength(3); // prettier-ignore
  await expect(new GaussianMixture().fit(points(spark()).limit(0))).rejects.toThrow(/empty/);
  expect(() => new GaussianMixture({ k: 1 })).toThrow(/GaussianMixture: k /);
});

test("saving and loading", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-mixture-"));
  try {
    const model = await new GaussianMixture({ k: 4, seed: 1 }).fit(points(spark()));
    await model.write().save(folder + "/model");
    const loaded = await GaussianMixtureModel.load(folder + "/model");
    expect([loaded.explainParams(), partsOf(loaded)]).toEqual([model.explainParams(), partsOf(model)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
