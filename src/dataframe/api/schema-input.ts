/** Schemas as programs give them. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { Columns, Declares } from "../types/typed-columns";
import { AnalysisError } from "../errors";
import { hasLengths, withoutLengths } from "../functions/char-types";
import { parseSchema } from "../sql/parse-type";
import { parseOptions } from "./parse-options";
import type { RuntimeConfig } from "./runtime-config";

/** A struct type, or its text: "name STRING, age INT", or "name: string, age: int". */
export type SchemaInput = StructType | string;

/** A schema whose columns the compiler knows: made by `StructType.of`. */
export type DeclaredStruct<S extends Columns> = StructType & Declares<S>;

/** The schema; text of a single type ("int") is that of one column, `value`. TIMESTAMP means what it does in the active session. */
export function schemaOf(schema: SchemaInput): StructType {
  if (typeof schema === "string") return parseSchema(schema, parseOptions());
  if (schema?.kind === "struct") return schema;
  throw new UsageError("INVALID_SCHEMA", 'A schema is a StructType or text such as "name STRING, age INT".');
}

/** The schema of rows that are no table's: CHAR and VARCHAR are refused, or taken as STRING where a setting says so. */
export function schemaOfRows(schema: SchemaInput, conf: RuntimeConfig): StructType {
  const type = schemaOf(schema);
  if (!hasLengths(type)) return type;
  if (conf.get("spark.sql.legacy.charVarcharAsString", "false").toLowerCase() !== "true")
    throw new AnalysisError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {});
  return withoutLengths(type) as StructType;
}
