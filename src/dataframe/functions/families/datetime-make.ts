/** Dates and timestamps made of their fields. */
import type { Boxed, DataType } from "../../../columnar/types";
import { QueryError } from "../../errors";
import { DATE, TIMESTAMP } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { daysInMonth, fromLocal, localOf, makeDays, sessionZone } from "../../types/datetime";
import { decimalText, fitsLong, type Exact } from "../../types/exact";
import { utc } from "../../types/time-zone";
import { document, made } from "../documented";
import type { BindContext, EvaluationContext, FunctionEntry } from "../registry";
import { accepts, type InputType } from "../input-types";
import { scalar, unexpectedInputType, type ScalarSpec } from "../signature";
import { zoneNamed } from "./datetime-epoch";

const doc = document("datetime");
const TIMESTAMP_NTZ: DataType = { kind: "timestamp_ntz" };
const SECONDS: DataType = { kind: "decimal", precision: 16, scale: 6 };

/** Why fields make no date or time; null where they do. */
function fault(fields: readonly (readonly [name: string, value: number, least: number, most: number])[]): string | null {
  for (const [name, value, least, most] of fields) {
    if (value < least || value > most) {
      return `The ${name} ${String(value)} is not in ${String(least)} to ${String(most)}`;
    }
  }
  return null;
}

function dateFault(year: number, month: number, day: number): string {
  return (
    fault([
      ["month", month, 1, 12],
      ["day", day, 1, 31],
    ]) ?? `Month ${String(month)} of ${String(year)} has ${String(daysInMonth(year, month))} days, not ${String(day)}`
  );
}

function outOfBounds(rangeMessage: string, call: Call): null {
  if (call.options?.["strict"] !== true) return null;
  throw new QueryError(
    "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION",
    { rangeMessage, ansiConfig: '"spark.sql.ansi.enabled"' },
    call.at,
  );
}

const strictness = (tries: boolean): Pick<ScalarSpec, "nullable" | "options"> => ({
  nullable: (args, context) => tries || !context.settings.ansi || args.some((arg) => arg.nullable),
  options: (_, context) => ({ strict: !tries && context.settings.ansi }),
});

/** Microseconds since midnight of an hour, a minute and seconds in millionths. 60 seconds are the next minute. */
function clock(hour: number, minute: number, seconds: Exact, call: Call): number | null {
  const micros = Number(seconds);
  const whole = Math.floor(micros / 1e6);
  if (whole === 60 && micros !== 60e6) {
    if (call.options?.["strict"] !== true) return null;
    throw new QueryError("INVALID_FRACTION_OF_SECOND", { secAndMicros: decimalText(seconds, 6).replace(/\.?0+$/, "") }, call.at);
  }
  const wrong = fault([
    ["hour", hour, 0, 23],
    ["minute", minute, 0, 59],
    ["second", micros < 0 ? Math.trunc(micros / 1e6) || -1 : whole, 0, micros === 60e6 ? 60 : 59],
  ]);
  return wrong === null ? (hour * 60 + minute) * 60e6 + micros : outOfBounds(wrong, call);
}

function evaluateFields(call: Call, zoneOf: (id: Boxed | undefined) => (local: Exact) => Exact) {
  return (year: number, month: number, day: number, hour: number, minute: number, seconds: Exact, id?: string): Boxed => {
    const toInstant = zoneOf(id);
    const days = makeDays(year, month, day);
    if (days === null) return outOfBounds(dateFault(year, month, day), call);
    const ofDay = clock(hour, minute, seconds, call);
    if (ofDay === null) return null;
    const micros = toInstant(localOf(days, ofDay));
    return fitsLong(micros) ? micros : outOfBounds(`The year ${String(year)} is too far`, call);
  };
}

/** A timestamp of six fields, or of a date and a time; with a zone where the type has one. */
function maker(name: string, fixedType: DataType | null, tries: boolean): FunctionEntry {
  const typeFor = (context: BindContext): DataType =>
    fixedType ?? (context.settings.conf["spark.sql.timestampType"] === "TIMESTAMP_NTZ" ? TIMESTAMP_NTZ : TIMESTAMP);
  const common = {
    names: [name],
    doc: doc(
      tries
        ? `As ${name.slice(4)}; NULL where there is no such date or time.`
        : "The timestamp of a year, month, day, hour, minute and second, or of a date and a time, in the session's zone or the one given.",
      [`${name}(2014, 12, 28, 6, 30, 45.887)`, "2014-12-28 06:30:45.887"],
    ),
    result: (_: readonly DataType[], __: unknown, context: BindContext): DataType => typeFor(context),
    ...strictness(tries),
  };
  const zoneFor = (call: Call, timeZone: string) => {
    const session = call.type.kind === "timestamp_ntz" ? utc : sessionZone(timeZone);
    return (id: Boxed | undefined) => {
      const zone = id === undefined ? session : zoneNamed(id as string, call);
      return (local: Exact): Exact => fromLocal(local, zone);
    };
  };
  const hasZone = fixedType?.kind !== "timestamp_ntz";
  const ofFields = scalar({
    ...common,
    inputs: ["int", "int", "int", "int", "int", SECONDS, ...(hasZone ? (["string"] as const) : [])],
    optional: hasZone ? 1 : 0,
    evaluate: made((call, context) => evaluateFields(call, zoneFor(call, context.settings.timeZone))),
  });
  const ofParts = scalar({
    ...common,
    inputs: ["date", "time", ...(hasZone ? (["string"] as const) : [])],
    optional: hasZone ? 2 : 0,
    nullable: hasZone ? "any" : true,
    print: (_, args) => partsText(name, args.join(", ")),
    evaluate: made((call, context) => {
      const zoneOf = zoneFor(call, context.settings.timeZone);
      return (days: number, nanos?: number, id?: string) => zoneOf(id)(localOf(days, Math.floor((nanos ?? 0) / 1000)));
    }),
  });
  return {
    ...ofFields,
    bind: (args, context) => {
      if (args.length > 3) return ofFields.bind(args, context);
      const call = ofParts.bind(exactly(["date", "time", "string"], args, context), context);
      return call.kind === "call" ? { ...call, options: { ...call.options, parts: true } } : call;
    },
    evaluate: (call: Call, context: EvaluationContext) =>
      (call.options?.["parts"] === true ? ofParts : ofFields).evaluate!(call, context),
    print: (call: Call, args: readonly string[]) =>
      call.options?.["parts"] === true
        ? ofParts.print!(call, args)
        : `${name}(${(name === "try_make_timestamp" ? args.slice(0, 6) : args).join(", ")})`,
  };
}

/** As Spark rewrites and prints them. */
function partsText(name: string, args: string): string {
  if (name === "try_make_timestamp_ntz") return `${name}(make_timestamp_ntz(${args}))`;
  return `${name.endsWith("_ltz") ? "make_timestamp" : name}(${args})`;
}

/** The arguments where they are of these types or NULL: no implicit casts. */
export function exactly(inputs: readonly InputType[], args: readonly Expression[], context: BindContext): readonly Expression[] {
  for (const [i, arg] of args.entries()) {
    const input = inputs[i];
    if (input === undefined || arg.type.kind === "null" || accepts(input, arg.type)) continue;
    throw unexpectedInputType(input, i, args, context);
  }
  return args;
}

export const datetimeMakeFunctions: readonly FunctionEntry[] = [
  scalar({
    names: ["make_date"],
    doc: doc("The date of a year, a month and a day.", ["make_date(2013, 7, 15)", "2013-07-15"]),
    inputs: ["int", "int", "int"],
    result: DATE,
    ...strictness(false),
    evaluate: made((call) => (year: number, month: number, day: number) => {
      return makeDays(year, month, day) ?? outOfBounds(dateFault(year, month, day), call);
    }),
  }),
  maker("make_timestamp", null, false),
  maker("make_timestamp_ltz", TIMESTAMP, false),
  maker("make_timestamp_ntz", TIMESTAMP_NTZ, false),
  maker("try_make_timestamp", null, true),
  maker("try_make_timestamp_ltz", TIMESTAMP, true),
  maker("try_make_timestamp_ntz", TIMESTAMP_NTZ, true),
];
