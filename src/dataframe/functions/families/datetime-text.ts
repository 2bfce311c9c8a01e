/** Dates and timestamps from text and to text. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { DATE, LONG, STRING, TIMESTAMP, callByName, cast, coerced, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { sessionZone, toLocal, fromLocal, daysToMicros, secondsOf } from "../../types/datetime";
import { localOfFields, ParseFault } from "../../types/datetime-pattern/parse";
import { PatternFault } from "../../types/datetime-pattern/parts";
import { type DateTimePattern, dateTimePattern } from "../../types/datetime-pattern/pattern";
import { fitsLong, multiply, subtract, wrapLong, type Exact } from "../../types/exact";
import { legacyPattern } from "../../types/legacy-pattern";
import type { TimeZone } from "../../types/time-zone";
import type { SqlSettings } from "../../settings";
import { document, made } from "../documented";
import type { BindContext, FunctionEntry, ScalarFunction } from "../registry";
import { rewrite, scalar } from "../signature";

const doc = document("datetime");
const TIMESTAMP_NTZ: DataType = { kind: "timestamp_ntz" };
const DEFAULT_PATTERN = "yyyy-MM-dd HH:mm:ss";

/**
 * The pattern that a call names; throws what is wrong with it as an error of the query. spark.sql.legacy.timeParserPolicy
 * says by which rules: those of now (CORRECTED), those before Spark 3 (LEGACY), or those of now with an error for text that
 * only the former ones could read (EXCEPTION).
 */
export function patternOf(pattern: string, use: "format" | "parse", call: Call, settings: SqlSettings): DateTimePattern {
  try {
    const policy = settings.conf["spark.sql.legacy.timeParserPolicy"]?.toUpperCase();
    if (policy === "LEGACY") return legacyPattern(pattern);
    const made = dateTimePattern(pattern, use);
    if (policy !== "EXCEPTION" || use === "format") return made;
    return { ...made, parse: (text) => parsedAsEver(text, made, pattern, call) };
  } catch (error) {
    if (!(error instanceof PatternFault)) throw error;
    throw new QueryError(error.errorClass, error.parameters, call.at);
  }
}

/** The fields of text; an error where the rules before Spark 3 found some and those of now do not. */
function parsedAsEver(text: string, pattern: DateTimePattern, written: string, call: Call): ReturnType<DateTimePattern["parse"]> {
  try {
    const fields = pattern.parse(text);
    localOfFields(fields);
    return fields;
  } catch (error) {
    if (!(error instanceof ParseFault) || !isLegacyText(text, written)) throw error;
    throw new QueryError(
      "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER",
      { datetime: `'${text}'`, config: '"spark.sql.legacy.timeParserPolicy"' },
      call.at,
    );
  }
}

function isLegacyText(text: string, pattern: string): boolean {
  try {
    localOfFields(legacyPattern(pattern).parse(text));
    return true;
  } catch (error) {
    if (error instanceof ParseFault || error instanceof PatternFault) return false;
    throw error;
  }
}

/** The pattern that a call names, found again only where it is another one than for the row before. */
function patternReader(use: "format" | "parse", call: Call, settings: SqlSettings): (pattern: Boxed) => DateTimePattern {
  let last: Boxed = null;
  let known: DateTimePattern | null = null;
  return (pattern) => {
    if (known === null || pattern !== last) {
      known = patternOf(pattern as string, use, call, settings);
      last = pattern;
    }
    return known;
  };
}

/** Local microseconds of text, and the zone it names; null where the text does not fit and that is no error. */
function parsed(text: string, pattern: DateTimePattern, call: Call): { local: Exact; zone: TimeZone | null } | null {
  try {
    const fields = pattern.parse(text);
    return { local: localOfFields(fields), zone: fields.zone };
  } catch (error) {
    if (!(error instanceof ParseFault)) throw error;
    if (call.options?.["strict"] !== true) return null;
    const func = `\`${call.options["instead"] as string}\``;
    throw new QueryError("CANNOT_PARSE_TIMESTAMP", { func, message: error.message }, call.at);
  }
}

const textOrTime = { anyOf: ["string", "date", "timestamp", "timestamp_ntz"] } as const;

/** A reader of text by a pattern; dates and timestamps pass through. What all functions with a pattern become. */
const parseByPattern: ScalarFunction = scalar({
  names: ["gettimestamp"],
  doc: doc("The timestamp that a text says by a pattern.", ["gettimestamp('2016-12-31', 'yyyy-MM-dd')", "2016-12-31 00:00:00"]),
  inputs: [textOrTime, "string"],
  result: TIMESTAMP,
  nullable: (args, context) => !context.settings.ansi || args.some((arg) => arg.nullable),
  options: (_, context) => ({ strict: context.settings.ansi, instead: "try_to_timestamp" }),
  evaluate: (call, context) => {
    const zone = sessionZone(context.settings.timeZone);
    const from = call.args[0]!.type.kind;
    const wantsNtz = call.type.kind === "timestamp_ntz";
    const inTarget = (local: Exact): Exact => (wantsNtz ? local : fromLocal(local, zone));
    if (from === "date") return (days) => inTarget(multiply(days as number, 86_400_000_000));
    if (from === "timestamp_ntz") return (local) => inTarget(local as Exact);
    if (from === "timestamp") return (micros) => (wantsNtz ? toLocal(micros as Exact, zone) : micros);
    const named = patternReader("parse", call, context.settings);
    return (text, pattern) => {
      const found = parsed(text as string, named(pattern), call);
      if (found === null) return null;
      const micros = wantsNtz ? found.local : fromLocal(found.local, found.zone ?? zone);
      if (fitsLong(micros)) return micros;
      throw new QueryError("DATETIME_OVERFLOW", { operation: "read a timestamp" }, call.at);
    };
  },
});

interface Reading {
  readonly type: DataType;
  /** What ANSI mode's error recommends. */
  readonly instead: string;
  readonly tries: boolean;
}

function read(args: readonly Expression[], context: BindContext, { type, instead, tries }: Reading): Expression {
  const strict = context.settings.ansi && !tries;
  const [value, pattern] = args as [Expression, Expression | undefined];
  const mode = tries ? "try" : context.settings.ansi ? "ansi" : "legacy";
  const at = context.at && { at: context.at };
  if (pattern === undefined) {
    /* As the cast of the type; a number is seconds. */
    const direct = value.type.kind === "null" ? coerced(value, STRING, context) : value;
    return cast(direct, type, mode, at ?? {});
  }
  const parsing = parseByPattern.bind([value, pattern], { ...context, name: context.name }) as Call;
  const target: DataType = type.kind === "timestamp_ntz" ? type : TIMESTAMP;
  const nullable = !strict || parsing.args.some((arg) => arg.nullable);
  const call: Call = { ...parsing, type: target, nullable, options: { strict, instead } };
  return type.kind === "date" ? cast(call, DATE, strict ? "ansi" : "legacy") : call;
}

function reader(name: string, reading: Reading, usage: string, example: readonly [string, string]): FunctionEntry {
  return rewrite({
    names: [name],
    doc: doc(usage, example),
    inputs: ["any", "string"],
    optional: 1,
    to: (args, context) => read(args, context, reading),
  });
}

/** Seconds since 1970 of a text by a pattern, or of a date or timestamp. */
function unixTime(name: string): FunctionEntry {
  const entry = scalar({
    names: [name],
    doc: doc("Seconds since 1970-01-01 00:00:00 UTC of a text read by a pattern, or of a date or timestamp.", [
      `${name}('2016-04-08', 'yyyy-MM-dd')`,
      "1460098800",
    ]),
    inputs: [textOrTime, "string"],
    optional: 1,
    defaults: () => [literal(null, STRING), literal(DEFAULT_PATTERN, STRING)],
    result: LONG,
    nullable: (args, context) => !context.settings.ansi || args.some((arg) => arg.nullable),
    options: (_, context) => ({ strict: context.settings.ansi, instead: "try_to_timestamp" }),
    evaluate: (call, context) => {
      const zone = sessionZone(context.settings.timeZone);
      switch (call.args[0]!.type.kind) {
        case "date":
          return (days) => secondsOf(daysToMicros(days as number, zone));
        case "timestamp":
          return (micros) => secondsOf(micros as Exact);
        case "timestamp_ntz":
          return (local) => secondsOf(fromLocal(local as Exact, zone));
        default: {
          const named = patternReader("parse", call, context.settings);
          return (text, pattern) => {
            const found = parsed(text as string, named(pattern), call);
            return found === null ? null : secondsOf(fromLocal(found.local, found.zone ?? zone));
          };
        }
      }
    },
  });
  if (name !== "unix_timestamp") return entry;
  return {
    ...entry,
    bind: (args, context) => entry.bind(args.length === 0 ? [callByName("current_timestamp", [], context)] : args, context),
  };
}

/** Text of an instant by a pattern. */
export function formatter(call: Call, settings: SqlSettings): (micros: Boxed, pattern: Boxed) => string {
  const zone = sessionZone(settings.timeZone);
  const named = patternReader("format", call, settings);
  return (micros, pattern) => {
    const local = toLocal(micros as Exact, zone);
    const offset = Number(subtract(local, micros as Exact)) / 1e6;
    return named(pattern).format(local, zone, offset);
  };
}

export const datetimeTextFunctions: readonly FunctionEntry[] = [
  parseByPattern,
  reader(
    "to_date",
    { type: DATE, instead: "try_to_date", tries: false },
    "The date that a text says, by a pattern or in the form of casts.",
    ["to_date('2016-12-31', 'yyyy-MM-dd')", "2016-12-31"],
  ),
  reader("try_to_date", { type: DATE, instead: "try_to_date", tries: true }, "As to_date; NULL where the text says no date.", [
    "try_to_date('foo', 'yyyy-MM-dd')",
    "NULL",
  ]),
  timestampReader("to_timestamp", false, "The timestamp that a text says, by a pattern or in the form of casts.", [
    "to_timestamp('2016-12-31', 'yyyy-MM-dd')",
    "2016-12-31 00:00:00",
  ]),
  timestampReader("try_to_timestamp", true, "As to_timestamp; NULL where the text says no timestamp.", [
    "try_to_timestamp('foo', 'yyyy-MM-dd')",
    "NULL",
  ]),
  reader(
    "to_timestamp_ltz",
    { type: TIMESTAMP, instead: "try_to_timestamp", tries: false },
    "The instant that a text says; in the session's zone where it names none.",
    ["to_timestamp_ltz('2016-12-31', 'yyyy-MM-dd')", "2016-12-31 00:00:00"],
  ),
  reader(
    "to_timestamp_ntz",
    { type: TIMESTAMP_NTZ, instead: "try_to_timestamp", tries: false },
    "The date and time that a text says, without a zone.",
    ["to_timestamp_ntz('2016-12-31', 'yyyy-MM-dd')", "2016-12-31 00:00:00"],
  ),
  unixTime("unix_timestamp"),
  unixTime("to_unix_timestamp"),
  scalar({
    names: ["date_format"],
    doc: doc("A timestamp as text by a pattern.", ["date_format('2016-04-08', 'y')", "2016"]),
    inputs: ["timestamp", "string"],
    result: STRING,
    evaluate: (call, context) => formatter(call, context.settings),
  }),
  scalar({
    names: ["from_unixtime"],
    doc: doc("The instant so many seconds after 1970-01-01 00:00:00 UTC as text by a pattern.", [
      "from_unixtime(0, 'yyyy-MM-dd HH:mm:ss')",
      "1969-12-31 16:00:00",
    ]),
    inputs: ["long", "string"],
    optional: 1,
    defaults: () => [literal(null, LONG), literal(DEFAULT_PATTERN, STRING)],
    result: STRING,
    nullable: true,
    evaluate: made((call, context) => {
      const format = formatter(call, context.settings);
      return (seconds: Exact, pattern: string) => format(wrapLong(multiply(seconds, 1_000_000)), pattern);
    }),
  }),
];

/** to_timestamp follows spark.sql.timestampType. */
function timestampReader(name: string, tries: boolean, usage: string, example: readonly [string, string]): FunctionEntry {
  return rewrite({
    names: [name],
    doc: doc(usage, example),
    inputs: ["any", "string"],
    optional: 1,
    to: (args, context) => {
      const ntz = context.settings.conf["spark.sql.timestampType"] === "TIMESTAMP_NTZ";
      return read(args, context, { type: ntz ? TIMESTAMP_NTZ : TIMESTAMP, instead: "try_to_timestamp", tries });
    },
  });
}
