/** 1 for numbers above a threshold, 0 for others, as Spark also for null and NaN; of columns of numbers or of vectors. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { attributeMetadata, vectorSizeOf, vectorOfSize } from "../base/attributes";
import { checkColumn, doubleField, isNumeric, isVector, vectorField, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doubleColumn, doublesOf, VectorColumn, VectorColumnBuilder } from "../compute/columns";
import { doubleParam, doublesParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols } from "../param/shared";
import { columnPairs } from "./support/columns";
import { savedByParams } from "./support/saved";
import { appendCompressed, nullVector } from "./support/vector-map";
import { columnCounts } from "./support/described";

export class Binarizer extends withParams(Transformer, {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  threshold: doubleParam("numbers above this become 1, others 0", 0),
  thresholds: doublesParam("one threshold for each of inputCols"),
}) {
  /** One for each column. */
  private limits(): readonly number[] {
    const pairs = columnPairs(this);
    if (!this.isSet("thresholds")) return pairs.map(() => this.getThreshold());
    const limits = this.getThresholds();
    if (limits.length !== pairs.length || !this.isSet("inputCols"))
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: thresholds must have one value for each of inputCols.`);
    return limits;
  }

  private outputs(schema: StructType): StructField[] {
    return columnPairs(this).map(({ input, output }) => {
      const field = checkColumn(
        schema,
        input,
        this.className,
        "numeric or a vector",
        (type) => isNumeric(type) || isVector(type),
      );
      if (!isVector(field.type)) return doubleField(output, attributeMetadata({ type: "binary" }));
      const size = vectorSizeOf(field);
      return vectorField(output, size === undefined ? undefined : vectorOfSize(size));
    });
  }

  override transformSchema(schema: StructType): StructType {
    this.limits();
    return withFields(schema, this.className, ...this.outputs(schema));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const inputs = columnPairs(this).map(({ input }) => input);
    return appendColumns(df, binarize, { inputs, outputs: this.outputs(schema), spec: { limits: this.limits() } });
  }

  override toString(): string {
    return this.described({ ...columnCounts(this) });
  }
}

savedByParams(Binarizer);

const binarize = columnsProgram<{ readonly limits: readonly number[] }>({
  name: "mllib.binarizer",
  open:
    ({ limits }, types: readonly DataType[]) =>
    (columns) =>
      columns.map((column, i) => {
        const limit = limits[i]!;
        if (isVector(types[i]!)) return binarizedVectors(new VectorColumn(column), limit);
        const { values, valid } = doublesOf(column, types[i]!);
        return doubleColumn(values.map((x, row) => (x > limit && valid?.[row] !== 0 ? 1 : 0)));
      }),
});

function binarizedVectors(vectors: VectorColumn, limit: number): ReturnType<VectorColumnBuilder["finish"]> {
  const out = new VectorColumnBuilder();
  for (let row = 0; row < vectors.length; row++) {
    if (vectors.isNull(row)) throw nullVector("Binarizer");
    const size = vectors.size(row);
    const values = new Float64Array(size);
    vectors.copyDense(row, values, 0);
    appendCompressed(out, values.map((x) => (x > limit ? 1 : 0))); // prettier-ignore
  }
  return out.finish();
}
