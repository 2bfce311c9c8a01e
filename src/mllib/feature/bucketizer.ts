/** The number of the range that a value falls into. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { doubleText } from "../../dataframe/types/java-floats";
import { attributeMetadata } from "../base/attributes";
import { Model } from "../base/estimator";
import { checkNumeric, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doubleColumn, doublesOf } from "../compute/columns";
import { choiceParam, doublesParam, nestedParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols } from "../param/shared";
import { columnPairs, optionalDouble, withoutNulls } from "./support/columns";
import { savedByParams } from "./support/saved";
import type { QuantileDiscretizer } from "./quantile-discretizer";
import { columnCounts } from "./support/described";

const splitsParam = doublesParam(
  "limits of the ranges [x, y), rising; the last range has its upper limit too. -Infinity and Infinity take all other values",
  undefined,
  (splits) =>
    splits.length < 3
      ? "must have at least 3 values"
      : splits.some((value, i) => Number.isNaN(value) || (i > 0 && value <= splits[i - 1]!))
        ? "must rise"
        : null,
);

/** What Bucketizer and QuantileDiscretizer do with NaN and null. */
export const bucketInvalid = choiceParam(
  'what to do with NaN: "error", "skip" the row (also of null), or "keep": a range of its own, the last. Null otherwise stays null',
  ["error", "skip", "keep"],
  "error",
);

/** Values outside of all ranges are errors whatever `handleInvalid` says. */
export class Bucketizer extends withParams(Model, {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  splits: splitsParam,
  splitsArray: nestedParam("splits of each of inputCols", splitsParam),
  handleInvalid: bucketInvalid,
}) {
  /** What QuantileDiscretizer has learned. */
  learnedBy(parent: QuantileDiscretizer): this {
    this.parent = parent;
    return this.copyValues(parent);
  }

  /** One for each column. */
  private limits(): readonly (readonly number[])[] {
    const pairs = columnPairs(this);
    if (!this.isSet("inputCols")) return [this.getSplits()];
    const limits = this.getSplitsArray();
    if (limits.length !== pairs.length)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: splitsArray must have splits for each of inputCols.`);
    return limits;
  }

  private outputs(): StructField[] {
    const limits = this.limits();
    return columnPairs(this).map(({ output }, i) => {
      const splits = limits[i]!;
      const vals = splits.slice(1).map((upper, at) => `${doubleText(splits[at]!)}, ${doubleText(upper)}`);
      return optionalDouble(output, attributeMetadata({ type: "nominal", ord: true, vals }));
    });
  }

  override transformSchema(schema: StructType): StructType {
    for (const { input } of columnPairs(this)) checkNumeric(schema, input, this.className);
    return withFields(schema, this.className, ...this.outputs());
  }

  protected override transformed(df: DataFrame): DataFrame {
    const pairs = columnPairs(this);
    const names = pairs.map(({ input }) => input);
    const invalid = this.getHandleInvalid();
    const result = appendColumns(df, bucketize, {
      inputs: names,
      outputs: this.outputs(),
      spec: { names, invalid, limits: this.limits().map((splits) => Float64Array.from(splits)) },
    });
    return invalid === "skip" ? withoutNulls(result, pairs.map(({ output }) => output)) : result; // prettier-ignore
  }

  override toString(): string {
    return this.described({ ...columnCounts(this) });
  }
}

savedByParams(Bucketizer);

interface Spec {
  readonly names: readonly string[];
  readonly invalid: "error" | "skip" | "keep";
  readonly limits: readonly Float64Array[];
}

const bucketize = columnsProgram<Spec>({
  name: "mllib.bucketizer",
  open:
    ({ names, invalid, limits }, types: readonly DataType[]) =>
    (columns, rows) =>
      columns.map((column, i) => {
        const { values, valid } = doublesOf(column, types[i]!);
        const splits = limits[i]!;
        const out = new Float64Array(rows);
        let present: Uint8Array | null = null;
        for (let row = 0; row < rows; row++) {
          const value = values[row]!;
          const missing = valid !== null && valid[row] === 0;
          if (missing || Number.isNaN(value)) {
            if (!missing && invalid === "error")
              throw new DataError(
                "NULL_VALUE",
                `Bucketizer: column ${names[i]} holds NaN. Set handleInvalid to "keep" or "skip".`,
              );
            if (!missing && invalid === "keep") out[row] = splits.length - 1;
            else (present ??= new Uint8Array(rows).fill(1))[row] = 0;
          } else out[row] = bucketOf(splits, value, names[i]!);
        }
        return doubleColumn(out, present);
      }),
});

function bucketOf(splits: Float64Array, value: number, name: string): number {
  const last = splits.length - 1;
  if (value === splits[last]) return last - 1;
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (splits[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  if (low === 0 || value > splits[last]!)
    throw new DataError(
      "VALUE_OUT_OF_RANGE",
      `Bucketizer: ${value} of column ${name} is outside of the splits ${splits[0]} to ${splits[last]}. ` +
        "Let the splits begin with -Infinity and end with Infinity to take all values.",
    );
  return low - 1;
}
