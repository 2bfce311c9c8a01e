/** Summaries of forests, as Spark has them: of the fit's rows, and of others. */
import { mllib, testSession } from "../../support/built-session";

const spark = testSession();
const table = (classes: number) =>
  new mllib.VectorAssembler({ inputCols: ["a", "b"], outputCol: "features" }).transform(
    spark()
      .range(0, 90, 1, 2)
      .selectExpr("id % 7 * 1.0D AS a", "id % 3 * 1.0D AS b", `(id % 7 + id % 2) % ${classes} * 1.0D AS label`),
  );

test("of two classes, with curves", async () => {
  const df = table(2);
  const forest = await new mllib.RandomForestClassifier({ numTrees: 5, seed: 1, probabilityCol: "" }).fit(df);
  const { summary } = forest;
  expect([forest.hasSummary, summary.totalIterations, summary.objectiveHistory, summary.labelCol]).toEqual([true, 0, [0], "label"]); // prettier-ignore
  const named = await new mllib.RandomForestClassifier({ numTrees: 5, seed: 1 }).fit(df);
  const predictions = named.transform(df);
  expect(await summary.accuracy()).toBe(await new mllib.MulticlassClassificationEvaluator({ metricName: "accuracy" }).evaluate(predictions)); // prettier-ignore
  const auc = await new mllib.BinaryClassificationEvaluator({ rawPredictionCol: "probability" }).evaluate(predictions);
  expect([await summary.areaUnderROC(), await forest.evaluate(df.limit(60)).asBinary.accuracy()]).toEqual([auc, expect.any(Number)]); // prettier-ignore
  expect(await (await summary.roc()).columns()).toEqual(["FPR", "TPR"]);
});

test("of more classes, of models that are cut out of others, and of loaded ones", async () => {
  const df = table(3);
  const [small, large] = await new mllib.RandomForestClassifier({ seed: 1 }).fit(df, [{ numTrees: 2 }, { numTrees: 4 }]);
  expect((await small!.summary.labels()).length).toBe(3);
  expect(await large!.summary.accuracy()).toBeGreaterThan(0.3);
  await expect(small!.summary.areaUnderROC()).rejects.toThrow(/3 classes/);
  expect(() => new mllib.RandomForestClassificationModel(small!.forest, 2).summary).toThrow(/was not fitted here/);
});
