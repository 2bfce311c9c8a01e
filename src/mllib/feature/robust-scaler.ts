/** Entries scaled by the range between two of their quantiles: outliers do not count. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { instancesOf } from "../compute/instances";
import { DenseVector, type Vector } from "../linalg/vectors";
import { boolParam, doubleParam, inRange } from "../param/kinds";
import { withParams } from "../param/params";
import { relativeError } from "../param/shared";
import { entrySketches, quantilesOf } from "./support/quantiles";
import { column, savedAs, savedByParams } from "./support/saved";
import { scaleVectors } from "./support/scale";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";

const params = {
  ...vectorColumns,
  ...relativeError(),
  lower: doubleParam("the lower quantile", 0.25, inRange(0, 1, false, false)),
  upper: doubleParam("the upper quantile", 0.75, inRange(0, 1, false, false)),
  withCentering: boolParam("whether to subtract the median; sparse vectors become dense", false),
  withScaling: boolParam("whether to divide by the range of the quantiles", true),
} as const;

/** NaN is left out. Entries whose range is 0 become 0. */
export class RobustScaler extends withParams(Estimator<RobustScalerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    if (this.getLower() >= this.getUpper())
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: lower (${this.getLower()}) must be less than upper (${this.getUpper()}).`,
      );
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<RobustScalerModel> {
    const data = await instancesOf(df, { featuresCol: this.getInputCol(), nonFinite: true });
    const error = this.getRelativeError();
    const { partials, width } = await entrySketches(data, error, this.className, this.getInputCol());
    const found = quantilesOf(partials, width, error, [this.getLower(), 0.5, this.getUpper()]).map((quantiles, j) => {
      if (quantiles === null) throw new DataError("EMPTY_DATASET", `${this.className}: entry ${j} is NaN in all rows.`);
      return quantiles as readonly [number, number, number];
    });
    return new RobustScalerModel(
      new DenseVector(found.map(([lower, , upper]) => upper - lower)).compressed(),
      new DenseVector(found.map(([, median]) => median)).compressed(),
    ).of(this);
  }
}

export class RobustScalerModel extends withParams(VectorModel, params) {
  constructor(
    readonly range: Vector,
    readonly median: Vector,
  ) {
    super();
  }

  of(parent: RobustScaler): this {
    return this.adopted(parent);
  }

  protected override get outputSize(): number {
    return this.range.size;
  }

  protected override mapping(): Mapping {
    return mapping(scaleVectors, {
      who: this.className,
      width: this.range.size,
      shift: this.getWithCentering() ? this.median.toArray() : null,
      scale: this.getWithScaling() ? this.range.toArray().map((range) => (range === 0 ? 0 : 1 / range)) : null,
    });
  }

  override toString(): string {
    return this.described({
      numFeatures: this.range.size,
      withCentering: this.getWithCentering(),
      withScaling: this.getWithScaling(),
    });
  }
}

savedByParams(RobustScaler);
savedAs(
  RobustScalerModel,
  "RobustScalerModel",
  { range: column.vector, median: column.vector },
  (model) => [model.range, model.median],
  (range: Vector, median: Vector) => new RobustScalerModel(range, median),
);
