/** Pipelines and searches on an engine. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, firesteel, mllib, testSession } from "../../support/built-session";

const { BinaryClassificationEvaluator, CrossValidator, CrossValidatorModel, LogisticRegression, ParamGridBuilder, Pipeline, PipelineModel, RandomForestClassifier, RandomizedSearchCV, SGDClassifier, SGDRegressor, StandardScaler, SuccessiveHalvingSearchCV, TrainValidationSplit, VectorAssembler } = mllib; // prettier-ignore
const spark = testSession();
const directory = mkdtempSync(join(tmpdir(), "firesteel-tuning-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let small: DataFrame;
let table: DataFrame;
beforeAll(() => {
  const rows = Array.from({ length: 60 }, (_, i) => [i % 7, i % 5, i % 7 > 3 ? 1 : 0]);
  small = spark().createDataFrame(rows, "a DOUBLE, b DOUBLE, label DOUBLE").coalesce(1).cache();
  let state = 9;
  const u = () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const many = Array.from({ length: 600 }, () => {
    const [x, y] = [u() * 4 - 2, u() * 4 - 2];
    return [x, y, u() < 1 / (1 + Math.exp(2 * y - x)) ? 1 : 0];
  });
  table = spark().createDataFrame(many, "a DOUBLE, b DOUBLE, label DOUBLE").repartition(2).cache();
});

const assembler = new VectorAssembler({ inputCols: ["a", "b"], outputCol: "raw" });
const scaler = new StandardScaler({ inputCol: "raw", outputCol: "features" });
const auc = new BinaryClassificationEvaluator();

/** Jobs that `work` ran. */
async function jobsOf<T>(work: () => Promise<T>): Promise<number> {
  let jobs = 0;
  const listener = { onJobStart: () => void jobs++ };
  spark().sparkContext.addSparkListener(listener);
  await work();
  await spark().sparkContext.flushListeners();
  spark().sparkContext.removeSparkListener(listener);
  return jobs;
}

describe("Pipeline", () => {
  it("refuses a missing column of any stage before any job", async () => {
    const pipeline = new Pipeline({ stages: [assembler, scaler, new LogisticRegression({ labelCol: "nope" })] });
    expect(await jobsOf(() => expect(pipeline.fit(table)).rejects.toThrow(/nope/))).toBe(0);
  });

  it("gives its stages their values of a map", async () => {
    const lr = new LogisticRegression({ maxIter: 2 });
    const pipeline = new Pipeline({ stages: [assembler, new Pipeline({ stages: [scaler, lr] })] });
    const map = new ParamGridBuilder().addGrid(lr.regParam, [0.5]).build()[0]!;
    const model = await pipeline.fit(table, map);
    const inner = model.stages[1] as InstanceType<typeof PipelineModel>;
    expect((inner.stages[1] as unknown as { getRegParam(): number }).getRegParam()).toBe(0.5);
    expect(lr.getRegParam()).toBe(0);
    expect(model.uid).toBe(pipeline.uid);
  });

  it("is saved in Spark's layout, nested, and comes back", async () => {
    const pipeline = new Pipeline({ stages: [assembler, new Pipeline({ stages: [scaler] }), new LogisticRegression()] });
    const model = await pipeline.fit(table);
    const at = join(directory, "pipeline");
    await model.save(at);
    expect(readdirSync(join(at, "stages")).sort().map((name) => name.replace(/_.*_/, "_"))).toEqual(model.stages.map(({ uid }, i) => `${i}_${uid.split("_")[1]}`)); // prettier-ignore
    const metadata = JSON.parse(readFileSync(join(at, "metadata/part-00000"), "utf8")) as Record<string, unknown>;
    expect(metadata).toMatchObject({ class: "org.apache.spark.ml.PipelineModel", paramMap: { stageUids: model.stages.map(({ uid }) => uid) } }); // prettier-ignore
    const loaded = await PipelineModel.load(at);
    const rows = (m: typeof model) => m.transform(table).select("prediction", "probability").collect();
    expect(String(await rows(loaded))).toBe(String(await rows(model)));
    await pipeline.save(join(directory, "unfitted"));
    expect((await Pipeline.load(join(directory, "unfitted"))).getStages().map(({ uid }) => uid)).toEqual(pipeline.getStages().map(({ uid }) => uid)); // prettier-ignore
    await expect(LogisticRegression.load(at)).rejects.toThrow(/it is a PipelineModel, not a LogisticRegression/);
  });
});

describe("CrossValidator", () => {
  it("divides rows as PySpark does, and so has its scores", async () => {
    // PySpark 4.2.1: the same rows in one partition, seed 3, two folds.
    const lr = new LogisticRegression({ maxIter: 5 });
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1]).addGrid(lr.fitIntercept, [true, false]).build();
    const pipeline = new Pipeline({ stages: [assembler, scaler, lr] });
    const model = await new CrossValidator({
      estimator: pipeline,
      estimatorParamMaps: grid,
      evaluator: auc,
      numFolds: 2,
      seed: 3,
    }).fit(small);
    const expected = [1, 0.8411564625850341, 1, 0.8564625850340136];
    expected.forEach((score, i) => expect(model.avgMetrics[i]).toBeCloseTo(score, 12));
    [0, 0.10782312925170068, 0, 0.12312925170068023].forEach((score, i) => expect(model.stdMetrics[i]).toBeCloseTo(score, 12));
    expect(model.bestIndex).toBe(0);
  });

  it("fits what candidates have in common once, with the same scores, models and counts as promised", async () => {
    const lr = new LogisticRegression({ maxIter: 5 });
    const grid = new ParamGridBuilder().addGrid(scaler.withMean, [true, false]).addGrid(lr.regParam, [0, 0.1]).build();
    const pipeline = new Pipeline({ stages: [assembler, scaler, lr] });
    const search = (shareWork: boolean, parallelism: number) =>
      new CrossValidator({ estimator: pipeline, estimatorParamMaps: grid, evaluator: auc, seed: 1, shareWork, parallelism }).fit(
        table,
      );
    const [shared, plain] = [await search(true, 3), await search(false, 1)];
    expect(shared.metrics).toEqual(plain.metrics);
    const counts = ({ fitCounts }: typeof shared) => fitCounts.byStage.map(({ className, requested, performed }) => [className, requested, performed]); // prettier-ignore
    expect(counts(shared)).toEqual([["VectorAssembler", 0, 0], ["StandardScaler", 13, 7], ["LogisticRegression", 13, 13]]); // prettier-ignore
    expect(counts(plain)).toEqual([["VectorAssembler", 0, 0], ["StandardScaler", 13, 13], ["LogisticRegression", 13, 13]]); // prettier-ignore
    const coefficients = ({ bestModel }: typeof shared) => String(((bestModel as InstanceType<typeof PipelineModel>).stages[2] as InstanceType<typeof mllib.LogisticRegressionModel>).coefficients); // prettier-ignore
    expect(coefficients(shared)).toBe(coefficients(plain));
  });

  it("cuts forests out of one, and judges a fold in few jobs", async () => {
    const features = new VectorAssembler({ inputCols: ["a", "b"], outputCol: "features" }).transform(table).cache();
    const forest = new RandomForestClassifier({ seed: 5 });
    const grid = new ParamGridBuilder().addGrid(forest.numTrees, [1, 3, 5]).addGrid(forest.maxDepth, [1, 4]).build();
    const search = (shareWork: boolean) =>
      new CrossValidator({ estimator: forest, estimatorParamMaps: grid, evaluator: auc, numFolds: 2, seed: 1, shareWork, collectSubModels: true, parallelism: 2 }).fit(features); // prettier-ignore
    const plain = await search(false);
    let shared!: typeof plain;
    const jobs = await jobsOf(async () => (shared = await search(true)));
    expect(shared.metrics).toEqual(plain.metrics);
    expect(shared.fitCounts.performed).toBeLessThan(plain.fitCounts.performed / 2);
    expect(jobs).toBeLessThan(80);
    const trees = (model: typeof plain) => model.subModels!.flat().map((each) => (each as unknown as { toDebugString: string }).toDebugString); // prettier-ignore
    expect(trees(shared)).toEqual(trees(plain));
  });

  it("goes on when a candidate fails, and says which; or raises", async () => {
    const lr = new LogisticRegression({ maxIter: 2 });
    const pipeline = new Pipeline({ stages: [assembler, scaler, lr] });
    const grid = new ParamGridBuilder().addGrid(lr.labelCol, ["label", "nope"]).build();
    const search = (errorScore: number | "raise") =>
      new CrossValidator({ estimator: pipeline, estimatorParamMaps: grid, evaluator: auc, numFolds: 2, errorScore }).fit(table);
    const model = await search(NaN);
    expect(model.avgMetrics[0]).toBeGreaterThan(0.5);
    expect(model.avgMetrics[1]).toBeNaN();
    expect((await search(-1)).avgMetrics[1]).toBe(-1);
    await expect(search("raise")).rejects.toThrow(/Candidate 1 \{labelCol: nope\} failed on fold 0: .*nope/);
    const all = new CrossValidator({ estimator: pipeline, estimatorParamMaps: grid.slice(1), evaluator: auc });
    await expect(all.fit(table)).rejects.toThrow(/nope/);
  });

  it("ends with an error of the cluster, for which no candidate is to blame", async () => {
    const lr = new LogisticRegression({ maxIter: 2, featuresCol: "raw" });
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1]).build();
    const gone = new firesteel.ClusterError("NO_EXECUTORS", "no executor can be had");
    const fit = jest.spyOn(LogisticRegression.prototype, "fit").mockRejectedValue(gone);
    try {
      const search = new CrossValidator({
        estimator: lr,
        estimatorParamMaps: grid,
        evaluator: auc,
        numFolds: 2,
        shareWork: false,
      });
      await expect(search.fit(assembler.transform(table))).rejects.toBe(gone);
    } finally {
      fit.mockRestore();
    }
  });

  it("tells listeners of candidates and scores", async () => {
    const events: { type: string; state?: string; score?: number; bestIndex?: number }[] = [];
    const listener = {
      onFiresteelSearchStart: (event: { type: string }) => void events.push(event),
      onFiresteelSearchProgress: (event: { type: string }) => void events.push(event),
      onFiresteelSearchEnd: (event: { type: string }) => void events.push(event),
    };
    await spark().sparkContext.flushListeners(); // events of what ran before
    spark().sparkContext.addSparkListener(listener);
    const lr = new LogisticRegression({ maxIter: 2, featuresCol: "raw" });
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1]).build();
    await new CrossValidator({ estimator: lr, estimatorParamMaps: grid, evaluator: auc, numFolds: 2 }).fit(
      assembler.transform(table),
    );
    await spark().sparkContext.flushListeners();
    spark().sparkContext.removeSparkListener(listener);
    expect(events[0]).toMatchObject({ type: "FiresteelSearchStart", metric: "areaUnderROC", folds: 2, candidates: [{ params: { regParam: "0" } }, { params: { regParam: "0.1" } }] }); // prettier-ignore
    expect(events.filter(({ state }) => state === "done")).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: "FiresteelSearchEnd", bestIndex: expect.any(Number) as number });
  });

  it("tells scores while others are fitted, also where no work is shared", async () => {
    const states: string[] = [];
    const listener = { onFiresteelSearchProgress: ({ state }: { state: string }) => void states.push(state) };
    await spark().sparkContext.flushListeners();
    spark().sparkContext.addSparkListener(listener);
    const lr = new LogisticRegression({ maxIter: 2, featuresCol: "raw" });
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1, 0.2]).build();
    const search = new CrossValidator({ estimator: lr, estimatorParamMaps: grid, evaluator: auc, numFolds: 2, parallelism: 1, shareWork: false }); // prettier-ignore
    await search.fit(assembler.transform(table));
    await spark().sparkContext.flushListeners();
    spark().sparkContext.removeSparkListener(listener);
    // A score is known at the latest when the fit after it has ended.
    expect(states.indexOf("done")).toBeLessThanOrEqual(2);
    expect(states.lastIndexOf("running")).toBeGreaterThan(states.indexOf("done"));
  });

  it("ends with its jobs when it is cancelled", async () => {
    const features = new VectorAssembler({ inputCols: ["a", "b"], outputCol: "features" }).transform(table);
    const lr = new LogisticRegression({ maxIter: 2000, tol: 0 });
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1, 0.2]).build();
    const controller = new AbortController();
    const search = new CrossValidator({ estimator: lr, estimatorParamMaps: grid, evaluator: auc });
    const listener = { onJobStart: () => controller.abort() };
    spark().sparkContext.addSparkListener(listener);
    await expect(search.fit(features, undefined, { signal: controller.signal })).rejects.toThrow(firesteel.CancelledError);
    spark().sparkContext.removeSparkListener(listener);
  });

  it("takes folds of a column, and refuses others", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 7, i % 2, i % 2]);
    const df = assembler.transform(spark().createDataFrame(rows.map(([a, b, fold]) => [a, b, b, fold]), "a DOUBLE, b DOUBLE, label DOUBLE, fold INT")); // prettier-ignore
    const lr = new LogisticRegression({ maxIter: 2, featuresCol: "raw" });
    const of = (numFolds: number) =>
      new CrossValidator({ estimator: lr, estimatorParamMaps: new ParamGridBuilder().build(), evaluator: auc, numFolds, foldCol: "fold" }).fit(df); // prettier-ignore
    await expect(of(3)).rejects.toThrow(/validation data at fold 2 is empty/);
    expect((await of(2)).avgMetrics).toHaveLength(1);
    const numbers = (last: unknown) => spark().createDataFrame([[0.5, 1, 0], [0.5, 0, 1], [0.1, 1, last]] as never, "a DOUBLE, label DOUBLE, fold INT"); // prettier-ignore
    const raw = new mllib.VectorAssembler({ inputCols: ["a"], outputCol: "raw" });
    for (const last of [2, null]) {
      const search = new CrossValidator({ estimator: lr, estimatorParamMaps: new ParamGridBuilder().build(), evaluator: auc, numFolds: 2, foldCol: "fold" }); // prettier-ignore
      await expect(search.fit(raw.transform(numbers(last)))).rejects.toThrow(
        `Fold number must be in range [0, 2), but got ${last}`,
      );
    }
  });

  it("is saved and comes back with all that it knows", async () => {
    const lr = new LogisticRegression({ maxIter: 3, featuresCol: "raw" });
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1]).addGrid(lr.family, ["binomial"]).build();
    const search = new CrossValidator({ estimator: lr, estimatorParamMaps: grid, evaluator: auc, numFolds: 2, collectSubModels: true, errorScore: -1 }); // prettier-ignore
    const model = await search.fit(assembler.transform(table));
    await model.save(join(directory, "cvm"));
    const loaded = await CrossValidatorModel.load(join(directory, "cvm"));
    expect(loaded.avgMetrics).toEqual(model.avgMetrics);
    expect(loaded.fitCounts).toEqual(model.fitCounts);
    expect(loaded.bestParams.toObject()).toEqual(model.bestParams.toObject());
    expect(loaded.subModels!.map((fold) => fold.map((each) => each!.uid))).toEqual(model.subModels!.map((fold) => fold.map((each) => each!.uid))); // prettier-ignore
    await search.save(join(directory, "cv"));
    const again = await CrossValidator.load(join(directory, "cv"));
    expect([again.getErrorScore(), again.getNumFolds(), again.getEstimatorParamMaps().map((map) => map.toObject())]).toEqual([-1, 2, grid.map((map) => map.toObject())]); // prettier-ignore
    const metadata = readFileSync(join(directory, "cv/metadata/part-00000"), "utf8");
    // Spark reads doubles and its own parameters only.
    expect(metadata).toContain('{\\"parent\\"'.replaceAll("\\", ""));
    expect(JSON.parse(metadata)).toMatchObject({ firesteel: { paramMap: { errorScore: -1 } } });
    expect(Object.keys((JSON.parse(metadata) as { paramMap: object }).paramMap)).not.toContain("errorScore");
  });
});

describe("candidates as objects", () => {
  it("are values of the estimator's parameters, whichever was given first", async () => {
    const lr = new LogisticRegression({ maxIter: 3, featuresCol: "raw" });
    const search = new TrainValidationSplit({ estimatorParamMaps: [{ regParam: 0.1 }, { regParam: 0, family: "binomial" }], evaluator: auc, seed: 3 }); // prettier-ignore
    expect(() => search.getEstimatorParamMaps()).toThrow(/estimator .*was not set/);
    search.setEstimator(lr);
    expect(search.getEstimatorParamMaps().map((map) => [map.get(lr.regParam), map.size])).toEqual([
      [0.1, 1],
      [0, 2],
    ]);
    const grid = new ParamGridBuilder().addGrid(lr.regParam, [0.1, 0]).build();
    const model = await search.fit(assembler.transform(table));
    const byGrid = await search.copy({ estimatorParamMaps: grid }).fit(assembler.transform(table));
    expect(model.validationMetrics).toEqual(byGrid.validationMetrics);
    await model.save(join(directory, "tvs"));
    const loaded = await mllib.TrainValidationSplitModel.load(join(directory, "tvs"));
    expect(loaded.getEstimatorParamMaps().map((map) => map.toObject())).toEqual([{ regParam: 0.1 }, { regParam: 0, family: "binomial" }]); // prettier-ignore
  });

  it("name parameters that there are", async () => {
    const search = new CrossValidator({ estimator: new LogisticRegression(), estimatorParamMaps: [{ regparam: 0.1 }], evaluator: auc }); // prettier-ignore
    await expect(search.fit(table)).rejects.toThrow(/LogisticRegression has no parameter regparam. Did you mean regParam\?/);
    for (const wrong of [[], [5], [null], [[]], {}] as unknown as Parameters<typeof search.setEstimatorParamMaps>[0][])
      expect(() => search.setEstimatorParamMaps(wrong)).toThrow(/estimatorParamMaps must be an array of at least one ParamMap/);
  });
});

it("TrainValidationSplit divides once, and its counts are of one fit a candidate", async () => {
  const lr = new LogisticRegression({ maxIter: 3, featuresCol: "raw" });
  const grid = new ParamGridBuilder().addGrid(lr.regParam, [0, 0.1]).build();
  const split = new TrainValidationSplit({ estimator: lr, estimatorParamMaps: grid, evaluator: auc, trainRatio: 0.5, seed: 3 });
  const model = await split.fit(assembler.transform(table));
  expect(model.validationMetrics).toHaveLength(2);
  expect(model.fitCounts).toMatchObject({ requested: 3, performed: 3 });
});

describe("searches that draw candidates", () => {
  const space = { alpha: [1e-4, 1e-2], eta0: { low: 0.001, high: 1, distribution: "loguniform" } } as const;
  const sgd = new SGDClassifier({ loss: "log_loss", learningRate: "constant", seed: 1, featuresCol: "raw" });

  it("find good ones by fits", async () => {
    const search = new RandomizedSearchCV({ estimator: sgd, paramDistributions: space, nIter: 3, numFolds: 2, evaluator: auc, seed: 2 }); // prettier-ignore
    const model = await search.fit(assembler.transform(table));
    expect(model.results).toHaveLength(3);
    expect(model.bestScore).toBe(Math.max(...model.results.map(({ score }) => score)));
    expect(model.bestScore).toBeGreaterThan(0.8);
  });

  it("let fewer and fewer learn for longer and longer", async () => {
    const df = assembler.transform(table).repartition(3);
    const search = new SuccessiveHalvingSearchCV({ estimator: sgd, paramDistributions: space, nInitialParameters: 9, evaluator: auc, seed: 2 }); // prettier-ignore
    const model = await search.fit(df);
    expect(model.candidatesPerRound).toEqual([9, 3, 1]);
    expect(model.results.map(({ partialFitCalls }) => partialFitCalls).sort()).toEqual([1, 1, 1, 1, 1, 1, 3, 3, 9]);
    expect(await auc.evaluate(model.transform(df))).toBeGreaterThan(0.8);
  });
});

it("SGD's fit ends where scikit-learn's does", async () => {
  const { data, cases } = JSON.parse(readFileSync(join(__dirname, "../../golden/mllib/sgd.json"), "utf8")) as {
    data: Record<string, number[]> & { X: number[][] };
    cases: { name: string; fit: boolean; target: string; coef: number[][]; intercept: number[] }[];
  };
  const rows = data.X.map((x, i) => [...x, data["target"]![i], data["binary"]![i], data["three"]![i]]);
  const schema = "x0 DOUBLE, x1 DOUBLE, x2 DOUBLE, x3 DOUBLE, target DOUBLE, binary DOUBLE, three DOUBLE";
  const df = new VectorAssembler({ inputCols: ["x0", "x1", "x2", "x3"], outputCol: "features" }).transform(spark().createDataFrame(rows, schema)); // prettier-ignore
  const estimators: Record<string, (labelCol: string) => Promise<{ state: readonly { weights: Float64Array; intercept: number }[] }>> = {
    "fit log_loss": (labelCol) => new SGDClassifier({ loss: "log_loss", shuffle: false, labelCol }).fit(df),
    "fit l1": (labelCol) => new SGDClassifier({ loss: "log_loss", penalty: "l1", alpha: 0.003, shuffle: false, labelCol }).fit(df),
    "fit adaptive": (labelCol) => new SGDRegressor({ learningRate: "adaptive", shuffle: false, eta0: 0.05, labelCol }).fit(df),
  }; // prettier-ignore
  for (const { name, target, coef, intercept } of cases.filter(({ fit }) => fit)) {
    const { state } = await estimators[name]!(target);
    coef.forEach((row, k) => row.forEach((weight, j) => expect(state[k]!.weights[j]).toBeCloseTo(weight, 8)));
    intercept.forEach((value, k) => expect(state[k]!.intercept).toBeCloseTo(value, 8));
  }
});
