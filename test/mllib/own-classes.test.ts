/** Transformers, estimators and models that a program writes itself: parameters, pipelines, searches, persistence. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { firesteel, mllib, testSession } from "../support/built-session";

type DataFrame = import("../../src/index").DataFrame;
type StructType = import("../../src/index").types.StructType;

const { functions: F, types } = firesteel;
const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-own-"));
afterAll(() => rmSync(directory, { recursive: true }));

class Shift extends mllib.withParams(mllib.UnaryTransformer, {
  by: mllib.doubleParam("what is added", 1, mllib.ParamValidators.ltEq(10)),
}) {
  override createTransformFunc() {
    const by = this.getBy();
    return (value: number | null) => (value === null ? null : value + by);
  }

  override outputDataType() {
    return "double";
  }

  override validateInputType(type: { readonly kind: string }): void {
    if (type.kind !== "double") throw new Error(`Shift takes doubles, not ${type.kind}`);
  }
}
mllib.defaultParamsPersistence(Shift);

const named = { ...mllib.sharedParams.inputCol, ...mllib.sharedParams.outputCol } as const;

/** Learns the mean of a column, and gives what a value differs from it. */
class Centre extends mllib.withParams(mllib.Estimator<CentreModel>, named) {
  override transformSchema(schema: StructType): StructType {
    return new CentreModel(0).setAll({ inputCol: this.getInputCol(), outputCol: this.getOutputCol() }).transformSchema(schema);
  }

  protected override async fitModel(df: DataFrame): Promise<CentreModel> {
    const row = await df.agg(F.avg(this.getInputCol()).alias("mean")).first();
    return new CentreModel(row!.get("mean") as number).adopted(this);
  }
}
mllib.defaultParamsPersistence(Centre);

class CentreModel extends mllib.withParams(mllib.Model, named) {
  constructor(readonly mean: number) {
    super();
  }

  override transformSchema(schema: StructType): StructType {
    return types.StructType([...schema.fields, { name: this.getOutputCol(), type: types.DoubleType, nullable: true }]);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return df.withColumn(this.getOutputCol(), F.col(this.getInputCol()).minus(this.mean));
  }
}
mllib.defaultParamsPersistence(CentreModel, {
  metadata: ({ mean }) => ({ mean }),
  load: ({ mean }) => new CentreModel(mean as number),
});

const rows = () => spark().createDataFrame([[1], [2], [6], [null]], "x DOUBLE");
const pipeline = () =>
  new mllib.Pipeline({
    stages: [new Shift({ inputCol: "x", outputCol: "y", by: 2 }), new Centre({ inputCol: "y", outputCol: "z" })],
  });
const columnOf = async (df: DataFrame, name: string) => (await df.select(name).collect()).map((row) => row.get(0) as unknown);

test("a function of a column is a transformer, whose parameters are checked", async () => {
  const shift = new Shift({ inputCol: "x", outputCol: "y" });
  expect(await columnOf(shift.transform(rows()), "y")).toEqual([2, 3, 7, null]);
  expect(await columnOf(shift.transform(rows(), { by: -1 }), "y")).toEqual([0, 1, 5, null]);
  expect(() => shift.setBy(11)).toThrow("Shift: by must be at most 10, got 11");
  expect(shift.explainParam("by")).toBe("by: what is added (default: 1)");
  await expect(shift.transform(rows().select(F.col("x").cast("string").alias("x"))).collect()).rejects.toThrow("Shift takes doubles"); // prettier-ignore
  await expect(shift.transform(rows(), { inputCol: "w" }).collect()).rejects.toThrow(/UNRESOLVED_COLUMN.*`w`.*`x`/s);
  await expect(shift.transform(rows(), { outputCol: "x" }).collect()).rejects.toThrow("output column x already exists");
});

test("an estimator in a pipeline is fitted, saved and loaded with it", async () => {
  const fitted = await pipeline().fit(rows());
  expect(await columnOf(fitted.transform(rows()), "z")).toEqual([-2, -1, 3, null]);
  const path = join(directory, "fitted");
  await fitted.save(path);
  const loaded = await mllib.PipelineModel.load(path);
  expect(loaded.stages.map((stage) => [stage.className, stage.uid])).toEqual(
    fitted.stages.map((stage) => [stage.className, stage.uid]),
  );
  expect(await columnOf(loaded.transform(rows()), "z")).toEqual([-2, -1, 3, null]);
  await pipeline().save(join(directory, "plan"));
  const again = await (await mllib.Pipeline.load(join(directory, "plan"))).fit(rows());
  expect(await columnOf(again.transform(rows()), "z")).toEqual([-2, -1, 3, null]);
  const shift = await Shift.load(join(path, "stages", `0_${fitted.stages[0]!.uid}`));
  expect([shift.getBy(), shift.getInputCol()]).toEqual([2, "x"]);
});

test("a search varies parameters of such classes", async () => {
  const stages = pipeline();
  const [shift] = stages.getStages() as [Shift];
  const assembler = new mllib.VectorAssembler({ inputCols: ["z"], outputCol: "features" });
  const linear = new mllib.LinearRegression({ fitIntercept: false, labelCol: "y", maxIter: 5 });
  const data = spark().createDataFrame(
    Array.from({ length: 60 }, (_, i) => [i % 7]),
    "x DOUBLE",
  );
  const model = await new mllib.CrossValidator({
    estimator: new mllib.Pipeline({ stages: [...stages.getStages(), assembler, linear] }),
    estimatorParamMaps: new mllib.ParamGridBuilder().addGrid(shift.by, [-3, 8]).build(),
    evaluator: new mllib.RegressionEvaluator({ labelCol: "y" }),
    numFolds: 2,
    seed: 1,
  }).fit(data);
  // Without an intercept, labels are explained by centred values only where their mean is 0.
  expect(model.avgMetrics[0]).toBeLessThan(0.5);
  expect(model.avgMetrics[1]).toBeGreaterThan(5);
});

test("what has no layout says what to do", async () => {
  class Forgotten extends Shift {}
  const path = join(directory, "forgotten");
  await expect(new Forgotten().save(path)).rejects.toThrow(/NOT_PERSISTENT.*defaultParamsPersistence\(Forgotten\)/s);
});

test("Spark's names of constants, summaries and functions", async () => {
  expect(mllib.RandomForestClassifier.supportedImpurities).toEqual(["gini", "entropy"]);
  expect(mllib.GBTRegressionModel.supportedLossTypes).toEqual(["squared", "absolute"]);
  expect(mllib.GBTClassifier.supportedFeatureSubsetStrategies).toEqual(["auto", "all", "onethird", "sqrt", "log2"]);
  expect(mllib.DecisionTreeRegressor.supportedImpurities).toEqual(["variance"]);
  expect(mllib.LinearSVCTrainingSummary.prototype).toBeInstanceOf(mllib.LinearSVCSummary);
  expect(mllib.LogisticRegressionTrainingSummary.prototype).toBeInstanceOf(mllib.BinaryLogisticRegressionSummary);
  const twice = mllib.predict_batch_udf(
    () =>
      ({ data }) =>
        Array.from(data as Float64Array, (x) => 2 * x),
    {
      returnType: "double",
      batchSize: 2,
    },
  );
  const twiceOf = rows().select(twice("x").alias("y")).na.drop();
  expect(await columnOf(twiceOf, "y")).toEqual([2, 4, 12]);
});
