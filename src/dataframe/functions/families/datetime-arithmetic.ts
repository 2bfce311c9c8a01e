/** + - * / where an operand is a date, a time or an interval: which function the operator stands for, and those functions. */
import type { Boxed, DataType, DecimalType } from "../../../columnar/types";
import { CalendarInterval } from "../../../columnar/types";
import { QueryError } from "../../errors";
import type { QueryContext } from "../../errors";
import { DATE, DOUBLE, INT, TIMESTAMP, callByName, cast, coerced } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { addMonthsToDays, addToTimestamp, microsPerDay, nanosPerDay, sessionZone, toLocal } from "../../types/datetime";
import { add, divide, divideRounded, fitsLong, multiply, normalize, powerOfTen, remainder, subtract } from "../../types/exact";
import type { Exact } from "../../types/exact";
import { isIntegral, isNumeric, sqlName } from "../../types/text";
import { utc } from "../../types/time-zone";
import type { Pair } from "../binary-coercion";
import { closestInput } from "../input-types";
import { fitsInt, intervalOverflow } from "../numeric/arithmetic";
import type { ArithmeticMode } from "../numeric/arithmetic";
import type { BindContext, FunctionDoc, FunctionEntry, ScalarFunction } from "../registry";
import { mismatch, unexpectedInputType } from "../signature";
import { printed } from "../../expressions/print";

const DAY_TO_SECOND: DataType = { kind: "dayTimeInterval", start: 0, end: 3 };
const DAY: DataType = { kind: "dayTimeInterval", start: 0, end: 0 };
const HOUR_TO_SECOND: DataType = { kind: "dayTimeInterval", start: 1, end: 3 };
const TIME: DataType = { kind: "time", precision: 6 };
const YEAR_TO_MONTH: DataType = { kind: "yearMonthInterval", start: 0, end: 1 };

type Kind = DataType["kind"];

const TIMESTAMP_NTZ: DataType = { kind: "timestamp_ntz" };
const isTimestamp = (kind: Kind): boolean => kind === "timestamp" || kind === "timestamp_ntz";
const isInterval = (kind: Kind): boolean =>
  kind === "dayTimeInterval" || kind === "yearMonthInterval" || kind === "calendarInterval";

const takesMonths = (kind: Kind): boolean => kind === "date" || isTimestamp(kind);

/** Null where the operator is one of numbers, or of two intervals. */
export function bindDatetimeArithmetic(
  operator: string,
  pair: Pair,
  context: BindContext,
  mode: ArithmeticMode,
): Expression | null {
  const [left, right] = pair;
  switch (operator) {
    case "+":
      return sum(left, right, context, mode) ?? sum(right, left, context, mode, true);
    case "-":
      return difference(left, right, context, mode);
    case "*":
      if (isInterval(left.type.kind)) return scaled("multiply_interval", left, right, context, mode);
      return isInterval(right.type.kind) ? scaled("multiply_interval", right, left, context, mode) : null;
    case "/":
      return isInterval(left.type.kind) ? scaled("divide_interval", left, right, context, mode) : null;
    default:
      return null;
  }
}

/** `reversed`: the operands were written the other way round. Two intervals are added as numbers are. */
function sum(
  left: Expression,
  right: Expression,
  context: BindContext,
  mode: ArithmeticMode,
  reversed = false,
): Expression | null {
  const [l, r] = [left.type.kind, right.type.kind];
  const mixed = (l === "dayTimeInterval" && r === "yearMonthInterval") || (l === "yearMonthInterval" && r === "dayTimeInterval");
  if (mixed) return reversed ? null : plusInterval(right, left, 1, context, mode);
  if (isInterval(l) || (r === "yearMonthInterval" && !takesMonths(l))) return null;
  if (isInterval(r)) return l === "null" && r !== "calendarInterval" ? null : plusInterval(left, right, 1, context, mode);
  if (isTimestamp(l) && r === "null") return plusInterval(left, coerced(right, DAY_TO_SECOND, context), 1, context, mode);
  if ((l === "time" || l === "date") && r === "null")
    return plusInterval(left, coerced(right, DAY_TO_SECOND, context), 1, context, mode);
  if (l === "date" && !(reversed && r === "date")) return bindDateAdd("date_add", left, right, context);
  return null;
}

function bindDateAdd(name: string, left: Expression, right: Expression, context: BindContext): Expression {
  if (right.type.kind === "string" || right.type.kind === "date") {
    // A string beside a date would be a date in ANSI mode, and dates are not added.
    throw mismatch(
      "UNEXPECTED_INPUT_TYPE",
      [left, right],
      { ...context, name },
      {
        paramIndex: "second",
        inputSql: `"${printed(right)}"`,
        inputType: context.settings.ansi ? '"DATE"' : `"${sqlName(right.type)}"`,
        requiredType: '("INT" or "SMALLINT" or "TINYINT")',
      },
    );
  }
  return callByName(name, [left, right], context);
}

/** Days or time between two dates or timestamps; before Spark 3.2 an interval of days and microseconds. */
function between(fn: string, sides: readonly Expression[], type: DataType, context: BindContext): Call {
  const legacy = context.settings.conf["spark.sql.legacy.interval.enabled"] === "true";
  return made(fn, sides, legacy ? { kind: "calendarInterval" } : type, context);
}

/** Outside ANSI mode text beside a timestamp stays text, which cannot be subtracted. */
function refuseText(sides: readonly Expression[], context: BindContext): void {
  const i = sides.findIndex((side) => side.type.kind === "string");
  if (i < 0) return;
  const parameters = { paramIndex: i === 0 ? "first" : "second", inputSql: `"${printed(sides[i] as Expression)}"` };
  const types = { inputType: '"STRING"', requiredType: '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"' };
  throw mismatch("UNEXPECTED_INPUT_TYPE", sides, context, { ...parameters, ...types });
}

function difference(left: Expression, right: Expression, context: BindContext, mode: ArithmeticMode): Expression | null {
  const [l, r] = [left.type.kind, right.type.kind];
  if (r === "yearMonthInterval" && !isInterval(l) && !takesMonths(l)) return null;
  if (l === "yearMonthInterval" && r === "dayTimeInterval") return plusInterval(left, right, -1, context, mode);
  if (isInterval(r) && !isInterval(l))
    return l === "null" && r !== "calendarInterval" ? null : plusInterval(left, right, -1, context, mode);
  if (isTimestamp(l) || isTimestamp(r)) {
    if (!context.settings.ansi) refuseText([left, right], context);
    // A timestamp beside a local time is one, too: no hour is lost or won between them.
    const type: DataType = isTimestamp(l) && isTimestamp(r) && l !== r ? TIMESTAMP_NTZ : isTimestamp(l) ? left.type : right.type;
    return between(
      "subtract_timestamps",
      [argument(left, type, context), argument(right, type, context)],
      DAY_TO_SECOND,
      context,
    );
  }
  if ((l === "time" || r === "time") && [l, r].every((kind) => kind === "time" || kind === "string" || kind === "null")) {
    const sides = [left, right].map((side) => (side.type.kind === "time" ? side : coerced(side, TIME, context)));
    return made("subtract_times", sides, HOUR_TO_SECOND, context);
  }
  if (l === "date" && (r === "date" || r === "null" || (r === "string" && context.settings.ansi))) {
    return between("subtract_dates", [left, coerced(right, DATE, context)], DAY, context);
  }
  if (r === "date") return between("subtract_dates", [argument(left, DATE, context), right], DAY, context);
  if (l === "date") return bindDateAdd("date_sub", left, right, context);
  return null;
}

function plusInterval(
  left: Expression,
  interval: Expression,
  sign: 1 | -1,
  context: BindContext,
  mode: ArithmeticMode,
): Expression {
  const [l, i] = [left.type, interval.type];
  const options = { sign, mode };
  if (l.kind === "time" && i.kind === "dayTimeInterval") {
    const precision = i.end === 3 ? 6 : (l.precision ?? 6);
    return made("time_add_interval", [left, interval], { kind: "time", precision }, context, options);
  }
  if (l.kind === "time") {
    throw mismatch("BINARY_OP_DIFF_TYPES", [left, interval], context, { left: `"${sqlName(l)}"`, right: `"${sqlName(i)}"` });
  }
  if (l.kind === "date" && i.kind === "dayTimeInterval" && i.end === 0) {
    const days = made("extractansiintervaldays", [interval], INT, context);
    return callByName("date_add", [left, sign > 0 ? days : callByName("-", [days], { ...context, name: "-" })], context);
  }
  if (l.kind === "date" && i.kind !== "dayTimeInterval") {
    return made("date_add_interval", [left, interval], l, context, options);
  }
  const target = isTimestamp(l.kind) ? l : l.kind === "date" || l.kind === "string" || l.kind === "null" ? TIMESTAMP : null;
  if (target === null) {
    throw mismatch("UNEXPECTED_INPUT_TYPE", [left, interval], context, {
      sqlExpr: `"${printed(left)} ${sign > 0 ? "+" : "-"} ${printed(interval)}"`,
      paramIndex: "first",
      inputSql: `"${printed(left)}"`,
      inputType: `"${sqlName(l)}"`,
      requiredType: '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"',
    });
  }
  const result = made("timestamp_add_interval", [coerced(left, target, context), interval], target, context, options);
  if (l.kind !== "string" && l.kind !== "null") return result;
  return l.kind === "null" ? result : cast(result, l, context.settings.ansi ? "ansi" : "legacy", { implicit: true });
}

/** Where there is no implicit cast, the error of the operator. */
function argument(side: Expression, type: DataType, context: BindContext): Expression {
  const target = closestInput(side.type, type, context.settings);
  if (target !== null) return coerced(side, target, context);
  throw mismatch("UNEXPECTED_INPUT_TYPE", [side], context, {
    paramIndex: "first",
    inputSql: `"${printed(side)}"`,
    inputType: `"${sqlName(side.type)}"`,
    requiredType: `"${sqlName(type)}"`,
  });
}

function scaled(
  fn: string,
  interval: Expression,
  factor: Expression,
  context: BindContext,
  mode: ArithmeticMode,
): Expression | null {
  const calendar = interval.type.kind === "calendarInterval";
  if (!isNumeric(factor.type) && factor.type.kind !== "string" && factor.type.kind !== "null") {
    throw unexpectedInputType(calendar ? "double" : "numeric", 1, [interval, factor], context);
  }
  const number = calendar || !isNumeric(factor.type) ? coerced(factor, DOUBLE, context) : factor;
  const type = calendar ? interval.type : interval.type.kind === "dayTimeInterval" ? DAY_TO_SECOND : YEAR_TO_MONTH;
  const call = made(fn, [interval, number], type, context, { mode });
  return calendar ? { ...call, nullable: true } : call;
}

function made(
  fn: string,
  args: readonly Expression[],
  type: DataType,
  context: BindContext,
  options?: Readonly<Record<string, unknown>>,
): Call {
  return {
    kind: "call",
    fn,
    args,
    type,
    nullable: args.some((arg) => arg.nullable) || options?.["mode"] === "try",
    ...(options && { options }),
    ...(context.at && { at: context.at }),
  };
}

interface Place {
  readonly mode: ArithmeticMode;
  readonly at: QueryContext | undefined;
}

const placeOf = (call: Call): Place => ({ mode: call.options?.["mode"] as ArithmeticMode, at: call.at });
const signOf = (call: Call): 1 | -1 => call.options?.["sign"] as 1 | -1;
const typeOf = (call: Call, i: number): DataType => (call.args[i] as Expression).type;

function internal(
  name: string,
  usage: string,
  example: readonly [string, string],
  evaluate: NonNullable<ScalarFunction["evaluate"]>,
  print: NonNullable<ScalarFunction["print"]>,
): FunctionEntry {
  const doc: FunctionDoc = { group: "datetime", usage, examples: [[`SELECT ${example[0]}`, example[1]]] };
  return {
    kind: "scalar",
    names: [name],
    doc,
    bind: (args, context) => bindDatetimeArithmetic("+", args as unknown as Pair, context, "ansi") as Expression,
    evaluate,
    print,
  };
}

const signed = (call: Call, args: readonly string[]): string => `${args[0]} ${signOf(call) > 0 ? "+" : "-"} ${args[1]}`;
const minus = (_: Call, args: readonly string[]): string => `(${args.join(" - ")})`;

function datetimeOverflow(place: Place, operation: string): null {
  if (place.mode === "try") return null;
  throw new QueryError("DATETIME_OVERFLOW", { operation }, place.at);
}

/** Months, days and microseconds of an interval of any type. */
function partsOf(type: DataType): (value: Boxed) => readonly [months: number, days: number, micros: Exact] {
  if (type.kind === "yearMonthInterval") return (value) => [value as number, 0, 0];
  if (type.kind === "dayTimeInterval") {
    return (value) => [0, Number(divide(value as Exact, microsPerDay)), remainder(value as Exact, microsPerDay)];
  }
  return (value) => {
    const { months, days, microseconds } = value as CalendarInterval;
    return [months, days, microseconds];
  };
}

/** Half away from zero; out of range where the value is not a number. */
function rounded(value: number): Exact | null {
  if (!Number.isFinite(value)) return null;
  const whole = Math.trunc(value);
  const away = Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
  return normalize(BigInt(away));
}

function inRange(value: Exact | null, type: DataType, place: Place, tryName: string): Boxed {
  const fits = value !== null && (type.kind === "yearMonthInterval" ? fitsInt(value) : fitsLong(value));
  return fits ? value : intervalOverflow(tryName, place);
}

function multiplier(call: Call): (interval: Boxed, factor: Boxed) => Boxed {
  const [type, factorType] = [typeOf(call, 0), typeOf(call, 1)];
  const place = placeOf(call);
  if (type.kind === "calendarInterval")
    return (value, factor) => calendarScaled(value, (part) => part * (factor as number), place, "try_multiply");
  if (isIntegral(factorType)) return (a, b) => inRange(multiply(a as Exact, b as Exact), type, place, "try_multiply");
  if (factorType.kind === "decimal") {
    const unit = powerOfTen(factorType.scale);
    return (a, b) => inRange(divideRounded(multiply(a as Exact, b as Exact), unit, "halfUp"), type, place, "try_multiply");
  }
  return (a, b) => inRange(rounded(Number(a) * (b as number)), type, place, "try_multiply");
}

function divider(call: Call): (interval: Boxed, divisor: Boxed) => Boxed {
  const [type, divisorType] = [typeOf(call, 0), typeOf(call, 1)];
  const place = placeOf(call);
  const zero = (): null => {
    if (place.mode !== "ansi" && (place.mode === "try" || type.kind === "calendarInterval")) return null;
    throw new QueryError("INTERVAL_DIVIDED_BY_ZERO", {}, place.at);
  };
  if (type.kind === "calendarInterval") {
    return (value, divisor) =>
      divisor === 0 ? zero() : calendarScaled(value, (part) => part / (divisor as number), place, "try_divide");
  }
  if (isIntegral(divisorType) || divisorType.kind === "decimal") {
    const unit = powerOfTen((divisorType as DecimalType).scale ?? 0);
    return (a, b) =>
      b === 0 ? zero() : inRange(divideRounded(multiply(a as Exact, unit), b as Exact, "halfUp"), type, place, "try_divide");
  }
  return (a, b) => (b === 0 ? zero() : inRange(rounded(Number(a) / (b as number)), type, place, "try_divide"));
}

/** Fractions of months are dropped, those of days become time. */
function calendarScaled(value: Boxed, scale: (part: number) => number, place: Place, tryName: string): Boxed {
  const { months, days, microseconds } = value as CalendarInterval;
  const [m, d] = [scale(months), scale(days)];
  const [wholeMonths, wholeDays] = [Math.trunc(m), Math.trunc(d)];
  const micros = rounded(scale(Number(microseconds)) + microsPerDay * (d - wholeDays));
  if (micros === null || !fitsInt(wholeMonths) || !fitsInt(wholeDays) || !fitsLong(micros)) {
    return place.mode === "ansi" ? intervalOverflow(tryName, place) : null;
  }
  return new CalendarInterval(wholeMonths + 0, wholeDays + 0, micros);
}

export const datetimeArithmeticFunctions: readonly FunctionEntry[] = [
  internal(
    "timestamp_add_interval",
    "A timestamp and an interval: months and days by the calendar of the session's zone, the rest by the clock.",
    ["timestamp'2020-01-31 00:00:00' + interval '1' month", "2020-02-29 00:00:00"],
    (call, context) => {
      const parts = partsOf(typeOf(call, 1));
      const sign = signOf(call);
      const zone = typeOf(call, 0).kind === "timestamp" ? sessionZone(context.settings.timeZone) : utc;
      return (timestamp, interval) => {
        const [months, days, micros] = parts(interval);
        const result = addToTimestamp(timestamp as Exact, sign * months, sign * days, multiply(micros, sign), zone);
        return fitsLong(result) ? result : datetimeOverflow(placeOf(call), "add an interval to a timestamp");
      };
    },
    signed,
  ),
  internal(
    "date_add_interval",
    "A date and an interval of months and days.",
    ["date'2020-01-31' + interval '1' month", "2020-02-29"],
    (call) => {
      const parts = partsOf(typeOf(call, 1));
      const sign = signOf(call);
      const place = placeOf(call);
      return (date, interval) => {
        const [months, days, micros] = parts(interval);
        if (micros !== 0 && place.mode !== "legacy") {
          if (place.mode === "try") return null;
          throw new QueryError(
            "INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION",
            { ansiConfig: '"spark.sql.ansi.enabled"' },
            call.at,
          );
        }
        const moved = (months === 0 ? (date as number) : addMonthsToDays(date as number, sign * months)) + sign * days;
        return fitsInt(moved) ? moved : datetimeOverflow(place, "add an interval to a date");
      };
    },
    signed,
  ),
  internal(
    "time_add_interval",
    "A time of day and an interval that keeps it within the day.",
    ["time'10:00:00' + interval '1' hour", "11:00:00"],
    (call) => (time, interval) => {
      const result = add(time as Exact, multiply(interval as Exact, 1000 * signOf(call)));
      return result >= 0 && result < nanosPerDay ? result : datetimeOverflow(placeOf(call), "add an interval to a time");
    },
    signed,
  ),
  internal(
    "subtract_times",
    "The time between two times of day.",
    ["time'10:00:00' - time'09:00:00'", "0 01:00:00.000000000"],
    () => (a, b) => divide(subtract(a as Exact, b as Exact), 1000),
    (_, args) => args.join(" - "),
  ),
  internal(
    "subtract_dates",
    "The days between two dates.",
    ["date'2020-01-02' - date'2020-01-01'", "1 00:00:00.000000000"],
    (call) =>
      call.type.kind === "calendarInterval"
        ? (a, b) => new CalendarInterval(0, (a as number) - (b as number), 0)
        : (a, b) => ((a as number) - (b as number)) * microsPerDay,
    minus,
  ),
  internal(
    "subtract_timestamps",
    "The time between two timestamps, by the clock on the wall of the session's zone.",
    ["timestamp'2020-01-02' - timestamp'2020-01-01'", "1 00:00:00.000000000"],
    (call, context) => {
      const zone = typeOf(call, 0).kind === "timestamp" ? sessionZone(context.settings.timeZone) : utc;
      const micros = (a: Boxed, b: Boxed): Exact => subtract(toLocal(a as Exact, zone), toLocal(b as Exact, zone));
      return call.type.kind === "calendarInterval" ? (a, b) => new CalendarInterval(0, 0, micros(a, b)) : micros;
    },
    minus,
  ),
  internal(
    "extractansiintervaldays",
    "Whole days of an interval.",
    ["date'2020-01-01' + interval '1' day", "2020-01-02"],
    () => (interval) => divide(interval as Exact, microsPerDay),
    (_, args) => `extractansiintervaldays(${args[0]})`,
  ),
  internal(
    "multiply_interval",
    "An interval so many times.",
    ["interval '1' day * 2", "2 00:00:00.000000000"],
    multiplier,
    (call, args) => (call.type.kind === "calendarInterval" ? `multiply_interval(${args.join(", ")})` : `(${args.join(" * ")})`),
  ),
  internal(
    "divide_interval",
    "A part of an interval.",
    ["interval '1' day / 2", "0 12:00:00.000000000"],
    divider,
    (call, args) => (call.type.kind === "calendarInterval" ? `divide_interval(${args.join(", ")})` : `(${args.join(" / ")})`),
  ),
];
