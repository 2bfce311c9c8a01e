/** Dates and timestamps: the current ones, their fields, and days counted on. */
import type { DataType } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { DATE, DOUBLE, INT, STRING, TIMESTAMP, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { isFoldable } from "../../expressions/traverse";
import {
  addMonthsToDays,
  civilFromDays,
  type Civil,
  daysInMonth,
  dayOfYear,
  daysToMicros,
  isoWeek,
  isoWeekday,
  microsOfDay,
  microsToDays,
  secondsOf,
  sessionZone,
  toLocal,
} from "../../types/datetime";
import { subtract, type Exact } from "../../types/exact";
import { utc, type TimeZone } from "../../types/time-zone";
import { document, made, plain } from "../documented";
import type { BindContext, EvaluationContext, FunctionEntry } from "../registry";
import { accepts, isNumeric } from "../input-types";
import { scalar, unexpectedInputType, type ScalarSpec } from "../signature";
import { datetimeEpochFunctions } from "./datetime-epoch";
import { datetimeMakeFunctions } from "./datetime-make";
import { datetimeTextFunctions } from "./datetime-text";
import { datetimeUnitFunctions } from "./datetime-unit";

const doc = document("datetime");

/** The zone that a value of the type is read in: timestamps without zone are as they stand. */
function zoneFor(type: DataType, context: EvaluationContext): TimeZone {
  return type.kind === "timestamp" ? sessionZone(context.settings.timeZone) : utc;
}

function current(
  names: readonly string[],
  type: DataType,
  usage: string,
  value: (now: number, zone: TimeZone) => Exact,
): FunctionEntry {
  return scalar({
    names,
    doc: doc(usage, [`${names[0]!}() = ${names[0]!}()`, "true"]),
    inputs: [],
    result: type,
    nullable: false,
    print: (call) => `${call.alias === "now" ? "now" : names[0]!}()`,
    evaluate: (_, context) => {
      const fixed = value(context.settings.now, sessionZone(context.settings.timeZone));
      return () => fixed;
    },
  });
}

/** A field of a day. */
function dayField(names: readonly string[], usage: string, result: string, value: (days: number) => number): FunctionEntry {
  return scalar({
    names,
    doc: doc(usage, [`${names[0]!}('2016-07-30')`, result]),
    inputs: ["date"],
    result: INT,
    evaluate: plain(value as (days: never) => number),
  });
}

/** A field of a clock: timestamps in the session's zone, timestamps without zone, times. */
function clockField(name: string, usage: string, result: string, seconds: number, range: number): FunctionEntry {
  const spec: Omit<ScalarSpec, "inputs"> = {
    names: [name],
    doc: doc(usage, [`${name}('2018-02-14 12:58:59')`, result]),
    result: INT,
    evaluate: (call, context) => {
      const type = call.args[0]!.type;
      if (type.kind === "time") return (nanos) => Math.floor((nanos as number) / (seconds * 1e9)) % range;
      const zone = zoneFor(type, context);
      return (micros) => Math.floor(microsOfDay(toLocal(micros as Exact, zone)) / (seconds * 1e6)) % range;
    },
  };
  const ofTime = scalar({ ...spec, inputs: ["time"], nullable: true });
  const ofTimestamp = scalar({ ...spec, inputs: ["anyTimestamp"] });
  return {
    ...ofTimestamp,
    bind: (args, context) => (args[0]?.type.kind === "time" ? ofTime : ofTimestamp).bind(args, context),
  };
}

const shortMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const shortWeekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function dayName(name: string, usage: string, result: string, value: (days: number) => string): FunctionEntry {
  return scalar({
    names: [name],
    doc: doc(usage, [`${name}(DATE'2008-02-20')`, result]),
    inputs: ["date"],
    result: STRING,
    evaluate: plain(value as (days: never) => string),
  });
}

const count = { anyOf: ["int", "short", "byte"] } as const;

function checkedDays(days: number, call: Call): number {
  if (days >= -2147483648 && days <= 2147483647) return days;
  throw new QueryError(
    "ARITHMETIC_OVERFLOW",
    { message: "overflow", alternative: "", config: '"spark.sql.ansi.enabled"' },
    call.at,
  );
}

/** Days are small integers: unlike elsewhere, wider numbers are not narrowed for them. The sum wraps as Java's ints do. */
function daysOn(names: readonly string[], sign: 1 | -1, usage: string, result: string): FunctionEntry {
  const entry = scalar({
    names,
    doc: doc(usage, [`${names[0]!}('2016-07-30', 1)`, result]),
    inputs: ["date", "int"],
    result: DATE,
    print: (_, args) => `${names[0]!}(${args.join(", ")})`,
    evaluate: plain((days: number, more: number) => (days + sign * more) | 0),
  });
  return {
    ...entry,
    bind: (args, context) => {
      const more = args[1];
      if (args.length === 2 && more !== undefined && isNumeric(more.type) && !accepts(count, more.type)) {
        throw unexpectedInputType(count, 1, args, context);
      }
      if (args.length === 2 && more?.type.kind === "string" && !context.settings.ansi) checkDays(more, args, context);
      return entry.bind(args, context);
    },
  };
}

/** Outside ANSI mode a number of days may be text only where it is a constant of digits. */
function checkDays(days: Expression, args: readonly Expression[], context: BindContext): void {
  if (!isFoldable(days)) throw unexpectedInputType(count, 1, args, context);
  const { value } = context.fold(days);
  if (value === null || /^\s*[+-]?\d+\s*$/.test(value as string)) return;
  throw new AnalysisError("SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", { functionName: context.name }, context.at);
}

/** Months from one local timestamp to another: whole where both are the same day or the last of their months, else with 31sts. */
function monthsBetween(a: Exact, b: Exact, zone: TimeZone): number {
  const daysA = microsToDays(a, zone);
  const daysB = microsToDays(b, zone);
  const dateA = civilFromDays(daysA);
  const dateB = civilFromDays(daysB);
  const months = (dateA.year - dateB.year) * 12 + dateA.month - dateB.month;
  if (dateA.day === dateB.day || (isLastOfMonth(dateA) && isLastOfMonth(dateB))) return months;
  const seconds = (dateA.day - dateB.day) * 86400 + secondsOfDay(a, daysA, zone) - secondsOfDay(b, daysB, zone);
  return months + seconds / (31 * 86400);
}

function isLastOfMonth({ year, month, day }: Civil): boolean {
  return day >= 28 && day === daysInMonth(year, month);
}

function secondsOfDay(micros: Exact, days: number, zone: TimeZone): number {
  return Math.trunc(Number(subtract(micros, daysToMicros(days, zone))) / 1e6);
}

/** Half away from zero at the eighth digit, of the digits that print. */
function rounded(value: number): number {
  if (Number.isInteger(value)) return value + 0;
  const units = Math.abs(value) * 1e8;
  const whole = Math.floor(units);
  // Far enough from a half that neither the digits nor the product, which is rounded, can be on its other side.
  if (units < 2 ** 40 && Math.abs(units - whole - 0.5) > 2 ** -10) {
    return (Math.sign(value) * (units - whole > 0.5 ? whole + 1 : whole)) / 1e8 + 0;
  }
  const shifted = Number(`${String(Math.abs(value))}e8`);
  if (!Number.isFinite(shifted)) return value;
  return Math.sign(value) * Number(`${String(Math.round(shifted))}e-8`) + 0;
}

const weekdays = new Map(
  [
    "MO MON MONDAY",
    "TU TUE TUESDAY",
    "WE WED WEDNESDAY",
    "TH THU THURSDAY",
    "FR FRI FRIDAY",
    "SA SAT SATURDAY",
    "SU SUN SUNDAY",
  ].flatMap((names, i) => names.split(" ").map((name): [string, number] => [name, i + 1])),
);

const days: readonly FunctionEntry[] = [
  current(["current_date", "curdate"], DATE, "The day on which the query started.", (now, zone) => microsToDays(now, zone)),
  current(["current_timestamp", "now"], TIMESTAMP, "When the query started.", (now) => now),
  current(["localtimestamp"], { kind: "timestamp_ntz" }, "When the query started, by the clock of the session's zone.", toLocal),
  scalar({
    names: ["current_timezone"],
    doc: doc("The session's time zone.", ["current_timezone() = current_timezone()", "true"]),
    inputs: [],
    result: STRING,
    nullable: false,
    evaluate: (_, context) => () => context.settings.timeZone,
  }),
  dayField(["year"], "The year.", "2016", (day) => civilFromDays(day).year),
  dayField(["quarter"], "The quarter of the year, 1 to 4.", "3", (day) => Math.floor((civilFromDays(day).month + 2) / 3)),
  dayField(["month"], "The month, 1 to 12.", "7", (day) => civilFromDays(day).month),
  dayField(["dayofmonth", "day"], "The day of the month.", "30", (day) => civilFromDays(day).day),
  dayField(["dayofyear"], "The day of the year.", "212", dayOfYear),
  dayField(["dayofweek"], "The day of the week: 1 is Sunday.", "7", (day) => (isoWeekday(day) % 7) + 1),
  dayField(["weekday"], "The day of the week: 0 is Monday.", "5", (day) => isoWeekday(day) - 1),
  dayField(["weekofyear"], "The ISO week of the year.", "30", (day) => isoWeek(day).week),
  clockField("hour", "The hour.", "12", 3600, 24),
  clockField("minute", "The minute.", "58", 60, 60),
  clockField("second", "The second, without its fraction.", "59", 1, 60),
  dayName("dayname", "The day of the week in three letters.", "Wed", (day) => shortWeekdays[isoWeekday(day) - 1]!),
  dayName("monthname", "The month in three letters.", "Feb", (day) => shortMonths[civilFromDays(day).month - 1]!),
  scalar({
    names: ["last_day"],
    doc: doc("The last day of the month.", ["last_day('2009-01-12')", "2009-01-31"]),
    inputs: ["date"],
    result: DATE,
    evaluate: plain((day: number) => {
      const { year, month, day: ofMonth } = civilFromDays(day);
      return day - ofMonth + daysInMonth(year, month);
    }),
  }),
  daysOn(["date_add", "dateadd"], 1, "The date so many days later.", "2016-07-31"),
  daysOn(["date_sub"], -1, "The date so many days earlier.", "2016-07-29"),
  scalar({
    names: ["datediff", "date_diff"],
    doc: doc("Days from the second date to the first.", ["datediff('2009-07-31', '2009-07-30')", "1"]),
    inputs: ["date", "date"],
    result: INT,
    evaluate: plain((end: number, start: number) => end - start),
  }),
  scalar({
    names: ["add_months"],
    doc: doc("The date so many months later, or the last day of a month that is shorter.", [
      "add_months('2016-08-31', 1)",
      "2016-09-30",
    ]),
    inputs: ["date", "int"],
    result: DATE,
    evaluate: made((call) => (day: number, months: number) => checkedDays(addMonthsToDays(day, months), call)),
  }),
  scalar({
    names: ["months_between"],
    doc: doc("Months from the second timestamp to the first, as if months had 31 days; rounded to 8 digits unless told not to.", [
      "months_between('1997-02-28 10:30:00', '1996-10-30')",
      "3.94959677",
    ]),
    inputs: ["timestamp", "timestamp", "boolean"],
    optional: 1,
    defaults: () => [literal(true, { kind: "boolean" }), literal(true, { kind: "boolean" }), literal(true, { kind: "boolean" })],
    result: DOUBLE,
    evaluate: made((_, context) => {
      const zone = sessionZone(context.settings.timeZone);
      return (a: Exact, b: Exact, round: boolean) => {
        const months = monthsBetween(a, b, zone);
        return round ? rounded(months) : months;
      };
    }),
  }),
  scalar({
    names: ["next_day"],
    doc: doc("The first date after a date that is the given day of the week.", ["next_day('2015-01-14', 'TU')", "2015-01-20"]),
    inputs: ["date", "string"],
    result: DATE,
    nullable: true,
    options: (_, context) => ({ ansi: context.settings.ansi }),
    evaluate: made((call) => (day: number, name: string) => {
      const wanted = weekdays.get(name.trim().toUpperCase());
      if (wanted !== undefined) return day + ((wanted - isoWeekday(day) + 6) % 7) + 1;
      if (call.options?.["ansi"] !== true) return null;
      throw new QueryError("ILLEGAL_DAY_OF_WEEK", { string: name }, call.at);
    }),
  }),
  scalar({
    names: ["date_from_unix_date"],
    doc: doc("The date so many days after 1970-01-01.", ["date_from_unix_date(1)", "1970-01-02"]),
    inputs: ["int"],
    result: DATE,
    evaluate: plain((day: number) => day),
  }),
  scalar({
    names: ["unix_date"],
    uncast: true,
    doc: doc("Days since 1970-01-01.", ['unix_date(DATE("1970-01-02"))', "1"]),
    inputs: ["date"],
    result: INT,
    evaluate: plain((day: number) => day),
  }),
  scalar({
    names: ["unix_seconds"],
    uncast: true,
    doc: doc("Whole seconds since 1970-01-01 00:00:00 UTC.", ["unix_seconds(TIMESTAMP('1970-01-01 00:00:01Z'))", "1"]),
    inputs: ["timestamp"],
    result: { kind: "long" },
    evaluate: plain((micros: never) => secondsOf(micros)),
  }),
];

export const datetimeFunctions: readonly FunctionEntry[] = [
  ...days,
  ...datetimeEpochFunctions,
  ...datetimeTextFunctions,
  ...datetimeMakeFunctions,
  ...datetimeUnitFunctions,
];
