/** Estimators that are made of others, on an engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

const { BaggingClassifier, BlockwiseVotingRegressor, ClassifierChain, DecisionTreeClassifier, Incremental, IncrementalModel, LinearRegression, LogisticRegression, MulticlassClassificationEvaluator, MultiOutputClassifier, MultiOutputModel, OneVsRest, OneVsRestModel, Pipeline, RegressionEvaluator, SGDClassifier, VectorAssembler, VotingClassificationModel, VotingClassifier } = mllib; // prettier-ignore
const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-meta-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const accuracy = (labelCol: string, predictionCol = "prediction") => new MulticlassClassificationEvaluator({ labelCol, predictionCol, metricName: "accuracy" }); // prettier-ignore
const assembler = new VectorAssembler({ inputCols: ["a", "b"], outputCol: "features" });

let raw: DataFrame;
let df: DataFrame;
beforeAll(() => {
  let state = 5;
  const u = () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const rows = Array.from({ length: 300 }, () => {
    const [a, b] = [u() * 4 - 2, u() * 4 - 2];
    return [a, b, a + b > 1 ? 2 : a > 0 ? 1 : 0, a > b ? 1 : 0, 3 * a - b];
  });
  raw = spark().createDataFrame(rows, "a DOUBLE, b DOUBLE, three DOUBLE, two DOUBLE, target DOUBLE").repartition(3).cache();
  df = assembler.transform(raw).cache();
});

it("OneVsRest has a classifier for each class, and comes back from disk", async () => {
  const estimator = new OneVsRest({ classifier: new LogisticRegression({ maxIter: 20 }), labelCol: "three", parallelism: 2 });
  const model = await estimator.fit(df);
  expect(model.models).toHaveLength(3);
  expect(await accuracy("three").evaluate(model.transform(df))).toBeGreaterThan(0.8);
  await model.save(join(directory, "ovr"));
  const loaded = await OneVsRestModel.load(join(directory, "ovr"));
  const predictions = (m: typeof model) => m.transform(df).select("rawPrediction", "prediction").collect();
  expect(String(await predictions(loaded))).toBe(String(await predictions(model)));
  await expect(new OneVsRest({ classifier: new LogisticRegression(), labelCol: "nope" }).fit(df)).rejects.toThrow(/nope/);
});

it("voting puts different pipelines together, hard and soft", async () => {
  const tree = new Pipeline({ stages: [assembler, new DecisionTreeClassifier({ labelCol: "two", maxDepth: 4 })] });
  const linear = new Pipeline({ stages: [assembler, new LogisticRegression({ labelCol: "two", maxIter: 10 })] });
  for (const voting of ["hard", "soft"] as const) {
    const model = await new VotingClassifier({ estimators: [tree, linear], voting, weights: [1, 2] }).fit(raw);
    const predicted = model.transform(raw);
    expect(await predicted.columns()).toEqual([...(await raw.columns()), "prediction"]);
    expect(await accuracy("two").evaluate(predicted)).toBeGreaterThan(0.95);
    await model.write().overwrite().save(join(directory, "voting"));
    const loaded = await VotingClassificationModel.load(join(directory, "voting"));
    expect(await loaded.transform(raw).exceptAll(predicted).count()).toBe(0);
  }
  await expect(new VotingClassifier({ estimators: [tree], weights: [1, 2] }).fit(raw)).rejects.toThrow(/2 values for 1/);
});

it("bagging draws the same samples for the same seed", async () => {
  const of = () => new BaggingClassifier({ estimator: new DecisionTreeClassifier({ labelCol: "two" }), numEstimators: 3, maxSamples: 0.7, seed: 4 }).fit(df); // prettier-ignore
  const [one, other] = [await of(), await of()];
  const trees = (model: typeof one) => model.estimators.map((each) => (each as unknown as { toDebugString: string }).toDebugString.replace(/uid=\S+/g, "")); // prettier-ignore
  expect(trees(one)).toEqual(trees(other));
  expect(new Set(trees(one)).size).toBe(3);
  expect(await accuracy("two").evaluate(one.transform(df))).toBeGreaterThan(0.9);
});

it("blockwise regression has a model for each partition that has rows", async () => {
  const estimator = new BlockwiseVotingRegressor({ estimator: new LinearRegression({ labelCol: "target" }) });
  const model = await estimator.fit(df);
  expect(model.estimators).toHaveLength(3);
  const rmse = new RegressionEvaluator({ labelCol: "target", metricName: "rmse" });
  expect(await rmse.evaluate(model.transform(df))).toBeLessThan(1e-6);
});

it("several targets have a model each, or see each other in a chain", async () => {
  const estimator = new DecisionTreeClassifier({ maxDepth: 6 });
  const labelCols = ["three", "two"];
  const each = await new MultiOutputClassifier({ estimator, labelCols }).fit(df);
  const predicted = each.transform(df);
  expect((await predicted.columns()).slice(-2)).toEqual(["three_prediction", "two_prediction"]);
  expect(await accuracy("three", "three_prediction").evaluate(predicted)).toBeGreaterThan(0.9);
  await each.save(join(directory, "multi"));
  expect(await (await MultiOutputModel.load(join(directory, "multi"))).transform(df).exceptAll(predicted).count()).toBe(0);
  const chain = await new ClassifierChain({ estimator, labelCols, predictionCols: ["p", "q"] }).fit(df);
  expect((chain.estimators[1] as unknown as { numFeatures: number }).numFeatures).toBe(3);
  expect(await accuracy("two", "q").evaluate(chain.transform(df))).toBeGreaterThan(0.9);
});

it("Incremental goes on where it was, partition by partition", async () => {
  const estimator = new Incremental({ estimator: new SGDClassifier({ labelCol: "two", loss: "log_loss", shuffle: false }) });
  const first = await estimator.fit(df);
  const second = await first.partialFit(df);
  expect([first.blocksSeen, second.blocksSeen]).toEqual([3, 6]);
  const state = (model: typeof first) => (model.model as unknown as { state: { t: number }[] }).state;
  expect([state(first)[0]!.t, state(second)[0]!.t]).toEqual([301, 601]);
  await second.save(join(directory, "incremental"));
  const loaded = await IncrementalModel.load(join(directory, "incremental"));
  expect(String(state(await loaded.partialFit(df))[0]!.t)).toBe("901");
});
