/** Dates moved and cut by months, timestamps out of numbers, and timestamps some time later where no zone's clock is changed. */
import { CalendarInterval, type Boxed, type DataType } from "../../../columnar/types";
import type { Call } from "../../expressions/expression";
import { dateLevels } from "../../functions/families/datetime-truncate";
import { microsPerDay, sessionZone } from "../../types/datetime";
import type { Emitter } from "../emitter";
import { isSafeRange, MAX_SAFE, rangeOf, type Range, type Term } from "../term";
import { slow } from "./arithmetic";

const DATES: Range = [-2147483648, 2147483647];

function isSmall({ kind }: DataType): boolean {
  return kind === "byte" || kind === "short" || kind === "int";
}

/** A date by a function of the runtime that gives NaN where it does not know. */
function date(emitter: Emitter, call: Call, args: readonly Term[], code: string): Term {
  const { writer } = emitter;
  const nulls = emitter.anyNull(args);
  const value = writer.name("date");
  writer.line(`let ${value} = ${code};`);
  const isNull = slow(emitter, call, args, value, null, `${value} !== ${value}`, nulls);
  return { type: call.type, rep: "int", code: value, isNull, range: DATES };
}

export function emitAddMonths(emitter: Emitter, call: Call): Term | null {
  const [day, months] = call.args;
  if (day?.type.kind !== "date" || months === undefined || !isSmall(months.type)) return null;
  const args = emitter.emitArgs(call.args);
  return date(emitter, call, args, `R.monthsLater(${args[0]!.code}, ${args[1]!.code})`);
}

const FIRSTS = { year: "firstOfYear", quarter: "firstOfQuarter", month: "firstOfMonth", week: "firstOfWeek" } as const;

/** trunc of dates to a unit that is a constant. */
export function emitTrunc(emitter: Emitter, call: Call): Term | null {
  const [day, unit] = call.args;
  if (day?.type.kind !== "date" || unit?.kind !== "literal" || typeof unit.value !== "string") return null;
  const level = dateLevels.get(unit.value.toUpperCase());
  if (level === undefined) return null;
  const args = emitter.emitArgs(call.args);
  return date(emitter, call, args, `R.${FIRSTS[level]}(${args[0]!.code})`);
}

/** A number of microseconds, checked where its range does not prove it safe. */
function micros(emitter: Emitter, call: Call, args: readonly Term[], code: string, range: Range): Term {
  const { writer } = emitter;
  const nulls = emitter.anyNull(args);
  if (isSafeRange(range) && args[0]!.rep !== "any")
    return { type: call.type, rep: "safe", code: writer.constant(code, "r"), isNull: nulls, range };
  const value = writer.name("r");
  const big = writer.name("big");
  writer.line(`let ${value} = ${code}, ${big} = null;`);
  const isNull = slow(emitter, call, args, value, big, `!(Math.abs(${value}) <= ${MAX_SAFE})`, nulls);
  return { type: call.type, rep: "any", code: value, big, isNull, range: rangeOf(call.type) };
}

const UNITS: Readonly<Record<string, number>> = { timestamp_seconds: 1_000_000, timestamp_millis: 1000, timestamp_micros: 1 };

/** timestamp_seconds and its kin, of integers. */
export function emitTimestampOf(emitter: Emitter, call: Call): Term | null {
  const [arg] = call.args;
  const unit = UNITS[call.fn];
  if (unit === undefined || arg === undefined || (!isSmall(arg.type) && arg.type.kind !== "long")) return null;
  const term = emitter.emit(arg);
  const [low, high] = term.range ?? rangeOf(arg.type);
  return micros(emitter, call, [term], `${term.code} * ${unit}`, [low * unit, high * unit]);
}

/** Days, hours and less are so many microseconds; null for months, and for what is no constant. */
function constantMicros(value: Boxed, { kind }: DataType): number | null {
  if (kind === "dayTimeInterval") return typeof value === "number" ? value : null;
  if (!(value instanceof CalendarInterval) || value.months !== 0 || typeof value.microseconds !== "number") return null;
  return value.days * microsPerDay + value.microseconds;
}

/** A timestamp and a constant interval, by a clock that is never put forward or back. */
export function emitAddInterval(emitter: Emitter, call: Call): Term | null {
  const [timestamp, interval] = call.args;
  if (timestamp === undefined || interval?.kind !== "literal") return null;
  if (
    timestamp.type.kind === "timestamp"
      ? sessionZone(emitter.settings.timeZone).fixed === null
      : timestamp.type.kind !== "timestamp_ntz"
  )
    return null;
  const time = constantMicros(interval.value, interval.type);
  if (time === null || !Number.isSafeInteger(time)) return null;
  const args = emitter.emitArgs(call.args);
  const [low, high] = args[0]!.range ?? rangeOf(timestamp.type);
  const by = time * (call.options?.["sign"] as 1 | -1);
  return micros(emitter, call, args, `${args[0]!.code} + ${by < 0 ? `(${by})` : by + 0}`, [low + by, high + by]);
}
