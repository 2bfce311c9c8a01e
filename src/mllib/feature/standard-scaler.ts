/** Entries with mean 0 and deviation 1. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { instancesOf } from "../compute/instances";
import type { Vector } from "../linalg/vectors";
import { boolParam } from "../param/kinds";
import { withParams } from "../param/params";
import { summarize } from "../stat/vector-summary";
import { column, savedAs, savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  withMean: boolParam("whether to subtract the mean; sparse vectors become dense", false),
  withStd: boolParam("whether to divide by the standard deviation of the sample (n - 1)", true),
} as const;

/** Entries without deviation become 0. */
export class StandardScaler extends withParams(Estimator<StandardScalerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<StandardScalerModel> {
    const { mean, std } = await summarize(
      await instancesOf(df, { featuresCol: this.getInputCol(), nonFinite: true }),
      this.className,
    );
    return new StandardScalerModel(std, mean).of(this);
  }
}

export class StandardScalerModel extends withParams(VectorModel, params) {
  constructor(
    readonly std: Vector,
    readonly mean: Vector,
  ) {
    super();
  }

  of(parent: StandardScaler): this {
    return this.adopted(parent);
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
}

savedByParams(StandardScaler);
savedAs(
  StandardScalerModel,
  "StandardScalerModel",
  { std: column.vector, mean: column.vector },
  (model) => [model.std, model.mean],
  (std: Vector, mean: Vector) => new StandardScalerModel(std, mean),
);
