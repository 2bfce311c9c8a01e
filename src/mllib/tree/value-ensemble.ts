/** What models of several trees that predict numbers share. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { RegressionModel } from "../base/predictor";
import { withFields } from "../base/schema";
import { type Vector, type VectorLike, Vectors } from "../linalg/vectors";
import { ensembleText } from "./describe";
import { type FlatEnsemble, leavesOf, sumOfTrees } from "./flat-ensemble";
import { type CutOf, transformNested } from "./nested-ensembles";
import { addingTrees, leafFields, oneRow, type ValueTrees, valueTreesProgram, withLeaves } from "./programs";
import { sizeOf, type TreeData } from "./tree-data";
import type { OutputColumns } from "../tuning/sharing";

export abstract class ValueEnsembleModel extends RegressionModel {
  protected abstract readonly ensemble: readonly TreeData[];
  abstract readonly treeWeights: readonly number[];

  /** What a prediction is, of what the trees give. */
  protected abstract readonly combined: "sum" | "mean";

  /** Internal: undefined of ensembles that were not cut out of one. */
  cutOf: CutOf | undefined;

  get totalNumNodes(): number {
    return this.ensemble.reduce((sum, tree) => sum + sizeOf(tree), 0);
  }

  /** The rules of all trees as text. */
  get toDebugString(): string {
    return `${this.toString()}\n${ensembleText(this.ensemble, this.treeWeights)}`;
  }

  override toString(): string {
    return this.described({ numTrees: this.ensemble.length, numFeatures: this.numFeatures });
  }

  predict(features: VectorLike): number {
    const sum = sumOfTrees(this.flat, oneRow(features, this.numFeatures, this.className))[0]!;
    return this.combined === "sum" ? sum : sum / this.ensemble.length;
  }

  /** The leaf of each tree at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): Vector {
    return Vectors.dense([...leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))]);
  }

  protected get flat(): FlatEnsemble {
    return addingTrees(this.ensemble, this.treeWeights, this.numFeatures);
  }

  protected override program() {
    const spec: ValueTrees = { ...this.flat, of: this.combined };
    return { program: valueTreesProgram, spec };
  }

  private leafColumn(): string {
    return this.valueFor<string>("leafCol") ?? "";
  }

  override transformSchema(schema: StructType): StructType {
    return withFields(super.transformSchema(schema), this.className, ...leafFields(this.leafColumn(), this.ensemble));
  }

  protected override transformed(df: DataFrame): DataFrame {
    return withLeaves(super.transformed(df), this.flat, this.featuresColumn(), this.leafColumn(), this.ensemble);
  }

  /** Ensembles that were cut out of one are predicted in one walk of its trees. */
  transformMany(models: readonly this[], df: DataFrame, columns: readonly OutputColumns[]): DataFrame | null {
    return transformNested<ValueEnsembleModel>(models, df, columns, (model) =>
      model.cutOf === undefined || model.leafColumn() !== ""
        ? null
        : {
            cutOf: model.cutOf,
            featuresCol: model.featuresColumn(),
            treeWeights: model.treeWeights,
            fields: model.outputFields(),
            result: { of: model.combined },
          },
    );
  }
}
