import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mllib, testSession } from "../../support/built-session";
import { byNumbers, expectNear, GOLDEN, golden, points } from "./points";

const spark = testSession();
const { KMeans, KMeansModel, Vectors } = mllib;
const centersOf = (model: InstanceType<typeof KMeansModel>): number[][] =>
  model.clusterCenters.map((center) => [...center.toArray()]).sort(byNumbers);

describe("k-means against Spark", () => {
  test.each(golden.kmeans)("$params", async ({ params, centers, cost, sizes }) => {
    const rows = params["k"] === 3 ? golden.rows.filter((row) => Math.max(...row.slice(0, 3).map(Math.abs)) > 3) : golden.rows;
    const model = await new KMeans({ ...params, seed: 1 }).fit(points(spark(), rows).repartition(5));
    // Random first centers may end in another local minimum.
    if (params["initMode"] === "random") expect(model.summary.trainingCost / cost).toBeGreaterThan(1 - 1e-9);
    else {
      expectNear(centersOf(model), centers, 9);
      expect([...model.summary.clusterSizes].sort((a, b) => a - b)).toEqual(sizes);
      expect(model.summary.trainingCost / cost).toBeCloseTo(1, 9);
    }
    expect(model.summary.k).toBe(params["k"]);
  });

  test.each(["k-means", "k-means-cosine"] as const)("a model that Spark saved: %s", async (name) => {
    const model = await KMeansModel.load(join(GOLDEN, name));
    const rows = await model.transform(points(spark())).orderBy("i").collect();
    expect(rows.map((row) => row.get("prediction"))).toEqual(golden[name].prediction);
    expect(model.hasSummary).toBe(false);
    expect(() => model.summary).toThrow(/No training summary/);
  });
});

test("cost, sizes and predictions agree with each other", async () => {
  const df = points(spark());
  const model = await new KMeans({ k: 4, seed: 2, weightCol: "w" }).fit(df);
  const { summary } = model;
  const rows = await summary.predictions.collect();
  const sizes = [0, 0, 0, 0];
  let cost = 0;
  for (const row of rows) {
    const cluster = row.get("prediction") as number;
    const point = row.get("features") as InstanceType<typeof mllib.DenseVector>;
    sizes[cluster]!++;
    cost += (row.get("w") as number) * Vectors.sqdist(point, model.clusterCenters[cluster]!);
    expect(model.predict(point)).toBe(cluster);
  }
  expect(summary.clusterSizes).toEqual(sizes);
  expect(summary.trainingCost).toBeCloseTo(cost, 6);
  expect(await summary.cluster.columns()).toEqual(["prediction"]);
});

test("the same seed gives the same centers, whatever the partitions and the order of rows", async () => {
  const df = points(spark());
  const fits = [df.repartition(1), df.repartition(7), df.orderBy("w", "i")].map((rows) =>
    new KMeans({ k: 7, seed: 11, maxIter: 3 }).fit(rows),
  );
  const [one, ...others] = (await Promise.all(fits)).map(centersOf);
  for (const other of others) expectNear(other, one!, 9);
});

test("weights count as repeated rows", async () => {
  const weighted = await new KMeans({ k: 4, seed: 1, weightCol: "w" }).fit(points(spark()));
  const repeated = await new KMeans({ k: 4, seed: 1 }).fit(
    points(spark(), golden.rows.flatMap((row) => Array.from({ length: row[3]! }, () => row))), // prettier-ignore
  );
  expectNear(centersOf(repeated), centersOf(weighted), 9);
  expect(repeated.summary.trainingCost).toBeCloseTo(weighted.summary.trainingCost, 6);
});

test("arrays of numbers are points too", async () => {
  const df = spark().createDataFrame([[[0, 0]], [[0, 1]], [[9, 9]], [[9, 8]]] as never, "features ARRAY<DOUBLE>");
  const model = await new KMeans({ k: 2, seed: 1 }).fit(df);
  expectNear(centersOf(model), [[0, 0.5], [9, 8.5]], 12); // prettier-ignore
  const [a, b, c, d] = (await model.transform(df).collect()).map((row) => row.get("prediction"));
  expect([a === b, c === d, a === c]).toEqual([true, true, false]);
});

test("fewer different rows than clusters", async () => {
  const df = points(spark(), [[1, 1, 1], [1, 1, 1], [2, 2, 2]]); // prettier-ignore
  const model = await new KMeans({ k: 5, seed: 1 }).fit(df);
  expectNear(centersOf(model), [[1, 1, 1], [2, 2, 2]], 12); // prettier-ignore
  expect(model.summary.trainingCost).toBe(0);
});

describe("refused", () => {
  const fit = (params: object, rows?: number[][]): Promise<unknown> => new KMeans(params).fit(points(spark(), rows));
  test("wrong parameters", () => {
    expect(() => new KMeans({ k: 1 })).toThrow(/KMeans: k /);
    expect(() => new KMeans({ initSteps: 0 })).toThrow(/initSteps/);
    expect(() => new KMeans({ initMode: "k-means++" as "random" })).toThrow(/random, k-means\|\|/);
  });
  test("no rows, and rows without weight", async () => {
    await expect(new KMeans().fit(points(spark()).limit(0))).rejects.toThrow(/empty/);
    await expect(fit({ weightCol: "w" }, [[1, 1, 1, 0], [2, 2, 2, 0]])).rejects.toThrow(/weight above 0/); // prettier-ignore
    await expect(fit({ weightCol: "w" }, [[1, 1, 1, -1]])).rejects.toThrow(/Negative/);
  });
  test("zeros and cosines, infinite values, other columns", async () => {
    await expect(fit({ distanceMeasure: "cosine" }, [[0, 0, 0], [1, 1, 1]])).rejects.toThrow(/cosine distance is not defined/); // prettier-ignore
    await expect(fit({}, [[Infinity, 0, 0], [1, 1, 1]])).rejects.toThrow(/NaN or Infinity/); // prettier-ignore
    await expect(fit({ featuresCol: "w" })).rejects.toThrow(/column w must be a vector or an array/);
    await expect(fit({ featuresCol: "f" })).rejects.toThrow(/`f`/);
  });
});

test("saving and loading", async () => {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-k-means-"));
  try {
    const estimator = new KMeans({ k: 4, seed: 1, distanceMeasure: "cosine" });
    await estimator.write().save(join(folder, "estimator"));
    expect((await KMeans.load(join(folder, "estimator"))).explainParams()).toBe(estimator.explainParams());
    const model = await estimator.fit(points(spark()));
    await model.write().save(join(folder, "model"));
    const loaded = await KMeansModel.load(join(folder, "model"));
    expect(loaded.explainParams()).toBe(model.explainParams());
    expect(loaded.clusterCenters.map(String)).toEqual(model.clusterCenters.map(String));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
