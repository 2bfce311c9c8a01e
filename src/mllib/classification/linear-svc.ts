/** Linear support vector classification. */
import type { StructField, StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { numClassesOf } from "../base/attributes";
import {
  classFields,
  ClassificationModel,
  type ClassScorer,
  classifierParams,
  classifierProgram,
  type Decision,
  rawOfMargins,
} from "../base/classifier";
import type { Estimator } from "../base/estimator";
import { marginsOfRows } from "../base/predictor";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";
import { svcFit } from "../linear/fits";
import { LinearEstimator } from "../linear/linear-estimator";
import type { TrainingRows } from "../linear/training-data";
import { doubleParam } from "../param/kinds";
import { knownSummary } from "../base/summary";
import { withParams } from "../param/params";
import { linearFit } from "../param/shared";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { BinaryClassificationSummary, summarizedRows, type SummarizedRows } from "./classification-summary";
import { checkedClasses } from "./logistic-regression";

const svcParams = {
  ...classifierParams,
  ...linearFit,
  threshold: doubleParam("1 is predicted where its raw prediction is above this; any number, also infinite", 0),
} as const;

/**
 * Linear SVM of two classes: hinge loss and an L2 penalty, by OWL-QN. Spark's own iterations, step by step (which stop at other points of
 * this kinked objective than solvers made for it, such as scikit-learn's).
 */
export class LinearSVC extends withParams(LinearEstimator<LinearSVCModel>, svcParams) {
  protected override modelFields(): readonly StructField[] {
    return classFields(this);
  }

  protected override async fitOn(rows: TrainingRows, df: DataFrame, schema: StructType): Promise<LinearSVCModel> {
    const summary = await rows.summary(true);
    const numClasses = checkedClasses(this.className, summary, numClassesOf(this.labelField(schema)));
    if (numClasses !== 2)
      throw new DataError(
        "INVALID_LABEL",
        `LinearSVC only supports binary classification. ${numClasses} classes detected in ${this.getLabelCol()}.`,
      );
    const fit = await rows.fit(svcFit, {
      summary,
      options: {
        regParam: this.getRegParam(),
        maxIter: this.getMaxIter(),
        tol: this.getTol(),
        fitIntercept: this.getFitIntercept(),
        standardization: this.getStandardization(),
      },
    });
    return LinearSVCModel.fitted(this, new DenseVector(fit.coefficients).compressed(), fit.intercept, df, fit.objectiveHistory);
  }
}

interface Scoring {
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

export class LinearSVCModel extends withParams(ClassificationModel<Scoring>, svcParams) {
  readonly numClasses = 2;
  readonly numFeatures: number;
  private training: LinearSVCTrainingSummary | undefined;

  constructor(
    readonly coefficients: Vector,
    readonly intercept: number,
  ) {
    super();
    this.numFeatures = coefficients.size;
  }

  /** The model of a fit on `df`. */
  static fitted(
    parent: Estimator,
    coefficients: Vector,
    intercept: number,
    df: DataFrame,
    objectiveHistory: readonly number[],
  ): LinearSVCModel {
    const model = new LinearSVCModel(coefficients, intercept).adopted(parent);
    model.training = new LinearSVCTrainingSummary(summarizedRows(model, df, "rawPredictionCol"), objectiveHistory);
    return model;
  }

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): LinearSVCTrainingSummary {
    return knownSummary(this.training, this.className);
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): BinaryClassificationSummary {
    const { predictions, columns, scoreCol } = summarizedRows(this, df, "rawPredictionCol");
    return new BinaryClassificationSummary(predictions, columns, scoreCol);
  }

  protected override decision(): Decision {
    return { kind: "raw above", limit: this.getThreshold() };
  }

  protected override scoring(): { program: typeof program; model: Scoring; open: typeof openScorer } {
    return { program, model: { coefficients: this.coefficients.toArray(), intercept: this.intercept }, open: openScorer };
  }

  override toString(): string {
    return this.described({ numClasses: 2, numFeatures: this.numFeatures });
  }
}

/** Of the rows that the model was fitted on. */
export class LinearSVCTrainingSummary extends BinaryClassificationSummary {
  readonly totalIterations: number;

  constructor(
    { predictions, columns, scoreCol }: SummarizedRows,
    /** Loss and penalty, at the start and after each iteration. */
    readonly objectiveHistory: readonly number[],
  ) {
    super(predictions, columns, scoreCol);
    this.totalIterations = objectiveHistory.length - 1;
  }
}

function openScorer({ coefficients, intercept }: Scoring): ClassScorer {
  return {
    classes: 2,
    raw: (features) => rawOfMargins(marginsOfRows(features, [coefficients], Float64Array.of(intercept), coefficients.length)),
  };
}

const program = classifierProgram<Scoring>("mllib.linearSVC", "LinearSVCModel", openScorer);

persistent(LinearSVC, { sparkClass: "org.apache.spark.ml.classification.LinearSVC", load: () => new LinearSVC() });

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "coefficients", type: VectorUDT, nullable: true },
    { name: "intercept", type: { kind: "double" }, nullable: false },
  ],
};

persistent(LinearSVCModel, {
  sparkClass: "org.apache.spark.ml.classification.LinearSVCModel",
  save: (model, directory) => directory.writeTable("data", DATA, [[model.coefficients, model.intercept]]),
  load: async (_metadata, directory) => {
    const [coefficients, intercept] = await readRecord(directory, ["coefficients", "intercept"]);
    if (typeof intercept !== "number" || !(coefficients instanceof DenseVector || coefficients instanceof SparseVector))
      throw directory.damaged("data is not that of a linear SVC");
    return new LinearSVCModel(coefficients, intercept);
  },
});
