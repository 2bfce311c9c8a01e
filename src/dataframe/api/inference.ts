/** SQL types of JavaScript values: of literals, and of records that come without a schema. */
import type { DataType, StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { Decimal } from "../types/decimal";
import { inferType, wider } from "../types/values";

const INT_MAX = 2147483647;

/** The type of a literal: as of a value in a column, but whole numbers that fit are INT, and decimals have their own digits. */
export function literalType(value: unknown): DataType {
  if (typeof value === "number") return isInt(value) ? { kind: "int" } : inferType(value);
  if (typeof value === "bigint" && BigInt.asIntN(64, value) !== value) return { kind: "decimal", precision: 38, scale: 0 };
  if (value instanceof Decimal) return { kind: "decimal", precision: value.precision, scale: value.scale };
  if (Array.isArray(value) && value.length > 0) {
    const items = (value as unknown[]).map(literalType);
    const [first] = items;
    if (items.every((item) => item.kind === first?.kind || item.kind === "null")) {
      const containsNull = items.some((item) => item.kind === "null");
      return { kind: "array", element: items.reduce(wider, { kind: "null" }), containsNull };
    }
  }
  return inferType(value);
}

function isInt(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= INT_MAX && !Object.is(value, -0);
}

/**
 * The schema of records: objects and Rows by their names, arrays by position with `names` (or _1, _2, …), other values as
 * one column. All records are looked at; fields come in the order of their first mention.
 */
export function inferSchema(records: readonly unknown[], names: readonly string[] | null): StructType {
  if (records.length === 0) throw new AnalysisError("CANNOT_INFER_EMPTY_SCHEMA", {});
  const merged = records.map((record) => recordType(record, names)).reduce(wider) as StructType;
  const unknown = merged.fields.filter((field) => field.type.kind === "null").map((field) => field.name);
  if (unknown.length > 0) throw new AnalysisError("CANNOT_DETERMINE_TYPE", { columns: unknown.join(", ") });
  return merged;
}

function recordType(record: unknown, names: readonly string[] | null): DataType {
  if (!Array.isArray(record)) {
    const type = inferType(record, "row");
    if (type.kind === "struct") {
      if (names === null) return type;
      return { kind: "struct", fields: type.fields.map((field, i) => ({ ...field, name: names[i] ?? field.name })) };
    }
    return { kind: "struct", fields: [{ name: names?.[0] ?? "value", type, nullable: true }] };
  }
  return {
    kind: "struct",
    fields: (record as unknown[]).map((item, i) => {
      const name = names?.[i] ?? `_${i + 1}`;
      return { name, type: inferType(item, name), nullable: true };
    }),
  };
}
