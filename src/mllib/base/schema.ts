/** Checks of schemas, before any job. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { AnalysisError } from "../../dataframe/errors";
import { nearest } from "../../dataframe/analysis/suggestions";
import { sameType, simpleString } from "../../dataframe/types/text";
import { UsageError } from "../../common/errors";
import { VectorUDT } from "../linalg/user-types";

/** The column of this name. Throws UNRESOLVED_COLUMN with the nearest names. `who` is the class that needs it. */
export function requiredField(schema: StructType, name: string, who: string): StructField {
  const found = findField(schema, name);
  if (found !== undefined) return found;
  const names = schema.fields.map((field) => [field.name]);
  if (names.length === 0) throw new AnalysisError("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", { objectName: `\`${name}\`` });
  throw new AnalysisError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
    objectName: `\`${name}\` (asked for by ${who})`,
    proposal: nearest([name], names).join(", "),
  });
}

/** Names are compared as SQL does: exactly, then without regard to case. */
export function findField(schema: StructType, name: string): StructField | undefined {
  return (
    schema.fields.find((field) => field.name === name) ??
    schema.fields.find((field) => field.name.toLowerCase() === name.toLowerCase())
  );
}

const NUMERIC = new Set<DataType["kind"]>(["byte", "short", "int", "long", "float", "double", "decimal"]);

export function isNumeric(type: DataType): boolean {
  return NUMERIC.has(type.kind);
}

export function isVector(type: DataType): boolean {
  return type.kind === "udt" && type.name === VectorUDT.name;
}

/** Throws where the column is missing or `is` does not take its type; `what` completes "must be …". */
export function checkColumn(
  schema: StructType,
  name: string,
  who: string,
  what: string,
  is: (type: DataType) => boolean,
): StructField {
  const field = requiredField(schema, name, who);
  if (!is(field.type))
    throw new UsageError("INVALID_COLUMN_TYPE", `${who}: column ${name} must be ${what}, but is ${simpleString(field.type)}.`, {
      parameters: { column: name, type: simpleString(field.type) },
    });
  return field;
}

export const checkNumeric = (schema: StructType, name: string, who: string): StructField =>
  checkColumn(schema, name, who, "numeric", isNumeric);

export const checkVector = (schema: StructType, name: string, who: string): StructField =>
  checkColumn(schema, name, who, "a vector", isVector);

export const checkType = (schema: StructType, name: string, type: DataType, who: string): StructField =>
  checkColumn(schema, name, who, simpleString(type), (found) => sameType(found, type));

/** The schema with columns after the others. Throws where there is a column of such a name. */
export function withFields(schema: StructType, who: string, ...added: readonly StructField[]): StructType {
  let { fields } = schema;
  for (const field of added) {
    if (fields.some(({ name }) => name === field.name))
      throw new UsageError("COLUMN_ALREADY_EXISTS", `${who}: output column ${field.name} already exists.`, {
        sqlState: "42711",
        parameters: { column: field.name },
      });
    fields = [...fields, field];
  }
  return { kind: "struct", fields };
}

export const doubleField = (name: string, metadata?: StructField["metadata"]): StructField => ({
  name,
  type: { kind: "double" },
  nullable: false,
  ...(metadata === undefined ? {} : { metadata }),
});

export const vectorField = (name: string, metadata?: StructField["metadata"]): StructField => ({
  name,
  type: VectorUDT,
  nullable: true,
  ...(metadata === undefined ? {} : { metadata }),
});
