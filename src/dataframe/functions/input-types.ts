/** What a parameter accepts, and which type an argument is cast to for it: Spark's implicit casts under ANSI and without. */
import type { DataType } from "../../columnar/types";
import type { SqlSettings } from "../settings";
import { decimalForType, implicitlyCastable } from "../types/coercion";
import { isIntegral, isNumeric, sameType, sqlName } from "../types/text";

export { isIntegral, isNumeric };

/** A name for one type, for a class of types, a type itself, or several of these in order of preference. */
export type InputType =
  AtomName | TypeClass | DataType | { readonly anyOf: readonly InputType[] } | { readonly arrayOf: InputType };

type AtomName =
  | "boolean"
  | "byte"
  | "short"
  | "int"
  | "long"
  | "float"
  | "double"
  | "string"
  | "binary"
  | "date"
  | "timestamp"
  | "timestamp_ntz"
  | "time"
  | "calendarInterval"
  | "variant";

type TypeClass =
  | "any"
  /** byte to double, and decimals. */
  | "numeric"
  /** byte, short, int, long. */
  | "integral"
  | "decimal"
  /** A string of which characters are compared: of UTF8_BINARY or UTF8_LCASE. */
  | "stringOfCharacters"
  /** timestamp or timestamp_ntz. */
  | "anyTimestamp"
  | "dayTimeInterval"
  | "yearMonthInterval"
  | "array"
  | "map"
  | "struct";

const UTF8_LCASE = "UTF8_LCASE";

/** The type that an argument of type `from` has for this parameter; null where it cannot be given. */
export function closestInput(from: DataType, input: InputType, settings: SqlSettings): DataType | null {
  if (accepts(input, from)) return from;
  if (typeof input === "object" && "anyOf" in input) return closestOf(from, input.anyOf, settings);
  if (typeof input === "object" && "arrayOf" in input) {
    if (from.kind === "null") return { kind: "array", element: defaultOf(input.arrayOf), containsNull: true };
    if (from.kind !== "array") return null;
    const element = closestInput(from.element, input.arrayOf, settings);
    return element && { kind: "array", element, containsNull: from.containsNull };
  }
  if (from.kind === "null") return defaultOf(input);
  switch (input) {
    case "any":
      return from;
    case "numeric":
      return from.kind === "string" ? { kind: "double" } : null;
    case "integral":
      return null;
    case "stringOfCharacters":
      return from.kind === "string" ? null : closestInput(from, "string", settings);
    case "decimal":
      if (from.kind === "string") return { kind: "decimal", precision: 38, scale: 18 };
      return isNumeric(from) ? decimalFor(from) : null;
    case "anyTimestamp":
      return from.kind === "string" || from.kind === "date" ? { kind: "timestamp" } : null;
    case "dayTimeInterval":
    case "yearMonthInterval":
    case "array":
    case "map":
    case "struct":
      return null;
    default: {
      const target: DataType = typeof input === "object" ? input : { kind: input };
      // Any number for any other, as values are stored into columns: bin(13.3), shiftleft(1.5, 2).
      if (isNumeric(from) && isNumeric(target)) return target;
      return implicitlyCastable(from, target, settings) ? target : null;
    }
  }
}

function closestOf(from: DataType, inputs: readonly InputType[], settings: SqlSettings): DataType | null {
  if (!settings.ansi) {
    for (const input of inputs) {
      const type = closestInput(from, input, settings);
      if (type !== null) return type;
    }
    return null;
  }
  const convertible = inputs
    .map((input) => closestInput(from, input, settings))
    .filter((type): type is DataType => type !== null);
  // The one that can be cast to all others loses least; a float would lose digits where a double is among them.
  const closest =
    convertible.find((type) => convertible.every((other) => closestInput(type, other, settings) !== null)) ??
    (from.kind === "null" ? (convertible.at(-1) ?? null) : null);
  return closest?.kind === "float" && convertible.some((type) => type.kind === "double") ? { kind: "double" } : closest;
}

export function accepts(input: InputType, type: DataType): boolean {
  if (typeof input === "object") {
    if ("anyOf" in input) return input.anyOf.some((one) => accepts(one, type));
    if ("arrayOf" in input) return type.kind === "array" && accepts(input.arrayOf, type.element);
    return sameType(input, type);
  }
  switch (input) {
    case "any":
      return true;
    case "numeric":
      return isNumeric(type);
    case "integral":
      return isIntegral(type);
    case "stringOfCharacters":
      return type.kind === "string" && (type.collation ?? UTF8_LCASE) === UTF8_LCASE;
    case "anyTimestamp":
      return type.kind === "timestamp" || type.kind === "timestamp_ntz";
    default:
      return type.kind === input;
  }
}

/** The type of a null that stands for this parameter. */
function defaultOf(input: InputType): DataType {
  if (typeof input === "object") {
    if ("anyOf" in input) return defaultOf(input.anyOf[0] ?? "any");
    if ("arrayOf" in input) return { kind: "array", element: defaultOf(input.arrayOf), containsNull: true };
    return input;
  }
  switch (input) {
    case "any":
      return { kind: "null" };
    case "numeric":
      return { kind: "double" };
    case "integral":
      return { kind: "int" };
    case "stringOfCharacters":
      return { kind: "string" };
    case "decimal":
      return { kind: "decimal", precision: 10, scale: 0 };
    case "anyTimestamp":
      return { kind: "timestamp" };
    case "dayTimeInterval":
      return { kind: "dayTimeInterval", start: 0, end: 3 };
    case "yearMonthInterval":
      return { kind: "yearMonthInterval", start: 0, end: 1 };
    case "array":
      return { kind: "array", element: { kind: "null" }, containsNull: true };
    case "map":
      return { kind: "map", key: { kind: "null" }, value: { kind: "null" }, valueContainsNull: true };
    case "struct":
      return { kind: "struct", fields: [] };
    default:
      return { kind: input };
  }
}

/** The decimal that holds every value of a numeric type. */
export function decimalFor(type: DataType): DataType {
  return decimalForType(type) ?? type;
}

/** As Spark's messages name what was required: `"STRING"`, `("STRING" or "BINARY")`. */
export function inputName(input: InputType): string {
  if (typeof input === "object") {
    if ("anyOf" in input) return `(${input.anyOf.map(inputName).join(" or ")})`;
    if ("arrayOf" in input) return `"ARRAY<${inputName(input.arrayOf).replaceAll('"', "")}>"`;
    return `"${sqlName(input)}"`;
  }
  switch (input) {
    case "anyTimestamp":
      return '("TIMESTAMP" or "TIMESTAMP WITHOUT TIME ZONE")';
    case "stringOfCharacters":
      return '"STRING"';
    case "dayTimeInterval":
      return '"INTERVAL DAY TO SECOND"';
    case "yearMonthInterval":
      return '"INTERVAL YEAR TO MONTH"';
    case "any":
    case "numeric":
    case "integral":
    case "decimal":
    case "array":
    case "map":
    case "struct":
      return `"${input.toUpperCase()}"`;
    default:
      return `"${sqlName({ kind: input })}"`;
  }
}
