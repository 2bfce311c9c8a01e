/** The tree of printSchema. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { simpleString, typeToJson } from "../types/text";
import { escaped } from "./show";

/** @param level how deep; all where absent. */
export function treeText(schema: StructType, level = Infinity): string {
  const depth = level <= 0 ? Infinity : level;
  return `root\n${schema.fields.map((field) => fieldText(field, " |", depth)).join("")}`;
}

function name(type: DataType): string {
  if (type.kind === "udt") return type.name;
  if (type.kind === "string") return simpleString(type);
  const json = typeToJson(type);
  return typeof json === "string" ? json : type.kind;
}

function fieldText(field: StructField, prefix: string, depth: number): string {
  if (depth <= 0) return "";
  return `${prefix}-- ${escaped(field.name)}: ${name(field.type)} (nullable = ${field.nullable})\n${typeText(field.type, `${prefix}    |`, depth - 1)}`;
}

function typeText(type: DataType, prefix: string, depth: number): string {
  if (depth <= 0) return "";
  const inner = (part: DataType): string => typeText(part, `${prefix}    |`, depth - 1);
  switch (type.kind) {
    case "array":
      return `${prefix}-- element: ${name(type.element)} (containsNull = ${type.containsNull})\n${inner(type.element)}`;
    case "map":
      return (
        `${prefix}-- key: ${name(type.key)}\n${inner(type.key)}` +
        `${prefix}-- value: ${name(type.value)} (valueContainsNull = ${type.valueContainsNull})\n${inner(type.value)}`
      );
    case "struct":
      return type.fields.map((field) => fieldText(field, prefix, depth)).join("");
    default:
      return "";
  }
}
