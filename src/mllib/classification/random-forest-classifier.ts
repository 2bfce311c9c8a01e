/** Random forests that predict classes. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { probabilisticParams, ProbabilisticClassificationModel } from "../base/classifier";
import { knownSummary } from "../base/summary";
import { appendColumns } from "../compute/append-columns";
import { withFields } from "../base/schema";
import type { SparseVector, Vector, VectorLike } from "../linalg/vectors";
import { Vectors } from "../linalg/vectors";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { ensembleText, featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { fitForest } from "../tree/fit-trees";
import { leavesOf } from "../tree/flat-ensemble";
import { growthSpec, metadataOfTrees, type Settings } from "../tree/learner";
import { nestedForests, nestedForestsProgram } from "../tree/nested-forests";
import { classImpurity, forestParams, pruneTree, treeParams } from "../tree/params";
import {
  type ClassTrees,
  classTreesProgram,
  leafFields,
  oneRow,
  openClassTrees,
  votingTrees,
  withLeaves,
} from "../tree/programs";
import { readTrees, savedImpurity, writeTrees } from "../tree/saved-trees";
import type { Training } from "../tree/training";
import { cutToDepth, mergeEqualLeaves, sizeOf, type TreeData } from "../tree/tree-data";
import type { OutputColumns } from "../tuning/sharing";
import { ProbabilisticSummary, summarizedRows } from "./classification-summary";
import { DecisionTreeClassificationModel } from "./decision-tree-classifier";

const params = { ...probabilisticParams, ...treeParams, ...forestParams, ...classImpurity, ...pruneTree(false) } as const;

/**
 * Trees over bootstrap samples, each node of which looks at some of the features (Breiman, "Random Forests", 2001). A forest contains the
 * smaller and shallower ones of the same seed. Unlike Spark's, its trees keep questions below which all leaves predict the same class,
 * because their probabilities count in the vote; `pruneTree: true` leaves them out.
 */
export class RandomForestClassifier extends withParams(TreeEstimator<RandomForestClassificationModel>, params) {
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
    const trees = model.grown.slice(0, candidate.getNumTrees()).map((tree) => cutToDepth(tree, candidate.getMaxDepth()));
    const smaller = RandomForestClassificationModel.learned(candidate, trees, model.numFeatures);
    smaller.cutOf = { grown: model.grown, maxDepth: candidate.getMaxDepth() };
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

export class RandomForestClassificationModel extends withParams(ProbabilisticClassificationModel<ClassTrees>, params) {
  /** Internal: the rows of the fit. Undefined of models that were loaded. */
  trainedOn: DataFrame | undefined;

  /** Internal: the trees of which these are the first, and the depth down to which. Undefined of forests that were not cut out of one. */
  cutOf: { readonly grown: readonly TreeData[]; readonly maxDepth: number } | undefined;

  constructor(
    readonly forest: readonly TreeData[],
    readonly numFeatures: number,
    readonly treeWeights: readonly number[] = forest.map(() => 1),
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

  get numClasses(): number {
    return this.forest[0]!.width;
  }

  /** The trees as models of their own. */
  get trees(): readonly DecisionTreeClassificationModel[] {
    return this.forest.map((tree) => DecisionTreeClassificationModel.ofForest(this, tree));
  }

  override getNumTrees = (): number => this.forest.length;

  get totalNumNodes(): number {
    return this.forest.reduce((sum, tree) => sum + sizeOf(tree), 0);
  }

  get featureImportances(): SparseVector {
    return featureImportances(this.forest, this.numFeatures, true);
  }

  /** The rules of all trees as text. */
  get toDebugString(): string {
    return `${this.toString()}\n${ensembleText(this.forest, this.treeWeights)}`;
  }

  override toString(): string {
    return `${this.className}: uid=${this.uid}, numTrees=${this.forest.length}, numClasses=${this.numClasses}, numFeatures=${this.numFeatures}`;
  }

  /** The leaf of each tree at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): Vector {
    return Vectors.dense([...leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))]);
  }

  private get flat(): ClassTrees["flat"] {
    return votingTrees(this.forest, this.treeWeights, this.numFeatures);
  }

  protected override scoring() {
    const model: ClassTrees = { kind: "votes", flat: this.flat };
    return { program: classTreesProgram, model, open: openClassTrees };
  }

  override transformSchema(schema: StructType): StructType {
    const leaves = leafFields(this.getLeafCol(), false);
    return withFields(super.transformSchema(schema), this.className, ...leaves);
  }

  /** Forests that were cut out of one are predicted in one walk of its trees. */
  transformMany(
    models: readonly RandomForestClassificationModel[],
    df: DataFrame,
    columns: readonly OutputColumns[],
  ): DataFrame | null {
    const named = models.map((model, i) => model.copy(columns[i]));
    const [first] = named;
    const family = first?.cutOf?.grown;
    const alike = named.every(
      (model) =>
        model.cutOf?.grown === family &&
        !model.getPruneTree() &&
        model.getLeafCol() === "" &&
        model.featuresColumn() === first!.featuresColumn(),
    );
    if (family === undefined || !alike) return null;
    const forests = named.map((model) => ({
      trees: model.forest.length,
      maxDepth: model.cutOf!.maxDepth,
      decision: model.decision(),
      outputs: model.outputs().map(([kind]) => kind),
    }));
    return appendColumns(df, nestedForestsProgram, {
      inputs: [first!.featuresColumn()],
      outputs: named.flatMap((model) => model.outputFields()),
      spec: nestedForests(family, this.numFeatures, forests),
    });
  }

  protected override transformed(df: DataFrame): DataFrame {
    return withLeaves(super.transformed(df), this.flat, this.featuresColumn(), this.getLeafCol());
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
