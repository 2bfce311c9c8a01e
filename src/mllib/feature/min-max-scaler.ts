/** Entries put between two limits. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type InstanceColumns, instancesOf } from "../compute/instances";
import type { BlockLearning } from "../incremental/block-learner";
import { IncrementalEstimator } from "../incremental/incremental-estimator";
import { DenseVector, type Vector } from "../linalg/vectors";
import { doubleParam } from "../param/kinds";
import { withParams } from "../param/params";
import { extremesLearner, type Extremes } from "./support/extremes";
import { summarize } from "../stat/vector-summary";
import { column, savedAs, savedByParams } from "./support/saved";
import { sameSize, vectorMap } from "./support/vector-map";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";
import { UsageError } from "../../common/errors";
import { doubleText } from "../../dataframe/types/java-floats";

const params = {
  ...vectorColumns,
  min: doubleParam("lower limit of the results", 0),
  max: doubleParam("upper limit of the results", 1),
} as const;

/** Entries that are all the same become the middle of the limits. `partialFit` widens the limits of the batches so far. */
export class MinMaxScaler extends withParams(IncrementalEstimator<MinMaxScalerModel, Extremes>, params) {
  override transformSchema(schema: StructType): StructType {
    if (this.getMin() >= this.getMax())
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: min (${this.getMin()}) must be less than max (${this.getMax()}).`,
      );
    return vectorSchema(this, schema);
  }

  override instanceColumns(): InstanceColumns {
    return { ...super.instanceColumns(), nonFinite: true };
  }

  override blockLearning(): BlockLearning<unknown, Extremes> {
    return { learner: extremesLearner, spec: null };
  }

  override modelOf({ min, max }: Extremes): MinMaxScalerModel {
    return new MinMaxScalerModel(new DenseVector(min).compressed(), new DenseVector(max).compressed()).of(this);
  }

  override stateOf({ originalMin, originalMax }: MinMaxScalerModel): Extremes {
    return { min: originalMin.toArray(), max: originalMax.toArray() };
  }

  protected override async fitModel(df: DataFrame): Promise<MinMaxScalerModel> {
    const data = await instancesOf(df, this.instanceColumns());
    const { min, max } = await summarize(data, this.className);
    return new MinMaxScalerModel(min.compressed(), max.compressed()).of(this);
  }
}

export class MinMaxScalerModel extends withParams(VectorModel, params) {
  constructor(
    readonly originalMin: Vector,
    readonly originalMax: Vector,
  ) {
    super();
  }

  of(parent: MinMaxScaler): this {
    return this.adopted(parent);
  }

  protected override get outputSize(): number {
    return this.originalMin.size;
  }

  protected override mapping(): Mapping {
    const min = this.originalMin.toArray();
    const range = this.originalMax.toArray().map((max, i) => max - min[i]!);
    return mapping(rescale, { min, range, low: this.getMin(), high: this.getMax() });
  }

  override toString(): string {
    return this.described({ numFeatures: this.originalMin.size, min: doubleText(this.getMin()), max: doubleText(this.getMax()) });
  }
}

interface Rescale {
  readonly min: Float64Array;
  readonly range: Float64Array;
  readonly low: number;
  readonly high: number;
}

const rescale = vectorMap<Rescale>("mllib.minMaxScaler", "MinMaxScaler", ({ min, range, low, high }) => {
  const width = min.length;
  const scale = range.map((each) => (each === 0 ? 0 : (high - low) / each));
  const middle = (low + high) / 2;
  return {
    width: sameSize("MinMaxScalerModel", width),
    compressed: true,
    dense(values, rows) {
      const out = new Float64Array(values.length);
      for (let row = 0, at = 0; row < rows; row++)
        for (let j = 0; j < width; j++, at++) {
          const x = values[at]!;
          out[at] = Number.isNaN(x) ? NaN : scale[j] === 0 ? middle : (x - min[j]!) * scale[j]! + low;
        }
      return out;
    },
  };
});

savedByParams(MinMaxScaler);
savedAs(
  MinMaxScalerModel,
  "MinMaxScalerModel",
  { originalMin: column.vector, originalMax: column.vector },
  (model) => [model.originalMin, model.originalMax],
  (min: Vector, max: Vector) => new MinMaxScalerModel(min, max),
);
