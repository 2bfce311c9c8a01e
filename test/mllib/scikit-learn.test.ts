/** Against scikit-learn: estimators that Spark does not have, and learning batch by batch. test/golden/mllib/scikit_learn.py made the answers. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../support/built-session";

type Rows = readonly (readonly number[])[];
const { data, found } = JSON.parse(readFileSync(join(__dirname, "../golden/mllib/scikit_learn.json"), "utf8")) as {
  readonly data: Readonly<Record<"X" | "counts" | "bits", Rows>> &
    Readonly<Record<"cls" | "target" | "weight" | "size", readonly number[]>> & {
      readonly color: readonly string[];
      readonly batch: number;
    };
  readonly found: Readonly<Record<string, Readonly<Record<string, Rows & readonly number[]>>>>;
};

const spark = testSession();
const { Vectors } = mllib;
const COLUMNS = ["X", "counts", "bits", "cls", "target", "weight", "color", "size"] as const;

/** All rows, in partitions that are the batches. */
function table(): DataFrame {
  const rows = data.X.map((_, i) => COLUMNS.map((name) => (name === "X" || name === "counts" || name === "bits" ? Vectors.dense([...data[name][i]!]) : data[name][i]))); // prettier-ignore
  const type = (name: string): unknown =>
    name === "X" || name === "counts" || name === "bits" ? mllib.VectorUDT : { kind: name === "color" ? "string" : "double" };
  const schema = { kind: "struct", fields: COLUMNS.map((name) => ({ name, type: type(name), nullable: true })) };
  const batches = Array.from({ length: data.X.length / data.batch }, (_, b) => rows.slice(b * data.batch, (b + 1) * data.batch));
  return batches.map((batch) => spark().createDataFrame(batch as never, schema as never).coalesce(1)).reduce((all, each) => all.union(each)); // prettier-ignore
}

const near = (got: ArrayLike<number>, wanted: ArrayLike<number>, digits = 9): void => {
  expect(got.length).toBe(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(got[i]).toBeCloseTo(value, digits));
};
const nearRows = (got: readonly ArrayLike<number>[], wanted: Rows, digits = 9): void => {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((row, i) => near(got[i]!, row, digits));
};
interface VectorLike {
  toArray(): Float64Array;
}
async function vectors(df: DataFrame, name = "out"): Promise<Float64Array[]> {
  return (await df.select(name).collect()).map((row) => (row.get(0) as VectorLike).toArray());
}
/** Batches that the program holds. */
const batches = (features: Rows, label?: readonly number[]) =>
  Array.from({ length: data.X.length / data.batch }, (_, b) => {
    const part = <T>(values: readonly T[]): T[] => values.slice(b * data.batch, (b + 1) * data.batch);
    return { features: part(features), weight: part(data.weight), ...(label && { label: part(label) }) };
  });

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "firesteel-scikit-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("scalers learn batch by batch", () => {
  const columns = { inputCol: "X", outputCol: "out" };

  test("StandardScaler, also from a model that was saved", async () => {
    const scaler = new mllib.StandardScaler({ ...columns, withMean: true });
    const [first, second, third] = batches(data.X).map(({ features }) => ({ features }));
    let model = await scaler.partialFit(first!);
    await model.write().overwrite().save(join(folder, "scaler"));
    model = await scaler.partialFit(second!, { model: await mllib.StandardScalerModel.load(join(folder, "scaler")) });
    model = await scaler.partialFit(third!, { model });
    const rows = data.X.length;
    near(model.mean.toArray(), found["StandardScaler"]!["mean"]!);
    near(model.std.toArray().map((std) => (std * std * (rows - 1)) / rows), found["StandardScaler"]!["var"]!); // prettier-ignore
    const whole = await scaler.fit(table());
    near(model.std.toArray(), whole.std.toArray(), 12);
    near((await scaler.partialFit(table())).std.toArray(), whole.std.toArray(), 12);
    await whole.write().overwrite().save(join(folder, "scaler"));
    const loaded = await mllib.StandardScalerModel.load(join(folder, "scaler"));
    await expect(scaler.partialFit(first!, { model: loaded })).rejects.toThrow(/only models of partialFit/);
  });

  test("MinMaxScaler, MaxAbsScaler", async () => {
    const df = table();
    for (const [name, scaler] of [
      ["MinMaxScaler", new mllib.MinMaxScaler(columns)],
      ["MaxAbsScaler", new mllib.MaxAbsScaler(columns)],
    ] as const) {
      // prettier-ignore
      const incremental = await new mllib.Incremental({ estimator: scaler }).fit(df);
      nearRows(await vectors(incremental.transform(df)), found[name]!["out"]!);
      const sparse = { features: [Vectors.sparse(5, [[1, 100]]).toArray()] };
      const more = await scaler.partialFit(sparse, { model: incremental.model as never });
      expect((await vectors(more.transform(df)))[0]![1]).toBeLessThan(0.1);
    }
  });
});

describe("naive Bayes learns batch by batch", () => {
  test.each([
    ["multinomial", "MultinomialNB", data.counts],
    ["complement", "ComplementNB", data.counts],
    ["bernoulli", "BernoulliNB", data.bits],
    ["gaussian", "GaussianNB", data.X],
  ] as const)("%s", async (modelType, name, features) => {
    const bayes = new mllib.NaiveBayes({ modelType, weightCol: "weight", smoothing: 1 });
    let model: InstanceType<typeof mllib.NaiveBayesModel> | undefined;
    for (const batch of batches(features, data.cls)) {
      model = await bayes.partialFit(batch, model === undefined ? { classes: [0, 1, 2] } : { model });
      await model.write().overwrite().save(join(folder, "bayes"));
      model = await mllib.NaiveBayesModel.load(join(folder, "bayes"));
    }
    const expected = found[name]!;
    // The shares of complement models have the opposite sign in Spark, and weights are not normalised in either.
    nearRows(model!.theta.rows().map(({ values }) => values), expected["theta"]!.map((row) => [...(row)])); // prettier-ignore
    if (modelType === "gaussian") {
      nearRows(model!.sigma.rows().map(({ values }) => values), expected["sigma"]!); // prettier-ignore
      near(model!.pi.toArray().map(Math.exp), expected["prior"]!);
    }
    const column = { multinomial: "counts", complement: "counts", bernoulli: "bits", gaussian: "X" }[modelType];
    const whole = await bayes.fit(table(), { featuresCol: column, labelCol: "cls" });
    near(model!.theta.toArray(), whole.theta.toArray(), 10);
    near(model!.pi.toArray(), whole.pi.toArray(), 12);
  });

  test("a class that has not been seen has no share", async () => {
    const bayes = new mllib.NaiveBayes({ modelType: "gaussian" });
    const model = await bayes.partialFit({ features: [[1], [2], [5], [6]], label: [0, 0, 1, 1] }, { classes: [0, 1, 2] });
    expect(model.numClasses).toBe(3);
    expect([model.predict(Vectors.dense(1.2)), model.predictProbability(Vectors.dense(5.5)).values[2]]).toEqual([0, 0]);
    await expect(bayes.partialFit({ features: [[1]], label: [3] }, { model })).rejects.toThrow(/3 classes/);
  });
});

test("IncrementalPCA", async () => {
  const pca = new mllib.IncrementalPCA({ inputCol: "X", outputCol: "out", k: 3 });
  let model = await pca.fit(table());
  const expected = found["IncrementalPCA"]!;
  const check = (): void => {
    near(model.mean.toArray(), expected["mean"]!);
    near(model.singularValues.toArray(), expected["singular"]!);
    near(model.explainedVarianceRatio.toArray(), expected["ratio"]!);
    near(model.explainedVariance.toArray(), expected["variance"]!);
    const components = expected["components"] as Rows;
    const pc = model.pc.toArray();
    near(pc.map(Math.abs), components.flat().map(Math.abs));
  };
  check();
  await model.write().overwrite().save(join(folder, "pca"));
  model = await mllib.IncrementalPCAModel.load(join(folder, "pca"));
  check();
  const [one, more] = [await pca.partialFit({ features: data.X.slice(0, 40) }), { features: data.X.slice(40, 80) }];
  expect((await pca.partialFit(more, { model: one })).numSamplesSeen).toBe(80);
  const white = await new mllib.IncrementalPCA({ inputCol: "X", outputCol: "out", k: 2, whiten: true }).fit(table().coalesce(1));
  nearRows((await vectors(white.transform(table()))).map((row) => row.map(Math.abs)), found["IncrementalPCA whiten"]!["out"]!); // prettier-ignore
  await expect(pca.partialFit({ features: [[1, 2, 3, 4, 5]] })).rejects.toThrow(/k \(3\) is more than the 1 rows/);
});

test("MiniBatchKMeans", async () => {
  const { init, centers, labels } = found["MiniBatchKMeans"]!;
  const params = { featuresCol: "X", predictionCol: "out", weightCol: "weight", k: 3 };
  const kMeans = new mllib.MiniBatchKMeans({ ...params, initialCenters: init as Rows, reassignmentRatio: 0 });
  let model = await kMeans.partialFit(table());
  nearRows(model.clusterCenters.map((center) => center.toArray()), centers as Rows); // prettier-ignore
  await model.write().overwrite().save(join(folder, "kMeans"));
  model = await mllib.MiniBatchKMeansModel.load(join(folder, "kMeans"));
  expect((await model.transform(table()).select("out").collect()).map((row) => row.get(0))).toEqual(labels);
  // By itself it gets about as good as k-means.
  const own = await new mllib.MiniBatchKMeans({ ...params, batchSize: 30, seed: 3 }).fit(table());
  const best = await new mllib.KMeans({ ...params, seed: 3 }).fit(table());
  const cost = (found: { readonly clusterCenters: readonly VectorLike[] }): number =>
    data.X.reduce((sum, x) => sum + Math.min(...found.clusterCenters.map((c) => c.toArray().reduce((d, v, j) => d + (v - x[j]!) ** 2, 0))), 0); // prettier-ignore
  expect(cost(own)).toBeLessThan(1.1 * cost(best));
});

describe("averaged SGD", () => {
  test.each([true, 50])("average: %s", async (average) => {
    const name = average === true ? "True" : "50";
    const common = { average, alpha: 0.01, shuffle: false };
    const check = (
      found: { coefficientMatrix: { rows(): readonly { values: Float64Array }[] }; interceptVector: { values: Float64Array } },
      wanted: Readonly<Record<string, Rows & readonly number[]>>,
    ): void => {
      nearRows(found.coefficientMatrix.rows().map(({ values }) => values), wanted["coef"]!); // prettier-ignore
      near(found.interceptVector.values, wanted["intercept"]!);
    };
    const classifier = new mllib.SGDClassifier({ ...common, loss: "log_loss" });
    check(await classifier.partialFit({ features: data.X, label: data.cls }, { classes: [0, 1, 2] }), found[`average classifier ${name}`]!); // prettier-ignore
    let model: InstanceType<typeof mllib.SGDClassificationModel> | undefined;
    for (const { features, label } of batches(
      data.X,
      data.cls.map((each) => Number(each > 0)),
    )) {
      // prettier-ignore
      model = await classifier.partialFit({ features, label: label! }, { classes: [0, 1], model });
      await model.write().overwrite().save(join(folder, "sgd"));
      model = await mllib.SGDClassificationModel.load(join(folder, "sgd"));
    }
    check(model!, found[`average binary ${name}`]!);
    const regressor = new mllib.SGDRegressor({ ...common, eta0: 0.05 });
    const [a, b, c] = batches(data.X, data.target).map(({ features, label }) => ({ features, label: label! }));
    const found1 = await regressor.partialFit(a!);
    const found2 = await regressor.partialFit(b!, { model: found1 });
    const last = await regressor.partialFit(c!, { model: found2 });
    nearRows([last.coefficients.values], found[`average regressor ${name}`]!["coef"]!);
    near([last.intercept], found[`average regressor ${name}`]!["intercept"]!);
  });
});

test("OrdinalEncoder", async () => {
  const params = { inputCols: ["color", "size"], outputCols: ["c", "s"] };
  const model = await new mllib.OrdinalEncoder(params).fit(table());
  const out = async (df: DataFrame) => (await df.select("c", "s").collect()).map((row) => [row.get(0) as number, row.get(1) as number]); // prettier-ignore
  nearRows(await out(model.transform(table())), found["OrdinalEncoder"]!["out"]!);
  expect(model.categoriesArray).toEqual([
    ["amber", "blue", "green", "red"],
    [0, 10, 20],
  ]);
  const others = spark().createDataFrame([["red", 99], ["mauve", 10], [null, null]] as never, "color STRING, size DOUBLE"); // prettier-ignore
  await expect(out(model.transform(others))).rejects.toThrow(/column size holds 99|column color holds "mauve"/);
  const tolerant = await new mllib.OrdinalEncoder({ ...params, handleUnknown: "use_encoded_value", unknownValue: -1 }).fit(table()); // prettier-ignore
  expect(await out(tolerant.transform(others))).toEqual([...(found["OrdinalEncoder unknown"]!["out"]! as Rows), [NaN, NaN]]);
  expect(() => new mllib.OrdinalEncoder({ categories: "red" as never })).toThrow(/categories must be an array/);
  const given = await new mllib.OrdinalEncoder({ inputCol: "color", outputCol: "c", categories: [["red", "green", "blue", "amber"]] }).fit(table()); // prettier-ignore
  expect((await given.transform(others.limit(1)).select("c").collect()).map((row) => row.get(0))).toEqual([0]);
});

test.each(["uniform", "normal"] as const)("QuantileTransformer %s", async (outputDistribution) => {
  for (const nQuantiles of [120, 17]) {
    const params = { inputCol: "X", outputCol: "out", nQuantiles, outputDistribution };
    const exact = await new mllib.QuantileTransformer({ ...params, relativeError: 0 }).fit(table());
    nearRows(await vectors(exact.transform(table())), found[`QuantileTransformer ${outputDistribution} ${nQuantiles}`]!["out"]!);
    const near1 = await new mllib.QuantileTransformer(params).fit(table());
    nearRows(await vectors(near1.transform(table())), found[`QuantileTransformer ${outputDistribution} ${nQuantiles}`]!["out"]!);
  }
});

test.each(["gram", "randomized"] as const)("TruncatedSVD %s", async (algorithm) => {
  const model = await new mllib.TruncatedSVD({ inputCol: "X", outputCol: "out", k: 3, algorithm, nIter: 20, seed: 1 }).fit(
    table(),
  );
  const expected = found["TruncatedSVD"]!;
  near(model.singularValues.toArray(), expected["singular"]!, 8);
  near(model.explainedVariance.toArray(), expected["variance"]!, 8);
  near(model.explainedVarianceRatio.toArray(), expected["ratio"]!, 8);
  const out = await vectors(model.transform(table()));
  nearRows(out.map((row) => row.map(Math.abs)), (expected["out"]! as Rows).map((row) => row.map(Math.abs)), 8); // prettier-ignore
});

test("ColumnTransformer", async () => {
  const { ColumnTransformer, OneHotEncoder, OrdinalEncoder, Pipeline, StandardScaler, VectorSlicer } = mllib;
  const columns = [0, 1, 3].map((i) => new VectorSlicer({ inputCol: "X", outputCol: `x${i}`, indices: [i] }));
  const wide = columns.reduce((df, slicer) => slicer.transform(df), table());
  const prepare = new ColumnTransformer({
    transformers: [
      ["scale", new StandardScaler({ withMean: true }), ["x0", "x1"]],
      ["color", new Pipeline({ stages: [new OrdinalEncoder(), new OneHotEncoder({ dropLast: false })] }), "color"],
      ["keep", "passthrough", ["x3"]],
    ],
  });
  await prepare.write().overwrite().save(join(folder, "prepare"));
  const model = await (await ColumnTransformer.load(join(folder, "prepare"))).fit(wide);
  await model.write().overwrite().save(join(folder, "prepared"));
  const loaded = await mllib.ColumnTransformerModel.load(join(folder, "prepared"));
  const result = loaded.transform(wide);
  expect(await result.columns()).toEqual([...(await wide.columns()), "features"]);
  const rows = data.X.length;
  const got = (await vectors(result, "features")).map((row) => row.map((x, j) => (j < 2 ? x * Math.sqrt(rows / (rows - 1)) : x)));
  nearRows(got, found["ColumnTransformer"]!["out"]!);
  await expect(prepare.fit(wide.drop("color"))).rejects.toThrow(/color/);
  const twice = [["a", "drop", "x0"], ["a", "passthrough", "x1"]] as const; // prettier-ignore
  await expect(new ColumnTransformer({ transformers: twice }).fit(wide)).rejects.toThrow(/names a twice/);
});

test.each([true, false])("IsotonicRegression, rising: %s", async (isotonic) => {
  const expected = found[`IsotonicRegression ${isotonic ? "True" : "False"}`]!;
  const df = table().selectExpr("round(vector_to_array(X)[0], 1) AS x", "target AS label", "weight").repartition(3);
  const model = await new mllib.IsotonicRegression({ featuresCol: "x", weightCol: "weight", isotonic }).fit(df);
  near((expected["at"]! as readonly number[]).map((x) => model.predict(x)), expected["out"]!); // prettier-ignore
  const asVector = new mllib.VectorAssembler({ inputCols: ["label", "x"], outputCol: "features" }).transform(df);
  const other = await new mllib.IsotonicRegression({ featureIndex: 1, weightCol: "weight", isotonic }).fit(asVector);
  near(other.boundaries.toArray(), model.boundaries.toArray(), 12);
  near(other.predictions.toArray(), model.predictions.toArray(), 12);
});

describe("stacking", () => {
  const folded = (): DataFrame => {
    const rows = data.X.map((features, i) => [i, Vectors.dense([...features]), data.target[i], data.cls[i], data.cls[i]! > 0 !== (i % 7 === 0) ? 1 : 0, i % 3]); // prettier-ignore
    const field = (name: string, type: unknown): unknown => ({ name, type, nullable: true });
    const double = { kind: "double" };
    const fields = [field("id", double), field("X", mllib.VectorUDT), field("target", double), field("cls", double), field("two", double), field("fold", double)]; // prettier-ignore
    return spark().createDataFrame(rows as never, { kind: "struct", fields } as never); // prettier-ignore
  };
  const inOrder = async (df: DataFrame, name: string): Promise<unknown[]> =>
    (await df.orderBy("id").select(name).collect()).map((row) => row.get(0));

  test.each([true, false])("of regressors, features passed through: %s", async (passthrough) => {
    const linear = (fitIntercept: boolean) => new mllib.LinearRegression({ featuresCol: "X", labelCol: "target", fitIntercept });
    const estimators = [linear(true), linear(false)];
    const stack = new mllib.StackingRegressor({
      estimators,
      finalEstimator: linear(true),
      numFolds: 3,
      foldCol: "fold",
      passthrough,
    });
    const model = await stack.fit(folded());
    const name = `StackingRegressor ${passthrough ? "True" : "False"}`;
    near((await inOrder(model.transform(folded()), "prediction")) as number[], found[name]!["out"]!, 6);
    expect(await model.transform(folded()).columns()).toEqual(["id", "X", "target", "cls", "two", "fold", "prediction"]);
    await model.write().overwrite().save(join(folder, "stack"));
    const loaded = await mllib.StackingModel.load(join(folder, "stack"));
    expect(await inOrder(loaded.transform(folded()), "prediction")).toEqual(
      await inOrder(model.transform(folded()), "prediction"),
    );
  });

  test("of classifiers", async () => {
    const columns = { featuresCol: "X", labelCol: "two" };
    const free = new mllib.LogisticRegression({ ...columns, maxIter: 1000, tol: 1e-13 });
    const estimators = [new mllib.NaiveBayes({ ...columns, modelType: "gaussian" }), free];
    const stack = new mllib.StackingClassifier({ estimators, finalEstimator: free, numFolds: 3, foldCol: "fold" });
    const probabilities = (await inOrder((await stack.fit(folded())).transform(folded()), "probability")) as VectorLike[];
    nearRows(probabilities.map((vector) => vector.toArray()), found["StackingClassifier 2"]!["out"]!, 4); // prettier-ignore
  });

  test("parts are copied, saved and checked", async () => {
    const columns = { featuresCol: "X", labelCol: "target" };
    const stack = new mllib.StackingRegressor({ estimators: [new mllib.LinearRegression(columns)], finalEstimator: new mllib.LinearRegression(columns) }); // prettier-ignore
    await stack.write().overwrite().save(join(folder, "stacking"));
    expect((await mllib.StackingRegressor.load(join(folder, "stacking"))).getEstimators()).toHaveLength(1);
    await expect(stack.fit(folded().drop("target"))).rejects.toThrow(/target/);
    expect(() => new mllib.StackingRegressor({ numFolds: 1 })).toThrow(/numFolds/);
  });
});
