/** Keys under which equal values meet in a Map or Set: primitives that are equal exactly where Spark groups values together. */
import type { Boxed, CalendarInterval, DataType, MapValue, VariantValue } from "../../columnar/types";
import { collationOf } from "../expressions/collation";

export type ValueKey = string | number | bigint | boolean;

/** For values that are not null. NaN meets itself, -0.0 meets 0.0. */
export function valueKey(type: DataType): (value: Boxed) => ValueKey {
  switch (type.kind) {
    case "float":
    case "double":
      return (value) => ((value as number) === 0 ? 0 : (value as number));
    case "string": {
      if (type.collation === undefined) return (value) => value as string;
      const { key } = collationOf(type);
      return (value) => key(value as string);
    }
    case "binary":
      return (value) => Buffer.from(value as Uint8Array).toString("latin1");
    case "array": {
      const element = nestedKey(type.element);
      return (value) => (value as readonly Boxed[]).map(element).join("");
    }
    case "struct": {
      const fields = type.fields.map((field) => nestedKey(field.type));
      return (value) => (value as readonly Boxed[]).map((item, i) => (fields[i] as (item: Boxed) => string)(item)).join("");
    }
    case "map": {
      const key = nestedKey(type.key);
      const item = nestedKey(type.value);
      return (value) => {
        const { keys, values } = value as MapValue;
        return keys
          .map((one, i) => key(one) + item(values[i] as Boxed))
          .sort()
          .join("");
      };
    }
    case "udt":
      return valueKey(type.sqlType);
    case "calendarInterval":
      return (value) => {
        const { months, days, microseconds } = value as CalendarInterval;
        return `${months} ${days} ${microseconds}`;
      };
    case "variant":
      return (value) => {
        const { value: bytes, metadata } = value as VariantValue;
        return `${Buffer.from(bytes).toString("latin1")} ${Buffer.from(metadata).toString("latin1")}`;
      };
    default:
      return (value) => value as ValueKey;
  }
}

/** With its length before it, so that texts side by side stay apart. */
function nestedKey(type: DataType): (value: Boxed) => string {
  const key = valueKey(type);
  return (value) => {
    if (value === null) return "-";
    const text = String(key(value));
    return `${text.length}:${text}`;
  };
}
