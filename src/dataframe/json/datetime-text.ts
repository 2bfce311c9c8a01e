/** Dates and times in the text of JSON and CSV: as casts read them and ISO 8601 writes them, or in the patterns of options. */
import type { Boxed, DataType } from "../../columnar/types";
import { QueryError } from "../errors";
import type { SqlSettings } from "../settings";
import { makeCast } from "../types/cast";
import {
  dateText,
  fromLocal,
  localOf,
  localText,
  parseTimestampNtz,
  secondsOf,
  sessionZone,
  timeText,
  toLocal,
} from "../types/datetime";
import { localOfFields, type ParsedFields, ParseFault } from "../types/datetime-pattern/parse";
import { PatternFault } from "../types/datetime-pattern/parts";
import { type DateTimePattern, dateTimePattern } from "../types/datetime-pattern/pattern";
import type { Exact } from "../types/exact";
import { utc } from "../types/time-zone";

/** null for text that is none. */
export type TextReader = (text: string) => Boxed;

export interface TextOptions {
  readonly timeZone: string;
  readonly locale: string;
}

function patternOf(pattern: string, use: "format" | "parse"): DateTimePattern {
  try {
    return dateTimePattern(pattern, use);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new QueryError(error.errorClass, error.parameters);
  }
}

function patternReader(pattern: string, value: (fields: ParsedFields) => Boxed): TextReader {
  const compiled = patternOf(pattern, "parse");
  return (text) => {
    try {
      return value(compiled.parse(text));
    } catch (error) {
      if (error instanceof ParseFault) return null;
      throw error;
    }
  };
}

function castReader(type: DataType, options: TextOptions, settings: SqlSettings): TextReader {
  return makeCast({ kind: "string" }, type, "try", { ...settings, timeZone: options.timeZone });
}

export function dateReader(pattern: string | undefined, options: TextOptions, settings: SqlSettings): TextReader {
  if (pattern === undefined) return castReader({ kind: "date" }, options, settings);
  return patternReader(pattern, (fields) => fields.days);
}

export function timestampReader(pattern: string | undefined, options: TextOptions, settings: SqlSettings): TextReader {
  if (pattern === undefined) return castReader({ kind: "timestamp" }, options, settings);
  const zone = sessionZone(options.timeZone);
  return patternReader(pattern, (fields) => fromLocal(localOfFields(fields), fields.zone ?? zone));
}

/** Text that names a zone is no local time. */
export function timestampNtzReader(pattern: string | undefined): TextReader {
  if (pattern === undefined) return (text) => parseTimestampNtz(text, false);
  return patternReader(pattern, (fields) => (fields.zone === null ? localOfFields(fields) : null));
}

export function timeReader(pattern: string | undefined, type: DataType, options: TextOptions, settings: SqlSettings): TextReader {
  if (pattern === undefined) return castReader(type, options, settings);
  return patternReader(pattern, (fields) => fields.nanosOfDay ?? 0);
}

/** Refuses patterns that cannot be written, or read, whether or not a column needs them. */
export function checkPatterns(patterns: readonly (string | undefined)[], use: "format" | "parse" = "format"): void {
  for (const pattern of patterns) if (pattern !== undefined) patternOf(pattern, use);
}

export function isReadable(pattern: string): boolean {
  try {
    dateTimePattern(pattern, "parse");
    return true;
  } catch (error) {
    if (error instanceof PatternFault) return false;
    throw error;
  }
}

export function dateWriter(pattern: string | undefined, _options: TextOptions): (value: Boxed) => string {
  if (pattern === undefined) return (value) => dateText(value as number);
  const compiled = patternOf(pattern, "format");
  return (value) => compiled.format(localOf(value as number, 0), utc, 0);
}

/** "2024-02-29T12:30:00.000-08:00". */
export function timestampWriter(pattern: string | undefined, options: TextOptions): (value: Boxed) => string {
  const zone = sessionZone(options.timeZone);
  const compiled = pattern === undefined ? null : patternOf(pattern, "format");
  return (value) => {
    const micros = value as Exact;
    const local = toLocal(micros, zone);
    const seconds = secondsOf(local) - secondsOf(micros);
    return compiled === null ? `${millisText(local)}${offset(seconds)}` : compiled.format(local, zone, seconds);
  };
}

/** "2024-02-29T12:30:00.000". */
export function timestampNtzWriter(pattern: string | undefined, _options: TextOptions): (value: Boxed) => string {
  if (pattern === undefined) return (value) => millisText(value as Exact);
  const compiled = patternOf(pattern, "format");
  return (value) => compiled.format(value as Exact, utc, 0);
}

export function timeWriter(pattern: string | undefined, _options: TextOptions): (value: Boxed) => string {
  if (pattern === undefined) return (value) => timeText(value as number);
  const compiled = patternOf(pattern, "format");
  return (value) => compiled.format(Math.floor((value as number) / 1000), utc, 0);
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
