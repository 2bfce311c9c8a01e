/** Ensembles that were cut out of one, predicted together: the same numbers, to the last bit, as one by one. */
import { firesteel, mllib, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();

/** Rows of three classes; `color` is a category. More than a block of rows, with values that are missing. */
function table() {
  const rows = Array.from({ length: 1500 }, (_, i) => {
    const [a, b, color] = [(i * 7919) % 101, (i * 104729) % 37, i % 5];
    return [i % 97 === 0 ? NaN : a, b, color, (a > 50 ? 1 : 0) + (color > 2 && b > 9 ? 1 : 0)];
  });
  return spark().createDataFrame(rows, "a DOUBLE, b DOUBLE, color DOUBLE, label DOUBLE").repartition(2);
}

const outputs = ["rawPredictionCol", "probabilityCol", "predictionCol"] as const;
const columnsOf = (i: number) => Object.fromEntries(outputs.map((name) => [name, `${name}_${String(i)}`]));

test.each([
  ["thresholds alone", ["a", "b"], {}],
  ["a category", ["a", "b", "color"], {}],
  ["thresholds of classes", ["a", "b"], { thresholds: [0.2, 0.3, 0.5] }],
])("questions about %s", async (_, inputCols, params) => {
  const assembler = new mllib.VectorAssembler({ inputCols, outputCol: "raw", handleInvalid: "keep" });
  const indexer = new mllib.VectorIndexer({ inputCol: "raw", outputCol: "features", maxCategories: 5, handleInvalid: "keep" });
  const filled = table().na.fill(0, ["a"]);
  const fitted = await new mllib.Pipeline({ stages: [assembler, indexer] }).fit(filled);
  const train = fitted.transform(filled).cache();
  const rf = new mllib.RandomForestClassifier({ seed: 3, ...params });
  const grid = new mllib.ParamGridBuilder().addGrid(rf.numTrees, [2, 3, 7]).addGrid(rf.maxDepth, [0, 1, 4, 9]).build();
  const models: InstanceType<typeof mllib.RandomForestClassificationModel>[] = [];
  for await (const [i, model] of rf.fitMultiple(train, grid)) models[i] = model;
  expect(models.at(-1)!.toDebugString.includes("in {")).toBe(inputCols.includes("color"));
  const judged = assembler.transform(table()).withColumnRenamed("raw", "features");
  const together = models[0]!.transformMany(
    models,
    judged,
    models.map((_model, i) => columnsOf(i)),
  );
  expect(together).not.toBeNull();
  const names = models.flatMap((_model, i) => Object.values(columnsOf(i)));
  const single = models.reduce((df, model, i) => model.transform(df, columnsOf(i)), judged);
  const rows = async (df: typeof judged) => (await df.orderBy("a", "b", "color").select(...names.map((name) => F.col(name))).collect()).map((row) => JSON.stringify(row)); // prettier-ignore
  const [found, expected] = [await rows(together!), await rows(single)];
  expect(found.length).toBe(1500);
  expect(found).toEqual(expected);
});

test("forests of other fits, or with questions left out, are predicted one by one", async () => {
  const df = new mllib.VectorAssembler({ inputCols: ["b", "color"], outputCol: "features" }).transform(table()).cache();
  const rf = new mllib.RandomForestClassifier({ seed: 3 });
  const grid = new mllib.ParamGridBuilder().addGrid(rf.subsamplingRate, [0.5, 1]).build();
  const models: InstanceType<typeof mllib.RandomForestClassificationModel>[] = [];
  for await (const [i, model] of rf.fitMultiple(df, grid)) models[i] = model;
  const columns = models.map((_model, i) => columnsOf(i));
  expect(models[0]!.transformMany(models, df, columns)).toBeNull();
  const alone = await rf.fit(df);
  expect(alone.transformMany([alone, alone], df, columns.slice(0, 2))).toBeNull();
});

/** Features of a category and a number; the label of classes as `label`, of numbers as `size`. */
function prepared() {
  const indexed = new mllib.VectorAssembler({ inputCols: ["b", "color"], outputCol: "raw" }).transform(table());
  const withSize = indexed.withColumn("size", F.expr("b * 0.37 + CASE WHEN color > 2 THEN 11.3 ELSE color END"));
  return new mllib.VectorIndexer({ inputCol: "raw", outputCol: "features", maxCategories: 5 }).fit(withSize).then((model) => model.transform(withSize).cache()); // prettier-ignore
}

const binary = "CASE WHEN label > 0 THEN 1.0 ELSE 0.0 END";

test.each([
  ["RandomForestRegressor", "numTrees", { labelCol: "size" }, ["predictionCol"]],
  ["GBTRegressor", "maxIter", { labelCol: "size", stepSize: 0.3 }, ["predictionCol"]],
  ["GBTClassifier", "maxIter", { labelCol: "binary", stepSize: 0.3, thresholds: [0.6, 0.4] }, outputs],
] as const)("%s: together as one by one", async (name, size, params, names) => {
  const df = (await prepared()).withColumn("binary", F.expr(binary));
  const estimator = new mllib[name]({ seed: 3, ...params });
  const grid = new mllib.ParamGridBuilder()
    .addGrid(estimator.getParam(size), [2, 3, 6])
    .addGrid(estimator.getParam("maxDepth"), [1, 3])
    .build();
  type Model = InstanceType<typeof mllib.GBTRegressionModel>;
  const models: Model[] = [];
  for await (const [i, model] of estimator.fitMultiple(df, grid)) models[i] = model as Model;
  const columns = models.map((_, i) => Object.fromEntries(names.map((column) => [column, `${column}_${String(i)}`])));
  const together = models[0]!.transformMany(models, df, columns);
  expect(together).not.toBeNull();
  // One step of the plan for each family of candidates.
  const families = name === "RandomForestRegressor" ? 1 : 2;
  expect((await together!.explainString()).match(/mllib\.trees/g)).toHaveLength(families);
  const single = models.reduce((rows, model, i) => model.transform(rows, columns[i]), df);
  const wanted = columns.flatMap((each) => Object.values(each)).map((column) => F.col(column));
  const rowsOf = async (rows: typeof df) => (await rows.orderBy("a", "b", "color").select(...wanted).collect()).map((row) => JSON.stringify(row)); // prettier-ignore
  expect(await rowsOf(together!)).toEqual(await rowsOf(single));
});

test("scores of a search are those without sharing, where only some candidates are of one fit", async () => {
  const df = (await prepared()).withColumn("binary", F.expr(binary));
  for (const name of ["RandomForestRegressor", "GBTRegressor", "GBTClassifier"] as const) {
    const classes = name === "GBTClassifier";
    const estimator = new mllib[name]({ labelCol: classes ? "binary" : "size", seed: 5 });
    const evaluator = classes
      ? new mllib.BinaryClassificationEvaluator({ labelCol: "binary" })
      : new mllib.RegressionEvaluator({ labelCol: "size" });
    const estimatorParamMaps = new mllib.ParamGridBuilder()
      .addGrid(estimator.getParam(name === "RandomForestRegressor" ? "numTrees" : "maxIter"), [2, 4])
      .addGrid(estimator.getParam("maxDepth"), [2, 3])
      .addGrid(estimator.getParam("minInstancesPerNode"), [1, 400])
      .build();
    const settings = { estimator, evaluator, estimatorParamMaps, numFolds: 2, seed: 1 };
    const shared = await new mllib.CrossValidator(settings).fit(df);
    const apart = await new mllib.CrossValidator({ ...settings, shareWork: false }).fit(df);
    expect(shared.avgMetrics).toEqual(apart.avgMetrics);
    expect(shared.fitCounts.performed).toBeLessThan(apart.fitCounts.performed);
  }
});
