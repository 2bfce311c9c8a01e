/** What linear models do with odd data and wrong calls, and how they are saved. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import golden from "../../golden/mllib/linear.json";
import type { Vector } from "../../../src/mllib/linalg/vectors";
import { expectNear } from "./near";
import { table } from "./rows";

const spark = testSession({ "spark.default.parallelism": "2" });
const rows = table(golden.seed, golden.n);
const { Vectors } = mllib;

type Record_ = Readonly<Record<string, unknown>>;
const frame = (records: readonly Record_[]): DataFrame => spark().createDataFrame(records as never);
const all = (): DataFrame => frame(rows.map(({ features, ...row }) => ({ ...row, features: Vectors.dense(features) })));
const small = (points: readonly (readonly [x: readonly number[], label: number, weight?: number])[]): DataFrame =>
  frame(points.map(([x, label, weight = 1]) => ({ features: Vectors.dense(x), label, weight })));

const estimators = () => [
  new mllib.LogisticRegression(),
  new mllib.LinearSVC(),
  new mllib.NaiveBayes({ modelType: "gaussian" }),
  new mllib.LinearRegression(),
  new mllib.LinearRegression({ solver: "l-bfgs" }),
  new mllib.GeneralizedLinearRegression({ family: "poisson" }),
];

describe("wrong calls", () => {
  test("missing columns and columns of other types are errors before any job", async () => {
    for (const estimator of estimators()) {
      await expect(estimator.copy({ labelCol: "nope" }).fit(all())).rejects.toThrow(/nope/);
      await expect(estimator.copy({ featuresCol: "label" }).fit(all())).rejects.toThrow(/column label must be a vector/);
      await expect(estimator.copy({ labelCol: "features" }).fit(all())).rejects.toThrow(/must be numeric/);
      await expect(estimator.copy({ weightCol: "features" }).fit(all())).rejects.toThrow(/must be numeric/);
      await expect(estimator.copy({ predictionCol: "label" }).fit(all())).rejects.toThrow(/already exists/);
    }
  });

  test("an empty dataset, NaN and infinite values are refused", async () => {
    const labelled = all().select("features", "label");
    const bad = (x: number, label = 1) =>
      small([
        [[1, 2], 0],
        [[x, 1], label],
      ]);
    for (const estimator of estimators()) {
      await expect(estimator.fit(labelled.limit(0))).rejects.toThrow("the dataset is empty");
      await expect(estimator.fit(bad(NaN))).rejects.toThrow("NaN or Infinity");
      await expect(estimator.fit(bad(Infinity))).rejects.toThrow("NaN or Infinity");
      await expect(estimator.fit(bad(1, NaN))).rejects.toThrow(/labels MUST NOT be/);
      await expect(
        estimator.copy({ weightCol: "weight" }).fit(
          small([
            [[1], 0, 1],
            [[2], 1, -1],
          ]),
        ),
      ).rejects.toThrow(/weights MUST NOT be/);
      await expect(
        estimator.fit(
          frame([
            { features: Vectors.dense(1, 2), label: 0 },
            { features: Vectors.dense(1), label: 1 },
          ]),
        ),
      ).rejects.toThrow(/all must have as many|hold vectors/);
    }
  });

  test("labels that are no classes", async () => {
    const odd = (label: number) =>
      small([
        [[1], 0],
        [[2], 1],
        [[3], label],
      ]);
    for (const estimator of [new mllib.LogisticRegression(), new mllib.LinearSVC(), new mllib.NaiveBayes()]) {
      await expect(estimator.fit(odd(0.5))).rejects.toThrow(/whole numbers|binary classification/);
      await expect(estimator.fit(odd(-1))).rejects.toThrow(/whole numbers|binary classification/);
    }
    await expect(new mllib.LinearSVC().fit(odd(2))).rejects.toThrow("3 classes detected");
    await expect(new mllib.LogisticRegression({ family: "binomial" }).fit(odd(2))).rejects.toThrow("found 3");
  });

  test("parameters that do not go together", async () => {
    const { LogisticRegression, LinearRegression, GeneralizedLinearRegression } = mllib;
    const lower = mllib.Matrices.dense(1, 5, [0, 0, 0, 0, 0]);
    const upper = mllib.Matrices.dense(1, 5, [-1, 0, 0, 0, 0]);
    const fails = async (fit: Promise<unknown>, message: string) => expect(fit).rejects.toThrow(message);
    await fails(
      new LogisticRegression({ lowerBoundsOnCoefficients: lower, elasticNetParam: 0.5 }).fit(all()),
      "L2 regularization only",
    );
    await fails(
      new LogisticRegression({ lowerBoundsOnIntercepts: [0], fitIntercept: false } as never).fit(all()),
      "need fitIntercept",
    );
    await fails(new LogisticRegression({ lowerBoundsOnCoefficients: mllib.Matrices.zeros(1, 4) }).fit(all()), "5 columns");
    await fails(
      new LogisticRegression({ lowerBoundsOnCoefficients: lower, upperBoundsOnCoefficients: upper }).fit(all()),
      "must not be above",
    );
    await fails(new LogisticRegression({ threshold: 0.3, thresholds: [0.5, 0.5] }).fit(all()), "Clear one of the two");
    await fails(new LogisticRegression({ thresholds: [0.5, 0.2, 0.3] }).fit(all()), "2 classes");
    await fails(new LinearRegression({ loss: "huber", solver: "normal" }).fit(all()), "huber");
    await fails(new LinearRegression({ loss: "huber", elasticNetParam: 0.5 }).fit(all()), "huber");
    await fails(new GeneralizedLinearRegression({ family: "poisson", link: "logit" }).fit(all()), "does not support the logit");
    await fails(new GeneralizedLinearRegression({ family: "gamma", labelCol: "target" }).fit(all()), "should be positive");
    expect(() => new LinearRegression({ epsilon: 1 })).toThrow("epsilon");
    expect(() => new LinearRegression({ loss: "absolute" as never })).toThrow("squaredError, huber");
    expect(() => new GeneralizedLinearRegression({ variancePower: 0.5 })).toThrow("variancePower");
  });

  test("vectors of another size are refused by models", async () => {
    const model = await new mllib.LogisticRegression({ maxIter: 2 }).fit(all());
    expect(() => model.predict([1, 2])).toThrow("5 features");
    await expect(model.transform(small([[[1], 0]]).select("features")).collect()).rejects.toThrow("5 features");
  });
});

describe("odd data", () => {
  test("one class only", async () => {
    const ones = small([
      [[1], 1],
      [[2], 1],
    ]);
    const binomial = await new mllib.LogisticRegression().fit(ones);
    expect([binomial.coefficients.toArray(), binomial.intercept]).toEqual([Float64Array.of(0), Infinity]);
    expect([...binomial.predictProbability([3])]).toEqual([0, 1]);
    const zeros = await new mllib.LogisticRegression().fit(
      small([
        [[1], 0],
        [[2], 0],
      ]),
    );
    expect(zeros.intercept).toBe(-Infinity);
    const multinomial = await new mllib.LogisticRegression({ family: "multinomial" }).fit(ones);
    expect([...multinomial.interceptVector]).toEqual([0, Infinity]);
    expect([...multinomial.predictProbability([3])]).toEqual([0, 1]);
  });

  test("separable data: coefficients grow until the objective is flat, and the history falls", async () => {
    const points = Array.from({ length: 40 }, (_, i) => [[i - 19.5, 1], i < 20 ? 0 : 1] as const);
    const model = await new mllib.LogisticRegression().fit(small(points));
    const history = model.summary.objectiveHistory;
    expect(history.every((value, i) => i === 0 || value <= history[i - 1]! + 1e-12)).toBe(true);
    expect(await model.summary.accuracy()).toBe(1);
    const svc = await new mllib.LinearSVC({ regParam: 0.01 }).fit(small(points));
    expect(await svc.summary.accuracy()).toBe(1);
  });

  test("constant features have coefficient 0", async () => {
    const constant = all().select("label", "target", "number", "features");
    const wide = new mllib.VectorAssembler({ inputCols: ["features", "one"], outputCol: "x" }).transform(
      constant.selectExpr("*", "3.0D AS one"),
    );
    const models = [
      await new mllib.LogisticRegression({ featuresCol: "x" }).fit(wide),
      await new mllib.LinearSVC({ featuresCol: "x", maxIter: 5 }).fit(wide),
      await new mllib.LinearRegression({ featuresCol: "x", labelCol: "target" }).fit(wide),
      await new mllib.LinearRegression({ featuresCol: "x", labelCol: "target", solver: "l-bfgs" }).fit(wide),
      await new mllib.GeneralizedLinearRegression({ featuresCol: "x", labelCol: "number", family: "poisson" }).fit(wide),
    ];
    for (const model of models) expect(model.coefficients.get(5)).toBe(0);
  });

  test("few coefficients are stored as sparse vectors and matrices, and saved as such", async () => {
    const { DenseMatrix, LinearRegressionModel, LogisticRegressionModel, SparseMatrix, SparseVector } = mllib;
    const folder = mkdtempSync(join(tmpdir(), "firesteel-sparse-"));
    try {
      const wide = small(Array.from({ length: 60 }, (_, i) => [[i, ...Array.from({ length: 11 }, (_, j) => (i * (j + 3)) % 7)], i < 30 ? 0 : 1])); // prettier-ignore
      const lasso = { regParam: 0.2, elasticNetParam: 1 };
      for (const family of ["binomial", "multinomial"] as const) {
        const model = await new mllib.LogisticRegression({ ...lasso, family }).fit(wide);
        const path = join(folder, family);
        await model.write().save(path);
        for (const each of [model, await LogisticRegressionModel.load(path)]) {
          expect(each.coefficientMatrix).toBeInstanceOf(SparseMatrix);
          expect(each.coefficientMatrix.isTransposed).toBe(true);
          if (family === "binomial") expect(each.coefficients).toBeInstanceOf(SparseVector);
          const at = Vectors.dense(Array.from({ length: 12 }, (_, j) => 40 - j));
          expect([...each.predictRaw(at)]).toEqual([...model.predictRaw(at)]);
        }
        expect(await model.summary.accuracy()).toBe(1);
        const dense = await new mllib.LogisticRegression({ family, maxIter: 5 }).fit(wide);
        expect(dense.coefficientMatrix).toBeInstanceOf(DenseMatrix);
      }
      const none = await new mllib.LinearRegression({ regParam: 1e3, elasticNetParam: 1 }).fit(wide);
      await none.write().save(join(folder, "linear"));
      expect(String(none.coefficients)).toBe("(12,[],[])");
      expect(String((await LinearRegressionModel.load(join(folder, "linear"))).coefficients)).toBe("(12,[],[])");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("a constant label", async () => {
    const same = small([
      [[1], 2],
      [[2], 2],
      [[3], 2],
    ]);
    for (const solver of ["normal", "l-bfgs"] as const) {
      const model = await new mllib.LinearRegression({ solver }).fit(same);
      expect([model.coefficients.get(0), model.intercept]).toEqual([0, 2]);
      await expect(new mllib.LinearRegression({ solver, fitIntercept: false, regParam: 0.1 }).fit(same)).rejects.toThrow(
        "standard deviation of the label is zero",
      );
    }
  });

  test("weights are repeated rows, where nothing is penalised", async () => {
    const repeated = frame(
      rows.flatMap(({ features, weight, ...row }) =>
        Array.from({ length: weight }, () => ({ ...row, features: Vectors.dense(features) })),
      ),
    );
    const exact = { maxIter: 200, tol: 1e-12 };
    const pairs = [
      [new mllib.LogisticRegression(exact), 1e-6],
      [new mllib.LinearRegression({ labelCol: "target" }), 1e-10],
      [new mllib.LinearRegression({ labelCol: "target", solver: "l-bfgs", ...exact }), 1e-7],
      [new mllib.GeneralizedLinearRegression({ family: "poisson", labelCol: "number", tol: 1e-10 }), 1e-8],
    ] as const;
    for (const [estimator, tolerance] of pairs) {
      const weighted = await estimator.copy({ weightCol: "weight" }).fit(all());
      const plain = await estimator.fit(repeated);
      expectNear([...weighted.coefficients, weighted.intercept], [...plain.coefficients, plain.intercept], tolerance);
    }
    const bayes = new mllib.NaiveBayes({ modelType: "gaussian" });
    const [weighted, plain] = [await bayes.copy({ weightCol: "weight" }).fit(all()), await bayes.fit(repeated)];
    expectNear(weighted.theta.toArray(), [...plain.theta.toArray()], 1e-12);
    expectNear(weighted.sigma.toArray(), [...plain.sigma.toArray()], 1e-12);
  });

  test("sparse vectors give what dense ones give", async () => {
    const sparse = frame(
      rows.map(({ features, ...row }) => ({
        ...row,
        features: Vectors.sparse(
          50,
          features.map((_, j) => [10 * j, features[j]!] as const),
        ),
      })),
    );
    const model = await new mllib.LogisticRegression({ regParam: 0.1 }).fit(sparse);
    const dense = await new mllib.LogisticRegression({ regParam: 0.1 }).fit(all());
    expectNear(
      dense.coefficients.toArray(),
      [0, 10, 20, 30, 40].map((j) => model.coefficients.get(j)),
      1e-10,
    );
    expect(await model.summary.accuracy()).toBe(await dense.summary.accuracy());
  });
});

test("1 and 8 partitions differ by roundings only", async () => {
  const fit = async (n: number) => new mllib.LogisticRegression({ maxIter: 200, tol: 1e-12 }).fit(all().repartition(n));
  const [one, eight] = [await fit(1), await fit(8)];
  expectNear([...one.coefficients, one.intercept], [...eight.coefficients, eight.intercept], 1e-9);
});

test("candidates that share rows are those that are fitted alone, to the last bit", async () => {
  const df = all().cache();
  const grids = [
    [
      new mllib.LogisticRegression({ maxIter: 8 }),
      [{ regParam: 0 }, { regParam: 0.1 }, { regParam: 0.1, elasticNetParam: 0.5 }, { weightCol: "weight" }],
    ],
    [new mllib.LinearRegression({ labelCol: "target" }), [{ regParam: 0 }, { regParam: 0.1, elasticNetParam: 0.3 }]],
    [new mllib.GeneralizedLinearRegression({ family: "poisson", labelCol: "number" }), [{ regParam: 0 }, { regParam: 0.1 }]],
  ] as const;
  for (const [estimator, maps] of grids) {
    const together = (await estimator.fit(df, maps as never)) as unknown as { coefficients: Vector; intercept: number }[];
    for (const [i, map] of maps.entries()) {
      const alone = await estimator.fit(df, map);
      expect([...together[i]!.coefficients]).toEqual([...alone.coefficients]);
      expect(together[i]!.intercept).toBe(alone.intercept);
    }
  }
});

test("rows of weight 0 do not count for the degrees of freedom", async () => {
  const points = [0, 1, 2, 3, 4].map((x) => [[x], x * 2 + (x % 2), 1] as const);
  const fit = new mllib.LinearRegression({ weightCol: "weight", solver: "normal" });
  const without = (await fit.fit(small(points))).summary;
  const model = await fit.fit(small([...points, [[9], -5, 0]]));
  expect([await model.summary.numInstances(), await model.summary.degreesOfFreedom()]).toEqual([5, 3]);
  const errors = await without.coefficientStandardErrors();
  (await model.summary.coefficientStandardErrors()).forEach((error, i) => expect(error).toBeCloseTo(errors[i]!, 12));
});

test("thresholds: each setter clears the other, getters give both", async () => {
  const lr = new mllib.LogisticRegression({ threshold: 0.2 });
  expect(lr.getThresholds()).toEqual([0.8, 0.2]);
  lr.setThresholds([0.25, 0.75]);
  expect(lr.isSet("threshold")).toBe(false);
  expect(lr.getThreshold()).toBe(0.75);
  lr.setThreshold(1);
  const model = await lr.setMaxIter(2).fit(all());
  expect(model.predict(rows[0]!.features)).toBe(0);
  expect(model.copy({ threshold: 0 }).predict(rows[0]!.features)).toBe(1);
});

test("columns with empty names are not made; summaries make their own", async () => {
  const model = await new mllib.LogisticRegression({
    maxIter: 3,
    rawPredictionCol: "",
    probabilityCol: "",
    predictionCol: "p",
  }).fit(all());
  expect((await model.transform(all().select("features")).columns()).sort()).toEqual(["features", "p"]);
  expect(await model.summary.areaUnderROC()).toBeGreaterThan(0.8);
  expect(await model.evaluate(all()).accuracy()).toBe(await model.summary.accuracy());
});

test("a fit can be cancelled", async () => {
  const controller = new AbortController();
  const listener = { onJobStart: () => controller.abort() };
  spark().sparkContext.addSparkListener(listener);
  const fit = new mllib.LogisticRegression({ maxIter: 100_000, tol: 0, labelCol: "cls" }).fit(
    all().cache(),
    {},
    { signal: controller.signal },
  );
  await expect(fit).rejects.toThrow(/cancel|abort/i);
  spark().sparkContext.removeSparkListener(listener);
});

describe("saved models", () => {
  const folder = mkdtempSync(join(tmpdir(), "linear-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const classes = {
    logistic: "LogisticRegressionModel",
    multinomial: "LogisticRegressionModel",
    svc: "LinearSVCModel",
    linear: "LinearRegressionModel",
    huber: "LinearRegressionModel",
    glr: "GeneralizedLinearRegressionModel",
    bayes: "NaiveBayesModel",
  } as const;

  test.each(Object.entries(classes))("%s: Spark's loads, predicts the same, and comes back", async (name, className) => {
    interface Loaded {
      transform(df: DataFrame): DataFrame;
      save(path: string): Promise<void>;
      explainParams(): string;
      hasSummary?: boolean;
      summary?: unknown;
    }
    const type = mllib[className] as unknown as { load(path: string): Promise<Loaded> };
    const model = await type.load(join(__dirname, "../../golden/mllib/linear-models", name));
    const predictions = async (m: Loaded) =>
      (await m.transform(all().limit(5)).select("prediction").collect()).map((row) => row.get(0) as number);
    expectNear(await predictions(model), golden.models[name as keyof typeof classes], 1e-12);
    if (model.hasSummary !== undefined) expect(() => model.summary).toThrow("No training summary");
    await model.save(join(folder, name));
    const back = await type.load(join(folder, name));
    expect(back.explainParams()).toBe(model.explainParams());
    expect(await predictions(back)).toEqual(await predictions(model));
  });

  test("an estimator with bounds", async () => {
    const lr = await mllib.LogisticRegression.load(join(__dirname, "../../golden/mllib/linear-models/estimator"));
    expect([lr.getMaxIter(), lr.getLowerBoundsOnCoefficients().toArray(), lr.getUpperBoundsOnIntercepts().toArray()]).toEqual([
      7,
      new Float64Array(5),
      Float64Array.of(0.5),
    ]);
    await expect(mllib.LinearRegression.load(join(__dirname, "../../golden/mllib/linear-models/estimator"))).rejects.toThrow(
      "LogisticRegression",
    );
  });
});
