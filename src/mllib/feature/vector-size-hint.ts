/** Says how many entries the vectors of a column have, and checks it. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorOfSize, vectorSizeOf } from "../base/attributes";
import { checkVector } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doubleColumn, VectorColumn } from "../compute/columns";
import { choiceParam, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol } from "../param/shared";
import { optionalDouble, quoted, withMetadata } from "./support/columns";
import { savedByParams } from "./support/saved";

export class VectorSizeHint extends withParams(Transformer, {
  ...inputCol,
  size: intParam("entries of the vectors", undefined, gtEq(0)),
  handleInvalid: choiceParam(
    'what to do with nulls and vectors of another size: "error", "skip" the row, or "optimistic": look at none',
    ["error", "skip", "optimistic"],
    "error",
  ),
}) {
  override transformSchema(schema: StructType): StructType {
    const field = checkVector(schema, this.getInputCol(), this.className);
    const size = this.getSize();
    const known = vectorSizeOf(field);
    if (known !== undefined && known !== size)
      throw new UsageError(
        "VECTOR_SIZES_DIFFER",
        `${this.className}: the vectors of column ${field.name} have ${known} entries, not ${size}.`,
      );
    return known === undefined ? withMetadata(schema, field.name, vectorOfSize(size)) : schema;
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const name = checkVector(schema, this.getInputCol(), this.className).name;
    const invalid = this.getHandleInvalid();
    const known = df.withMetadata(name, vectorOfSize(this.getSize()));
    if (invalid === "optimistic") return known;
    const spec = { name, size: this.getSize(), skip: invalid === "skip" };
    const checked = appendColumns(known, check, { inputs: [name], outputs: [optionalDouble(CHECKED)], spec });
    return checked.where(`${quoted(CHECKED)} IS NOT NULL`).drop(CHECKED);
  }

  override toString(): string {
    return this.described({ handleInvalid: this.getHandleInvalid(), size: this.valueFor<number>("size") });
  }
}

savedByParams(VectorSizeHint);

const CHECKED = "__vector_size_is_right";

const check = columnsProgram<{ readonly name: string; readonly size: number; readonly skip: boolean }>({
  name: "mllib.vectorSizeHint",
  open:
    ({ name, size, skip }) =>
    ([column], rows) => {
      const vectors = new VectorColumn(column!);
      const valid = new Uint8Array(rows).fill(1);
      for (let row = 0; row < rows; row++) {
        const got = vectors.isNull(row) ? null : vectors.size(row);
        if (got === size) continue;
        if (!skip)
          throw new DataError(
            "VECTOR_SIZES_DIFFER",
            `VectorSizeHint: column ${name} must hold vectors of ${size} entries, but has ${got === null ? "null" : `one of ${got}`}. Set handleInvalid to "skip" to leave such rows out.`,
          );
        valid[row] = 0;
      }
      return [doubleColumn(new Float64Array(rows), valid)];
    },
});
