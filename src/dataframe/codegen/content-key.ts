/** Values of any type as texts that are equal where the values are: keys of groups and joins that have no typed form. */
import { type Boxed, CalendarInterval, type DataType, MapValue, VariantValue } from "../../columnar/types";
import { collationOf } from "../expressions/collation";

export function contentKey(value: Boxed, type: DataType): string {
  if (value === null) return "~";
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "0" : String(value);
    case "string": {
      const text = type.kind === "string" && type.collation !== undefined ? collationOf(type).key(value) : value;
      return `${text.length}:${text}`;
    }
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return objectKey(value, type);
  }
}

function objectKey(value: Exclude<Boxed, null | string | number | boolean | bigint>, type: DataType): string {
  if (value instanceof Uint8Array) return `x${Buffer.from(value.buffer, value.byteOffset, value.length).toString("hex")}`;
  if (value instanceof CalendarInterval) return `i${value.months},${value.days},${value.microseconds}`;
  if (value instanceof VariantValue) return `v${hex(value.metadata)}/${hex(value.value)}`;
  if (value instanceof MapValue) {
    if (type.kind !== "map") return "?";
    const entries = value.keys.map((key, i) => `${contentKey(key, type.key)}=${contentKey(value.values[i]!, type.value)}`);
    return `{${entries.sort().join(",")}}`;
  }
  const items = value;
  if (type.kind === "array") {
    let key = "[";
    for (let i = 0; i < items.length; i++) key += `${contentKey(items[i]!, type.element)},`;
    return `${key}]`;
  }
  const fields =
    type.kind === "struct" ? type.fields : type.kind === "udt" && type.sqlType.kind === "struct" ? type.sqlType.fields : [];
  return `(${items.map((item, i) => contentKey(item, fields[i]?.type ?? type)).join(",")})`;
}

/** A value of an array or struct as keys of groups have it: zeros in it have no sign. */
export function unsignedZeros(value: Boxed): Boxed {
  if (typeof value === "number") return value === 0 ? 0 : value;
  return Array.isArray(value) ? (value as readonly Boxed[]).map(unsignedZeros) : value;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
