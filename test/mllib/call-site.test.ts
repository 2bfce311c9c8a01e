/** Jobs of fits tell where the program called `fit`, however late they begin; so do those of searches and evaluators. */
import { mllib, testSession } from "../support/built-session";

const spark = testSession();

test("stages are named by the call of the program", async () => {
  const df = new mllib.VectorAssembler({ inputCols: ["a"], outputCol: "features" }).transform(
    spark().range(0, 40, 1, 2).selectExpr("id * 1.0D AS a", "id % 2 * 1.0D AS label"),
  );
  const names: string[] = [];
  const listener = { onStageSubmitted: ({ stageInfo }: { stageInfo: { name: string } }) => void names.push(stageInfo.name) };
  spark().sparkContext.addSparkListener(listener);
  const model = await new mllib.LogisticRegression({ maxIter: 3 }).fit(df);
  const evaluator = new mllib.MulticlassClassificationEvaluator();
  await evaluator.evaluate(model.transform(df));
  const forest = new mllib.RandomForestClassifier({ numTrees: 2, seed: 1 });
  const estimatorParamMaps = new mllib.ParamGridBuilder().addGrid(forest.maxDepth, [1, 2]).build();
  await new mllib.CrossValidator({ estimator: forest, estimatorParamMaps, evaluator, numFolds: 2 }).fit(df);
  await new mllib.StandardScaler({ inputCol: "features", outputCol: "out" }).partialFit(df);
  for (const call of ["LogisticRegression.fit", "CrossValidator.fit", "StandardScaler.partialFit"])
    expect(names).toContainEqual(expect.stringMatching(new RegExp(`^${call} at call-site.test.ts:\\d+:\\d+$`)));
  expect(names.filter((name) => !name.includes("call-site.test.ts:"))).toEqual([]);
});
