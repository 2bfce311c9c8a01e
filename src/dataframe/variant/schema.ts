/** The schema that a variant's value has, as schema_of_variant names it. */
import type { DataType } from "../../columnar/types";
import { digits } from "../types/exact";
import { quoteIfNeeded, sqlName } from "../types/text";
import type { VariantReader } from "./decode";

/** A SQL type, or what has none: objects, and values of several types. */
export type VariantSchema =
  | { readonly kind: "object"; readonly fields: ReadonlyMap<string, VariantSchema> }
  | { readonly kind: "array"; readonly element: VariantSchema }
  | { readonly kind: "variant" }
  | { readonly kind: "type"; readonly type: DataType };

const scalar = (type: DataType): VariantSchema => ({ kind: "type", type });

export const VOID: VariantSchema = scalar({ kind: "null" });

export function schemaOfVariant(reader: VariantReader): VariantSchema {
  switch (reader.kind) {
    case "object":
      return { kind: "object", fields: new Map([...reader.entries()].map(([name, value]) => [name, schemaOfVariant(value)])) };
    case "array": {
      let element = VOID;
      for (const item of reader.items()) element = mergedSchema(element, schemaOfVariant(item));
      return { kind: "array", element };
    }
    case "null":
      return VOID;
    case "decimal": {
      const { unscaled, scale } = reader.decimal();
      return scalar({ kind: "decimal", precision: Math.max(digits(unscaled), scale), scale });
    }
    case "uuid":
      return scalar({ kind: "string" });
    case "boolean":
    case "long":
    case "double":
    case "float":
    case "date":
    case "timestamp":
    case "timestamp_ntz":
    case "binary":
    case "string":
      return scalar({ kind: reader.kind });
  }
}

/** One schema for values of both; VARIANT where they have none in common. */
export function mergedSchema(a: VariantSchema, b: VariantSchema): VariantSchema {
  if (isVoid(a)) return b;
  if (isVoid(b)) return a;
  if (a.kind === "object" && b.kind === "object") {
    const fields = new Map(a.fields);
    for (const [name, schema] of b.fields) {
      const other = fields.get(name);
      fields.set(name, other === undefined ? schema : mergedSchema(other, schema));
    }
    return { kind: "object", fields: new Map([...fields].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0))) };
  }
  if (a.kind === "array" && b.kind === "array") return { kind: "array", element: mergedSchema(a.element, b.element) };
  if (a.kind === "type" && b.kind === "type") {
    const type = mergedType(a.type, b.type);
    if (type !== null) return scalar(type);
  }
  return { kind: "variant" };
}

function isVoid(schema: VariantSchema): boolean {
  return schema.kind === "type" && schema.type.kind === "null";
}

function mergedType(a: DataType, b: DataType): DataType | null {
  if (a.kind === "decimal" || b.kind === "decimal") {
    const x = asDecimal(a);
    const y = asDecimal(b);
    if (x === null || y === null) return a.kind === "double" || b.kind === "double" ? { kind: "double" } : null;
    const scale = Math.max(x.scale, y.scale);
    const precision = Math.max(x.precision - x.scale, y.precision - y.scale) + scale;
    return precision > 38 ? { kind: "double" } : { kind: "decimal", precision, scale };
  }
  if (a.kind === b.kind) return a;
  const kinds = [a.kind, b.kind].sort().join(" ");
  switch (kinds) {
    case "double long":
    case "double float":
      return { kind: "double" };
    case "float long":
      return { kind: "double" };
    case "timestamp timestamp_ntz":
    case "date timestamp":
      return { kind: "timestamp" };
    case "date timestamp_ntz":
      return { kind: "timestamp_ntz" };
    default:
      return null;
  }
}

function asDecimal(type: DataType): { readonly precision: number; readonly scale: number } | null {
  return type.kind === "decimal" ? type : type.kind === "long" ? { precision: 20, scale: 0 } : null;
}

/** "OBJECT<a: ARRAY<BIGINT>>". */
export function schemaText(schema: VariantSchema): string {
  switch (schema.kind) {
    case "object":
      return `OBJECT<${[...schema.fields].map(([name, type]) => `${quoteIfNeeded(name)}: ${schemaText(type)}`).join(", ")}>`;
    case "array":
      return `ARRAY<${schemaText(schema.element)}>`;
    case "variant":
      return "VARIANT";
    case "type":
      return sqlName(schema.type);
  }
}
