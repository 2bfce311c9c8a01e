/** What naive Bayes has learned. */
import type { StructType } from "../../columnar/types";
import { type ClassScorer, classifierProgram, ProbabilisticClassificationModel } from "../base/classifier";
import type { Estimator } from "../base/estimator";
import { denseRows, marginsOfRows } from "../base/predictor";
import type { VectorColumn } from "../compute/columns";
import { DenseMatrix, type Matrix, SparseMatrix } from "../linalg/matrices";
import { MatrixUDT, VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";
import { withParams } from "../param/params";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { softmaxOfRows } from "./logistic-regression-model";
import { naiveBayesParams } from "./naive-bayes-params";
import { type Keeps, type Kept, keptFrom, keptMetadata } from "../incremental/kept-state";
import { type LabelStatistics, type NaiveBayesType, wrongFeature } from "./naive-bayes-statistics";

interface Scoring {
  readonly modelType: NaiveBayesType;
  readonly pi: Float64Array;
  readonly theta: readonly Float64Array[];
  readonly sigma: readonly Float64Array[];
}

export class NaiveBayesModel
  extends withParams(ProbabilisticClassificationModel<Scoring>, naiveBayesParams)
  implements Keeps<readonly LabelStatistics[]>
{
  kept: Kept<readonly LabelStatistics[]> | undefined;
  readonly numClasses: number;
  readonly numFeatures: number;

  /**
   * @param pi logarithms of the classes' shares
   * @param theta logarithms of the features' shares, a row per class; of gaussian models, their means
   * @param sigma variances of gaussian models; else 0 × 0
   */
  constructor(
    readonly pi: Vector,
    readonly theta: Matrix,
    readonly sigma: Matrix,
  ) {
    super();
    this.numClasses = pi.size;
    this.numFeatures = theta.numCols;
  }

  /** Internal. */
  static fitted(parent: Estimator, model: NaiveBayesModel, kept: Kept<readonly LabelStatistics[]>): NaiveBayesModel {
    model.kept = kept;
    return model.adopted(parent);
  }

  protected override scoring(): { program: typeof program; model: Scoring; open: typeof openScorer } {
    const rows = (matrix: Matrix): Float64Array[] => matrix.rows().map((row) => row.values);
    const model = {
      modelType: this.getModelType(),
      pi: this.pi.toArray(),
      theta: rows(this.theta),
      sigma: rows(this.sigma),
    };
    return { program, model, open: openScorer };
  }

  override toString(): string {
    const { numClasses, numFeatures } = this;
    return this.described({ modelType: this.getModelType(), numClasses, numFeatures });
  }
}

function openScorer(model: Scoring): ClassScorer {
  const classes = model.pi.length;
  return { classes, raw: rawOf(model), probability: (raw) => softmaxOfRows(raw, classes) };
}

function rawOf({ modelType, pi, theta, sigma }: Scoring): (features: VectorColumn) => Float64Array {
  const width = theta[0]!.length;
  const linear = (coefficients: readonly Float64Array[], intercepts: Float64Array) => (features: VectorColumn) => {
    checkValues(features, modelType);
    return marginsOfRows(features, coefficients, intercepts, width);
  };
  switch (modelType) {
    case "multinomial":
      return linear(theta, pi);
    case "bernoulli": {
      // log(p) of ones, log(1 - p) of zeros.
      const zeros = theta.map((row) => row.map((value) => Math.log1p(-Math.exp(value))));
      const intercepts = pi.map((value, k) => zeros[k]!.reduce((sum, each) => sum + each, value));
      return linear(
        theta.map((row, k) => row.map((value, j) => value - zeros[k]![j]!)),
        intercepts,
      );
    }
    case "complement": {
      const scores = linear(theta, new Float64Array(pi.length));
      return (features) => lessLogSum(scores(features), pi.length);
    }
    case "gaussian":
      return (features) => gaussianScores(features, pi, theta, sigma);
  }
}

function checkValues(features: VectorColumn, modelType: NaiveBayesType): void {
  for (let row = 0; row < features.length; row++)
    for (const value of features.values(row))
      if (modelType === "bernoulli" ? value !== 0 && value !== 1 : !(value >= 0)) throw wrongFeature(modelType, value);
}

/** Scores less the logarithm of the sum of their exponentials, row by row. */
function lessLogSum(scores: Float64Array, classes: number): Float64Array {
  for (let at = 0; at < scores.length; at += classes) {
    const row = scores.subarray(at, at + classes);
    const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const logSum = Math.log(row.reduce((sum, score) => sum + Math.exp(score - most), 0)) + most;
    row.forEach((score, k) => (row[k] = score - logSum));
  }
  return scores;
}

function gaussianScores(
  features: VectorColumn,
  pi: Float64Array,
  theta: readonly Float64Array[],
  sigma: readonly Float64Array[],
): Float64Array {
  const width = theta[0]!.length;
  const classes = pi.length;
  const rows = denseRows(features, width);
  const logVariances = sigma.map((row) => row.reduce((sum, variance) => sum + Math.log(variance), 0));
  const scores = new Float64Array(features.length * classes);
  for (let row = 0; row < features.length; row++)
    for (let k = 0; k < classes; k++) {
      let sum = logVariances[k]!;
      for (let j = 0; j < width; j++) {
        const d = rows[row * width + j]! - theta[k]![j]!;
        sum += (d * d) / sigma[k]![j]!;
      }
      scores[row * classes + k] = pi[k]! - sum / 2;
    }
  return scores;
}

const program = classifierProgram<Scoring>("mllib.naiveBayes.predict", "NaiveBayesModel", openScorer);

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "pi", type: VectorUDT, nullable: true },
    { name: "theta", type: MatrixUDT, nullable: true },
    { name: "sigma", type: MatrixUDT, nullable: true },
  ],
};

persistent(NaiveBayesModel, {
  sparkClass: "org.apache.spark.ml.classification.NaiveBayesModel",
  metadata: keptMetadata,
  save: (model, directory) => directory.writeTable("data", DATA, [[model.pi, model.theta, model.sigma]]),
  load: async (metadata, directory) => {
    const [pi, theta, sigma] = await readRecord(directory, ["pi", "theta", "sigma"]);
    const isMatrix = (value: unknown): value is Matrix => value instanceof DenseMatrix || value instanceof SparseMatrix;
    if (!(pi instanceof DenseVector || pi instanceof SparseVector) || !isMatrix(theta) || !isMatrix(sigma))
      throw directory.damaged("data is not that of naive Bayes");
    return Object.assign(new NaiveBayesModel(pi, theta, sigma), { kept: keptFrom<readonly LabelStatistics[]>(metadata) });
  },
});
