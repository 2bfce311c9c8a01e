/** Dates and times in the text of JSON and CSV: as casts read them and ISO 8601 writes them, or in the patterns of options. */
import type { Boxed, DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { SqlSettings } from "../settings";
import { makeCast } from "../types/cast";
import { dateText, localText, secondsOf, sessionZone, timeText, toLocal } from "../types/datetime";
import type { Exact } from "../types/exact";

/** null for text that is none. */
export type TextReader = (text: string) => Boxed;

export interface TextOptions {
  readonly timeZone: string;
  readonly locale: string;
}

function patterns(pattern: string): never {
  throw new AnalysisError("UNSUPPORTED_FEATURE.DATETIME_PATTERN", { pattern });
}

function castReader(type: DataType, options: TextOptions, settings: SqlSettings): TextReader {
  return makeCast({ kind: "string" }, type, "try", { ...settings, timeZone: options.timeZone });
}

export function dateReader(pattern: string | undefined, options: TextOptions, settings: SqlSettings): TextReader {
  return pattern === undefined ? castReader({ kind: "date" }, options, settings) : patterns(pattern);
}

export function timestampReader(pattern: string | undefined, options: TextOptions, settings: SqlSettings): TextReader {
  return pattern === undefined ? castReader({ kind: "timestamp" }, options, settings) : patterns(pattern);
}

/** Text that names a zone is no local time. */
export function timestampNtzReader(pattern: string | undefined, options: TextOptions, settings: SqlSettings): TextReader {
  return pattern === undefined ? castReader({ kind: "timestamp_ntz" }, options, settings) : patterns(pattern);
}

export function timeReader(pattern: string | undefined, type: DataType, options: TextOptions, settings: SqlSettings): TextReader {
  return pattern === undefined ? castReader(type, options, settings) : patterns(pattern);
}

export function dateWriter(pattern: string | undefined, _options: TextOptions): (value: Boxed) => string {
  return pattern === undefined ? (value) => dateText(value as number) : patterns(pattern);
}

/** "2024-02-29T12:30:00.000-08:00". */
export function timestampWriter(pattern: string | undefined, options: TextOptions): (value: Boxed) => string {
  if (pattern !== undefined) return patterns(pattern);
  const zone = sessionZone(options.timeZone);
  return (value) => {
    const micros = value as Exact;
    const local = toLocal(micros, zone);
    return `${millisText(local)}${offset(secondsOf(local) - secondsOf(micros))}`;
  };
}

/** "2024-02-29T12:30:00.000". */
export function timestampNtzWriter(pattern: string | undefined, _options: TextOptions): (value: Boxed) => string {
  return pattern === undefined ? (value) => millisText(value as Exact) : patterns(pattern);
}

export function timeWriter(pattern: string | undefined, _options: TextOptions): (value: Boxed) => string {
  return pattern === undefined ? (value) => timeText(value as number) : patterns(pattern);
}

/** Three digits of the second's fraction, whatever there are. */
function millisText(local: Exact): string {
  const [whole = "", fraction = ""] = localText(local, "T").split(".");
  return `${whole}.${fraction.padEnd(3, "0").slice(0, 3)}`;
}

function offset(seconds: number): string {
  if (seconds === 0) return "Z";
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${seconds < 0 ? "-" : "+"}${pad(Math.trunc(minutes / 60))}:${pad(minutes % 60)}`;
}
