/** Regression of lifetimes of which some are censored. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorOfSize } from "../base/attributes";
import type { Estimator } from "../base/estimator";
import { checkedFeatures, checkedVector, columnName, marginsOfRows, PredictionModel, predictorParams } from "../base/predictor";
import { doubleField, vectorField } from "../base/schema";
import { appendColumns, columnsProgram, denseVectorColumn, VectorColumn } from "../compute";
import { doubleColumn } from "../compute/columns";
import { survivalFit } from "../linear/fits";
import { LinearEstimator } from "../linear/linear-estimator";
import type { LinearColumns, TrainingRows } from "../linear/training-data";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector, type VectorLike } from "../linalg/vectors";
import { dot } from "../optim/blas";
import { doublesParam, stringParam } from "../param/kinds";
import { withParams } from "../param/params";
import { aggregationDepth, fitIntercept, maxBlockSizeInMB, maxIter, tol } from "../param/shared";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";

const params = {
  ...predictorParams,
  ...maxIter(100),
  ...tol(1e-6),
  ...fitIntercept,
  ...aggregationDepth,
  ...maxBlockSizeInMB,
  censorCol: stringParam("name of a column of numbers: 1 where the lifetime ended, 0 where it is censored", "censor"),
  quantileProbabilities: doublesParam(
    "probabilities of the quantiles to predict",
    [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99],
    (values) =>
      values.length > 0 && values.every((p) => p > 0 && p < 1) ? null : "must be numbers between 0 and 1, at least one",
  ),
  quantilesCol: stringParam("name of the column for quantiles; none by default"),
} as const;

/**
 * Accelerated failure time: lifetimes of a Weibull distribution whose logarithm is linear in the features (J. F. Lawless, Statistical Models
 * and Methods for Lifetime Data, 2003), by L-BFGS. Labels are lifetimes, above 0; `censorCol` says which ended and which were only seen so long.
 *
 * @example
 * const model = await new AFTSurvivalRegression({ labelCol: "days", censorCol: "died", quantilesCol: "quantiles" }).fit(training);
 */
export class AFTSurvivalRegression extends withParams(LinearEstimator<AFTSurvivalRegressionModel>, params) {
  protected override fitColumns(): LinearColumns {
    return { ...super.fitColumns(), extra: [this.getCensorCol()] };
  }

  protected override modelFields(): readonly StructField[] {
    return fieldsOf(this.getPredictionCol(), this.valueFor("quantilesCol"), this.getQuantileProbabilities().length);
  }

  protected override async fitOn(rows: TrainingRows): Promise<AFTSurvivalRegressionModel> {
    const fit = await rows.fit(survivalFit, {
      summary: await rows.summary(false),
      options: { maxIter: this.getMaxIter(), tol: this.getTol(), fitIntercept: this.getFitIntercept() },
    });
    return AFTSurvivalRegressionModel.fitted(this, new DenseVector(fit.coefficients), fit.intercept, fit.scale);
  }
}

function fieldsOf(prediction: string, quantiles: string | undefined, count: number): StructField[] {
  const named = columnName(quantiles);
  return [
    ...(prediction === "" ? [] : [doubleField(prediction)]),
    ...(named === undefined ? [] : [vectorField(named, vectorOfSize(count))]),
  ];
}

export class AFTSurvivalRegressionModel extends withParams(PredictionModel, params) {
  readonly numFeatures: number;

  /** @param scale of the logarithm of lifetimes: one by the shape of their Weibull distribution */
  constructor(
    readonly coefficients: Vector,
    readonly intercept: number,
    readonly scale: number,
  ) {
    super();
    this.numFeatures = coefficients.size;
  }

  /** Internal. */
  static fitted(parent: Estimator, coefficients: Vector, intercept: number, scale: number): AFTSurvivalRegressionModel {
    return new AFTSurvivalRegressionModel(coefficients, intercept, scale).adopted(parent);
  }

  /** The scale of the lifetimes' Weibull distribution. */
  predict(features: VectorLike): number {
    const row = checkedVector(features, this.numFeatures, this.className);
    return Math.exp(dot(this.coefficients.toArray(), row) + this.intercept);
  }

  /** Lifetimes that are exceeded with probabilities of 1 - `quantileProbabilities`. */
  predictQuantiles(features: VectorLike): DenseVector {
    const lifetime = this.predict(features);
    return new DenseVector(this.factors().map((factor) => lifetime * factor));
  }

  /** What the quantiles are in parts of the prediction. */
  private factors(): Float64Array {
    return Float64Array.from(this.getQuantileProbabilities(), (p) => Math.exp(Math.log(-Math.log(1 - p)) * this.scale));
  }

  protected override outputFields(): readonly StructField[] {
    return fieldsOf(this.getPredictionCol(), this.valueFor("quantilesCol"), this.getQuantileProbabilities().length);
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputFields();
    if (outputs.length === 0) return df;
    const spec: LifetimeSpec = {
      coefficients: this.coefficients.toArray(),
      intercept: this.intercept,
      prediction: this.getPredictionCol() !== "",
      factors: columnName(this.valueFor("quantilesCol")) === undefined ? null : this.factors(),
    };
    return appendColumns(df, lifetimes, { inputs: [this.featuresColumn()], outputs, spec });
  }

  override toString(): string {
    return this.described({ numFeatures: this.numFeatures });
  }
}

interface LifetimeSpec {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** Which columns are asked for. */
  readonly prediction: boolean;
  readonly factors: Float64Array | null;
}

const lifetimes = columnsProgram<LifetimeSpec>({
  name: "mllib.aftSurvivalRegression",
  open:
    ({ coefficients, intercept, prediction, factors }) =>
    ([column]) => {
      const width = coefficients.length;
      const features = checkedFeatures(new VectorColumn(column!), width, "AFTSurvivalRegressionModel");
      const predictions = marginsOfRows(features, [coefficients], Float64Array.of(intercept), width).map(Math.exp);
      const quantiles = factors && Float64Array.from({ length: predictions.length * factors.length }, (_, i) => predictions[Math.floor(i / factors.length)]! * factors[i % factors.length]!); // prettier-ignore
      return [
        ...(prediction ? [doubleColumn(predictions)] : []),
        ...(quantiles === null ? [] : [denseVectorColumn(quantiles, predictions.length, factors!.length)]),
      ];
    },
});

persistent(AFTSurvivalRegression, {
  sparkClass: "org.apache.spark.ml.regression.AFTSurvivalRegression",
  load: () => new AFTSurvivalRegression(),
});

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "coefficients", type: VectorUDT, nullable: true },
    { name: "intercept", type: { kind: "double" }, nullable: false },
    { name: "scale", type: { kind: "double" }, nullable: false },
  ],
};

persistent(AFTSurvivalRegressionModel, {
  sparkClass: "org.apache.spark.ml.regression.AFTSurvivalRegressionModel",
  save: ({ coefficients, intercept, scale }, directory) => directory.writeTable("data", DATA, [[coefficients, intercept, scale]]),
  load: async (_metadata, directory) => {
    const [coefficients, intercept, scale] = await readRecord(directory, ["coefficients", "intercept", "scale"]);
    const isVector = coefficients instanceof DenseVector || coefficients instanceof SparseVector;
    if (!isVector || typeof intercept !== "number" || typeof scale !== "number")
      throw directory.damaged("data is not that of a survival regression");
    return new AFTSurvivalRegressionModel(coefficients, intercept, scale);
  },
});
