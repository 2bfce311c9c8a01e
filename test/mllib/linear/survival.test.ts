/** Regression of lifetimes against Spark's (test/golden/mllib/networks.py). */
import { type DataFrame, mllib, testSession } from "../../support/built-session";
import golden from "../../golden/mllib/networks.json";
import type { DenseVector } from "../../../src/mllib/linalg/vectors";
import { survivalLoss } from "../../../src/mllib/linear/survival-loss";
import { expectNear } from "./near";
import { table } from "./rows";

const spark = testSession({ "spark.default.parallelism": "3" });
const rows = table(golden.seed, golden.n);
type Values = Readonly<Record<string, any>>;

const vector = (features: readonly number[], sparse: boolean): unknown =>
  sparse ? mllib.Vectors.sparse(features.length, [...features.keys()], features) : mllib.Vectors.dense(features);

function frame(data: string, partitions: number, sparse = false, change: (row: Values) => Values = (row) => row): DataFrame {
  const records = rows.map(({ features, label, size }) =>
    change({ features: vector(data === "constant" ? [...features, 3] : features, sparse), label, size }),
  );
  return spark().createDataFrame(records).repartition(partitions);
}

test.each(golden.survival.map((c) => [JSON.stringify({ data: c.data, ...c.params }), c] as const))(
  "Spark's coefficients, predictions and quantiles: %s",
  async (_name, c) => {
    for (const [partitions, sparse] of [
      [1, false],
      [3, false],
      [2, true],
    ] as const) {
      // prettier-ignore
      const df = frame(c.data, partitions, sparse);
      const params = { labelCol: "size", censorCol: "label", quantilesCol: "quantiles", ...(c.params as Values) };
      const model = await new mllib.AFTSurvivalRegression(params).fit(df);
      expectNear(
        [...model.coefficients.toArray(), model.intercept, model.scale],
        [...c.coefficients, c.intercept, c.scale],
        1e-6,
      );
      const first = rows.slice(0, 3).map(({ features }) => ({ features: vector(c.data === "constant" ? [...features, 3] : features, sparse) })); // prettier-ignore
      const predicted = await model.transform(spark().createDataFrame(first)).select("prediction", "quantiles").collect();
      predicted.forEach((row, i) => {
        const [prediction, quantiles] = c.predictions[i] as [number, number[]];
        expectNear([row.get(0) as number], [prediction], 1e-6);
        expectNear((row.get(1) as DenseVector).values, quantiles, 1e-6);
      });
      const one = first[0]!.features as DenseVector;
      expect([model.predict(one), ...model.predictQuantiles(one).values]).toEqual([
        predicted[0]!.get(0),
        ...(predicted[0]!.get(1) as DenseVector).values,
      ]);
    }
  },
);

test("the derivatives are those of the loss", () => {
  const lifetimes = Float64Array.of(0.3, 2, 5, 0);
  const ended = Float64Array.of(1, 0, 1);
  const margins = Float64Array.of(0.2, -0.4, 1.5, 7);
  const loss = (at: Float64Array, logSigma: number): number =>
    survivalLoss(at.slice(), lifetimes, ended, Math.exp(logSigma)).loss;
  const slopes = margins.slice();
  const { sigmaGradient } = survivalLoss(slopes, lifetimes, ended, Math.exp(0.3));
  const h = 1e-6;
  const wanted = [...margins.keys()].map(
    (r) => (loss(margins.with(r, margins[r]! + h), 0.3) - loss(margins.with(r, margins[r]! - h), 0.3)) / (2 * h),
  );
  expectNear(slopes, wanted, 1e-8);
  expectNear([sigmaGradient], [(loss(margins, 0.3 + h) - loss(margins, 0.3 - h)) / (2 * h)], 1e-8);
});

test("lifetimes and censors that are none", async () => {
  const fit = (change: (row: Values) => Values): Promise<unknown> =>
    new mllib.AFTSurvivalRegression({ labelCol: "size", censorCol: "label" }).fit(frame("plain", 2, false, change));
  await expect(fit((row) => ({ ...row, size: 0 }))).rejects.toThrow(
    "The lifetime or label should be greater than 0, but there is 0.",
  );
  await expect(fit((row) => ({ ...row, label: 0.5 }))).rejects.toThrow("Censors MUST be in {0, 1}, but got 0.5.");
  await expect(fit((row) => ({ ...row, label: NaN }))).rejects.toThrow("but got null or NaN");
});
