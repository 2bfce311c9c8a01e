/** Random forests that predict classes. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { probabilisticParams } from "../base/classifier";
import { knownSummary } from "../base/summary";
import type { SparseVector } from "../linalg/vectors";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { ClassEnsembleModel } from "../tree/class-ensemble";
import { featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { fitForest } from "../tree/fit-trees";
import { growthSpec, metadataOfTrees, type Settings } from "../tree/learner";
import { classImpurities, classImpurity, featureSubsetStrategies, forestParams, pruneTree, treeParams } from "../tree/params";
import { readTrees, savedImpurity, writeTrees } from "../tree/saved-trees";
import type { Training } from "../tree/training";
import { cutEach, mergeEqualLeaves, type TreeData } from "../tree/tree-data";
import { ProbabilisticSummary, summarizedRows } from "./classification-summary";
import { DecisionTreeClassificationModel } from "./decision-tree-classifier";

const params = { ...probabilisticParams, ...treeParams, ...forestParams, ...classImpurity, ...pruneTree(false) } as const;

/**
 * Trees over bootstrap samples, each node of which looks at some of the features (Breiman, "Random Forests", 2001). A forest contains the
 * smaller and shallower ones of the same seed. Unlike Spark's, its trees keep questions below which all leaves predict the same class,
 * because their probabilities count in the vote; `pruneTree: true` leaves them out.
 */
export class RandomForestClassifier extends withParams(TreeEstimator<RandomForestClassificationModel>, params) {
  static readonly supportedImpurities: readonly string[] = classImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;

  protected override readonly kind = "classes";
  protected override readonly sizes = ["numTrees", "maxDepth"];

  protected override async learn(training: Training, session: SparkSession): Promise<RandomForestClassificationModel> {
    const trees = await fitForest(session, training, growthSpec(this.settings, training), this.getNumTrees());
    return RandomForestClassificationModel.learned(this, trees, training.width);
  }

  // A single tree looks at all features where the strategy is "auto".
  protected override apart({ numTrees, featureSubsetStrategy }: Settings): unknown {
    return numTrees === 1 && featureSubsetStrategy?.toLowerCase() === "auto";
  }

  cut(model: RandomForestClassificationModel, wanted: ParamMap): RandomForestClassificationModel {
    const candidate = this.copy(wanted);
    const trees = cutEach(model.grown.slice(0, candidate.getNumTrees()), candidate.getMaxDepth());
    const smaller = RandomForestClassificationModel.learned(candidate, trees, model.numFeatures);
    // Where questions were left out, its trees are not those of the whole forest.
    if (!candidate.getPruneTree()) smaller.cutOf = { grown: model.grown, maxDepth: candidate.getMaxDepth() };
    return model.trainedOn === undefined ? smaller : this.learnedOf(smaller, model.trainedOn);
  }

  protected override learnedOf(model: RandomForestClassificationModel, df: DataFrame): RandomForestClassificationModel {
    model.trainedOn = df;
    return model;
  }
}

/** How well a forest does. Curves and areas are known of two classes only. */
export class RandomForestClassificationSummary extends ProbabilisticSummary {}

/** Of the rows that the forest was fitted on. As in Spark, there is one entry of history, and no iteration. */
export class RandomForestClassificationTrainingSummary extends RandomForestClassificationSummary {
  readonly objectiveHistory: readonly number[] = [0];
  readonly totalIterations = 0;
}

export class RandomForestClassificationModel extends withParams(ClassEnsembleModel, params) {
  static readonly supportedImpurities: readonly string[] = classImpurities;
  static readonly supportedFeatureSubsetStrategies: readonly string[] = featureSubsetStrategies;

  /** Internal: the rows of the fit. Undefined of models that were loaded. */
  trainedOn: DataFrame | undefined;

  protected override readonly combined = "votes";

  constructor(
    readonly forest: readonly TreeData[],
    readonly numFeatures: number,
    readonly treeWeights: readonly number[] = new Array<number>(forest.length).fill(1),
    /** The trees before questions were left out. */
    readonly grown: readonly TreeData[] = forest,
  ) {
    super();
  }

  static learned(
    parent: RandomForestClassifier,
    grown: readonly TreeData[],
    numFeatures: number,
  ): RandomForestClassificationModel {
    const trees = parent.getPruneTree() ? grown.map(mergeEqualLeaves) : grown;
    return new this(trees, numFeatures, undefined, grown).adopted(parent);
  }

  get hasSummary(): boolean {
    return this.trainedOn !== undefined;
  }

  /** Of the rows that the model was fitted on. Throws of a model that was loaded. */
  get summary(): RandomForestClassificationTrainingSummary {
    const df = knownSummary(this.trainedOn, this.className);
    return new RandomForestClassificationTrainingSummary(summarizedRows(this, df, "probabilityCol"), this.numClasses);
  }

  /** How the model does on other rows. */
  evaluate(df: DataFrame): RandomForestClassificationSummary {
    return new RandomForestClassificationSummary(summarizedRows(this, df, "probabilityCol"), this.numClasses);
  }

  protected override get ensemble(): readonly TreeData[] {
    return this.forest;
  }

  get numClasses(): number {
    return (this.cutOf?.grown ?? this.forest)[0]!.width;
  }

  /** The trees as models of their own. */
  get trees(): readonly DecisionTreeClassificationModel[] {
    return this.forest.map((tree) => DecisionTreeClassificationModel.ofForest(this, tree));
  }

  override getNumTrees = (): number => this.forest.length;

  get featureImportances(): SparseVector {
    return featureImportances(this.forest, this.numFeatures, true);
  }

  override toString(): string {
    return this.described({ numTrees: this.forest.length, numClasses: this.numClasses, numFeatures: this.numFeatures });
  }
}

persistent(RandomForestClassifier, {
  sparkClass: "org.apache.spark.ml.classification.RandomForestClassifier",
  leaveOut: ["pruneTree"],
  load: () => new RandomForestClassifier(),
});

const ofTrees = new Set([...Object.keys(probabilisticParams), ...Object.keys(treeParams), "impurity"]);

persistent(RandomForestClassificationModel, {
  sparkClass: "org.apache.spark.ml.classification.RandomForestClassificationModel",
  leaveOut: ["pruneTree"],
  metadata: ({ numFeatures, numClasses, forest }) => ({ numFeatures, numClasses, numTrees: forest.length }),
  save: (model, directory) =>
    writeTrees(
      directory,
      model.forest,
      model.treeWeights,
      metadataOfTrees(model, "org.apache.spark.ml.classification.DecisionTreeClassificationModel", ofTrees),
    ),
  load: async ({ numFeatures, paramMap, defaultParamMap }, directory) => {
    const impurity = savedImpurity(paramMap, defaultParamMap);
    const { trees, weights } = await readTrees(directory, impurity);
    return new RandomForestClassificationModel(trees, Number(numFeatures), weights);
  },
});
