/** What a logistic regression has learned. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import {
  type ClassScorer,
  classifierProgram,
  type Decision,
  ProbabilisticClassificationModel,
  rawOfMargins,
} from "../base/classifier";
import type { Estimator } from "../base/estimator";
import { marginsOfRows } from "../base/predictor";
import { DenseMatrix, type Matrix, SparseMatrix } from "../linalg/matrices";
import { MatrixUDT, VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";
import { knownSummary } from "../base/summary";
import { withParams } from "../param/params";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { agreeingThresholds, binaryThreshold, logisticParams } from "./logistic-regression-params";
import { summarizedRows } from "./classification-summary";
import { LogisticRegressionSummary, LogisticRegressionTrainingSummary } from "./logistic-regression-summary";

interface Scoring {
  readonly coefficients: readonly Float64Array[];
  readonly intercepts: Float64Array;
  readonly multinomial: boolean;
}

export class LogisticRegressionModel extends withParams(ProbabilisticClassificationModel<Scoring>, logisticParams) {
  readonly numFeatures: number;
  private training: LogisticRegressionTrainingSummary | undefined;

  /** @param coefficientMatrix a row per class, or one of a binomial model */
  constructor(
    readonly coefficientMatrix: Matrix,
    readonly interceptVector: Vector,
    readonly numClasses: number,
    readonly isMultinomial: boolean,
  ) {
    super();
    this.numFeatures = coefficientMatrix.numCols;
  }

  /** The model of a fit on `df`. */
  static fitted(
    parent: Estimator,
    [matrix, intercepts, numClasses, isMultinomial]: ConstructorParameters<typeof LogisticRegressionModel>,
    df: DataFrame,
    objectiveHistory: readonly number[],
  ): LogisticRegressionModel {
    const model = new LogisticRegressionModel(matrix.compressed(), intercepts.compressed(), numClasses, isMultinomial);
    model.adopted(parent);
    const rows = summarizedRows(model, df, "probabilityCol");
    model.training = new LogisticRegressionTrainingSummary(rows, model.getFeaturesCol(), numClasses, objectiveHistory);
    return model;
  }

  /** Of a binomial model. */
  get coefficients(): Vector {
    if (this.isMultinomial)
      throw new UsageError("NOT_BINOMIAL", "Multinomial models contain a matrix of coefficients, use coefficientMatrix instead.");
    const matrix = this.coefficientMatrix;
    if (matrix instanceof SparseMatrix && matrix.isTransposed)
      return new SparseVector(this.numFeatures, matrix.rowIndices, matrix.values);
    return matrix.row(0);
  }

  /** Of a binomial model. */
  get intercept(): number {
    if (this.isMultinomial)
      throw new UsageError("NOT_BINOMIAL", "Multinomial models contain a vector of intercepts, use interceptVector instead.");
    return this.interceptVector.get(0);
  }

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): LogisticRegressionTrainingSummary {
    return knownSummary(this.training, this.className);
  }

  /** The summary of a model of two classes. Throws of others. */
  get binarySummary(): LogisticRegressionTrainingSummary {
    return this.summary.asBinary;
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): LogisticRegressionSummary {
    const rows = summarizedRows(this, df, "probabilityCol");
    return new LogisticRegressionSummary(rows, this.getFeaturesCol(), this.numClasses);
  }

  protected override decision(): Decision {
    if (this.isMultinomial) return super.decision();
    const threshold = binaryThreshold(this);
    return {
      kind: "raw above",
      limit: threshold === 0 ? -Infinity : threshold === 1 ? Infinity : Math.log(threshold / (1 - threshold)),
    };
  }

  protected override scoring(): { program: typeof program; model: Scoring; open: typeof openScorer } {
    const model = {
      coefficients: this.coefficientMatrix.rows().map((row) => row.values),
      intercepts: this.interceptVector.toArray(),
      multinomial: this.isMultinomial,
    };
    return { program, model, open: openScorer };
  }

  override toString(): string {
    return this.described({ numClasses: this.numClasses, numFeatures: this.numFeatures });
  }
}

agreeingThresholds(LogisticRegressionModel);

function openScorer({ coefficients, intercepts, multinomial }: Scoring): ClassScorer {
  const width = coefficients[0]!.length;
  return multinomial
    ? {
        classes: intercepts.length,
        raw: (features) => marginsOfRows(features, coefficients, intercepts, width),
        probability: (raw) => softmaxOfRows(raw, intercepts.length),
      }
    : {
        classes: 2,
        raw: (features) => rawOfMargins(marginsOfRows(features, coefficients, intercepts, width)),
        probability(raw) {
          const probability = new Float64Array(raw.length);
          for (let at = 0; at < raw.length; at += 2) {
            probability[at] = 1 / (1 + Math.exp(-raw[at]!));
            probability[at + 1] = 1 - probability[at]!;
          }
          return probability;
        },
      };
}

/** An infinite margin takes all of the probability. */
export function softmaxOfRows(raw: Float64Array, classes: number): Float64Array {
  const probability = new Float64Array(raw.length);
  for (let row = 0; row < raw.length; row += classes) {
    let most = -Infinity;
    for (let k = 0; k < classes; k++) most = Math.max(most, raw[row + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      const share = raw[row + k] === most ? 1 : Math.exp(raw[row + k]! - most);
      probability[row + k] = share;
      sum += share;
    }
    for (let k = 0; k < classes; k++) probability[row + k]! /= sum;
  }
  return probability;
}

const program = classifierProgram<Scoring>("mllib.logisticRegression", "LogisticRegressionModel", openScorer);

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "numClasses", type: { kind: "int" }, nullable: false },
    { name: "numFeatures", type: { kind: "int" }, nullable: false },
    { name: "interceptVector", type: VectorUDT, nullable: true },
    { name: "coefficientMatrix", type: MatrixUDT, nullable: true },
    { name: "isMultinomial", type: { kind: "boolean" }, nullable: false },
  ],
};

persistent(LogisticRegressionModel, {
  sparkClass: "org.apache.spark.ml.classification.LogisticRegressionModel",
  save: async (model, directory) => {
    const { numClasses, numFeatures, interceptVector, coefficientMatrix, isMultinomial } = model;
    // Spark takes only coefficients by rows for those of a binomial model.
    const byRows = coefficientMatrix.isTransposed || (isMultinomial && coefficientMatrix instanceof SparseMatrix);
    const matrix = byRows ? coefficientMatrix : new DenseMatrix(coefficientMatrix.numRows, numFeatures, coefficientMatrix.rows().flatMap((row) => [...row.values]), true); // prettier-ignore
    await directory.writeTable("data", DATA, [[numClasses, numFeatures, interceptVector, matrix, isMultinomial]]);
  },
  load: async (_metadata, directory) => {
    const columns = ["numClasses", "interceptVector", "coefficientMatrix", "isMultinomial"];
    const [numClasses, intercepts, matrix, multinomial] = await readRecord(directory, columns);
    const isVector = intercepts instanceof DenseVector || intercepts instanceof SparseVector;
    if (typeof numClasses !== "number" || !isVector || !(matrix instanceof DenseMatrix || matrix instanceof SparseMatrix))
      throw directory.damaged("data is not that of a logistic regression");
    return new LogisticRegressionModel(matrix, intercepts, numClasses, multinomial === true);
  },
});
