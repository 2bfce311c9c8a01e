/** Variants as JSON text. */
import type { VariantValue } from "../../columnar/types";
import { quotedJson } from "../json/text";
import { dateText, localText, sessionZone, toLocal } from "../types/datetime";
import { decimalText } from "../types/exact";
import type { Exact } from "../types/exact";
import { doubleText, floatText } from "../types/print";
import type { TimeZone } from "../types/time-zone";
import { secondsOf } from "../types/datetime";
import { VariantReader } from "./decode";

export function variantToJson(variant: VariantValue, timeZone: string): string {
  return readerToJson(VariantReader.of(variant), timeZone);
}

export function readerToJson(reader: VariantReader, timeZone: string): string {
  return textOf(reader, sessionZone(timeZone));
}

function textOf(reader: VariantReader, zone: TimeZone): string {
  switch (reader.kind) {
    case "object":
      return `{${[...reader.entries()].map(([name, value]) => `${quotedJson(name)}:${textOf(value, zone)}`).join(",")}}`;
    case "array":
      return `[${[...reader.items()].map((item) => textOf(item, zone)).join(",")}]`;
    case "string":
      return quotedJson(reader.string());
    case "double":
    case "float": {
      const text = scalarText(reader, zone);
      return Number.isFinite(reader.number()) ? text : `"${text}"`;
    }
    case "null":
    case "boolean":
    case "long":
    case "decimal":
      return scalarText(reader, zone);
    case "binary":
      return `"${Buffer.from(reader.binary()).toString("base64")}"`;
    case "timestamp":
      return `"${scalarText(reader, zone)}${offsetText(reader.integer(), zone)}"`;
    case "date":
    case "timestamp_ntz":
    case "uuid":
      return `"${scalarText(reader, zone)}"`;
  }
}

function scalarText(reader: VariantReader, zone: TimeZone): string {
  switch (reader.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(reader.boolean());
    case "long":
      return String(reader.integer());
    case "double":
      return doubleText(reader.number());
    case "float":
      return floatText(reader.number());
    case "decimal": {
      const { unscaled, scale } = reader.decimal();
      return decimalText(unscaled, scale);
    }
    case "date":
      return dateText(reader.integer() as number);
    case "timestamp":
      return localText(toLocal(reader.integer(), zone));
    case "timestamp_ntz":
      return localText(reader.integer());
    case "uuid":
      return reader.uuid();
    default:
      return reader.string();
  }
}

/** "-08:00". */
function offsetText(micros: Exact, zone: TimeZone): string {
  const seconds = secondsOf(toLocal(micros, zone)) - secondsOf(micros);
  const size = Math.abs(seconds);
  const pad = (value: number): string => String(Math.trunc(value)).padStart(2, "0");
  return `${seconds < 0 ? "-" : "+"}${pad(size / 3600)}:${pad((size % 3600) / 60)}`;
}
