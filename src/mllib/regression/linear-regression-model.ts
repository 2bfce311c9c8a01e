/** What a linear regression has learned. */
import { randomBytes } from "node:crypto";
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Estimator } from "../base/estimator";
import { checkedVector, columnName, RegressionModel } from "../base/predictor";
import type { ColumnsProgram } from "../compute/append-columns";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector, type VectorLike } from "../linalg/vectors";
import { linearProgram, type LinearSpec } from "../linear/linear-program";
import { dot } from "../optim/blas";
import { withParams } from "../param/params";
import { element, fieldNames, miningField, type PmmlModel } from "../persistence/pmml";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { linearParams } from "./linear-regression-params";
import { type LinearEstimate, LinearRegressionSummary, LinearRegressionTrainingSummary, type LinearSummaryColumns } from "./linear-regression-summary"; // prettier-ignore

export interface LinearTraining {
  readonly inverseDiagonal: Float64Array | undefined;
  readonly objectiveHistory: readonly number[];
}

export class LinearRegressionModel extends withParams(RegressionModel, linearParams) {
  readonly numFeatures: number;
  private training: LinearRegressionTrainingSummary | undefined;

  /** @param scale of Huber's loss: sigma, in units of the label; else 1 */
  constructor(
    readonly coefficients: Vector,
    readonly intercept: number,
    readonly scale = 1,
  ) {
    super();
    this.numFeatures = coefficients.size;
  }

  /** The model of a fit on `df`. */
  static fitted(
    parent: Estimator,
    [coefficients, intercept, scale]: ConstructorParameters<typeof LinearRegressionModel>,
    df: DataFrame,
    { inverseDiagonal, objectiveHistory }: LinearTraining,
  ): LinearRegressionModel {
    const model = new LinearRegressionModel(coefficients, intercept, scale).adopted(parent);
    const { predictions, columns, estimate } = model.summarized(df, inverseDiagonal);
    model.training = new LinearRegressionTrainingSummary(predictions, columns, estimate, objectiveHistory);
    return model;
  }

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): LinearRegressionTrainingSummary {
    if (this.training === undefined)
      throw new UsageError("NO_SUMMARY", `No training summary available for this ${this.className}: it was not fitted here.`);
    return this.training;
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): LinearRegressionSummary {
    const { predictions, columns, estimate } = this.summarized(df, undefined);
    return new LinearRegressionSummary(predictions, columns, estimate);
  }

  private summarized(
    df: DataFrame,
    inverseDiagonal: Float64Array | undefined,
  ): { predictions: DataFrame; columns: LinearSummaryColumns; estimate: LinearEstimate } {
    const predictionCol = columnName(this.valueFor("predictionCol")) ?? `prediction_${randomBytes(6).toString("hex")}`;
    return {
      predictions: this.transform(df, { predictionCol }),
      columns: {
        featuresCol: this.featuresColumn(),
        labelCol: this.valueFor<string>("labelCol")!,
        weightCol: columnName(this.valueFor("weightCol")),
        predictionCol,
      },
      estimate: {
        coefficients: this.coefficients.toArray(),
        intercept: this.intercept,
        fitIntercept: this.getFitIntercept(),
        inverseDiagonal,
      },
    };
  }

  override predict(features: VectorLike): number {
    return dot(checkedVector(features, this.numFeatures, this.className), this.coefficients.toArray()) + this.intercept;
  }

  protected override program(): { program: ColumnsProgram<LinearSpec>; spec: LinearSpec } {
    const spec = { width: this.numFeatures, coefficients: this.coefficients.toArray(), intercept: this.intercept };
    return { program: linearProgram, spec };
  }

  override toString(): string {
    return this.described({ numFeatures: this.numFeatures });
  }
}

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "intercept", type: { kind: "double" }, nullable: false },
    { name: "coefficients", type: VectorUDT, nullable: true },
    { name: "scale", type: { kind: "double" }, nullable: false },
  ],
};

persistent(LinearRegressionModel, {
  sparkClass: "org.apache.spark.ml.regression.LinearRegressionModel",
  save: (model, directory) => directory.writeTable("data", DATA, [[model.intercept, model.coefficients, model.scale]]),
  pmml: asPmml,
  load: async (_metadata, directory) => {
    const [intercept, coefficients, scale] = await readRecord(directory, ["intercept", "coefficients", "scale"]);
    if (typeof intercept !== "number" || !(coefficients instanceof DenseVector || coefficients instanceof SparseVector))
      throw directory.damaged("data is not that of a linear regression");
    return new LinearRegressionModel(coefficients, intercept, scale as number);
  },
});

function asPmml({ coefficients, intercept }: LinearRegressionModel): PmmlModel {
  const values = coefficients.toArray();
  const names = fieldNames(values.length);
  const description = "linear regression";
  const predictors = names.map((name, i) => element("NumericPredictor", { name, coefficient: values[i]! }));
  return {
    description,
    fields: [...names, "target"],
    element: element("RegressionModel", { modelName: description, functionName: "regression" }, [
      element("MiningSchema", {}, [...names.map((name) => miningField(name, "active")), miningField("target", "target")]),
      element("RegressionTable", { intercept }, predictors),
    ]),
  };
}
