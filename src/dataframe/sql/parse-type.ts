/** Types and schemas from text: "decimal(10,2)", "a INT, b STRUCT<c: STRING>". */
import type { DataType, StructType } from "../../columnar/types";
import { ParseError } from "../errors";
import { Cursor } from "./cursor";
import type { ParseOptions } from "./cursor";
import { expression } from "./expression-parser";
import { query } from "./query-parser";
import { dataType, schemaFields } from "./type-parser";

const RULES = { query, expression };

/** Throws ParseError. */
export function parseType(text: string, options?: ParseOptions): DataType {
  const p = new Cursor(text, RULES, options);
  const mark = p.mark;
  try {
    const type = dataType(p);
    if (p.token.kind !== "end") throw p.unexpected();
    return type;
  } catch (error) {
    if (!(error instanceof ParseError) || error.errorClass !== "UNSUPPORTED_DATATYPE") throw error;
    // A word that is no type is the fault only where it stands alone.
    p.reset(mark);
    p.next();
    if (p.token.kind !== "end" && !p.is("(")) throw p.unexpected();
    throw error;
  }
}

/**
 * A type or the columns of rows, as programs write them: "int", "a INT, b STRING", and "a: int, b: string" as PySpark has it. Throws the
 * ParseError of the first reading that comes to the end, or of columns where none does.
 */
export function parseTypeOrSchema(text: string, options?: ParseOptions): DataType {
  try {
    return parseType(text, options);
  } catch (asType) {
    try {
      return parseTableSchema(text, options);
    } catch (asColumns) {
      try {
        return parseType(`struct<${text}>`, options);
      } catch {
        throw /[\s:]/.test(text.trim()) ? asColumns : asType;
      }
    }
  }
}

/** As parseTypeOrSchema; a type that is no struct is that of one column, `value`. */
export function parseSchema(text: string, options?: ParseOptions): StructType {
  const type = parseTypeOrSchema(text, options);
  return type.kind === "struct" ? type : { kind: "struct", fields: [{ name: "value", type, nullable: true }] };
}

/** "a INT, b STRING NOT NULL COMMENT 'x'"; "struct<…>" too. Throws ParseError. */
export function parseTableSchema(text: string, options?: ParseOptions): StructType {
  const p = new Cursor(text, RULES, options);
  if (p.is("STRUCT") && p.isAt(1, "<")) {
    const type = parseType(text, options);
    if (type.kind === "struct") return type;
  }
  const fields = schemaFields(p);
  if (p.token.kind !== "end") throw p.unexpected();
  return { kind: "struct", fields };
}
