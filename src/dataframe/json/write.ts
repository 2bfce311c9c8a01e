/** Values as JSON text, as to_json and JSON files have them. */
import type { Boxed, DataType, MapValue, VariantValue } from "../../columnar/types";
import type { SqlSettings } from "../settings";
import { decimalText } from "../types/exact";
import type { Exact } from "../types/exact";
import { existenceDefaultOf } from "../types/existence-default";
import { doubleText, floatText, literalSql, valueToString } from "../types/print";
import { variantToJson } from "../variant/to-json";
import { checkPatterns, dateWriter, timestampNtzWriter, timestampWriter, timeWriter } from "./datetime-text";
import type { JsonOptions } from "./options";
import { quotedJson } from "./text";

/** Text of a value that is not null, at a depth of indentation. */
type Write = (value: Boxed, indent: string) => string;

/** The text of a value that is not null. */
export function jsonWriter(type: DataType, options: JsonOptions, settings: SqlSettings): (value: Boxed) => string {
  checkPatterns([options.timestampFormat, options.timestampNtzFormat, options.dateFormat]);
  const write = writerOf(type, options, settings);
  return (value) => write(value, "");
}

const STEP = "  ";

function writerOf(type: DataType, options: JsonOptions, settings: SqlSettings): Write {
  const quote = (text: string): string => quotedJson(text, options.writeNonAsciiAsCodePoint);
  switch (type.kind) {
    case "struct": {
      const names = type.fields.map((field) => quote(field.name));
      const writers = type.fields.map((field) => writerOf(field.type, options, settings));
      // A field that is left out would be read as its default.
      const omits = type.fields.map((field) => options.ignoreNullFields && existenceDefaultOf(field) === null);
      const order = sorted(
        type.fields.map((field) => field.name),
        options.sortKeys,
      );
      if (!options.pretty) {
        const heads = order.map((i) => `${names[i] as string}:`);
        const ordered = order.map((i) => writers[i] as Write);
        return (value) => {
          const row = value as readonly Boxed[];
          let text = "{";
          for (let k = 0; k < order.length; k++) {
            const item = row[order[k] as number] as Boxed;
            if (item === null && omits[order[k] as number] === true) continue;
            if (text.length > 1) text += ",";
            text += heads[k] as string;
            text += item === null ? "null" : (ordered[k] as Write)(item, "");
          }
          return `${text}}`;
        };
      }
      return (value, indent) => {
        const row = value as readonly Boxed[];
        const entries: [string, string][] = [];
        for (const i of order) {
          const item = row[i] as Boxed;
          if (item !== null) entries.push([names[i] as string, (writers[i] as Write)(item, indent + STEP)]);
          else if (omits[i] === false) entries.push([names[i] as string, "null"]);
        }
        return object(entries, indent, options.pretty);
      };
    }
    case "map": {
      const key = keyWriter(type.key, settings);
      const write = writerOf(type.value, options, settings);
      return (value, indent) => {
        const { keys, values } = value as MapValue;
        const names = keys.map(key);
        const entries = sorted(names, options.sortKeys).map((i): [string, string] => {
          const item = values[i] as Boxed;
          return [quote(names[i] as string), item === null ? "null" : write(item, indent + STEP)];
        });
        return object(entries, indent, options.pretty);
      };
    }
    case "array": {
      const write = writerOf(type.element, options, settings);
      return (value, indent) => {
        const items = (value as readonly Boxed[]).map((item) => (item === null ? "null" : write(item, indent)));
        if (!options.pretty) return `[${items.join(",")}]`;
        return items.length === 0 ? "[ ]" : `[ ${items.join(", ")} ]`;
      };
    }
    case "udt":
      return writerOf(type.sqlType, options, settings);
    case "null":
      return () => "null";
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "long":
      return (value) => `${value as number | bigint | boolean}`;
    case "decimal":
      return (value) => decimalText(value as Exact, type.scale);
    case "float":
      return (value) => (Number.isFinite(value) ? floatText(value as number) : quote(`${value as number}`));
    case "double":
      return (value) => (Number.isFinite(value) ? doubleText(value as number) : quote(`${value as number}`));
    case "string":
      return (value) => quote(value as string);
    case "binary":
      return (value) => quote(Buffer.from(value as Uint8Array).toString("base64"));
    case "date":
      return quoted(dateWriter(options.dateFormat, options), quote);
    case "timestamp":
      return quoted(timestampWriter(options.timestampFormat, options), quote);
    case "timestamp_ntz":
      return quoted(timestampNtzWriter(options.timestampNtzFormat, options), quote);
    case "time":
      return quoted(timeWriter(options.timeFormat, options), quote);
    case "dayTimeInterval":
    case "yearMonthInterval":
      return (value) => quote(literalSql(value, type));
    case "calendarInterval":
      return (value) => quote(valueToString(value, type, settings));
    case "variant":
      return (value) => variantToJson(value as VariantValue, options.timeZone);
  }
}

function quoted(write: (value: Boxed) => string, quote: (text: string) => string): Write {
  return (value) => quote(write(value));
}

/** Numbers of places, in the order of the names where that is asked for. */
function sorted(names: readonly string[], sort: boolean): readonly number[] {
  const places = names.map((_, i) => i);
  return sort ? places.sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1)) : places;
}

function object(entries: readonly (readonly [name: string, value: string])[], indent: string, pretty: boolean): string {
  if (!pretty) return `{${entries.map(([name, value]) => `${name}:${value}`).join(",")}}`;
  if (entries.length === 0) return "{ }";
  const lines = entries.map(([name, value]) => `${indent}${STEP}${name} : ${value}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

/** Keys that are no strings: as Java shows them, structs in brackets. */
function keyWriter(type: DataType, settings: SqlSettings): (key: Boxed) => string {
  switch (type.kind) {
    case "string":
      return (key) => key as string;
    case "struct": {
      const fields = type.fields.map((field) => keyWriter(field.type, settings));
      return (key) =>
        `[${(key as readonly Boxed[]).map((item, i) => (item === null ? "null" : (fields[i] as (key: Boxed) => string)(item))).join(",")}]`;
    }
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return (key) => `${key as number | bigint}`;
    default:
      return (key) => valueToString(key, type, settings);
  }
}
