/** Makers of expressions: nullability and the small rewritings of Spark's coercion in one place. */
import type { Boxed, DataType, DecimalType, StructField, StructType } from "../../columnar/types";
import type { BindContext } from "../functions/registry";
import type { QueryContext } from "../errors";
import type { SqlSettings } from "../settings";
import { sessionZone } from "../types/datetime";
import { specialDatetime } from "../types/special-datetime";
import { castNeverFails } from "../types/coercion";
import { sameType } from "../types/text";
import type { Alias, Attribute, Call, Cast, CastMode, Expression, ExprId, Literal } from "./expression";
import { functionTable } from "./function-table";
import { printed } from "./print";

export const BOOLEAN: DataType = { kind: "boolean" };
export const BYTE: DataType = { kind: "byte" };
export const INT: DataType = { kind: "int" };
export const LONG: DataType = { kind: "long" };
export const FLOAT: DataType = { kind: "float" };
export const DOUBLE: DataType = { kind: "double" };
export const STRING: DataType = { kind: "string" };
export const BINARY: DataType = { kind: "binary" };
export const DATE: DataType = { kind: "date" };
export const TIMESTAMP: DataType = { kind: "timestamp" };
export const NULL: DataType = { kind: "null" };

export function decimalType(precision: number, scale: number): DecimalType {
  return { kind: "decimal", precision, scale };
}

export function literal(value: Boxed, type: DataType): Literal {
  return { kind: "literal", value, type, nullable: value === null };
}

export function attribute(
  id: ExprId,
  name: string,
  type: DataType,
  nullable: boolean,
  qualifier: readonly string[] = [],
  metadata?: Readonly<Record<string, unknown>>,
): Attribute {
  return { kind: "attribute", id, name, type, nullable, qualifier, ...(metadata && { metadata }) };
}

export function alias(child: Expression, name: string, id: ExprId, metadata?: Readonly<Record<string, unknown>>): Alias {
  return { kind: "alias", id, name, child, type: child.type, nullable: child.nullable, ...(metadata && { metadata }) };
}

/** An attribute that stands for the alias in the plans above it. */
export function attributeOf(named: Alias | Attribute): Attribute {
  if (named.kind === "attribute") return named;
  return attribute(named.id, named.name, named.type, named.nullable, [], named.metadata);
}

export function cast(
  child: Expression,
  type: DataType,
  mode: CastMode,
  extra: { readonly implicit?: boolean; readonly at?: QueryContext } = {},
): Cast {
  const nullable = child.nullable || (mode === "try" ? !castNeverFails(child.type, type) : forcesNull(child.type, type));
  return { kind: "cast", child, type, mode, nullable, ...extra };
}

/** The argument as coercion passes it on: with a cast that is not printed where the types differ. */
export function coerced(child: Expression, type: DataType, context: Pick<BindContext, "settings">): Expression {
  if (sameType(child.type, type)) return child;
  if (child.kind === "literal" && (child.value === null || (child.type.kind === "string" && type.kind === "string"))) {
    return { ...child, type };
  }
  const at = "at" in child ? child.at : undefined;
  const written = cast(child, type, context.settings.ansi ? "ansi" : "legacy", { implicit: true, ...(at && { at }) });
  return child.kind === "literal" ? (specialDatetimeCast(written, child, context.settings) ?? written) : written;
}

/** A cast of now, today and their like to a date or timestamp, as the value that it has in this query; null for other casts. */
export function specialDatetimeCast(
  written: Cast,
  text: Literal,
  settings: Pick<SqlSettings, "now" | "timeZone">,
): Literal | null {
  const { kind } = written.type;
  if (text.type.kind !== "string" || text.value === null) return null;
  if (kind !== "date" && kind !== "timestamp" && kind !== "timestamp_ntz") return null;
  const value = specialDatetime(kind, text.value as string, sessionZone(settings.timeZone), () => settings.now);
  return value === null ? null : { ...literal(value, written.type), nullable: written.nullable, printed: printed(written) };
}

export function call(
  fn: string,
  args: readonly Expression[],
  type: DataType,
  nullable: boolean,
  extra: Partial<Pick<Call, "alias" | "at" | "options" | "printed">> = {},
): Call {
  return { kind: "call", fn, args, type, nullable, ...extra };
}

/** The field of a struct at a place; `name`: as it was written, which differs from the field's in case. */
export function fieldAt(struct: Expression, ordinal: number, name?: string): Call {
  const field = (struct.type as StructType).fields[ordinal] as StructField;
  const options = { ordinal, name: name ?? field.name };
  return call("struct_field", [struct], field.type, struct.nullable || field.nullable, { options });
}

/** Any function of the registry by name, with natural argument types: coerced and typed by the entry. */
export function callByName(name: string, args: readonly Expression[], context: BindContext): Expression {
  const entry = functionTable().find(name);
  if (entry === undefined || entry.kind === "tableFunction") throw new Error(`No function ${name}.`);
  return entry.bind(args, { ...context, name });
}

/** Whether a cast may give null for a value, by the types alone. What fails in ANSI mode counts too: Spark's schemas say so. */
function forcesNull(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "null") return false;
  if (from.kind === "variant") return true;
  if (from.kind === "string") return to.kind !== "string" && to.kind !== "binary";
  if (to.kind === "string") return false;
  if (from.kind === "timestamp" && (to.kind === "byte" || to.kind === "short" || to.kind === "int")) return true;
  if ((from.kind === "float" || from.kind === "double") && to.kind === "timestamp") return true;
  if (from.kind === "timestamp" && to.kind === "date") return false;
  if (to.kind === "date") return true;
  if (from.kind === "date") return to.kind !== "timestamp";
  if (to.kind === "calendarInterval") return true;
  if (to.kind === "decimal") return !fitsDecimal(from, to);
  if (from.kind === "float" || from.kind === "double" || from.kind === "decimal") {
    return to.kind === "byte" || to.kind === "short" || to.kind === "int" || to.kind === "long";
  }
  return false;
}

const INTEGER_DIGITS: Readonly<Record<string, number>> = { boolean: 1, byte: 3, short: 5, int: 10, long: 20 };

function fitsDecimal(from: DataType, to: DecimalType): boolean {
  if (from.kind === "decimal") {
    // Digits that are rounded off may carry into one more before the point.
    const [whole, room] = [from.precision - from.scale, to.precision - to.scale];
    return whole < room || (whole === room && from.scale <= to.scale);
  }
  const digits = INTEGER_DIGITS[from.kind];
  return digits !== undefined && digits <= to.precision - to.scale;
}
