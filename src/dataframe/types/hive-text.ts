/** Values as spark-sql prints them in rows: the text of `firesteel sql`, and of the answers that conformance is held against. */
import type { Boxed, DataType, MapValue } from "../../columnar/types";
import type { Exact } from "./exact";
import { dayTimeHiveText, wholeFields, yearMonthHiveText } from "./interval";
import { hexText, type PrintSettings, valueToString } from "./print";

/** How binary values print: spark.sql.binaryOutputStyle. */
export type BinaryStyle = "UTF-8" | "BASIC" | "BASE64" | "HEX" | "HEX_DISCRETE";

export interface HiveSettings extends PrintSettings {
  readonly binaryStyle?: BinaryStyle;
  /** Years as java.time has them, with a sign (spark.sql.datetime.java8API.enabled); else those of the era. */
  readonly signedYears?: boolean;
}

/** A value of a row: NULL, ["a",1], {"k":1}; strings are quoted inside of others, where nulls are null. */
export function hiveText(value: Boxed, type: DataType, settings: HiveSettings, nested = false): string {
  if (value === null) return nested ? "null" : "NULL";
  switch (type.kind) {
    case "string":
      return nested ? `"${value as string}"` : (value as string);
    case "binary":
      return binaryText(value as Uint8Array, settings.binaryStyle ?? "UTF-8");
    case "dayTimeInterval":
      return dayTimeHiveText(wholeFields(value as Exact, type));
    case "yearMonthInterval":
      return yearMonthHiveText(value as number);
    case "array":
      return `[${(value as readonly Boxed[]).map((part) => hiveText(part, type.element, settings, true)).join(",")}]`;
    case "map": {
      const { keys, values } = value as MapValue;
      const entries = keys.map(
        (key, i) => `${hiveText(key, type.key, settings, true)}:${hiveText(values[i]!, type.value, settings, true)}`,
      );
      // In the order of their texts, whatever that of the map is.
      return `{${entries.sort().join(",")}}`;
    }
    case "date":
    case "timestamp":
      return settings.signedYears === true
        ? valueToString(value, type, settings)
        : yearOfEra(valueToString(value, type, settings));
    case "struct": {
      const parts = type.fields.map(
        (field, i) => `"${field.name}":${hiveText((value as readonly Boxed[])[i]!, field.type, settings, true)}`,
      );
      return `{${parts.join(",")}}`;
    }
    case "variant":
      return valueToString(value, type, { ...settings, timeZone: "UTC" });
    case "udt":
      return hiveText(value, type.sqlType, settings, nested);
    default:
      return valueToString(value, type, settings);
  }
}

/** Spark prints dates of rows by a pattern: years have no sign, and those before the year 1 count back from it. */
function yearOfEra(text: string): string {
  if (text.startsWith("+")) return text.slice(1);
  const [, year, rest] = /^(-?\d+)(-\d\d-.*)$/s.exec(text) as unknown as [string, string, string];
  return Number(year) > 0 ? text : `${String(1 - Number(year)).padStart(4, "0")}${rest}`;
}

export function binaryText(bytes: Uint8Array, style: BinaryStyle): string {
  switch (style) {
    case "BASE64":
      return Buffer.from(bytes).toString("base64").replaceAll("=", "");
    case "HEX":
      return hexText(bytes);
    case "HEX_DISCRETE":
      return `[${[...bytes].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}]`;
    case "BASIC":
      return `[${[...bytes].map((byte) => String((byte << 24) >> 24)).join(", ")}]`;
    default:
      return Buffer.from(bytes).toString("utf8");
  }
}
