/** Schemas as programs give them. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { Columns, Declares } from "../types/typed-columns";
import { parseSchema } from "../sql/parse-type";

/** A struct type, or its text: "name STRING, age INT", or "name: string, age: int". */
export type SchemaInput = StructType | string;

/** A schema whose columns the compiler knows: made by `StructType.of`. */
export type DeclaredStruct<S extends Columns> = StructType & Declares<S>;

/** The schema; text of a single type ("int") is that of one column, `value`. */
export function schemaOf(schema: SchemaInput): StructType {
  if (typeof schema === "string") return parseSchema(schema);
  if (schema?.kind === "struct") return schema;
  throw new UsageError("INVALID_SCHEMA", 'A schema is a StructType or text such as "name STRING, age INT".');
}
