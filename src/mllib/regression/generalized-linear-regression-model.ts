/** What a generalized linear regression has learned. */
import { randomBytes } from "node:crypto";
import type { StructField, StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Estimator } from "../base/estimator";
import { checkedFeatures, checkedVector, columnName, marginsOfRows, PredictionModel } from "../base/predictor";
import { checkNumeric, doubleField } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doubleColumn, doublesOf, VectorColumn } from "../compute/columns";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector, type VectorLike } from "../linalg/vectors";
import { familyOf, type FamilySpec, linkOf } from "../linear/families";
import type { GlmFit } from "../linear/glm-fit";
import { dot } from "../optim/blas";
import { withParams } from "../param/params";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { familySpec, glrParams } from "./generalized-linear-regression-params";
import { GeneralizedLinearRegressionSummary, GeneralizedLinearRegressionTrainingSummary, type GlrSummaryModel } from "./generalized-linear-regression-summary"; // prettier-ignore

interface Spec {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  readonly family: FamilySpec;
  readonly hasOffset: boolean;
  readonly outputs: readonly ("link" | "mean")[];
}

export class GeneralizedLinearRegressionModel extends withParams(PredictionModel, glrParams) {
  readonly numFeatures: number;
  private training: GeneralizedLinearRegressionTrainingSummary | undefined;

  constructor(
    readonly coefficients: Vector,
    readonly intercept: number,
  ) {
    super();
    this.numFeatures = coefficients.size;
  }

  /** The model of a fit on `df`. `withoutFeatures`: fits the intercept alone. */
  static fitted(
    parent: Estimator,
    coefficients: Vector,
    intercept: number,
    df: DataFrame,
    fit: GlmFit,
    withoutFeatures: () => Promise<GlmFit>,
  ): GeneralizedLinearRegressionModel {
    const model = new GeneralizedLinearRegressionModel(coefficients, intercept).adopted(parent);
    model.training = new GeneralizedLinearRegressionTrainingSummary(...model.summarized(df), fit, withoutFeatures);
    return model;
  }

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): GeneralizedLinearRegressionTrainingSummary {
    if (this.training === undefined)
      throw new UsageError("NO_SUMMARY", `No training summary available for this ${this.className}: it was not fitted here.`);
    return this.training;
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): GeneralizedLinearRegressionSummary {
    return new GeneralizedLinearRegressionSummary(...this.summarized(df));
  }

  private summarized(df: DataFrame): [predictions: DataFrame, model: GlrSummaryModel] {
    const predictionCol = columnName(this.valueFor("predictionCol")) ?? `prediction_${randomBytes(6).toString("hex")}`;
    return [
      this.transform(df, { predictionCol }),
      {
        predictionCol,
        featuresCol: this.featuresColumn(),
        labelCol: this.valueFor<string>("labelCol")!,
        weightCol: columnName(this.valueFor("weightCol")),
        offsetCol: columnName(this.valueFor("offsetCol")),
        coefficients: this.coefficients.toArray(),
        intercept: this.intercept,
        fitIntercept: this.getFitIntercept(),
        family: familySpec(this),
      },
    ];
  }

  /** The mean of the label; without an offset. */
  override predict(features: VectorLike): number {
    const eta = dot(checkedVector(features, this.numFeatures, this.className), this.coefficients.toArray()) + this.intercept;
    const family = familySpec(this);
    return familyOf(family).project(linkOf(family).inverse(eta));
  }

  override transformSchema(schema: StructType): StructType {
    const offset = columnName(this.valueFor("offsetCol"));
    if (offset !== undefined) checkNumeric(schema, offset, this.className);
    return super.transformSchema(schema);
  }

  private outputs(): readonly (readonly ["link" | "mean", StructField])[] {
    const link = columnName(this.valueFor("linkPredictionCol"));
    const mean = columnName(this.valueFor("predictionCol"));
    return [
      ...(link === undefined ? [] : [["link", doubleField(link)] as const]),
      ...(mean === undefined ? [] : [["mean", doubleField(mean)] as const]),
    ];
  }

  protected override outputFields(): readonly StructField[] {
    return this.outputs().map(([, field]) => field);
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputs();
    if (outputs.length === 0) return df;
    const offset = columnName(this.valueFor("offsetCol"));
    return appendColumns(df, program, {
      inputs: [this.featuresColumn(), ...(offset === undefined ? [] : [offset])],
      outputs: this.outputFields(),
      spec: {
        coefficients: this.coefficients.toArray(),
        intercept: this.intercept,
        family: familySpec(this),
        hasOffset: offset !== undefined,
        outputs: outputs.map(([kind]) => kind),
      },
    });
  }

  override toString(): string {
    const { family, link } = familySpec(this);
    const name = typeof link === "string" ? link : `power(${link.power})`;
    return this.described({ family, link: name, numFeatures: this.numFeatures });
  }
}

const program = columnsProgram<Spec>({
  name: "mllib.generalizedLinearRegression",
  open: ({ coefficients, intercept, family, hasOffset, outputs }, types) => {
    const distribution = familyOf(family);
    const link = linkOf(family);
    const width = coefficients.length;
    return ([features, offsets]) => {
      const rows = checkedFeatures(new VectorColumn(features!), width, "GeneralizedLinearRegressionModel");
      const etas = marginsOfRows(rows, [coefficients], Float64Array.of(intercept), width);
      let valid: Uint8Array | null = null;
      if (hasOffset) {
        const given = doublesOf(offsets!, types[1]!);
        valid = given.valid;
        etas.forEach((eta, row) => (etas[row] = eta + given.values[row]!));
      }
      return outputs.map((output) =>
        doubleColumn(output === "link" ? etas : etas.map((eta) => distribution.project(link.inverse(eta))), valid),
      );
    };
  },
});

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "intercept", type: { kind: "double" }, nullable: false },
    { name: "coefficients", type: VectorUDT, nullable: true },
  ],
};

persistent(GeneralizedLinearRegressionModel, {
  sparkClass: "org.apache.spark.ml.regression.GeneralizedLinearRegressionModel",
  save: (model, directory) => directory.writeTable("data", DATA, [[model.intercept, model.coefficients]]),
  load: async (_metadata, directory) => {
    const [intercept, coefficients] = await readRecord(directory, ["intercept", "coefficients"]);
    if (typeof intercept !== "number" || !(coefficients instanceof DenseVector || coefficients instanceof SparseVector))
      throw directory.damaged("data is not that of a generalized linear regression");
    return new GeneralizedLinearRegressionModel(coefficients, intercept);
  },
});
