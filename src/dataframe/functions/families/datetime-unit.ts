/** Dates and timestamps by units: moved by some, counted between two, and their fields by name. */
import type { Boxed, CalendarInterval, DataType } from "../../../columnar/types";
import { AnalysisError, QueryError } from "../../errors";
import { DOUBLE, INT, LONG, STRING, TIMESTAMP, callByName, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { isFoldable } from "../../expressions/traverse";
import { printed } from "../../expressions/print";
import {
  addMonthsToDays,
  addToTimestamp,
  civilFromDays,
  daysOfLocal,
  dayOfYear,
  fromLocal,
  isoWeek,
  isoWeekday,
  localOf,
  microsOfDay,
  microsPerDay,
  sessionZone,
  toLocal,
  truncateTime,
  withOffsetOf,
} from "../../types/datetime";
import { add, divide, fitsLong, floorDivide, multiply, remainder, subtract, type Exact } from "../../types/exact";
import { sqlValue } from "../../types/print";
import { utc, type TimeZone } from "../../types/time-zone";
import { document, made } from "../documented";
import type { BindContext, EvaluationContext, FunctionEntry } from "../registry";
import { mismatch, scalar } from "../signature";
import { truncatingFunctions } from "./datetime-truncate";

const doc = document("datetime");

function zoneFor(type: DataType, context: EvaluationContext): TimeZone {
  return type.kind === "timestamp" ? sessionZone(context.settings.timeZone) : utc;
}

const units = new Map<string, { readonly months?: number; readonly days?: number; readonly micros?: number }>([
  ["YEAR", { months: 12 }],
  ["QUARTER", { months: 3 }],
  ["MONTH", { months: 1 }],
  ["WEEK", { days: 7 }],
  ["DAY", { days: 1 }],
  ["DAYOFYEAR", { days: 1 }],
  ["HOUR", { micros: 3_600_000_000 }],
  ["MINUTE", { micros: 60_000_000 }],
  ["SECOND", { micros: 1_000_000 }],
  ["MILLISECOND", { micros: 1000 }],
  ["MICROSECOND", { micros: 1 }],
]);

function unitNamed(unit: string, call: Call) {
  const found = units.get(unit.toUpperCase());
  if (found !== undefined) return found;
  throw new QueryError(
    "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
    { functionName: `\`${call.fn}\``, parameter: "`unit`", invalidValue: `'${unit}'` },
    call.at,
  );
}

const timestampAdd = scalar({
  names: ["timestampadd", "timestamp_add"],
  doc: doc("A timestamp so many units later; months and days by the calendar.", [
    "timestampadd(MONTH, 1, timestamp'2020-01-31 00:00:00')",
    "2020-02-29 00:00:00",
  ]),
  inputs: ["string", "long", "anyTimestamp"],
  result: (types) => types[2]!,
  evaluate: made((call, context) => {
    const type = call.args[2]!.type;
    const zone = zoneFor(type, context);
    return (unit: string, count: Exact, micros: Exact) => {
      const { months = 0, days = 0, micros: size = 0 } = unitNamed(unit, call);
      const [m, d] = [multiply(count, months), multiply(count, days)];
      const near = fits32(m) && fits32(d);
      const moved = near ? addToTimestamp(micros, Number(m), Number(d), multiply(count, size), zone) : null;
      if (moved !== null && fitsLong(moved)) return moved;
      const what = `${sqlValue(count, LONG)} ${unit} to ${sqlValue(micros, type, context.settings)}`;
      throw new QueryError("DATETIME_OVERFLOW", { operation: `add ${what}` }, call.at);
    };
  }),
});

function fits32(value: Exact): boolean {
  return value >= -2147483648 && value <= 2147483647;
}

const timestampDiff = scalar({
  names: ["timestampdiff", "timestamp_diff"],
  doc: doc("Whole units from the first timestamp to the second, by the session's clock.", [
    "timestampdiff(MONTH, timestamp'2020-01-31 00:00:00', timestamp'2020-03-30 00:00:00')",
    "1",
  ]),
  inputs: ["string", "timestamp", "timestamp"],
  result: LONG,
  evaluate: made((call, context) => {
    const zone = sessionZone(context.settings.timeZone);
    return (unit: string, from: Exact, to: Exact) => {
      const { months, days, micros } = unitNamed(unit, call);
      const [start, end] = [toLocal(from, zone), toLocal(to, zone)];
      if (micros !== undefined) return divide(subtract(end, start), micros);
      const startDay = daysOfLocal(start);
      let endDay = daysOfLocal(end);
      const clock = microsOfDay(end) - microsOfDay(start);
      if (endDay > startDay && clock < 0) endDay--;
      else if (endDay < startDay && clock > 0) endDay++;
      if (days !== undefined) return Math.trunc((endDay - startDay) / days) + 0;
      const packed = (day: number): number => {
        const date = civilFromDays(day);
        return (date.year * 12 + date.month) * 32 + date.day;
      };
      return Math.trunc(Math.trunc((packed(endDay) - packed(startDay)) / 32) / months!) + 0;
    };
  }),
});

const epoch = (context: BindContext): Expression => ({
  ...literal(fromLocal(0, sessionZone(context.settings.timeZone)), TIMESTAMP),
  printed: "TIMESTAMP '1970-01-01 00:00:00'",
});

const timeBucket = scalar({
  names: ["time_bucket"],
  doc: doc(
    "The start of the bucket that a timestamp falls into: buckets are of one length and begin at 1970, or at the origin given.",
    ["time_bucket(INTERVAL '1' HOUR, TIMESTAMP '2024-01-01 11:27:00')", "2024-01-01 11:00:00"],
  ),
  inputs: [{ anyOf: ["dayTimeInterval", "yearMonthInterval"] }, { anyOf: ["timestamp", "timestamp_ntz"] }, "anyTimestamp"],
  optional: 1,
  defaults: (args, context) => [args[0]!, args[1]!, originFor(args[1], context)],
  check: (args, context) => {
    const size = args[0]!;
    if (!isFoldable(size)) return;
    const { value } = context.fold(size);
    if (value === null || (value as Exact) > 0) return;
    throw mismatch("VALUE_OUT_OF_RANGE", args, context, {
      exprName: "`bucketSize`",
      valueRange: "(0, inf)",
      currentValue: sqlValue(value, size.type),
    });
  },
  result: (types) => types[1]!,
  evaluate: made((call, context) => {
    const zone = zoneFor(call.args[1]!.type, context);
    const inMonths = call.args[0]!.type.kind === "yearMonthInterval";
    return (size: Exact, micros: Exact, from: Exact) => {
      const [local, origin] = [toLocal(micros, zone), toLocal(from, zone)];
      if (!inMonths) {
        const start = add(origin, multiply(floorDivide(subtract(local, origin), size), size));
        return withOffsetOf(start, micros, local, zone);
      }
      return fromLocal(monthBucket(local, origin, Number(size)), zone);
    };
  }),
});

function originFor(timestamp: Expression | undefined, context: BindContext): Expression {
  if (timestamp?.type.kind !== "timestamp_ntz") return epoch(context);
  return { ...literal(0, timestamp.type), printed: "TIMESTAMP_NTZ '1970-01-01 00:00:00'" };
}

/** The last of origin, origin + size, origin + 2 × size, … that is not after the local timestamp; sizes are months. */
function monthBucket(local: Exact, origin: Exact, size: number): Exact {
  const [from, to] = [civilFromDays(daysOfLocal(origin)), civilFromDays(daysOfLocal(local))];
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const start = (n: number): Exact => localOf(addMonthsToDays(daysOfLocal(origin), n * size), microsOfDay(origin));
  const n = Math.floor(months / size);
  return start(n) > local ? start(n - 1) : start(n);
}

// Fields by name

type Part =
  | "year"
  | "yearOfWeek"
  | "quarter"
  | "month"
  | "week"
  | "day"
  | "dayOfWeek"
  | "dayOfWeekIso"
  | "dayOfYear"
  | "hour"
  | "minute"
  | "second";

const partNames = new Map<string, Part>(
  (
    [
      ["year", "YEAR Y YEARS YR YRS"],
      ["yearOfWeek", "YEAROFWEEK"],
      ["quarter", "QUARTER QTR"],
      ["month", "MONTH MON MONS MONTHS"],
      ["week", "WEEK W WEEKS"],
      ["day", "DAY D DAYS"],
      ["dayOfWeek", "DAYOFWEEK DOW"],
      ["dayOfWeekIso", "DAYOFWEEK_ISO DOW_ISO"],
      ["dayOfYear", "DOY"],
      ["hour", "HOUR H HOURS HR HRS"],
      ["minute", "MINUTE M MIN MINS MINUTES"],
      ["second", "SECOND S SEC SECONDS SECS"],
    ] as const
  ).flatMap(([part, names]) => names.split(" ").map((name): [string, Part] => [name, part])),
);

const SECONDS: DataType = { kind: "decimal", precision: 8, scale: 6 };
const BYTE: DataType = { kind: "byte" };
const clockParts: readonly Part[] = ["hour", "minute", "second"];

/** Whether values of the type have the part. */
function has(type: DataType, part: Part): boolean {
  switch (type.kind) {
    case "dayTimeInterval": {
      const field = (["day", "hour", "minute", "second"] as readonly Part[]).indexOf(part);
      return field >= type.start && field <= type.end;
    }
    case "yearMonthInterval": {
      const field = (["year", "month"] as readonly Part[]).indexOf(part);
      return field >= type.start && field <= type.end;
    }
    case "calendarInterval":
      return ["year", "month", "day", ...clockParts].includes(part);
    case "time":
      return clockParts.includes(part);
    default:
      return true;
  }
}

function isInterval(type: DataType): boolean {
  return type.kind === "dayTimeInterval" || type.kind === "yearMonthInterval" || type.kind === "calendarInterval";
}

function partType(type: DataType, part: Part): DataType {
  if (part === "second") return SECONDS;
  return isInterval(type) && part !== "year" && part !== "day" ? BYTE : INT;
}

/** The part of a value, from its local time where it is a timestamp. */
function partOf(type: DataType, part: Part, context: EvaluationContext): (value: Boxed) => Boxed {
  switch (type.kind) {
    case "date":
      return (days) => dayPart(days as number, part);
    case "time": {
      const precision = type.precision ?? 6;
      return (nanos) => clockPart(Math.floor(truncateTime(nanos as number, precision) / 1000), part);
    }
    case "timestamp":
    case "timestamp_ntz": {
      const zone = zoneFor(type, context);
      if (clockParts.includes(part)) return (micros) => clockPart(microsOfDay(toLocal(micros as Exact, zone)), part);
      return (micros) => dayPart(daysOfLocal(toLocal(micros as Exact, zone)), part);
    }
    case "yearMonthInterval":
      return (months) => monthsPart(months as number, part);
    case "dayTimeInterval":
      return part === "day"
        ? (micros) => divide(micros as Exact, microsPerDay)
        : (micros) => clockPart(Number(remainder(micros as Exact, microsPerDay)), part);
    default:
      return (value) => {
        const { months, days, microseconds } = value as CalendarInterval;
        if (part === "year" || part === "month") return monthsPart(months, part);
        if (part === "day") return days;
        return part === "hour"
          ? divide(microseconds, 3_600_000_000)
          : clockPart(Number(remainder(microseconds, 3_600_000_000)), part);
      };
  }
}

function monthsPart(months: number, part: Part): number {
  return (part === "year" ? Math.trunc(months / 12) : months % 12) + 0;
}

/** Of microseconds within a day, which may be negative; seconds as an unscaled decimal. */
function clockPart(micros: number, part: Part): number {
  if (part === "hour") return Math.trunc(micros / 3_600_000_000) + 0;
  return (part === "minute" ? Math.trunc(micros / 60_000_000) % 60 : micros % 60_000_000) + 0;
}

function dayPart(days: number, part: Part): number {
  switch (part) {
    case "yearOfWeek":
      return isoWeek(days).year;
    case "week":
      return isoWeek(days).week;
    case "dayOfWeek":
      return (isoWeekday(days) % 7) + 1;
    case "dayOfWeekIso":
      return isoWeekday(days);
    case "dayOfYear":
      return dayOfYear(days);
    case "hour":
    case "minute":
    case "second":
      return 0;
    default: {
      const { year, month, day } = civilFromDays(days);
      if (part === "quarter") return Math.floor((month + 2) / 3);
      return part === "year" ? year : part === "month" ? month : day;
    }
  }
}

/** The function whose argument error a field of something else gives. */
const partFunctions: Readonly<Record<Part, string>> = {
  year: "year",
  yearOfWeek: "year",
  quarter: "quarter",
  month: "month",
  week: "weekofyear",
  day: "dayofmonth",
  dayOfWeek: "dayofweek",
  dayOfWeekIso: "weekday",
  dayOfYear: "dayofyear",
  hour: "hour",
  minute: "minute",
  second: "second",
};

function extraction(name: string, print: (args: readonly string[]) => string): FunctionEntry {
  const entry = scalar({
    names: [name],
    doc: doc("A field of a date, a time or an interval, by its name: YEAR, MONTH, DOW, SECOND, …", [
      name === "extract"
        ? "extract(YEAR FROM TIMESTAMP '2019-08-12 01:00:00.123456')"
        : `${name}('YEAR', TIMESTAMP '2019-08-12 01:00:00.123456')`,
      "2019",
    ]),
    inputs: ["string", "any"],
    result: (types, args, context) => partType(types[1]!, partNamed(name, args, context)),
    nullable: (args) => args.some((arg) => arg.nullable || arg.type.kind === "time"),
    options: (args, context) => ({ part: partNamed(name, args, context) }),
    print: (_, args) => print(args),
    evaluate: (call, context) => {
      const part = partOf(call.args[1]!.type, call.options?.["part"] as Part, context);
      return (_, value) => part(value);
    },
  });
  return {
    ...entry,
    bind: (args, context) => {
      const [field, source] = args;
      if (field === undefined || source === undefined || args.length > 2) return entry.bind(args, context);
      if (isFoldable(field) && context.fold(field).value === null) {
        return { ...literal(null, DOUBLE), printed: print([printed(field), printed(source)]) };
      }
      const part = partNamed(name, args, context);
      return entry.bind([field, sourceFor(source, part, context)], context);
    },
  };
}

function partNamed(name: string, args: readonly Expression[], context: BindContext): Part {
  const [field, source] = args as [Expression, Expression];
  if (!isFoldable(field) || field.type.kind !== "string") {
    throw new AnalysisError(
      "NON_FOLDABLE_ARGUMENT",
      { funcName: `\`${name}\``, paramName: "`field`", paramType: '"STRING"' },
      context.at,
    );
  }
  const text = context.fold(field).value as string;
  const part = partNames.get(text.toUpperCase());
  if (part !== undefined && has(source.type, part)) return part;
  throw new AnalysisError("INVALID_EXTRACT_FIELD", { field: `\`${text}\``, expr: `"${printed(source)}"` }, context.at);
}

/** Text is a date for fields of days and a timestamp for those of the clock; other types fail as the field's function does. */
function sourceFor(source: Expression, part: Part, context: BindContext): Expression {
  const kind = source.type.kind;
  const known = kind === "date" || kind === "time" || kind === "timestamp" || kind === "timestamp_ntz";
  if (known || isInterval(source.type)) return source;
  const field = callByName(partFunctions[part], [source], { ...context, name: partFunctions[part] });
  const bound = field.kind === "call" ? field.args[0] : undefined;
  return bound ?? { ...literal(null, STRING) };
}

export const datetimeUnitFunctions: readonly FunctionEntry[] = [
  ...truncatingFunctions,
  timestampAdd,
  timestampDiff,
  timeBucket,
  extraction("extract", ([field, source]) => `extract(${field!} FROM ${source!})`),
  extraction("datepart", ([field, source]) => `datepart(${field!} FROM ${source!})`),
  extraction("date_part", ([field, source]) => `date_part(${field!}, ${source!})`),
];
