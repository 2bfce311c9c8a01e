/** Multilayer perceptrons that predict classes. */
import type { StructField, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { XorShiftRandom } from "../../rdd/random/xor-shift";
import { checkThresholds, classFields } from "../base/classifier";
import { LinearEstimator } from "../linear/linear-estimator";
import type { Summary } from "../linear/summary";
import type { TrainingRows } from "../linear/training-data";
import { DenseVector, type Vector } from "../linalg/vectors";
import { weightCount } from "../neural/network";
import { networkFit } from "../neural/network-fit";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { MultilayerPerceptronClassificationModel } from "./multilayer-perceptron-model";
import { perceptronParams } from "./multilayer-perceptron-params";

/**
 * Feed-forward networks: sigmoid units in hidden layers, softmax over the classes on top, cross entropy by L-BFGS or by gradient descent.
 * The objective is the mean over rows: Spark's is that over blocks of up to `blockSize` rows, which is the same where blocks are full.
 * Weights to begin with are Spark's for the same seed.
 *
 * @example
 * const model = await new MultilayerPerceptronClassifier({ layers: [4, 5, 3], maxIter: 200, seed: 1 }).fit(training);
 */
export class MultilayerPerceptronClassifier extends withParams(
  LinearEstimator<MultilayerPerceptronClassificationModel>,
  perceptronParams,
) {
  override transformSchema(schema: StructType): StructType {
    const layers = this.getLayers();
    checkThresholds(this.className, this.valueFor<readonly number[]>("thresholds"), layers.at(-1)!);
    const initial = this.valueFor<Vector>("initialWeights");
    const expected = weightCount(layers);
    if (initial !== undefined && initial.size !== expected)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: Expected weight vector of size ${expected} but got size ${initial.size}.`,
      );
    return super.transformSchema(schema);
  }

  protected override modelFields(): readonly StructField[] {
    return classFields(this, this.getLayers().at(-1));
  }

  protected override async fitOn(rows: TrainingRows, df: DataFrame): Promise<MultilayerPerceptronClassificationModel> {
    const layers = this.getLayers();
    const summary = await rows.summary(true);
    this.checkRows(summary, layers);
    const initial = this.valueFor<Vector>("initialWeights");
    const { weights, objectiveHistory } = await rows.fit(networkFit, {
      layers,
      weights: initial?.toArray() ?? drawnWeights(layers, this.getSeed()),
      solver: this.getSolver(),
      maxIter: this.getMaxIter(),
      tol: this.getTol(),
      stepSize: this.getStepSize(),
    });
    return MultilayerPerceptronClassificationModel.fitted(this, new DenseVector(weights), df, objectiveHistory);
  }

  private checkRows({ means, histogram, invalidLabels }: Summary, layers: readonly number[]): void {
    const classes = layers.at(-1)!;
    const allowed = classes === 2 ? "in {0, 1}" : `in [0, ${classes})`;
    if (invalidLabels > 0)
      throw new DataError("INVALID_LABEL", `${this.className}: Labels MUST be Integers ${allowed}; ${invalidLabels} are not.`);
    if (histogram.length > classes)
      throw new DataError("INVALID_LABEL", `${this.className}: Labels MUST be ${allowed}, but got ${histogram.length - 1}.`);
    if (means.length !== layers[0])
      throw new DataError(
        "VECTOR_SIZES_DIFFER",
        `${this.className}: the first of layers is ${layers[0]}, but the features are vectors of ${means.length} entries.`,
      );
  }
}

/** Uniform, within 2.4 / √inputs. */
function drawnWeights(layers: readonly number[], seed: number): Float64Array {
  const random = new XorShiftRandom(BigInt(seed));
  const weights = new Float64Array(weightCount(layers));
  let at = 0;
  for (let l = 1; l < layers.length; l++) {
    const inputs = layers[l - 1]!;
    for (let i = (inputs + 1) * layers[l]!; i > 0; i--) weights[at++] = (random.nextDouble() * 4.8 - 2.4) / Math.sqrt(inputs);
  }
  return weights;
}

persistent(MultilayerPerceptronClassifier, {
  sparkClass: "org.apache.spark.ml.classification.MultilayerPerceptronClassifier",
  load: () => new MultilayerPerceptronClassifier(),
});
