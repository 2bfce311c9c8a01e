/** Gradient-boosted trees that predict numbers. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { predictorParams } from "../base/predictor";
import type { SparseVector } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { boostWeight } from "../tree/boost";
import { featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { lossesByIteration } from "../tree/evaluate-iterations";
import { fitBoosted } from "../tree/fit-trees";
import { growthSpec, metadataOfTrees, type Settings } from "../tree/learner";
import { boostParams, treeParams, valueImpurity } from "../tree/params";
import { readTrees, writeTrees } from "../tree/saved-trees";
import type { Training } from "../tree/training";
import type { TreeData } from "../tree/tree-data";
import { ValueEnsembleModel } from "../tree/value-ensemble";
import { DecisionTreeRegressionModel } from "./decision-tree-regressor";

const params = {
  ...predictorParams,
  ...treeParams,
  ...boostParams,
  ...valueImpurity,
  lossType: choiceParam("loss that is minimised", ["squared", "absolute"], "squared"),
} as const;

/**
 * Trees that each learn what is left of the loss (Friedman, "Greedy Function Approximation", 2001). A fit contains those with fewer
 * iterations.
 */
export class GBTRegressor extends withParams(TreeEstimator<GBTRegressionModel>, params) {
  protected override readonly kind = "values";
  protected override readonly sizes = ["maxIter"];

  protected override async learn(training: Training, session: SparkSession): Promise<GBTRegressionModel> {
    const { trees, best } = await fitBoosted(session, training, {
      growth: growthSpec(this.settings, training),
      loss: this.getLossType(),
      iterations: this.getMaxIter(),
      stepSize: this.getStepSize(),
      validationTol: this.getValidationTol(),
    });
    return GBTRegressionModel.learned(this, trees.slice(0, best), training.width);
  }

  // Where a fit ends by its validation rows depends on how far it went.
  protected override apart({ validationIndicatorCol, maxIter }: Settings): unknown {
    return validationIndicatorCol === undefined ? null : maxIter;
  }

  cut(model: GBTRegressionModel, wanted: ParamMap): GBTRegressionModel {
    const candidate = this.copy(wanted);
    return GBTRegressionModel.learned(candidate, model.boosted.slice(0, candidate.getMaxIter()), model.numFeatures);
  }
}

export class GBTRegressionModel extends withParams(ValueEnsembleModel, params) {
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

  static learned(parent: GBTRegressor, trees: readonly TreeData[], numFeatures: number): GBTRegressionModel {
    const weights = trees.map((_, i) => boostWeight(i, parent.getStepSize()));
    return new this(trees, numFeatures, weights).adopted(parent);
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

const ofTrees = new Set([...Object.keys(treeParams), "impurity"]);

persistent(GBTRegressionModel, {
  sparkClass: "org.apache.spark.ml.regression.GBTRegressionModel",
  metadata: ({ numFeatures, boosted }) => ({ numFeatures, numTrees: boosted.length }),
  save: (model, directory) =>
    writeTrees(
      directory,
      model.boosted,
      model.treeWeights,
      metadataOfTrees(model, "org.apache.spark.ml.regression.DecisionTreeRegressionModel", ofTrees),
    ),
  load: async ({ numFeatures }, directory) => {
    const { trees, weights } = await readTrees(directory, "variance");
    return new GBTRegressionModel(trees, Number(numFeatures), weights);
  },
});
