/** What a multilayer perceptron has learned. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type ClassScorer, classifierProgram, ProbabilisticClassificationModel } from "../base/classifier";
import type { Estimator } from "../base/estimator";
import { denseRows } from "../base/predictor";
import { knownSummary } from "../base/summary";
import { trainingBlock } from "../linear/tiles";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";
import { type NetworkSpec, outputsOf } from "../neural/network";
import { withParams } from "../param/params";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { ClassificationSummary, summarizedRows, type SummarizedRows, trainingHistory } from "./classification-summary";
import { softmaxOfRows } from "./logistic-regression-model";
import { perceptronParams } from "./multilayer-perceptron-params";

export class MultilayerPerceptronClassificationModel extends withParams(
  ProbabilisticClassificationModel<NetworkSpec>,
  perceptronParams,
) {
  private training: MultilayerPerceptronClassificationTrainingSummary | undefined;

  /** @param weights layer by layer: of each input those of the outputs, then the outputs' intercepts */
  constructor(readonly weights: Vector) {
    super();
  }

  /** Internal: the model of a fit on `df`. */
  static fitted(
    parent: Estimator,
    weights: Vector,
    df: DataFrame,
    objectiveHistory: readonly number[],
  ): MultilayerPerceptronClassificationModel {
    const model = new MultilayerPerceptronClassificationModel(weights).adopted(parent);
    const rows = summarizedRows(model, df, "probabilityCol");
    model.training = new MultilayerPerceptronClassificationTrainingSummary(rows, objectiveHistory);
    return model;
  }

  get numFeatures(): number {
    return this.getLayers()[0]!;
  }

  get numClasses(): number {
    return this.getLayers().at(-1)!;
  }

  get hasSummary(): boolean {
    return this.training !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): MultilayerPerceptronClassificationTrainingSummary {
    return knownSummary(this.training, this.className);
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): ClassificationSummary {
    const { predictions, columns } = summarizedRows(this, df, "probabilityCol");
    return new ClassificationSummary(predictions, columns);
  }

  protected override scoring(): { program: typeof program; model: NetworkSpec; open: typeof openScorer } {
    return { program, model: { layers: this.getLayers(), weights: this.weights.toArray() }, open: openScorer };
  }

  override toString(): string {
    const { numClasses, numFeatures } = this;
    const numLayers = this.getLayers().length;
    return this.described({ numLayers, numClasses, numFeatures });
  }
}

/** Of the rows that the model was fitted on. */
export class MultilayerPerceptronClassificationTrainingSummary extends ClassificationSummary {
  /** Loss at the start and after each iteration. */
  readonly objectiveHistory: readonly number[];
  readonly totalIterations: number;

  constructor({ predictions, columns }: SummarizedRows, objectiveHistory: readonly number[]) {
    super(predictions, columns);
    ({ objectiveHistory: this.objectiveHistory, totalIterations: this.totalIterations } = trainingHistory(objectiveHistory));
  }
}

function openScorer(network: NetworkSpec): ClassScorer {
  const width = network.layers[0]!;
  const classes = network.layers.at(-1)!;
  return {
    classes,
    raw(features) {
      const rows = features.length;
      const block = { rows, width, dense: denseRows(features, width), sparse: null, label: null, weight: null, extra: [] };
      return outputsOf(trainingBlock(block), network);
    },
    probability: (raw) => softmaxOfRows(raw, classes),
  };
}

const program = classifierProgram<NetworkSpec>(
  "mllib.multilayerPerceptron",
  "MultilayerPerceptronClassificationModel",
  openScorer,
);

const DATA: StructType = { kind: "struct", fields: [{ name: "weights", type: VectorUDT, nullable: true }] };

persistent(MultilayerPerceptronClassificationModel, {
  sparkClass: "org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel",
  save: (model, directory) => directory.writeTable("data", DATA, [[model.weights]]),
  load: async (_metadata, directory) => {
    const [weights] = await readRecord(directory, ["weights"]);
    if (!(weights instanceof DenseVector || weights instanceof SparseVector))
      throw directory.damaged("data is not that of a multilayer perceptron");
    return new MultilayerPerceptronClassificationModel(weights);
  },
});
