/** What models of several trees that predict classes share. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { ProbabilisticClassificationModel } from "../base/classifier";
import { withFields } from "../base/schema";
import { type Vector, type VectorLike, Vectors } from "../linalg/vectors";
import type { OutputColumns } from "../tuning/sharing";
import { ensembleText } from "./describe";
import { leavesOf } from "./flat-ensemble";
import { type CutOf, transformNested } from "./nested-ensembles";
import {
  addingTrees,
  type ClassTrees,
  classTreesProgram,
  leafFields,
  oneRow,
  openClassTrees,
  votingTrees,
  withLeaves,
} from "./programs";
import { sizeOf, type TreeData } from "./tree-data";

export abstract class ClassEnsembleModel extends ProbabilisticClassificationModel<ClassTrees> {
  protected abstract readonly ensemble: readonly TreeData[];
  abstract readonly treeWeights: readonly number[];

  /** What the sums of the trees are. */
  protected abstract readonly combined: ClassTrees["kind"];

  /** Internal: undefined of ensembles that were not cut out of one. */
  cutOf: CutOf | undefined;

  get totalNumNodes(): number {
    return this.ensemble.reduce((sum, tree) => sum + sizeOf(tree), 0);
  }

  /** The rules of all trees as text. */
  get toDebugString(): string {
    return `${this.toString()}\n${ensembleText(this.ensemble, this.treeWeights)}`;
  }

  /** The leaf of each tree at which a vector ends, counted in preorder. */
  predictLeaf(features: VectorLike): Vector {
    return Vectors.dense([...leavesOf(this.flat, oneRow(features, this.numFeatures, this.className))]);
  }

  protected get flat(): ClassTrees["flat"] {
    return (this.combined === "votes" ? votingTrees : addingTrees)(this.ensemble, this.treeWeights, this.numFeatures);
  }

  protected override scoring() {
    const model: ClassTrees = { kind: this.combined, flat: this.flat };
    return { program: classTreesProgram, model, open: openClassTrees };
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
    return transformNested<ClassEnsembleModel>(models, df, columns, (model) =>
      model.cutOf === undefined || model.leafColumn() !== ""
        ? null
        : {
            cutOf: model.cutOf,
            featuresCol: model.featuresColumn(),
            treeWeights: model.treeWeights,
            fields: model.outputFields(),
            result: { of: model.combined, decision: model.decision(), outputs: model.outputs().map(([kind]) => kind) },
          },
    );
  }
}
