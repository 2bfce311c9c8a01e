/** What formats that give rows check of schemas and of the columns that are asked for. */
import type { DataType, StructField } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { sqlName } from "../../types/text";
import type { PlanRequest } from "../data-source";
import type { Relation } from "../relation";
import { metadataColumnOf } from "./constant-columns";

/** Throws for a field whose type the format has no form for. */
export function requireTypes(format: string, fields: readonly StructField[], has: (type: DataType) => boolean): void {
  for (const { name, type } of fields) {
    if (!has(type))
      throw new AnalysisError("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", {
        format,
        columnName: `\`${name}\``,
        columnType: `"${sqlName(type)}"`,
      });
  }
}

/** The fields that are in the files. */
export function fieldsInFiles({ schema, partitionColumns }: Relation): StructField[] {
  return schema.fields.filter(({ name }) => !partitionColumns.includes(name));
}

/** The column of corrupt records is nullable text. */
export function requireCorruptText(fields: readonly StructField[], corrupt: string): void {
  const field = fields.find(({ name }) => name === corrupt);
  if (field !== undefined && field.type.kind !== "string")
    throw new AnalysisError("INVALID_CORRUPT_RECORD_TYPE", {
      columnName: `\`${corrupt}\``,
      actualType: `"${sqlName(field.type)}"`,
    });
}

/** Whether a record is corrupt is not known where nothing of it is read. */
export function requireMoreThanCorrupt({ relation, columns }: PlanRequest, corrupt: string): void {
  const read = columns
    .map(({ path }) => path[0]!)
    .filter((name) => !relation.partitionColumns.includes(name) && name !== metadataColumnOf(relation.schema));
  if (read.length > 0 && read.every((name) => name === corrupt))
    throw new AnalysisError("UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", { columnName: `\`${corrupt}\`` });
}
