/** Several columns as one vector. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn, isNumeric, isVector, vectorField, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { denseVectorColumn, doublesOf, VectorColumn } from "../compute/columns";
import { choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCols, outputCol } from "../param/shared";
import { persistent } from "../persistence/registry";

export class VectorAssembler extends withParams(Transformer, {
  ...inputCols,
  ...outputCol,
  handleInvalid: choiceParam(
    "what to do with null and NaN: refuse them, skip the row, or keep NaN",
    ["error", "skip", "keep"],
    "error",
  ),
}) {
  override transformSchema(schema: StructType): StructType {
    for (const name of this.getInputCols())
      checkColumn(schema, name, this.className, "numeric, boolean or a vector", (type) => isNumeric(type) || type.kind === "boolean" || isVector(type)); // prettier-ignore
    return withFields(schema, this.className, vectorField(this.getOutputCol()));
  }

  protected override transformed(df: DataFrame): DataFrame {
    const names = this.getInputCols();
    const outputs: readonly StructField[] = [vectorField(this.getOutputCol())];
    return appendColumns(df, assemble, { inputs: names, outputs, spec: { names } });
  }
}

persistent(VectorAssembler, { sparkClass: "org.apache.spark.ml.feature.VectorAssembler", load: () => new VectorAssembler() });

const assemble = columnsProgram<{ readonly names: readonly string[] }>({
  name: "mllib.vectorAssembler",
  open:
    ({ names }, types: readonly DataType[]) =>
    (columns, rows) => {
      const parts = columns.map((column, i) => (isVector(types[i]!) ? new VectorColumn(column) : doublesOf(column, types[i]!)));
      const widths = parts.map((part) => (part instanceof VectorColumn ? (rows === 0 ? 0 : part.size(0)) : 1));
      const width = widths.reduce((sum, each) => sum + each, 0);
      const values = new Float64Array(rows * width);
      let offset = 0;
      parts.forEach((part, i) => {
        const missing = (): never => {
          throw new DataError(
            "NULL_VALUE",
            `VectorAssembler: column ${names[i]} holds null or NaN. Set handleInvalid to "keep" or "skip".`,
          );
        };
        if (part instanceof VectorColumn) {
          for (let row = 0; row < rows; row++) {
            if (part.isNull(row)) missing();
            part.copyDense(row, values, row * width + offset);
          }
        } else {
          for (let row = 0, at = offset; row < rows; row++, at += width) {
            const value = part.values[row]!;
            if (Number.isNaN(value) || (part.valid !== null && part.valid[row] === 0)) missing();
            values[at] = value;
          }
        }
        offset += widths[i]!;
      });
      return [denseVectorColumn(values, rows, width)];
    },
});
