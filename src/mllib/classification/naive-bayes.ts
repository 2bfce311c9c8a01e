/** Naive Bayes. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkThresholds, classFields } from "../base/classifier";
import { withFields } from "../base/schema";
import { instancesOf } from "../compute";
import { DenseMatrix, Matrices } from "../linalg/matrices";
import type { BlockLearning } from "../incremental/block-learner";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { keptState } from "../incremental/kept-state";
import { DenseVector } from "../linalg/vectors";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { NaiveBayesModel } from "./naive-bayes-model";
import { naiveBayesParams } from "./naive-bayes-params";
import { labelLearner, labelStatistics, type LabelStatistics } from "./naive-bayes-statistics";

/**
 * Naive Bayes: multinomial (counts; C. D. Manning, P. Raghavan and H. Schütze, Introduction to Information Retrieval, chapter 13),
 * complement (J. Rennie et al., Tackling the Poor Assumptions of Naive Bayes Text Classifiers, 2003), Bernoulli (zeros and ones) and
 * Gaussian. One pass over the rows. As in Spark, class k is the k-th of the labels that there are; of
 * `partialFit`, which goes on with the counts of the batches so far, that of label k.
 */
export class NaiveBayes extends withParams(IncrementalEstimator<NaiveBayesModel, readonly LabelStatistics[]>, naiveBayesParams) {
  override readonly isClassifier = true;

  override blockLearning(numClasses: number): BlockLearning<unknown, readonly LabelStatistics[]> {
    return { learner: labelLearner, spec: { modelType: this.getModelType(), numClasses } };
  }

  override modelOf(state: readonly LabelStatistics[]): NaiveBayesModel {
    return this.modelFrom(state, true);
  }

  override stateOf(model: NaiveBayesModel): readonly LabelStatistics[] {
    return keptState(model);
  }

  override numClassesOf(model: NaiveBayesModel): number {
    return model.numClasses;
  }

  override transformSchema(schema: StructType): StructType {
    this.checkColumns(schema);
    return withFields(schema, this.className, ...classFields(this));
  }

  protected override async fitModel(df: DataFrame): Promise<NaiveBayesModel> {
    const thresholds = this.valueFor<readonly number[]>("thresholds");
    const blocks = await instancesOf(df, this.instanceColumns());
    const spec = { modelType: this.getModelType(), numClasses: thresholds?.length ?? null };
    const statistics = await blocks.aggregate(labelStatistics, spec);
    if (statistics === null) throw new DataError("EMPTY_DATASET", "NaiveBayes: the dataset is empty; there is nothing to fit.");
    const weightless = statistics.find(({ weight }) => weight === 0);
    if (weightless !== undefined && this.getModelType() === "gaussian")
      throw new DataError(
        "INVALID_TRAINING_DATA",
        `NaiveBayes: all rows of label ${weightless.label} have weight 0; a gaussian model needs some of every class.`,
      );
    return this.modelFrom(statistics, false);
  }

  private modelFrom(statistics: readonly LabelStatistics[], saved: boolean): NaiveBayesModel {
    const model = this.getModelType() === "gaussian" ? gaussian(statistics) : this.discrete(statistics);
    checkThresholds(this.className, this.valueFor<readonly number[]>("thresholds"), statistics.length);
    return NaiveBayesModel.fitted(this, model, { state: statistics, saved });
  }

  private discrete(statistics: readonly LabelStatistics[]): NaiveBayesModel {
    const smoothing = this.getSmoothing();
    const modelType = this.getModelType();
    const width = statistics[0]!.sums.length;
    const rows = statistics.reduce((sum, { weight }) => sum + weight, 0);
    const all = new Float64Array(width);
    for (const { sums } of statistics) sums.forEach((sum, j) => (all[j]! += sum));
    const denominator = Math.log(rows + statistics.length * smoothing);
    const pi = statistics.map(({ weight }) => Math.log(weight + smoothing) - denominator);
    const theta = statistics.flatMap(({ weight, sums }) => {
      const counts = modelType === "complement" ? all.map((sum, j) => sum - sums[j]!) : sums;
      const total =
        modelType === "bernoulli" ? weight + 2 * smoothing : counts.reduce((sum, count) => sum + count, 0) + width * smoothing;
      const shares = Array.from(counts, (count) => Math.log(count + smoothing) - Math.log(total));
      return modelType === "complement" ? shares.map((share) => -share) : shares;
    });
    const matrix = new DenseMatrix(statistics.length, width, theta, true);
    return new NaiveBayesModel(new DenseVector(pi), matrix, Matrices.zeros(0, 0));
  }
}

/** Variances are raised by a billionth of the largest one, as scikit-learn does, lest they be zero. */
function gaussian(statistics: readonly LabelStatistics[]): NaiveBayesModel {
  const width = statistics[0]!.sums.length;
  const rows = statistics.reduce((sum, { weight }) => sum + weight, 0);
  const epsilon =
    1e-9 *
    Array.from({ length: width }, (_, j) => {
      const mean = statistics.reduce((sum, { sums }) => sum + sums[j]!, 0) / rows;
      const within = statistics.reduce((sum, { squares }) => sum + squares[j]!, 0);
      const between = statistics.reduce(
        (sum, { sums, weight }) => (weight === 0 ? sum : sum + weight * (sums[j]! / weight - mean) ** 2),
        0,
      );
      return (within + between) / rows;
    }).reduce((most, variance) => Math.max(most, variance), 0);
  const pi = statistics.map(({ weight }) => Math.log(weight) - Math.log(rows));
  const theta = statistics.flatMap(({ sums, weight }) => Array.from(sums, (sum) => (weight === 0 ? 0 : sum / weight)));
  const sigma = statistics.flatMap(({ squares, weight }) =>
    Array.from(squares, (square) => epsilon + (weight === 0 ? 0 : square / weight)),
  );
  const matrix = (values: readonly number[]): DenseMatrix => new DenseMatrix(statistics.length, width, values, true);
  return new NaiveBayesModel(new DenseVector(pi), matrix(theta), matrix(sigma));
}

persistent(NaiveBayes, { sparkClass: "org.apache.spark.ml.classification.NaiveBayes", load: () => new NaiveBayes() });
