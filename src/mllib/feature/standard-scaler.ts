/** Entries with mean 0 and deviation 1. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type InstanceColumns, instancesOf } from "../compute/instances";
import type { BlockLearning } from "../incremental/block-learner";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { type Keeps, type Kept, keptFrom, keptMetadata, keptState } from "../incremental/kept-state";
import type { Vector } from "../linalg/vectors";
import { boolParam } from "../param/kinds";
import { withParams } from "../param/params";
import { type Stored, summaryLearner, summaryOf, sumsOf } from "../stat/vector-summary";
import { column, savedAs, savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  withMean: boolParam("whether to subtract the mean; sparse vectors become dense", false),
  withStd: boolParam("whether to divide by the standard deviation of the sample (n - 1)", true),
} as const;

/** Entries without deviation become 0. `partialFit` goes on with the moments of the batches so far. */
export class StandardScaler extends withParams(IncrementalEstimator<StandardScalerModel, Stored>, params) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  override instanceColumns(): InstanceColumns {
    return { ...super.instanceColumns(), nonFinite: true };
  }

  override blockLearning(): BlockLearning<unknown, Stored> {
    return { learner: summaryLearner, spec: null };
  }

  override modelOf(state: Stored): StandardScalerModel {
    return StandardScalerModel.of(this, { state, saved: true });
  }

  override stateOf(model: StandardScalerModel): Stored {
    return keptState(model);
  }

  protected override async fitModel(df: DataFrame): Promise<StandardScalerModel> {
    const state = await sumsOf(await instancesOf(df, this.instanceColumns()), this.className);
    return StandardScalerModel.of(this, { state, saved: false });
  }
}

export class StandardScalerModel extends withParams(VectorModel, params) implements Keeps<Stored> {
  kept: Kept<Stored> | undefined;

  constructor(
    readonly std: Vector,
    readonly mean: Vector,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: StandardScaler, kept: Kept<Stored>): StandardScalerModel {
    const { mean, std } = summaryOf(kept.state);
    const model = new StandardScalerModel(std.compressed(), mean.compressed()).adopted(parent);
    model.kept = kept;
    return model;
  }

  protected override get outputSize(): number {
    return this.mean.size;
  }

  protected override mapping(): Mapping {
    return mapping(scaleVectors, {
      who: this.className,
      width: this.mean.size,
      shift: this.getWithMean() ? this.mean.toArray() : null,
      scale: this.getWithStd() ? this.std.toArray().map((std) => (std === 0 ? 0 : 1 / std)) : null,
    });
  }

  override toString(): string {
    return this.described({ numFeatures: this.mean.size, withMean: this.getWithMean(), withStd: this.getWithStd() });
  }
}

savedByParams(StandardScaler);
savedAs(
  StandardScalerModel,
  "StandardScalerModel",
  { std: column.vector, mean: column.vector },
  (model) => [model.std, model.mean],
  (std: Vector, mean: Vector) => new StandardScalerModel(std, mean),
  { metadata: keptMetadata, restore: (model, metadata) => void (model.kept = keptFrom(metadata)) },
);
