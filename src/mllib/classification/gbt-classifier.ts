/** Gradient-boosted trees that tell two classes apart. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { probabilisticParams, ProbabilisticClassificationModel } from "../base/classifier";
import { withFields } from "../base/schema";
import type { SparseVector, Vector, VectorLike } from "../linalg/vectors";
import { Vectors } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { DecisionTreeRegressionModel } from "../regression/decision-tree-regressor";
import { boostedApart, boostedTrees, boostedWeights } from "../tree/boosted";
import { savedEnsemble } from "../tree/saved-ensembles";
import { ensembleText, featureImportances } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { lossesByIteration } from "../tree/evaluate-iterations";
import { leavesOf } from "../tree/flat-ensemble";
import type { Settings } from "../tree/learner";
import { boostParams, treeParams, valueImpurity } from "../tree/params";
import {
  addingTrees,
  type ClassTrees,
  classTreesProgram,
  leafFields,
  oneRow,
  openClassTrees,
  withLeaves,
} from "../tree/programs";
import type { Training } from "../tree/training";
import { sizeOf, type TreeData } from "../tree/tree-data";

const params = {
  ...probabilisticParams,
  ...treeParams,
  ...boostParams,
  ...valueImpurity,
  lossType: choiceParam("loss that is minimised", ["logistic"], "logistic"),
} as const;

/**
 * Trees that each learn what is left of the loss (Friedman, "Greedy Function Approximation", 2001), for labels 0 and 1. A fit contains
 * those with fewer iterations.
 */
export class GBTClassifier extends withParams(TreeEstimator<GBTClassificationModel>, params) {
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
    return GBTClassificationModel.learned(candidate, model.boosted.slice(0, candidate.getMaxIter()), model.numFeatures);
  }
}

export class GBTClassificationModel extends withParams(ProbabilisticClassificationModel<ClassTrees>, params) {
  readonly numClasses = 2;

  constructor(
    readonly boosted: readonly TreeData[],
    readonly numFeatures: number,
    readonly treeWeights: readonly number[],
  ) {
    super();
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

  get totalNumNodes(): number {
    return this.boosted.reduce((sum, tree) => sum + sizeOf(tree), 0);
  }

  get featureImportances(): SparseVector {
    return featureImportances(this.boosted, this.numFeatures, false);
  }

  /** The rules of all trees as text. */
  get toDebugString(): string {
    return `${this.toString()}\n${ensembleText(this.boosted, this.treeWeights)}`;
  }

  override toString(): string {
    return `${this.className}: uid = ${this.uid}, numTrees=${this.boosted.length}, numClasses=2, numFeatures=${this.numFeatures}`;
  }

  /** The mean loss over the rows of `df` after each tree. */
  evaluateEachIteration(df: DataFrame): Promise<number[]> {
    return lossesByIteration(df, this.flat, this.className, this.featuresColumn(), this.getLabelCol(), "logistic");
  }

  /** The leaf of each tree at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): Vector {
    return Vectors.dense([...leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))]);
  }

  private get flat(): ClassTrees["flat"] {
    return addingTrees(this.boosted, this.treeWeights, this.numFeatures);
  }

  protected override scoring() {
    const model: ClassTrees = { kind: "margin", flat: this.flat };
    return { program: classTreesProgram, model, open: openClassTrees };
  }

  override transformSchema(schema: StructType): StructType {
    const leaves = leafFields(this.getLeafCol(), false);
    return withFields(super.transformSchema(schema), this.className, ...leaves);
  }

  protected override transformed(df: DataFrame): DataFrame {
    return withLeaves(super.transformed(df), this.flat, this.featuresColumn(), this.getLeafCol());
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
