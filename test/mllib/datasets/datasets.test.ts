/** Made data: the same on any partitions, with the structure that was asked for. */
import { firesteel, mllib, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const { makeBlobs, makeClassification, makeCounts, makeRegression, vector_to_array } = mllib;
const spark = testSession();

test("rows depend on the seed, not on partitions", async () => {
  const rows = async (numPartitions: number, seed: number) =>
    (await makeBlobs(spark(), { nSamples: 20, seed, numPartitions }).collect()).map(String);
  expect(await rows(1, 1)).toEqual(await rows(4, 1));
  expect(await rows(1, 1)).not.toEqual(await rows(1, 2));
});

test("blobs are around their centers", async () => {
  const blobs = makeBlobs(spark(), { nSamples: 3000, centers: [[0, 0], [10, -10]], clusterStd: 0.5 }); // prettier-ignore
  const means = await blobs
    .withColumn("x", vector_to_array("features").getItem(1))
    .groupBy("label")
    .agg(F.avg("x"), F.stddev("x"), F.count("x"))
    .orderBy("label")
    .collect();
  const [a, b] = means.map((row) => row.toArray() as number[]);
  expect([Math.abs(a![1]!) < 0.1, Math.abs(b![1]! + 10) < 0.1, Math.abs(b![2]! - 0.5) < 0.05, a![3]]).toEqual([true, true, true, 1500]); // prettier-ignore
});

test("classes, lines and counts can be learned", async () => {
  const labels = await makeClassification(spark(), { nSamples: 200, nClasses: 3, nInformative: 4, nClustersPerClass: 1 })
    .groupBy("label")
    .count()
    .orderBy("label")
    .collect();
  expect(labels.map((row) => row.get(0))).toEqual([0, 1, 2]);
  const line = makeRegression(spark(), { nSamples: 200, nFeatures: 3, bias: 5 });
  const model = await new mllib.LinearRegression({ solver: "normal" }).fit(line);
  expect(model.intercept).toBeCloseTo(5, 8);
  const counts = await makeCounts(spark(), { nSamples: 100 }).agg(F.min("label"), F.max("label")).first();
  expect(counts!.get(0)).toBeGreaterThanOrEqual(0);
  expect(() => makeClassification(spark(), { nClasses: 5 })).toThrow(/nInformative/);
  expect(() => makeRegression(spark(), { numRows: 3000 } as object)).toThrow(/makeRegression has no option numRows/);
});

test("classes and clusters are mixed, however the rows are dealt out", async () => {
  for (const make of [makeBlobs, makeClassification]) {
    const df = make(spark(), { nSamples: 1200, ...(make === makeBlobs ? { centers: 4 } : {}) });
    const labels = await df
      .repartition(4)
      .withColumn("p", F.spark_partition_id())
      .groupBy("p")
      .agg(F.count_distinct("label"))
      .collect();
    expect(labels.map((row) => row.get(1))).toEqual(Array(4).fill(make === makeBlobs ? 4 : 2));
    const whole = await df.groupBy("label").count().collect();
    for (const row of whole) expect(Math.abs((row.get(1) as number) - 1200 / whole.length)).toBeLessThanOrEqual(12);
  }
});
