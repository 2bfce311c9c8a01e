/** Values as text: as casts to string give it, as literals of SQL, and as spark-sql prints rows. */
import type { Boxed, CalendarInterval, DataType, MapValue } from "../../columnar/types";
import { QueryError } from "../errors";
import { dateText, localText, sessionZone, timestampText, timeText } from "./datetime";
import { decimalExponentText, decimalText, type Exact } from "./exact";
import { doubleText, floatText } from "./java-floats";

export { doubleText, floatText };
import { calendarIntervalText, dayTimeText, yearMonthText } from "./interval";
import { simpleString } from "./text";
import { userTypeNamed } from "./user-types";

/** What text of values depends on. */
export interface PrintSettings {
  readonly timeZone: string;
  /** Decimals close to zero print with an exponent, as they do outside of ANSI mode. */
  readonly decimalExponents?: boolean;
}

const decoder = new TextDecoder();

/** A value as CAST(value AS STRING) gives it. */
export function valueToString(value: Boxed, type: DataType, settings: PrintSettings): string {
  return printer(type, settings)(value);
}

/** The function that makes text of one type's values; nulls inside of values are "null". */
export function printer(type: DataType, settings: PrintSettings): (value: Boxed) => string {
  switch (type.kind) {
    case "null":
      return () => "null";
    case "string":
      return (value) => value as string;
    case "float":
      return (value) => floatText(value as number);
    case "double":
      return (value) => doubleText(value as number);
    case "decimal": {
      const { scale } = type;
      return settings.decimalExponents === true
        ? (value) => decimalExponentText(value as Exact, scale)
        : (value) => decimalText(value as Exact, scale);
    }
    case "binary":
      return (value) => decoder.decode(value as Uint8Array);
    case "date":
      return (value) => dateText(value as number);
    case "timestamp": {
      const zone = sessionZone(settings.timeZone);
      return (value) => timestampText(value as Exact, zone);
    }
    case "timestamp_ntz":
      return (value) => localText(value as Exact);
    case "time":
      return (value) => timeText(value as number);
    case "calendarInterval":
      return (value) => calendarIntervalText(value as CalendarInterval);
    case "dayTimeInterval":
      return (value) => dayTimeText(value as Exact, type);
    case "yearMonthInterval":
      return (value) => yearMonthText(value as number, type);
    case "array": {
      const element = orNull(printer(type.element, settings));
      return (value) => `[${(value as readonly Boxed[]).map(element).join(", ")}]`;
    }
    case "map": {
      const key = printer(type.key, settings);
      const item = orNull(printer(type.value, settings));
      return (value) => {
        const { keys, values } = value as MapValue;
        return `{${keys.map((k, i) => `${key(k)} -> ${item(values[i]!)}`).join(", ")}}`;
      };
    }
    case "struct": {
      const fields = type.fields.map((field) => orNull(printer(field.type, settings)));
      return (value) => `{${fields.map((field, i) => field((value as readonly Boxed[])[i]!)).join(", ")}}`;
    }
    case "udt":
      return userTypeNamed(type.name)?.toText ?? printer(type.sqlType, settings);
    case "variant":
      return variantPrinter(settings);
    default:
      return String;
  }
}

function orNull(print: (value: Boxed) => string): (value: Boxed) => string {
  return (value) => (value === null ? "null" : print(value));
}

/** How variants print; the family of variant functions sets it, since it holds the codec. */
let variantPrinter: (settings: PrintSettings) => (value: Boxed) => string = () => () => {
  throw new QueryError("UNSUPPORTED_FEATURE.VARIANT_TEXT");
};

export function setVariantPrinter(make: (settings: PrintSettings) => (value: Boxed) => string): void {
  variantPrinter = make;
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

export function hexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex").toUpperCase();
}

/** A literal as automatic column names show it: numbers and top-level strings bare, others as SQL. */
export function literalSql(value: Boxed, type: DataType, settings: PrintSettings = { timeZone: "UTC" }): string {
  if (value === null) return "NULL";
  switch (type.kind) {
    case "float":
    case "double":
    case "decimal":
    case "byte":
    case "short":
    case "int":
    case "long":
    case "boolean":
      return valueToString(value, type, { timeZone: settings.timeZone, decimalExponents: true });
    default:
      return sqlValue(value, type, settings);
  }
}

/** A literal that SQL reads back, as error messages show values: 1L, 1.0D, 'a', DATE '2020-01-01', ARRAY(1, 2). */
export function sqlValue(value: Boxed, type: DataType, settings: PrintSettings = { timeZone: "UTC" }): string {
  if (value === null) return "NULL";
  const text = (): string => valueToString(value, type, { timeZone: settings.timeZone, decimalExponents: true });
  const inner = (part: Boxed, partType: DataType): string =>
    part === null ? `CAST(NULL AS ${simpleString(partType).toUpperCase()})` : sqlValue(part, partType, settings);
  switch (type.kind) {
    case "string":
      return quoted(value as string);
    case "byte":
      return `${text()}Y`;
    case "short":
      return `${text()}S`;
    case "long":
      return `${text()}L`;
    case "decimal":
      return `${text()}BD`;
    case "double":
      return Number.isFinite(value) ? `${text()}D` : text();
    case "binary":
      return `X'${hexText(value as Uint8Array)}'`;
    case "date":
      return `DATE '${text()}'`;
    case "timestamp":
      return `TIMESTAMP '${text()}'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${text()}'`;
    case "time":
      return `TIME '${text()}'`;
    case "calendarInterval":
      return `INTERVAL '${text()}'`;
    case "array":
      return `ARRAY(${(value as readonly Boxed[]).map((part) => inner(part, type.element)).join(", ")})`;
    case "map": {
      const { keys, values } = value as MapValue;
      const list = (parts: readonly Boxed[], partType: DataType): string =>
        `ARRAY(${parts.map((part) => inner(part, partType)).join(", ")})`;
      return `MAP_FROM_ARRAYS(${list(keys, type.key)}, ${list(values, type.value)})`;
    }
    case "struct": {
      const parts = type.fields.map((field, i) => `'${field.name}', ${inner((value as readonly Boxed[])[i]!, field.type)}`);
      return `NAMED_STRUCT(${parts.join(", ")})`;
    }
    case "udt":
      return sqlValue(value, type.sqlType, settings);
    default:
      return text();
  }
}
