/** Estimators, models and summaries against Spark's (test/golden/mllib/linear.py), on one and on several partitions. */
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import golden from "../../golden/mllib/linear.json";
import type { DenseVector } from "../../../src/mllib/linalg/vectors";
import { expectNear } from "./near";
import { table } from "./rows";

const spark = testSession({ "spark.default.parallelism": "3" });
type Values = Readonly<Record<string, any>>;

const rows = table(golden.seed, golden.n);
const frames = new Map<string, DataFrame>();

function frame(kind: "plain" | "constant", partitions: number): DataFrame {
  const key = `${kind} ${partitions}`;
  let df = frames.get(key);
  if (df === undefined) {
    const records = rows.map((row) => [
      mllib.Vectors.dense(kind === "constant" ? [...row.features, 3] : row.features),
      row.label,
      row.target,
      row.cls,
      row.weight,
      row.number,
      row.size,
      row.offset,
      mllib.Vectors.dense(row.features.map((v) => Math.floor(Math.abs(v) * 3))),
      mllib.Vectors.dense(row.features.map((v) => (v > 0 ? 1 : 0))),
    ]);
    const field = (name: string, type: object) => ({ name, type, nullable: true });
    const double = { kind: "double" };
    const schema = {
      kind: "struct",
      fields: [
        field("features", mllib.VectorUDT),
        ...["label", "target", "cls", "weight", "number", "size", "offset"].map((name) => field(name, double)),
        field("counts", mllib.VectorUDT),
        field("bits", mllib.VectorUDT),
      ],
    };
    df = spark()
      .createDataFrame(records, schema as never)
      .repartition(partitions)
      .cache();
    frames.set(key, df);
  }
  return df;
}

const first = (kind: "plain" | "constant"): DataFrame =>
  spark().createDataFrame(
    rows.slice(0, 3).map((row) => ({
      features: mllib.Vectors.dense(kind === "constant" ? [...row.features, 3] : row.features),
      counts: mllib.Vectors.dense(row.features.map((v) => Math.floor(Math.abs(v) * 3))),
      bits: mllib.Vectors.dense(row.features.map((v) => (v > 0 ? 1 : 0))),
      offset: row.offset,
    })),
  );

/** Parameters as the classes here take them. */
function params(values: Values): Values {
  const matrix = (m: number[][]) => new mllib.DenseMatrix(m.length, m[0]!.length, m.flat(), true);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) =>
      name.includes("BoundsOnCoefficients")
        ? [name, matrix(value)]
        : name.includes("BoundsOnIntercepts")
          ? [name, mllib.Vectors.dense(value)]
          : [name, value],
    ),
  );
}

/** All cases on one partition; on more, every third. */
const named = <T extends { params: object; data?: string }>(cases: readonly T[], partitions = 1) =>
  cases
    .filter((_, i) => partitions === 1 || i % 3 === 0)
    .map((c) => [JSON.stringify({ ...(c.data === "constant" ? { constant: true } : {}), ...c.params }), c] as const);

describe.each([1, 3])("%i partitions", (partitions) => {
  test.each(named(golden.logistic, partitions))("LogisticRegression %s", async (_name, c) => {
    const kind = c.data as "plain" | "constant";
    const model = await new mllib.LogisticRegression(params(c.params)).fit(frame(kind, partitions));
    const { summary } = model;
    const tolerance = (c.params as Values)["maxIter"] === 40 ? 1e-3 : 1e-6;
    expectNear(model.interceptVector.toArray(), c.intercepts, tolerance);
    expect(summary.totalIterations).toBe(c.objectiveHistory.length - 1);
    expectNear(
      [await summary.accuracy(), await summary.weightedFalsePositiveRate(), await summary.weightedPrecision()],
      [c.accuracy, c.weightedFalsePositiveRate, c.weightedPrecision],
      1e-9,
    );
    expectNear(
      [...(await summary.precisionByLabel()), ...(await summary.recallByLabel()), ...(await summary.fMeasureByLabel())],
      [...c.precisionByLabel, ...c.recallByLabel, ...c.fMeasureByLabel],
      1e-9,
    );
    const predicted = await model.transform(first(kind)).select("rawPrediction", "probability", "prediction").collect();
    predicted.forEach((row, i) => {
      const [raw, probability, prediction] = c.prediction[i] as [number[], number[], number];
      expectNear((row.get(0) as DenseVector).values, raw, 10 * tolerance);
      expectNear((row.get(1) as DenseVector).values, probability, tolerance);
      expect(row.get(2)).toBe(prediction);
      expect(model.predict(rows[i]!.features.concat(kind === "constant" ? [3] : []))).toBe(prediction);
    });
    if (c.roc === undefined) {
      await expect(summary.areaUnderROC()).rejects.toThrow("two classes only");
      return;
    }
    const curve = async (df: Promise<DataFrame>): Promise<number[]> =>
      (await (await df).collect()).filter((_, i) => i % 37 === 0).flatMap((row) => [row.get(0) as number, row.get(1) as number]);
    expectNear([await summary.areaUnderROC()], [c.areaUnderROC], 1e-9);
    expectNear(await curve(summary.roc()), c.roc.flat(), 1e-6);
    expectNear(await curve(summary.pr()), c.pr.flat(), 1e-6);
    expectNear(await curve(summary.fMeasureByThreshold()), c.fMeasureByThreshold.flat(), 1e-6);
  });

  test.each(named(golden.linear, partitions))("LinearRegression %s", async (_name, c) => {
    const model = await new mllib.LinearRegression({ labelCol: "target", ...params(c.params) }).fit(
      frame(c.data as "plain" | "constant", partitions),
    );
    const { summary } = model;
    expectNear([...model.coefficients.toArray(), model.intercept, model.scale], [...c.coefficients, c.intercept, c.scale], 1e-6);
    expect(summary.totalIterations).toBe(c.totalIterations);
    const figures = [
      "r2",
      "r2adj",
      "rootMeanSquaredError",
      "meanSquaredError",
      "meanAbsoluteError",
      "explainedVariance",
      "degreesOfFreedom",
      "numInstances",
    ] as const;
    for (const name of figures) expectNear([await summary[name]()], [c[name]], 1e-6);
    expectNear(await summary.devianceResiduals(), c.devianceResiduals, 1e-6);
    expect(await summary.residuals().columns()).toEqual(["residuals"]);
    if (partitions === 1)
      expectNear(
        (await summary.residuals().take(3)).map((row) => row.get(0) as number),
        c.residuals,
        1e-6,
      );
    if (c.pValues === undefined) await expect(summary.pValues()).rejects.toThrow("No Std. Error of coefficients available");
    else {
      expectNear(await summary.coefficientStandardErrors(), c.coefficientStandardErrors, 1e-8);
      expectNear(await summary.tValues(), c.tValues, 1e-6);
      expectNear(await summary.pValues(), c.pValues, 1e-8);
    }
  });

  test.each(named(golden.glr, partitions))("GeneralizedLinearRegression %s", async (_name, c) => {
    const model = await new mllib.GeneralizedLinearRegression(c.params as Values).fit(frame("plain", partitions));
    const { summary } = model;
    expectNear([...model.coefficients.toArray(), model.intercept], [...c.coefficients, c.intercept], 1e-7);
    expect([
      summary.rank,
      await summary.degreesOfFreedom(),
      await summary.residualDegreeOfFreedomNull(),
      summary.numIterations,
    ]).toEqual([c.rank, c.degreesOfFreedom, c.residualDegreeOfFreedomNull, c.numIterations]);
    expectNear(
      [await summary.deviance(), await summary.nullDeviance(), await summary.dispersion()],
      [c.deviance, c.nullDeviance, c.dispersion],
      1e-7,
    );
    if (c.aic === null) await expect(summary.aic()).rejects.toThrow("No AIC");
    else expectNear([await summary.aic()], [c.aic], 1e-7);
    expectNear(await summary.coefficientStandardErrors(), c.coefficientStandardErrors, 1e-7);
    expectNear(await summary.pValues(), c.pValues, 1e-7);
    expect((await summary.describe()).split("\n").map((line) => line.trim())).toEqual(
      c.text.split("\n").map((line) => line.trim()),
    );
    const predictions = await model.transform(first("plain")).select("prediction").collect();
    expectNear(
      predictions.map((row) => row.get(0) as number),
      c.prediction,
      1e-7,
    );
    if (partitions === 1)
      for (const [type, want] of Object.entries(c.residuals))
        expectNear(
          (await summary.residuals(type as "deviance").take(3)).map((row) => row.get(0) as number),
          want,
          1e-6,
        );
  });

  test.each(named(golden.bayes, partitions))("NaiveBayes %s", async (_name, c) => {
    const model = await new mllib.NaiveBayes(c.params as Values).fit(frame("plain", partitions));
    expectNear(model.pi.toArray(), c.pi, 1e-9);
    c.theta.forEach((row, k) => expectNear(model.theta.row(k).toArray(), row, 1e-9));
    c.sigma.forEach((row, k) => expectNear(model.sigma.row(k).toArray(), row, 1e-9));
    const predicted = await model.transform(first("plain")).select("rawPrediction", "probability", "prediction").collect();
    predicted.forEach((row, i) => {
      const [raw, probability, prediction] = c.prediction[i] as [number[], number[], number];
      expectNear((row.get(0) as DenseVector).values, raw, 1e-9);
      expectNear((row.get(1) as DenseVector).values, probability, 1e-9);
      expect(row.get(2)).toBe(prediction);
    });
  });
});

test.each(named(golden.svc))("LinearSVC %s", async (_name, c) => {
  const model = await new mllib.LinearSVC(c.params).fit(frame("plain", 2));
  // The objective has kinks: the last steps follow the last bits of the sums.
  expectNear(model.coefficients.toArray(), c.coefficients, 2e-2);
  expectNear([await model.summary.accuracy(), await model.summary.areaUnderROC()], [c.accuracy, c.areaUnderROC], 1e-2);
  const predicted = await model.transform(first("plain")).select("rawPrediction", "prediction").collect();
  expect(predicted.map((row) => row.get(1))).toEqual(c.prediction.map(([, prediction]) => prediction));
});
