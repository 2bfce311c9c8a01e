/** Forests that were cut out of one, predicted together: the same numbers, to the last bit, as one by one. */
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
  const grid = new mllib.ParamGridBuilder().addGrid(rf.maxDepth, [2, 3]).addGrid(rf.subsamplingRate, [0.5, 1]).build();
  const models: InstanceType<typeof mllib.RandomForestClassificationModel>[] = [];
  for await (const [i, model] of rf.fitMultiple(df, grid)) models[i] = model;
  const columns = models.map((_model, i) => columnsOf(i));
  expect(models[0]!.transformMany(models, df, columns)).toBeNull();
  const alone = await rf.fit(df);
  expect(alone.transformMany([alone, alone], df, columns.slice(0, 2))).toBeNull();
});
