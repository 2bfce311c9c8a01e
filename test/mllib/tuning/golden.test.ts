/** Searches find Spark's scores on Spark's folds, to 1e-6: test/golden/mllib/search.py made the answers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

const { rows, found } = JSON.parse(readFileSync(join(__dirname, "../../golden/mllib/search.json"), "utf8")) as {
  readonly rows: readonly (readonly number[])[];
  readonly found: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
};
const spark = testSession();
const { CrossValidator, ParamGridBuilder, TrainValidationSplit } = mllib;

let df: DataFrame;
beforeAll(() => {
  const table = spark()
    .createDataFrame(rows as never, "id INT, a DOUBLE, b DOUBLE, y DOUBLE, cls DOUBLE, fold INT")
    .coalesce(1);
  df = new mllib.VectorAssembler({ inputCols: ["a", "b"], outputCol: "features" }).transform(table).cache();
});
const near = (got: Iterable<number>, wanted: readonly number[]): void => {
  expect([...got]).toHaveLength(wanted.length);
  [...got].forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
};
const evaluator = new mllib.RegressionEvaluator({ labelCol: "y" });
const linear = new mllib.LinearRegression({ labelCol: "y", solver: "normal" });
const grid = new ParamGridBuilder().addGrid(linear.regParam, [0, 0.2]).addGrid(linear.fitIntercept, [true, false]).build();

test.each([
  ["drawn", { seed: 11 }],
  ["given", { foldCol: "fold" }],
] as const)("CrossValidator, folds %s", async (name, extra) => {
  const search = new CrossValidator({ estimator: linear, estimatorParamMaps: grid, evaluator, numFolds: 3, ...extra });
  const model = await search.fit(df);
  const { means, deviations, best } = found[`CrossValidator ${name}`]!;
  near(model.avgMetrics, means!);
  near(model.stdMetrics, deviations!);
  near((model.bestModel as InstanceType<typeof mllib.LinearRegressionModel>).coefficients.toArray(), best!);
});

test("TrainValidationSplit", async () => {
  const search = new TrainValidationSplit({ estimator: linear, estimatorParamMaps: grid, evaluator, trainRatio: 0.7, seed: 4 });
  near((await search.fit(df)).validationMetrics, found["TrainValidationSplit"]!["means"]!);
});

test("candidates that one tree contains", async () => {
  const tree = new mllib.DecisionTreeRegressor({ labelCol: "y" });
  const trees = new ParamGridBuilder().addGrid(tree.maxDepth, [1, 3]).addGrid(tree.minInstancesPerNode, [1, 10]).build();
  const search = new CrossValidator({ estimator: tree, estimatorParamMaps: trees, evaluator, numFolds: 3, foldCol: "fold" });
  near((await search.fit(df)).avgMetrics, found["tree"]!["means"]!);
});

test("several classes, with a base", async () => {
  const logistic = new mllib.LogisticRegression({ labelCol: "cls", maxIter: 500, tol: 1e-12 });
  const penalties = new ParamGridBuilder()
    .baseOn([logistic.elasticNetParam, 0.5])
    .addGrid(logistic.regParam, [0.01, 0.1])
    .build();
  const loss = new mllib.MulticlassClassificationEvaluator({ labelCol: "cls", metricName: "logLoss" });
  const search = new CrossValidator({ estimator: logistic, estimatorParamMaps: penalties, evaluator: loss, numFolds: 3, foldCol: "fold" }); // prettier-ignore
  near((await search.fit(df)).avgMetrics, found["logistic"]!["means"]!);
});

test("OneVsRest", async () => {
  const classifier = new mllib.LogisticRegression({ regParam: 0.05, maxIter: 500, tol: 1e-12 });
  const model = await new mllib.OneVsRest({ labelCol: "cls", classifier }).fit(df);
  const { coefficients, predictions } = found["OneVsRest"]! as unknown as { coefficients: number[][]; predictions: number[] };
  coefficients.forEach((row, k) => near((model.models[k] as InstanceType<typeof mllib.LogisticRegressionModel>).coefficients.toArray(), row)); // prettier-ignore
  const got = await model.transform(df).orderBy("id").select("prediction").collect();
  expect(got.map((row) => row.get(0))).toEqual(predictions);
});
