/** What functions of JSON and CSV ask of their constant arguments: options and schemas. */
import type { Boxed, DataType } from "../../../columnar/types";
import type { MapValue } from "../../../columnar/types";
import { AnalysisError, ParseError } from "../../errors";
import type { Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import type { OptionMap } from "../../json/options";
import type { SqlSettings } from "../../settings";
import type { ParseOptions } from "../../sql/cursor";
import { parseTableSchema, parseType } from "../../sql/parse-type";
import { sqlName, typeFromJson } from "../../types/text";
import type { Json } from "../../types/text";
import { hasLengths, withoutLengths } from "../char-types";
import type { BindContext } from "../registry";
import { mismatch } from "../signature";

/** The options of a `map()` call. */
export function optionsOf(arg: Expression | undefined, context: BindContext): OptionMap {
  if (arg === undefined) return {};
  if (arg.type.kind !== "map" || !isFoldable(arg)) throw new AnalysisError("INVALID_OPTIONS.NON_MAP_FUNCTION", {}, context.at);
  const { key, value } = arg.type;
  const texts = (type: DataType): boolean => type.kind === "string" || type.kind === "null";
  if (!texts(key) || !texts(value)) {
    throw new AnalysisError("INVALID_OPTIONS.NON_STRING_TYPE", { mapType: `"${sqlName(arg.type)}"` }, context.at);
  }
  const map = context.fold(arg).value as MapValue;
  return Object.fromEntries(map.keys.map((name, i) => [name as string, String(map.values[i] as string)]));
}

const CHAR_AS_STRING = "spark.sql.legacy.charVarcharAsString";

/** A schema in SQL's words, or as JSON; a table's columns or any type. */
export function schemaArgument(arg: Expression, context: BindContext): DataType {
  const value: Boxed = isFoldable(arg) && arg.type.kind === "string" ? context.fold(arg).value : null;
  if (value === null)
    throw new AnalysisError("INVALID_SCHEMA.NON_STRING_LITERAL", { inputSchema: `"${printed(arg)}"` }, context.at);
  const schema = schemaOfText(value as string, context.settings);
  if (hasLengths(schema) && context.settings.conf[CHAR_AS_STRING] !== "true") {
    throw new AnalysisError("UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", {}, context.at);
  }
  return withoutLengths(schema);
}

/** As ddl: a type or the columns of a table, where TIMESTAMP means what the session says. As JSON: what a schema's own JSON is. */
export function schemaOfText(text: string, settings: SqlSettings): DataType {
  const ntz = settings.conf["spark.sql.timestampType"] === "TIMESTAMP_NTZ";
  const options: ParseOptions = ntz ? { timestampType: "TIMESTAMP_NTZ" } : {};
  try {
    return /^\s*[{"]/.test(text) ? typeFromJson(JSON.parse(text) as Json) : parseType(text, options);
  } catch (error) {
    try {
      return parseTableSchema(text, options);
    } catch (second) {
      throw error instanceof ParseError ? error : second;
    }
  }
}

/** A constant text to look at: of schema_of_json and schema_of_csv. */
export function sampleText(name: string, args: readonly Expression[], context: BindContext): string {
  const arg = args[0] as Expression;
  if (!isFoldable(arg)) {
    throw mismatch("NON_FOLDABLE_INPUT", args.slice(0, 1), context, {
      inputName: `\`${name}\``,
      inputType: '"STRING"',
      inputExpr: `"${printed(arg)}"`,
    });
  }
  const value = context.fold(arg).value as string | null;
  if (value === null) throw mismatch("UNEXPECTED_NULL", args.slice(0, 1), context, { exprName: `\`${name}\`` });
  return value;
}

/** Every part may be null. */
export function asNullable(type: DataType): DataType {
  switch (type.kind) {
    case "struct":
      return { kind: "struct", fields: type.fields.map((field) => ({ ...field, type: asNullable(field.type), nullable: true })) };
    case "array":
      return { kind: "array", element: asNullable(type.element), containsNull: true };
    case "map":
      return { kind: "map", key: asNullable(type.key), value: asNullable(type.value), valueContainsNull: true };
    default:
      return type;
  }
}
