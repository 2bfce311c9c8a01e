/** Entries divided by their largest magnitude. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { instancesOf } from "../compute/instances";
import { DenseVector, type Vector } from "../linalg/vectors";
import { withParams } from "../param/params";
import { summarize } from "../stat/vector-summary";
import { column, savedAs, savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

export class MaxAbsScaler extends withParams(Estimator<MaxAbsScalerModel>, vectorColumns) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<MaxAbsScalerModel> {
    const data = await instancesOf(df, { featuresCol: this.getInputCol(), nonFinite: true });
    const { min, max } = await summarize(data, this.className);
    return new MaxAbsScalerModel(
      new DenseVector(max.values.map((value, i) => Math.max(Math.abs(value), Math.abs(min.values[i]!)))),
    ).of(this);
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
}

savedByParams(MaxAbsScaler);
savedAs(
  MaxAbsScalerModel,
  "MaxAbsScalerModel",
  { maxAbs: column.vector },
  (model) => [model.maxAbs],
  (maxAbs: Vector) => new MaxAbsScalerModel(maxAbs),
);
