/** Decision trees that predict numbers. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { columnName, predictorParams, RegressionModel } from "../base/predictor";
import { doubleField, withFields } from "../base/schema";
import { appendColumns } from "../compute/append-columns";
import type { SparseVector, VectorLike } from "../linalg/vectors";
import { stringParam } from "../param/kinds";
import type { ParamMap } from "../param/param";
import { type Params, withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { featureImportances, treeText } from "../tree/describe";
import { TreeEstimator } from "../tree/estimator";
import { fitForest } from "../tree/fit-trees";
import { type FlatEnsemble, leavesOf, sumOfTrees } from "../tree/flat-ensemble";
import { growthSpec } from "../tree/learner";
import { treeParams, valueImpurities, valueImpurity } from "../tree/params";
import { addingTrees, leafFields, oneRow, type ValueTrees, valueTreesProgram, varianceTree, withLeaves } from "../tree/programs";
import { readTree, writeTree } from "../tree/saved-trees";
import type { Training } from "../tree/training";
import { cutToDepth, depthOf, sizeOf, type TreeData } from "../tree/tree-data";

const params = {
  ...predictorParams,
  ...treeParams,
  ...valueImpurity,
  varianceCol: stringParam("name of the column for the variance of the labels in the leaf; none where it is not set"),
} as const;

/**
 * A tree of questions about features, grown from histograms of binned values so that the variance within its leaves is small (Breiman et
 * al., "Classification and Regression Trees", 1984).
 */
export class DecisionTreeRegressor extends withParams(TreeEstimator<DecisionTreeRegressionModel>, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;

  protected override readonly kind = "values";
  protected override readonly sizes = ["maxDepth"];

  protected override async learn(training: Training, session: SparkSession): Promise<DecisionTreeRegressionModel> {
    const [tree] = await fitForest(session, training, growthSpec(this.settings, training), 1);
    return DecisionTreeRegressionModel.learned(this, tree!, training.width);
  }

  cut(model: DecisionTreeRegressionModel, wanted: ParamMap): DecisionTreeRegressionModel {
    const candidate = this.copy(wanted);
    return DecisionTreeRegressionModel.learned(candidate, cutToDepth(model.tree, candidate.getMaxDepth()), model.numFeatures);
  }
}

export class DecisionTreeRegressionModel extends withParams(RegressionModel, params) {
  static readonly supportedImpurities: readonly string[] = valueImpurities;

  constructor(
    readonly tree: TreeData,
    readonly numFeatures: number,
  ) {
    super();
  }

  static learned(parent: DecisionTreeRegressor, tree: TreeData, numFeatures: number): DecisionTreeRegressionModel {
    return new this(tree, numFeatures).adopted(parent);
  }

  /** A tree of an ensemble. */
  static ofEnsemble(ensemble: Params & { readonly numFeatures: number }, tree: TreeData): DecisionTreeRegressionModel {
    return new this(tree, ensemble.numFeatures).copyValues(ensemble);
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
    return this.described({ depth: this.depth, numNodes: this.numNodes, numFeatures: this.numFeatures });
  }

  predict(features: VectorLike): number {
    return sumOfTrees(this.flat, oneRow(features, this.numFeatures, this.className))[0]!;
  }

  /** The leaf at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): number {
    return leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))[0]!;
  }

  private get flat(): FlatEnsemble {
    return addingTrees([this.tree], [1], this.numFeatures);
  }

  protected override program() {
    return { program: valueTreesProgram, spec: { ...this.flat, of: "sum" } satisfies ValueTrees };
  }

  private varianceFields(): readonly StructField[] {
    const name = columnName(this.valueFor<string>("varianceCol"));
    return name === undefined ? [] : [doubleField(name)];
  }

  override transformSchema(schema: StructType): StructType {
    const added = [...this.varianceFields(), ...leafFields(this.getLeafCol(), this.tree)];
    return withFields(super.transformSchema(schema), this.className, ...added);
  }

  protected override transformed(df: DataFrame): DataFrame {
    let result = super.transformed(df);
    const outputs = this.varianceFields();
    if (outputs.length > 0)
      result = appendColumns(result, valueTreesProgram, {
        inputs: [this.featuresColumn()],
        outputs,
        spec: { ...varianceTree(this.tree, this.numFeatures), of: "sum" },
      });
    return withLeaves(result, this.flat, this.featuresColumn(), this.getLeafCol(), this.tree);
  }
}

persistent(DecisionTreeRegressor, {
  sparkClass: "org.apache.spark.ml.regression.DecisionTreeRegressor",
  load: () => new DecisionTreeRegressor(),
});

persistent(DecisionTreeRegressionModel, {
  sparkClass: "org.apache.spark.ml.regression.DecisionTreeRegressionModel",
  metadata: ({ numFeatures }) => ({ numFeatures }),
  save: (model, directory) => writeTree(directory, model.tree),
  load: async ({ numFeatures }, directory) =>
    new DecisionTreeRegressionModel(await readTree(directory, "variance"), Number(numFeatures)),
});
