/** Random forests that predict numbers. */
import type { SparkSession } from "../../dataframe/api/spark-session";
import { predictorParams } from "../base/predictor";
import type { SparseVector } from "../linalg/vectors";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { fitForest } from "../tree/fit-trees";
import { growthSpec, type Settings } from "../tree/learner";
import { featureSubsetStrategies, forestParams, treeParams, valueImpurities, valueImpurity } from "../tree/params";
import { savedEnsemble } from "../tree/saved-ensembles";
import type { Training } from "../tree/training";
import { cutEach, type TreeData } from "../tree/tree-data";
import { ValueEnsembleModel } from "../tree/value-ensemble";
import { DecisionTreeRegressionModel } from "./decision-tree-regressor";

const params = { ...predictorParams, ...treeParams, ...forestParams, ...valueImpurity } as const;

/**
 * The mean of trees over bootstrap samples, each node of which looks at some of the features (Breiman, "Random Forests", 2001). A forest
 * contains the smaller and shallower ones of the same seed.
 */
export class RandomForestRegressor extends withParams(TreeEstimator<RandomForestRegressionModel>, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;

  protected override readonly kind = "values";
  protected override readonly sizes = ["numTrees", "maxDepth"];

  protected override async learn(training: Training, session: SparkSession): Promise<RandomForestRegressionModel> {
    const trees = await fitForest(session, training, growthSpec(this.settings, training), this.getNumTrees());
    return RandomForestRegressionModel.learned(this, trees, training.width);
  }

  // A single tree looks at all features where the strategy is "auto".
  protected override apart({ numTrees, featureSubsetStrategy }: Settings): unknown {
    return numTrees === 1 && featureSubsetStrategy?.toLowerCase() === "auto";
  }

  cut(model: RandomForestRegressionModel, wanted: ParamMap): RandomForestRegressionModel {
    const candidate = this.copy(wanted);
    const trees = cutEach(model.forest.slice(0, candidate.getNumTrees()), candidate.getMaxDepth());
    const smaller = RandomForestRegressionModel.learned(candidate, trees, model.numFeatures);
    smaller.cutOf = { grown: model.forest, maxDepth: candidate.getMaxDepth() };
    return smaller;
  }
}

export class RandomForestRegressionModel extends withParams(ValueEnsembleModel, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;

  constructor(
    readonly forest: readonly TreeData[],
    readonly numFeatures: number,
    readonly treeWeights: readonly number[] = new Array<number>(forest.length).fill(1),
  ) {
    super();
  }

  protected override get ensemble(): readonly TreeData[] {
    return this.forest;
  }

  protected override readonly combined = "mean";

  static learned(parent: RandomForestRegressor, trees: readonly TreeData[], numFeatures: number): RandomForestRegressionModel {
    return new this(trees, numFeatures).adopted(parent);
  }

  /** The trees as models of their own. */
  get trees(): readonly DecisionTreeRegressionModel[] {
    return this.forest.map((tree) => DecisionTreeRegressionModel.ofEnsemble(this, tree));
  }

  override getNumTrees = (): number => this.forest.length;

  get featureImportances(): SparseVector {
    return featureImportances(this.forest, this.numFeatures, true);
  }
}

persistent(RandomForestRegressor, {
  sparkClass: "org.apache.spark.ml.regression.RandomForestRegressor",
  load: () => new RandomForestRegressor(),
});

persistent(
  RandomForestRegressionModel,
  savedEnsemble(
    "org.apache.spark.ml.regression.RandomForestRegressionModel",
    ({ forest }) => forest,
    (...data) => new RandomForestRegressionModel(...data),
  ),
);
