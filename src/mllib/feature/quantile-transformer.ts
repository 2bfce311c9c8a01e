/** Entries by their rank: evenly or normally distributed. */
import type { StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { instancesOf } from "../compute/instances";
import { DenseMatrix, type Matrix } from "../linalg/matrices";
import { choiceParam, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { relativeError } from "../param/shared";
import { normalQuantile } from "../../common/distributions";
import { entrySketches, interpolatedQuantiles } from "./support/quantiles";
import { column, own, savedAs, savedByParams } from "./support/saved";
import { mapping, type Mapping, vectorColumns, VectorModel, vectorSchema } from "./support/vector-column";
import { sameSize, vectorMap } from "./support/vector-map";

const params = {
  ...vectorColumns,
  ...relativeError(1e-4),
  nQuantiles: intParam("quantiles that are kept of each entry, at most one a row", 1000, gtEq(2)),
  outputDistribution: choiceParam("how results are distributed", ["uniform", "normal"], "uniform"),
} as const;

/**
 * Each entry's place among its quantiles, between 0 and 1, or the normal quantile of that: scikit-learn's and dask-ml's
 * QuantileTransformer. Quantiles have a bounded error in rank, `relativeError`; with 0 they are exact, and need memory for all
 * different values. NaN stays NaN and does not count.
 */
export class QuantileTransformer extends withParams(Estimator<QuantileTransformerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    return vectorSchema(this, schema);
  }

  protected override async fitModel(df: DataFrame): Promise<QuantileTransformerModel> {
    const data = await instancesOf(df, { featuresCol: this.getInputCol(), nonFinite: true });
    const error = this.getRelativeError();
    const { partials, width } = await entrySketches(data, error, this.className, this.getInputCol());
    const rows = partials.reduce((sum, partial) => sum + Math.max(...partial.map(({ count }) => count)), 0);
    const count = Math.max(2, Math.min(this.getNQuantiles(), rows));
    const shares = Array.from({ length: count }, (_, i) => i / (count - 1));
    const values = new Float64Array(count * width);
    interpolatedQuantiles(partials, width, error, shares).forEach((quantiles, j) => {
      if (quantiles === null) throw new DataError("EMPTY_DATASET", `${this.className}: entry ${j} is NaN in all rows.`);
      values.set(quantiles, j * count);
    });
    return QuantileTransformerModel.of(this, new DenseMatrix(count, width, values));
  }
}

export class QuantileTransformerModel extends withParams(VectorModel, params) {
  constructor(
    /** Of each entry, in columns, rising. */
    readonly quantiles: Matrix,
  ) {
    super();
  }

  /** Internal. */
  static of(parent: QuantileTransformer, quantiles: Matrix): QuantileTransformerModel {
    return new QuantileTransformerModel(quantiles).adopted(parent);
  }

  protected override get outputSize(): number {
    return this.quantiles.numCols;
  }

  protected override mapping(): Mapping {
    const { numRows: count, numCols: width } = this.quantiles;
    const normal = this.getOutputDistribution() === "normal";
    return mapping(place, { who: this.className, count, width, quantiles: this.quantiles.toArray(), normal });
  }
}

interface PlaceSpec {
  readonly who: string;
  readonly count: number;
  readonly width: number;
  readonly quantiles: Float64Array;
  readonly normal: boolean;
}

/** Normal quantiles end where this much is left over, as scikit-learn's do. */
const CLIP = 1e-7 - 2 ** -52;
/** Values as close as this to the ends count as ends when results are normal. */
const CLOSE = 1e-7;

const place = vectorMap<PlaceSpec>(
  "mllib.quantileTransformer",
  "QuantileTransformer",
  ({ who, count, width, quantiles, normal }) => {
    const columns = Array.from({ length: width }, (_, j) => quantiles.subarray(j * count, (j + 1) * count));
    const [low, high] = [normalQuantile(CLIP), -normalQuantile(CLIP)];
    const share = (x: number, j: number): number => {
      const ends = columns[j]!;
      const [first, last] = [ends[0]!, ends[count - 1]!];
      if (normal ? x - CLOSE < first : x === first) return 0;
      if (normal ? x + CLOSE > last : x === last) return 1;
      // Where values repeat, the middle of their ranks.
      return (rankFrom(ends, x, false) + rankFrom(ends, x, true)) / 2 / (count - 1);
    };
    return {
      width: sameSize(who, width),
      dense: (values) =>
        values.map((x, at) => {
          if (Number.isNaN(x)) return NaN;
          const found = share(x, at % width);
          return normal ? Math.min(high, Math.max(low, normalQuantile(found))) : found;
        }),
    };
  },
);

/** The place of x among rising values, with a fraction between them; of equal ones the first, or the last. */
function rankFrom(values: Float64Array, x: number, last: boolean): number {
  const top = values.length - 1;
  if (x <= values[0]! && !(last && x === values[0])) return 0;
  if (x >= values[top]! && !(!last && x === values[top])) return top;
  let [low, high] = [0, top + 1];
  // The first place whose value is above x, or not below it.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (last ? values[middle]! > x : values[middle]! >= x) high = middle;
    else low = middle + 1;
  }
  if (last) {
    if (low > top) return top;
    const from = values[low - 1]!;
    return low - 1 + (x - from) / (values[low]! - from);
  }
  if (values[low] === x || low === 0) return low;
  const from = values[low - 1]!;
  return low - 1 + (x - from) / (values[low]! - from);
}

savedByParams(QuantileTransformer, own("QuantileTransformer"));
savedAs(
  QuantileTransformerModel,
  own("QuantileTransformerModel"),
  { quantiles: column.matrix },
  ({ quantiles }) => [quantiles],
  (quantiles: Matrix) => new QuantileTransformerModel(quantiles),
);
