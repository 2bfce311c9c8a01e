/** Ranges with about as many rows each. */
import type { DataType, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { checkNumeric, withFields } from "../base/schema";
import { batchInput } from "../compute/batch-input";
import { doublesOf } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { gtEq, intParam, intsParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols, relativeError } from "../param/shared";
import { Bucketizer, bucketInvalid } from "./bucketizer";
import { columnPairs, optionalDouble } from "./support/columns";
import { ColumnQuantiles, type PlainSummary, quantilesOf } from "./support/quantiles";
import { savedByParams } from "./support/saved";

/** NaN and null do not count. Fewer ranges come of values that are frequent. */
export class QuantileDiscretizer extends withParams(Estimator<Bucketizer>, {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  ...relativeError(),
  numBuckets: intParam("ranges", 2, gtEq(2)),
  numBucketsArray: intsParam("ranges for each of inputCols", undefined, (counts) =>
    counts.every((count) => count >= 2) ? null : "must be at least 2",
  ),
  handleInvalid: bucketInvalid,
}) {
  private counts(): readonly number[] {
    const pairs = columnPairs(this);
    if (!this.isSet("numBucketsArray")) return pairs.map(() => this.getNumBuckets());
    const counts = this.getNumBucketsArray();
    if (counts.length !== pairs.length || !this.isSet("inputCols"))
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: numBucketsArray must have one value for each of inputCols.`,
      );
    return counts;
  }

  override transformSchema(schema: StructType): StructType {
    this.counts();
    for (const { input } of columnPairs(this)) checkNumeric(schema, input, this.className);
    return withFields(schema, this.className, ...columnPairs(this).map(({ output }) => optionalDouble(output)));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<Bucketizer> {
    const counts = this.counts();
    const names = columnPairs(this).map(({ input }) => input);
    const { data, types } = batchInput(df, schema, names, this.className);
    const error = this.getRelativeError();
    const partials = await data.partials(sketch, { types, error });
    const splits = counts.map((count, i) => {
      const shares = Array.from({ length: count + 1 }, (_, at) => at / count);
      const found = quantilesOf(partials, names.length, error, shares)[i]!;
      if (found === null)
        throw new DataError("EMPTY_DATASET", `${this.className}: column ${names[i]} has no values to take quantiles of.`);
      const inner = found.slice(1, -1).map((value) => (value === 0 ? 0 : value));
      return [-Infinity, ...new Set(inner.filter((value) => Number.isFinite(value))), Infinity];
    });
    const learned = new Bucketizer().learnedBy(this);
    return this.isSet("inputCols") ? learned.setSplitsArray(checked(this, splits)) : learned.setSplits(checked(this, splits)[0]!);
  }
}

/** Throws where a column has but one value. */
function checked(stage: QuantileDiscretizer, splits: readonly number[][]): readonly number[][] {
  const bad = splits.findIndex((each) => each.length < 3);
  if (bad >= 0)
    throw new DataError("CONSTANT_COLUMN", `${stage.className}: column ${columnPairs(stage)[bad]!.input} has too few values.`);
  return splits;
}

savedByParams(QuantileDiscretizer);

interface Spec {
  readonly types: readonly DataType[];
  readonly error: number;
}

const sketch = aggregateProgram<Spec, ColumnBatch, PlainSummary[]>({
  name: "mllib.quantileDiscretizer",
  run(batches, { types, error }) {
    const quantiles = new ColumnQuantiles(types.length, error);
    for (const { columns, length } of batches)
      for (let j = 0; j < types.length; j++) {
        const { values, valid } = doublesOf(columns[j]!, types[j]!);
        for (let row = 0; row < length; row++) if (valid === null || valid[row] === 1) quantiles.add(j, values[row]!);
      }
    return quantiles.finish();
  },
});
