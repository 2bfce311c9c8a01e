/**
 * Patterns of dates and times, with the letters of Spark's DateTimeFormatter: compiled once to parts that print and parse.
 * Parsing is strict: fields in their ranges, numbers with at least as many digits as letters.
 */
import type { Exact } from "../exact";
import type { TimeZone } from "../time-zone";
import { parser, type ParsedFields } from "./parse";
import { checkLetters, crossVersion, partsOf, type Part, PatternFault, wasPattern } from "./parts";
import { Moment, printer } from "./print";

export interface DateTimePattern {
  /** The text of a local date and time; `offset` is the zone's at that instant, in seconds. */
  format(local: Exact, zone: TimeZone, offset: number): string;
  /** What a text says; throws ParseFault. */
  parse(text: string): ParsedFields;
}

const compiled = new Map<string, DateTimePattern>();

/** The pattern, ready for use; throws PatternFault. */
export function dateTimePattern(pattern: string, use: "format" | "parse"): DateTimePattern {
  const key = `${use} ${pattern}`;
  let known = compiled.get(key);
  if (known === undefined) {
    known = compile(pattern, use);
    if (compiled.size < 1000) compiled.set(key, known);
  }
  return known;
}

function compile(pattern: string, use: "format" | "parse"): DateTimePattern {
  let parts: readonly Part[];
  try {
    checkLetters(pattern, use === "parse");
    parts = partsOf(pattern);
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw wasPattern(pattern) ? crossVersion(pattern) : error;
  }
  const print = printer(parts);
  return { format: (local, zone, offset) => print(new Moment(local, zone, offset)), parse: parser(parts) };
}
