/** Columns of table definitions as fields of a schema: comments, defaults and generation in their metadata, as Spark keeps them. */
import type { DataType, StructField } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { quoted } from "../../analysis/messages";
import type { ColumnDefinition } from "../../syntax/command";
import { EXISTS_DEFAULT } from "../../types/existence-default";

/** `constant` is the value that the column's default has now, as SQL: what rows have that were written before the column was there. */
export function fieldOf(column: ColumnDefinition, constant: string | null): StructField {
  const metadata: Record<string, unknown> = {};
  if (column.comment !== undefined) metadata["comment"] = column.comment;
  if (column.default !== undefined) metadata["CURRENT_DEFAULT"] = column.default.sql;
  if (constant !== null) metadata[EXISTS_DEFAULT] = constant;
  if (column.generated !== undefined) metadata["GENERATION_EXPRESSION"] = column.generated.sql;
  return {
    name: column.name.at(-1) as string,
    type: column.type,
    nullable: column.nullable,
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

/** Strings without a collation of their own get the table's. */
export function withCollation(type: DataType, collation: string | undefined): DataType {
  if (collation === undefined || collation === "UTF8_BINARY") return type;
  switch (type.kind) {
    case "string":
      return type.collation === undefined && type.length === undefined ? { ...type, collation } : type;
    case "array":
      return { ...type, element: withCollation(type.element, collation) };
    case "map":
      return { ...type, key: withCollation(type.key, collation), value: withCollation(type.value, collation) };
    case "struct":
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: withCollation(field.type, collation) })) };
    default:
      return type;
  }
}

export function refuseRepeated(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.toLowerCase();
    if (seen.has(key)) throw new AnalysisError("COLUMN_ALREADY_EXISTS", { columnName: quoted(key) });
    seen.add(key);
  }
}

export function commentOf(field: StructField): string | null {
  const comment = field.metadata?.["comment"];
  return typeof comment === "string" ? comment : null;
}

export function defaultOf(field: StructField): string | null {
  const value = field.metadata?.["CURRENT_DEFAULT"];
  return typeof value === "string" ? value : null;
}
