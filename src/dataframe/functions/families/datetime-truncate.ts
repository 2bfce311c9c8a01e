/** trunc and date_trunc: dates and timestamps cut down to a unit. */
import { DATE, TIMESTAMP, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { printed } from "../../expressions/print";
import { isFoldable } from "../../expressions/traverse";
import {
  civilFromDays,
  daysFromCivil,
  daysOfLocal,
  fromLocal,
  isoWeekday,
  localOf,
  microsPerDay,
  sessionZone,
  toLocal,
  withOffsetOf,
} from "../../types/datetime";
import { floorMod, subtract, type Exact } from "../../types/exact";
import { document, made } from "../documented";
import type { FunctionEntry } from "../registry";
import { scalar } from "../signature";
import type { ScalarSpec } from "../signature";

const doc = document("datetime");

type DateLevel = "year" | "quarter" | "month" | "week";

/** The units of dates, by their names in upper case. */
export const dateLevels: ReadonlyMap<string, DateLevel> = new Map<string, DateLevel>([
  ["YEAR", "year"],
  ["YYYY", "year"],
  ["YY", "year"],
  ["QUARTER", "quarter"],
  ["MONTH", "month"],
  ["MM", "month"],
  ["MON", "month"],
  ["WEEK", "week"],
]);

/** Microseconds of the units below a day, and of the day. */
const clockLevels = new Map<string, number>([
  ["DAY", microsPerDay],
  ["DD", microsPerDay],
  ["HOUR", 3_600_000_000],
  ["MINUTE", 60_000_000],
  ["SECOND", 1_000_000],
  ["MILLISECOND", 1000],
  ["MICROSECOND", 1],
]);

function firstDay(days: number, level: DateLevel): number {
  if (level === "week") return days - isoWeekday(days) + 1;
  const { year, month } = civilFromDays(days);
  if (level === "year") return daysFromCivil(year, 1, 1);
  return daysFromCivil(year, level === "quarter" ? month - ((month - 1) % 3) : month, 1);
}

const isDateUnit = (unit: string): boolean => dateLevels.has(unit.toUpperCase());
const isTimestampUnit = (unit: string): boolean => isDateUnit(unit) || clockLevels.has(unit.toUpperCase());

/** Where a constant's unit is none, the constant is not evaluated: it may be one that fails. */
function nullForOtherUnits(at: number, isUnit: (unit: string) => boolean, spec: ScalarSpec): FunctionEntry {
  const entry = scalar(spec);
  return {
    ...entry,
    bind: (args, context) => {
      const call = entry.bind(args, context) as Call;
      if (!isFoldable(call)) return call;
      const unit = context.fold(call.args[at] as Expression).value as string | null;
      return unit !== null && isUnit(unit) ? call : { ...literal(null, call.type), printed: printed(call) };
    },
  };
}

const truncDate = nullForOtherUnits(1, isDateUnit, {
  names: ["trunc"],
  doc: doc("The first day of the year, quarter, month or week of a date; NULL for other units.", [
    "trunc('2019-08-04', 'week')",
    "2019-07-29",
  ]),
  inputs: ["date", "string"],
  result: DATE,
  nullable: true,
  evaluate: made(() => (days: number, unit: string) => {
    const level = dateLevels.get(unit.toUpperCase());
    return level === undefined ? null : firstDay(days, level);
  }),
});

const truncTimestamp = nullForOtherUnits(0, isTimestampUnit, {
  names: ["date_trunc"],
  doc: doc("A timestamp cut down to a unit from YEAR to MICROSECOND, by the session's clock; NULL for other units.", [
    "date_trunc('YEAR', '2015-03-05T09:32:05.359')",
    "2015-01-01 00:00:00",
  ]),
  inputs: ["string", "timestamp"],
  result: TIMESTAMP,
  nullable: true,
  evaluate: made((_, context) => {
    const zone = sessionZone(context.settings.timeZone);
    return (unit: string, micros: Exact) => {
      const name = unit.toUpperCase();
      const local = toLocal(micros, zone);
      const level = dateLevels.get(name);
      if (level !== undefined) return fromLocal(localOf(firstDay(daysOfLocal(local), level), 0), zone);
      const size = clockLevels.get(name);
      if (size === undefined) return null;
      return size <= 1_000_000
        ? subtract(micros, floorMod(micros, size))
        : withOffsetOf(subtract(local, floorMod(local, size)), micros, local, zone);
    };
  }),
});

export const truncatingFunctions: readonly FunctionEntry[] = [truncDate, truncTimestamp];
