/** Decision trees that predict classes. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { probabilisticParams, ProbabilisticClassificationModel } from "../base/classifier";
import { withFields } from "../base/schema";
import type { SparseVector, VectorLike } from "../linalg/vectors";
import type { ParamMap } from "../param/param";
import { type Params, withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { featureImportances, treeText } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { fitForest } from "../tree/fit-trees";
import { leavesOf } from "../tree/flat-ensemble";
import { growthSpec } from "../tree/learner";
import { classImpurities, classImpurity, pruneTree, treeParams } from "../tree/params";
import {
  type ClassTrees,
  classTreesProgram,
  countingTree,
  leafFields,
  oneRow,
  openClassTrees,
  withLeaves,
} from "../tree/programs";
import { readTree, savedImpurity, writeTree } from "../tree/saved-trees";
import type { Training } from "../tree/training";
import { cutToDepth, depthOf, mergeEqualLeaves, sizeOf, type TreeData } from "../tree/tree-data";

const params = { ...probabilisticParams, ...treeParams, ...classImpurity, ...pruneTree(true) } as const;

/**
 * A tree of questions about features, grown from histograms of binned values (Breiman et al., "Classification and Regression Trees",
 * 1984; Panda et al., "PLANET", 2009). Labels are classes 0, 1, …; categorical features are those that the column's metadata name.
 */
export class DecisionTreeClassifier extends withParams(TreeEstimator<DecisionTreeClassificationModel>, params) {
  static readonly supportedImpurities: readonly string[] = classImpurities;

  protected override readonly kind = "classes";
  protected override readonly sizes = ["maxDepth"];

  protected override async learn(training: Training, session: SparkSession): Promise<DecisionTreeClassificationModel> {
    const [tree] = await fitForest(session, training, growthSpec(this.settings, training), 1);
    return DecisionTreeClassificationModel.learned(this, tree!, training.width);
  }

  cut(model: DecisionTreeClassificationModel, wanted: ParamMap): DecisionTreeClassificationModel {
    const candidate = this.copy(wanted);
    return DecisionTreeClassificationModel.learned(
      candidate,
      cutToDepth(model.grown, candidate.getMaxDepth()),
      model.numFeatures,
    );
  }
}

export class DecisionTreeClassificationModel extends withParams(ProbabilisticClassificationModel<ClassTrees>, params) {
  static readonly supportedImpurities: readonly string[] = classImpurities;

  constructor(
    /** The tree that predicts. */
    readonly tree: TreeData,
    readonly numFeatures: number,
    /** The tree before questions were left out. */
    readonly grown: TreeData = tree,
  ) {
    super();
  }

  static learned(parent: DecisionTreeClassifier, grown: TreeData, numFeatures: number): DecisionTreeClassificationModel {
    const tree = parent.getPruneTree() ? mergeEqualLeaves(grown) : grown;
    return new this(tree, numFeatures, grown).adopted(parent);
  }

  /** A tree of a forest. */
  static ofForest(forest: Params & { readonly numFeatures: number }, tree: TreeData): DecisionTreeClassificationModel {
    return new this(tree, forest.numFeatures).copyValues(forest);
  }

  get numClasses(): number {
    return this.tree.width;
  }

  /** Questions from the root to the deepest leaf. */
  get depth(): number {
    return depthOf(this.tree);
  }

  get numNodes(): number {
    return sizeOf(this.tree);
  }

  get featureImportances(): SparseVector {
    return featureImportances([this.tree], this.numFeatures, true);
  }

  /** The rules as text. */
  get toDebugString(): string {
    return `${this.toString()}\n${treeText(this.tree, 2)}`;
  }

  override toString(): string {
    return this.described({
      depth: this.depth,
      numNodes: this.numNodes,
      numClasses: this.numClasses,
      numFeatures: this.numFeatures,
    });
  }

  /** The leaf at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): number {
    return leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))[0]!;
  }

  private get flat(): ClassTrees["flat"] {
    return countingTree(this.tree, this.numFeatures);
  }

  protected override scoring() {
    const model: ClassTrees = { kind: "votes", flat: this.flat };
    return { program: classTreesProgram, model, open: openClassTrees };
  }

  override transformSchema(schema: StructType): StructType {
    const leaves = leafFields(this.getLeafCol(), this.tree);
    return withFields(super.transformSchema(schema), this.className, ...leaves);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return withLeaves(super.transformed(df), this.flat, this.featuresColumn(), this.getLeafCol(), this.tree);
  }
}

persistent(DecisionTreeClassifier, {
  sparkClass: "org.apache.spark.ml.classification.DecisionTreeClassifier",
  leaveOut: ["pruneTree"],
  load: () => new DecisionTreeClassifier(),
});

persistent(DecisionTreeClassificationModel, {
  sparkClass: "org.apache.spark.ml.classification.DecisionTreeClassificationModel",
  leaveOut: ["pruneTree"],
  metadata: ({ numFeatures, numClasses }) => ({ numFeatures, numClasses }),
  save: (model, directory) => writeTree(directory, model.tree),
  load: async ({ numFeatures, paramMap, defaultParamMap }, directory) => {
    const impurity = savedImpurity(paramMap, defaultParamMap);
    return new DecisionTreeClassificationModel(await readTree(directory, impurity), Number(numFeatures));
  },
});
