/** What scikit-learn and SciPy answer on the same rows (test/golden/mllib/feature/scikit_learn.py), to 1e-9. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import { dataset, difference, GOLDEN, plain } from "./golden";

const spark = testSession();
const want = JSON.parse(readFileSync(join(GOLDEN, "scikit-learn.json"), "utf8")) as Record<string, unknown>;
const metrics = want["metrics"] as Record<string, number>;
const expectSame = (got: unknown, name: string) => expect(difference(plain(got), want[name], 1e-9)).toBeNull();
const io = { inputCol: "features", outputCol: "out" };
const data = (name: string) => dataset(spark(), name);

/** The vectors of a column, in full. */
async function matrix(df: DataFrame, column = "out"): Promise<number[][]> {
  return (await df.select(column).collect()).map((row) => [...(row.get(0) as Iterable<number>)]);
}

test("scalers", async () => {
  const df = data("dense");
  const fitted = async (scaler: { fit(df: DataFrame): Promise<{ transform(df: DataFrame): DataFrame }> }) =>
    matrix((await scaler.fit(df)).transform(df));
  expectSame(await fitted(new mllib.StandardScaler({ ...io, withMean: true })), "standardScaler");
  expectSame(await fitted(new mllib.MinMaxScaler({ ...io, min: -1, max: 2 })), "minMaxScaler");
  expectSame(await fitted(new mllib.MaxAbsScaler(io)), "maxAbsScaler");
  expectSame(await fitted(new mllib.VarianceThresholdSelector({ outputCol: "out", varianceThreshold: 1 })), "varianceThreshold");
  expectSame(await matrix(new mllib.Normalizer({ ...io, p: 1 }).transform(df)), "normalizer");
  expectSame(await matrix(new mllib.Binarizer({ ...io, threshold: 0.5 }).transform(df)), "binarizer");
});

test("principal components, signs included", async () => {
  const model = await new mllib.PCA({ ...io, k: 3 }).fit(data("dense"));
  expectSame(model.pc, "pca");
  const shares = [...model.explainedVariance];
  expect(difference(shares, want["pcaVariance"], 1e-9)).toBeNull();
});

test("encoders, the vocabulary, missing values", async () => {
  const clean = data("clean");
  const indexer = new mllib.StringIndexer({ inputCol: "c", outputCol: "i", stringOrderType: "alphabetAsc" });
  const indexed = (await indexer.fit(clean)).transform(clean);
  expectSame((await indexed.select("i").collect()).map((row) => row.toArray()), "ordinal"); // prettier-ignore
  const encoder = new mllib.OneHotEncoder({ inputCol: "i", outputCol: "out", dropLast: false });
  expectSame(await matrix((await encoder.fit(indexed)).transform(indexed)), "oneHot");
  const imputer = await new mllib.Imputer({ inputCol: "a", outputCol: "out" }).fit(data("mixed"));
  const [surrogates] = await imputer.surrogateDF.collect();
  expect(surrogates!.asDict()).toEqual(Object.fromEntries(imputer.surrogates));
  expect((await imputer.surrogateDF.schema()).fields).toEqual([{ name: "a", type: { kind: "double" }, nullable: false }]);
  const imputed = await imputer.transform(data("mixed")).select("out").collect();
  expectSame(imputed.map((row) => row.toArray()), "imputer"); // prettier-ignore
  const counter = await new mllib.CountVectorizer({ inputCol: "words", outputCol: "out" }).fit(data("text"));
  expect([...counter.vocabulary].sort()).toEqual([...(want["vocabulary"] as string[])].sort());
});

test("tests and correlations", async () => {
  const df = data("dense");
  const [f, regression] = [await mllib.ANOVATest.test(df, "features", "cls"), await mllib.FValueTest.test(df, "features", "target")]; // prettier-ignore
  for (const [name, found] of [
    ["fClassif", f],
    ["fRegression", regression],
  ] as const) {
    // prettier-ignore
    const row = (await found.first())!;
    expectSame([[...(row.get("fValues") as Iterable<number>)], [...(row.get("pValues") as Iterable<number>)]], name);
  }
  for (const method of ["pearson", "spearman"] as const)
    expectSame((await (await mllib.Correlation.corr(df, "features", method)).first())!.get(0), method);
  const ks = await mllib.KolmogorovSmirnovTest.test(data("clean"), "a", "norm", 0, 3);
  expect(difference((await ks.first())!.get("pValue"), want["ks"], 1e-9)).toBeNull();
});

test("metrics", async () => {
  const scored = data("scored");
  const weightCol = "w";
  const near = (got: number, name: string) => expect([name, difference(got, metrics[name], 1e-9)]).toEqual([name, null]);
  const binary = new mllib.BinaryClassificationEvaluator({ numBins: 0 });
  near(await binary.evaluate(scored), "areaUnderROC");
  near(await binary.evaluate(scored, { weightCol }), "areaUnderROCWeighted");
  const classes = new mllib.MulticlassClassificationEvaluator({ labelCol: "cls" });
  for (const metricName of ["f1", "accuracy", "weightedPrecision", "weightedRecall", "hammingLoss", "logLoss"])
    near(await classes.evaluate(scored, { metricName }), metricName);
  near(await classes.evaluate(scored, { metricName: "accuracy", weightCol }), "accuracyWeighted");
  near(await classes.evaluate(scored, { metricName: "logLoss", weightCol }), "logLossWeighted");
  const numbers = new mllib.RegressionEvaluator({ labelCol: "y", predictionCol: "p" });
  for (const metricName of ["mse", "mae", "r2"]) near(await numbers.evaluate(scored, { metricName }), metricName);
  const clusters = new mllib.ClusteringEvaluator();
  near(await clusters.evaluate(data("clustered")), "silhouette");
  near(await clusters.evaluate(data("clustered"), { distanceMeasure: "cosine" }), "silhouetteCosine");
});
