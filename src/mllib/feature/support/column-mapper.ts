/** Transformers of one column into another. */
import type { StructField, StructType } from "../../../columnar/types";
import { DataError } from "../../../common/errors";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import { checkColumn, withFields } from "../../base/schema";
import { Transformer } from "../../base/transformer";
import { appendColumns } from "../../compute/append-columns";
import { withParams } from "../../param/params";
import { inputCol, outputCol } from "../../param/shared";
import type { Mapping } from "./vector-column";

export abstract class ColumnMapper extends withParams(Transformer, { ...inputCol, ...outputCol }) {
  /** Throws where the input is missing or of a wrong type. */
  protected abstract inputField(schema: StructType): StructField;

  protected abstract outputField(input: StructField): StructField;

  protected abstract mapping(input: StructField): Mapping;

  override transformSchema(schema: StructType): StructType {
    return withFields(schema, this.className, this.outputField(this.inputField(schema)));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const input = this.inputField(schema);
    const { program, spec } = this.mapping(input);
    return appendColumns(df, program as never, { inputs: [input.name], outputs: [this.outputField(input)], spec });
  }
}

export const textsField = (name: string): StructField => ({
  name,
  type: { kind: "array", element: { kind: "string" }, containsNull: true },
  nullable: true,
});

export const checkText = (schema: StructType, name: string, who: string): StructField =>
  checkColumn(schema, name, who, "string", (type) => type.kind === "string");

export const checkTexts = (schema: StructType, name: string, who: string): StructField =>
  checkColumn(schema, name, who, "an array of strings", (type) => type.kind === "array" && type.element.kind === "string");

export function nullInput(who: string, name: string): DataError {
  return new DataError("NULL_VALUE", `${who}: column ${name} holds null. Filter such rows, or fill them (df.na.fill).`);
}
