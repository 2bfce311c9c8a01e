/** Gradient-boosted trees that predict numbers. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { predictorParams } from "../base/predictor";
import type { SparseVector } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { boostedApart, boostedTrees, boostedWeights } from "../tree/boosted";
import { savedEnsemble } from "../tree/saved-ensembles";
import { featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { lossesByIteration } from "../tree/evaluate-iterations";
import type { Settings } from "../tree/learner";
import { boostParams, featureSubsetStrategies, treeParams, valueImpurities, valueImpurity } from "../tree/params";
import type { Training } from "../tree/training";
import type { TreeData } from "../tree/tree-data";
import { ValueEnsembleModel } from "../tree/value-ensemble";
import { DecisionTreeRegressionModel } from "./decision-tree-regressor";

const losses = ["squared", "absolute"] as const;

const params = {
  ...predictorParams,
  ...treeParams,
  ...boostParams,
  ...valueImpurity,
  lossType: choiceParam("loss that is minimised", losses, "squared"),
} as const;

/**
 * Trees that each learn what is left of the loss (Friedman, "Greedy Function Approximation", 2001). A fit contains those with fewer
 * iterations.
 */
export class GBTRegressor extends withParams(TreeEstimator<GBTRegressionModel>, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;
  static readonly supportedLossTypes: readonly string[] = losses;

  protected override readonly kind = "values";
  protected override readonly sizes = ["maxIter"];

  protected override async learn(training: Training, session: SparkSession): Promise<GBTRegressionModel> {
    const trees = await boostedTrees(this, this.settings, this.getLossType(), training, session);
    return GBTRegressionModel.learned(this, trees, training.width);
  }

  protected override apart(settings: Settings): unknown {
    return boostedApart(settings);
  }

  cut(model: GBTRegressionModel, wanted: ParamMap): GBTRegressionModel {
    const candidate = this.copy(wanted);
    const shorter = GBTRegressionModel.learned(candidate, model.boosted.slice(0, candidate.getMaxIter()), model.numFeatures);
    shorter.cutOf = { grown: model.boosted, maxDepth: candidate.getMaxDepth() };
    return shorter;
  }
}

export class GBTRegressionModel extends withParams(ValueEnsembleModel, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;
  static readonly supportedLossTypes: readonly string[] = losses;

  constructor(
    readonly boosted: readonly TreeData[],
    readonly numFeatures: number,
    readonly treeWeights: readonly number[],
  ) {
    super();
  }

  protected override readonly combined = "sum";

  protected override get ensemble(): readonly TreeData[] {
    return this.boosted;
  }

  static learned(parent: GBTRegressor, trees: readonly TreeData[], numFeatures: number): GBTRegressionModel {
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

  /** The mean loss over the rows of `df` after each tree. */
  evaluateEachIteration(df: DataFrame, loss: "squared" | "absolute" = this.getLossType()): Promise<number[]> {
    return lossesByIteration(df, this.flat, this.className, this.featuresColumn(), this.getLabelCol(), loss);
  }
}

persistent(GBTRegressor, { sparkClass: "org.apache.spark.ml.regression.GBTRegressor", load: () => new GBTRegressor() });

persistent(
  GBTRegressionModel,
  savedEnsemble(
    "org.apache.spark.ml.regression.GBTRegressionModel",
    ({ boosted }) => boosted,
    (...data) => new GBTRegressionModel(...data),
  ),
);
