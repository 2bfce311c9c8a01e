import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mllib, testSession } from "../../support/built-session";
import { byNumbers, expectNear, GOLDEN, golden, points } from "./points";

const spark = testSession();
const { BisectingKMeans, BisectingKMeansModel } = mllib;
const centersOf = (model: InstanceType<typeof BisectingKMeansModel>): number[][] =>
  model.clusterCenters.map((center) => [...center.toArray()]).sort(byNumbers);

test.each(golden.bisecting)("as good as Spark: $params", async ({ params, centers, cost, sizes }) => {
  // How a cluster is divided depends on chance, here and there.
  const fits = [1, 2, 3, 4].map((seed) => new BisectingKMeans({ ...params, seed }).fit(points(spark()).repartition(5)));
  const [best] = (await Promise.all(fits)).sort((a, b) => a.summary.trainingCost - b.summary.trainingCost);
  // Around the origin there are no clusters of directions.
  const isCosine = params["distanceMeasure"] === "cosine";
  expect(best!.summary.trainingCost).toBeLessThan(cost * (isCosine ? 1.1 : 1.001));
  if (isCosine || best!.summary.trainingCost < cost * 0.999) return;
  expectNear(centersOf(best!), centers, 6);
  expect([...best!.summary.clusterSizes].sort((a, b) => a - b)).toEqual(sizes);
});

test("a model that Spark saved", async () => {
  const model = await BisectingKMeansModel.load(join(GOLDEN, "bisecting-k-means"));
  const rows = await model.transform(points(spark())).orderBy("i").collect();
  expect(rows.map((row) => row.get("prediction"))).toEqual(golden["bisecting-k-means"].prediction);
});

test("single points, sizes and cost agree with the predictions", async () => {
  const df = points(spark());
  const model = await new BisectingKMeans({ k: 5, seed: 1 }).fit(df);
  const sizes = model.clusterCenters.map(() => 0);
  for (const row of await model.summary.predictions.collect()) {
    sizes[row.get("prediction") as number]!++;
    expect(model.predict(row.get("features") as InstanceType<typeof mllib.DenseVector>)).toBe(row.get("prediction"));
  }
  expect(model.summary.clusterSizes).toEqual(sizes);
  expect(await model.computeCost(df)).toBeCloseTo(model.summary.trainingCost, 6);
});

test("clusters that are too small, and equal rows, are not divided", async () => {
  const fit = (params: object, rows?: number[][]): Promise<InstanceType<typeof BisectingKMeansModel>> =>
    new BisectingKMeans({ k: 8, seed: 1, ...params }).fit(points(spark(), rows));
  expect((await fit({ minDivisibleClusterSize: 0.9 })).clusterCenters).toHaveLength(2);
  expect((await fit({}, [[1, 1, 1], [1, 1, 1]])).clusterCenters).toHaveLength(1); // prettier-ignore
  await expect(fit({}, [[NaN, 1, 1]])).rejects.toThrow(/NaN or Infinity/); // prettier-ignore
  await expect(new BisectingKMeans().fit(points(spark()).limit(0))).rejects.toThrow(/empty/);
  expect(() => new BisectingKMeans({ minDivisibleClusterSize: 0 })).toThrow(/minDivisibleClusterSize/);
});

test("saving and loading", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-bisecting-"));
  try {
    const model = await new BisectingKMeans({ k: 6, seed: 1 }).fit(points(spark()));
    await model.write().save(join(folder, "model"));
    const loaded = await BisectingKMeansModel.load(join(folder, "model"));
    expect(loaded.explainParams()).toBe(model.explainParams());
    expect(loaded.clusterCenters.map(String)).toEqual(model.clusterCenters.map(String));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
