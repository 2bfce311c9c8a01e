/** Gradient-boosted trees that tell two classes apart. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { probabilisticParams } from "../base/classifier";
import type { SparseVector } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { DecisionTreeRegressionModel } from "../regression/decision-tree-regressor";
import { boostedApart, boostedTrees, boostedWeights } from "../tree/boosted";
import { ClassEnsembleModel } from "../tree/class-ensemble";
import { featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { lossesByIteration } from "../tree/evaluate-iterations";
import type { Settings } from "../tree/learner";
import { boostParams, featureSubsetStrategies, treeParams, valueImpurities, valueImpurity } from "../tree/params";
import { savedEnsemble } from "../tree/saved-ensembles";
import type { Training } from "../tree/training";
import type { TreeData } from "../tree/tree-data";

const losses = ["logistic"] as const;

const params = {
  ...probabilisticParams,
  ...treeParams,
  ...boostParams,
  ...valueImpurity,
  lossType: choiceParam("loss that is minimised", losses, "logistic"),
} as const;

/**
 * Trees that each learn what is left of the loss (Friedman, "Greedy Function Approximation", 2001), for labels 0 and 1. A fit contains
 * those with fewer iterations.
 */
export class GBTClassifier extends withParams(TreeEstimator<GBTClassificationModel>, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;
  static readonly supportedLossTypes: readonly string[] = losses;

  protected override readonly kind = "signed classes";
  protected override readonly sizes = ["maxIter"];

  protected override async learn(training: Training, session: SparkSession): Promise<GBTClassificationModel> {
    const trees = await boostedTrees(this, this.settings, this.getLossType(), training, session);
    return GBTClassificationModel.learned(this, trees, training.width);
  }

  protected override apart(settings: Settings): unknown {
    return boostedApart(settings);
  }

  cut(model: GBTClassificationModel, wanted: ParamMap): GBTClassificationModel {
    const candidate = this.copy(wanted);
    const shorter = GBTClassificationModel.learned(candidate, model.boosted.slice(0, candidate.getMaxIter()), model.numFeatures);
    shorter.cutOf = { grown: model.boosted, maxDepth: candidate.getMaxDepth() };
    return shorter;
  }
}

export class GBTClassificationModel extends withParams(ClassEnsembleModel, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;
  static readonly supportedLossTypes: readonly string[] = losses;

  readonly numClasses = 2;
  protected override readonly combined = "margin";

  constructor(
    readonly boosted: readonly TreeData[],
    readonly numFeatures: number,
    readonly treeWeights: readonly number[],
  ) {
    super();
  }

  protected override get ensemble(): readonly TreeData[] {
    return this.boosted;
  }

  static learned(parent: GBTClassifier, trees: readonly TreeData[], numFeatures: number): GBTClassificationModel {
    return new this(trees, numFeatures, boostedWeights(trees, parent.getStepSize())).adopted(parent);
  }

  /** The trees as models of their own. */
  get trees(): readonly DecisionTreeRegressionModel[] {
    return this.boosted.map((tree) => DecisionTreeRegressionModel.ofEnsemble(this, tree));
  }

  getNumTrees(): number {
    return this.boosted.length;
  }

  get featureImportances(): SparseVector {
    return featureImportances(this.boosted, this.numFeatures, false);
  }

  override toString(): string {
    return `${this.className}: uid = ${this.uid}, numTrees=${this.boosted.length}, numClasses=2, numFeatures=${this.numFeatures}`;
  }

  /** The mean loss over the rows of `df` after each tree. */
  evaluateEachIteration(df: DataFrame): Promise<number[]> {
    return lossesByIteration(df, this.flat, this.className, this.featuresColumn(), this.getLabelCol(), "logistic");
  }
}

persistent(GBTClassifier, { sparkClass: "org.apache.spark.ml.classification.GBTClassifier", load: () => new GBTClassifier() });

persistent(
  GBTClassificationModel,
  savedEnsemble(
    "org.apache.spark.ml.classification.GBTClassificationModel",
    ({ boosted }) => boosted,
    (...data) => new GBTClassificationModel(...data),
  ),
);
