/** Numbers back as the labels that StringIndexer made them of. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { attributeOf } from "../base/attributes";
import { checkNumeric, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doublesOf } from "../compute/columns";
import { textColumn } from "../compute/texts";
import { stringsParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, outputCol } from "../param/shared";
import { savedByParams } from "./support/saved";

/** The labels are those of the input column's metadata where none are set. */
export class IndexToString extends withParams(Transformer, {
  ...inputCol,
  ...outputCol,
  labels: stringsParam("labels of 0, 1, …; those that the column's metadata have where not set"),
}) {
  private outputs(): StructField {
    return { name: this.getOutputCol(), type: { kind: "string" }, nullable: true };
  }

  override transformSchema(schema: StructType): StructType {
    checkNumeric(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, this.outputs());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const field = checkNumeric(schema, this.getInputCol(), this.className);
    const labels = this.isSet("labels") && this.getLabels().length > 0 ? this.getLabels() : attributeOf(field).vals;
    if (labels === undefined)
      throw new UsageError(
        "UNKNOWN_LABELS",
        `${this.className}: nothing says which labels column ${field.name} has. Set labels, or use a column that StringIndexer made.`,
      );
    return appendColumns(df, toText, { inputs: [field.name], outputs: [this.outputs()], spec: { labels, name: field.name } });
  }
}

savedByParams(IndexToString);

const toText = columnsProgram<{ readonly labels: readonly string[]; readonly name: string }>({
  name: "mllib.indexToString",
  open:
    ({ labels, name }, types: readonly DataType[]) =>
    ([column], rows) => {
      const { values, valid } = doublesOf(column!, types[0]!);
      const out = new Array<string>(rows);
      for (let row = 0; row < rows; row++) {
        const label = valid !== null && valid[row] === 0 ? undefined : labels[Math.trunc(values[row]!)];
        if (label === undefined)
          throw new DataError(
            "UNSEEN_INDEX",
            `IndexToString: column ${name} holds ${valid !== null && valid[row] === 0 ? "null" : values[row]}, but there are ${labels.length} labels.`,
          );
        out[row] = label;
      }
      return [textColumn(out)];
    },
});
