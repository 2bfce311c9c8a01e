/** What models of several trees that predict numbers share. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { RegressionModel } from "../base/predictor";
import { withFields } from "../base/schema";
import { type Vector, type VectorLike, Vectors } from "../linalg/vectors";
import { ensembleText } from "./describe";
import { type FlatEnsemble, leavesOf, sumOfTrees } from "./flat-ensemble";
import { addingTrees, leafFields, oneRow, valueTreesProgram, withLeaves } from "./programs";
import { sizeOf, type TreeData } from "./tree-data";

export abstract class ValueEnsembleModel extends RegressionModel {
  protected abstract readonly ensemble: readonly TreeData[];
  abstract readonly treeWeights: readonly number[];

  /** What a tree counts in the sum, in terms of its weight. */
  protected get unit(): number {
    return 1;
  }

  get totalNumNodes(): number {
    return this.ensemble.reduce((sum, tree) => sum + sizeOf(tree), 0);
  }

  /** The rules of all trees as text. */
  get toDebugString(): string {
    return `${this.toString()}\n${ensembleText(this.ensemble, this.treeWeights)}`;
  }

  override toString(): string {
    return `${this.className}: uid=${this.uid}, numTrees=${this.ensemble.length}, numFeatures=${this.numFeatures}`;
  }

  predict(features: VectorLike): number {
    return sumOfTrees(this.flat, oneRow(features, this.numFeatures, this.className))[0]!;
  }

  /** The leaf of each tree at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): Vector {
    return Vectors.dense([...leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))]);
  }

  protected get flat(): FlatEnsemble {
    return addingTrees(
      this.ensemble,
      this.treeWeights.map((weight) => weight * this.unit),
      this.numFeatures,
    );
  }

  protected override program() {
    return { program: valueTreesProgram, spec: this.flat };
  }

  private leafColumn(): string {
    return this.valueFor<string>("leafCol") ?? "";
  }

  override transformSchema(schema: StructType): StructType {
    return withFields(super.transformSchema(schema), this.className, ...leafFields(this.leafColumn(), false));
  }

  protected override transformed(df: DataFrame): DataFrame {
    return withLeaves(super.transformed(df), this.flat, this.featuresColumn(), this.leafColumn());
  }
}
