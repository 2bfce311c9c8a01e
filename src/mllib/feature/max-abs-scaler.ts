/** Entries divided by their largest magnitude. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type InstanceColumns, instancesOf } from "../compute/instances";
import type { BlockLearning } from "../incremental/block-learner";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { DenseVector, type Vector } from "../linalg/vectors";
import { withParams } from "../param/params";
import { extremesLearner, type Extremes } from "./support/extremes";
import { summarize } from "../stat/vector-summary";
import { column, savedAs, savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const largest = (min: Float64Array, max: Float64Array): DenseVector =>
  new DenseVector(max.map((value, i) => Math.max(Math.abs(value), Math.abs(min[i]!))));

export class MaxAbsScaler extends withParams(IncrementalEstimator<MaxAbsScalerModel, Extremes>, vectorColumns) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  override instanceColumns(): InstanceColumns {
    return { ...super.instanceColumns(), nonFinite: true };
  }

  override blockLearning(): BlockLearning<unknown, Extremes> {
    return { learner: extremesLearner, spec: null };
  }

  override modelOf({ min, max }: Extremes): MaxAbsScalerModel {
    return new MaxAbsScalerModel(largest(min, max).compressed()).of(this);
  }

  override stateOf({ maxAbs }: MaxAbsScalerModel): Extremes {
    return { min: maxAbs.toArray(), max: maxAbs.toArray() };
  }

  protected override async fitModel(df: DataFrame): Promise<MaxAbsScalerModel> {
    const { min, max } = await summarize(await instancesOf(df, this.instanceColumns()), this.className);
    return new MaxAbsScalerModel(largest(min.values, max.values).compressed()).of(this);
  }
}

export class MaxAbsScalerModel extends VectorModel {
  constructor(readonly maxAbs: Vector) {
    super();
  }

  of(parent: MaxAbsScaler): this {
    return this.adopted(parent);
  }

  protected override get outputSize(): number {
    return this.maxAbs.size;
  }

  protected override mapping(): Mapping {
    const scale = this.maxAbs.toArray().map((max) => (max === 0 ? 1 : 1 / max));
    return mapping(scaleVectors, { who: this.className, width: scale.length, shift: null, scale });
  }

  override toString(): string {
    return this.described({ numFeatures: this.maxAbs.size });
  }
}

savedByParams(MaxAbsScaler);
savedAs(
  MaxAbsScalerModel,
  "MaxAbsScalerModel",
  { maxAbs: column.vector },
  (model) => [model.maxAbs],
  (maxAbs: Vector) => new MaxAbsScalerModel(maxAbs),
);
