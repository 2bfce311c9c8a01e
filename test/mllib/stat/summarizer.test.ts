/** Summaries as columns: names, types, numbers and refusals; the numbers are Spark 4.2's. */
import { firesteel, mllib, testSession } from "../../support/built-session";

const spark = testSession();
const { Summarizer, Vectors } = mllib;
const F = firesteel.functions;

const rows = (partitions = 3) =>
  spark()
    .createDataFrame(
      [
        [Vectors.dense(1, 0, -3), 1, "a"],
        [Vectors.sparse(3, [1], [2]), 0, "a"],
        [Vectors.dense(4, 5, 0), 2.5, "b"],
        [Vectors.dense(-1, 5, 0), 0.5, "b"],
      ],
      ["f", "w", "g"],
    )
    .repartition(partitions);

/** Vectors as arrays. */
const shown = (row: import("../../../src/index").Row) =>
  Object.fromEntries(Object.entries(row.toJSON() as Record<string, unknown>).map(([name, value]) => [name, value instanceof mllib.DenseVector ? [...value.values] : value])); // prettier-ignore

const first = async (...columns: import("../../../src/index").Column[]) =>
  (await rows().select(...columns).first())!.toJSON() as Record<string, unknown>; // prettier-ignore

test("columns have the names and types that Spark gives them", async () => {
  const df = rows().select(Summarizer.mean("f"), Summarizer.variance(F.col("f"), "w"), Summarizer.count("f"), Summarizer.metrics("mean").summary("f")); // prettier-ignore
  expect(await df.dtypes()).toEqual([
    ["mean(f)", "vector"],
    ["variance(f)", "vector"],
    ["count(f)", "bigint"],
    ["aggregate_metrics(f, 1.0)", "struct<mean:vector>"],
  ]);
});

test.each([1, 3])("numbers of weighted rows, those that weigh 0 left out: %i partitions", async (partitions) => {
  const all = Summarizer.metrics("mean", "sum", "count", "numNonZeros", "max", "min", "normL1", "normL2");
  const found = (await rows(partitions).select(all.summary("f", "w").alias("s")).select("s.*").first())!;
  expect(shown(found)).toEqual({
    mean: [2.625, 3.75, -0.75],
    sum: [10.5, 15, -3],
    count: 3,
    numNonZeros: [3, 2, 1],
    max: [4, 5, 0],
    min: [-1, 0, -3],
    normL1: [11.5, 15, 3],
    normL2: [Math.sqrt(41.5), Math.sqrt(75), 3],
  });
  const variance = (await rows(partitions).select(Summarizer.variance("f", "w")).first())!.get(0) as { values: number[] };
  [6.558823529411765, 8.823529411764707, 3.176470588235294].forEach((one, i) => expect(variance.values[i]).toBeCloseTo(one, 12));
});

test("groups, beside other aggregates", async () => {
  const found = await rows().groupBy("g").agg(Summarizer.min("f"), F.count("*").alias("n"), Summarizer.normL2("f", "w")).orderBy("g").collect(); // prettier-ignore
  expect(found.map(shown)).toEqual([
    { g: "a", "min(f)": [0, 0, -3], n: 2, "normL2(f)": [1, 0, 3] },
    { g: "b", "min(f)": [-1, 5, 0], n: 2, "normL2(f)": [Math.sqrt(40.5), Math.sqrt(75), 0] },
  ]);
});

test("no rows have a number, and no mean", async () => {
  expect((await rows().limit(0).select(Summarizer.count("f")).first())!.get(0)).toBe(0);
  await expect(rows().limit(0).select(Summarizer.mean("f")).first()).rejects.toThrow(/there are no rows/);
  await expect(first(Summarizer.std("f", F.lit(0)))).rejects.toThrow(/all weigh 0/);
});

test("what is not to be summed up says why", async () => {
  await expect(first(Summarizer.mean("w"))).rejects.toThrow(/DATATYPE_MISMATCH.*aggregate_metrics/s);
  await expect(first(Summarizer.mean("f", F.col("w").minus(1)))).rejects.toThrow(/weights must be 0 or more, but a row has -/);
  await expect(first(Summarizer.mean(F.when(F.col("w").gt(1), F.col("f"))))).rejects.toThrow(/vectors must not be null/);
  await expect(first(F.expr("aggregate_metrics(f, 1D, 'mean,middle')"))).rejects.toThrow(/the third argument must name metrics/);
  expect(() => Summarizer.metrics("middle" as "mean")).toThrow(/choose of mean, sum.*not "middle"/);
});
