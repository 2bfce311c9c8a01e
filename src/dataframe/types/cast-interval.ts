/** Casts to intervals. Those that fail are errors in legacy mode too, but for calendar intervals, where they give null. */
import type { Boxed, DataType, DayTimeIntervalType, YearMonthIntervalType } from "../../columnar/types";
import { QueryError } from "../errors";
import { overflowError, type CastCase, type CastFunction } from "./cast-case";
import { microsPerDay, microsPerSecond } from "./datetime";
import { divideRounded, fitsLong, multiply, powerOfTen, remainder, subtract, type Exact } from "./exact";
import { calendarIntervalOrNull, microsPerHour, microsPerMinute, parseDayTime, parseYearMonth } from "./interval";

const units = [microsPerDay, microsPerHour, microsPerMinute, microsPerSecond] as const;

export function castToCalendarInterval(): CastFunction {
  return (value) => calendarIntervalOrNull(value as string);
}

/** Null in try mode, else the error. */
function orNull(mode: CastCase["mode"], cast: CastFunction): CastFunction {
  if (mode !== "try") return cast;
  return (value) => {
    try {
      return cast(value);
    } catch (error) {
      if (error instanceof QueryError) return null;
      throw error;
    }
  };
}

export function castToDayTime(pair: CastCase<DataType, DayTimeIntervalType>): CastFunction {
  const { from, to, mode, settings, at } = pair;
  const unit = units[to.end];
  const checked = (micros: Exact, value: Boxed): Exact => {
    if (fitsLong(micros)) return micros;
    throw overflowError(value, from, to, settings, at);
  };
  switch (from.kind) {
    case "string":
      return orNull(mode, (value) => parseDayTime(value as string, to, at));
    case "decimal": {
      const scale = powerOfTen(from.scale);
      return orNull(mode, (value) => checked(divideRounded(multiply(value as Exact, unit), scale, "halfUp"), value));
    }
    case "dayTimeInterval":
      if (from.end <= to.end) return (value) => value;
      return (value) => subtract(value as Exact, remainder(value as Exact, unit));
    default:
      return orNull(mode, (value) => checked(multiply(value as Exact, unit), value));
  }
}

export function castToYearMonth(pair: CastCase<DataType, YearMonthIntervalType>): CastFunction {
  const { from, to, mode, settings, at } = pair;
  const unit = to.end === 0 ? 12 : 1;
  const checked = (months: Exact, value: Boxed): number => {
    if (months >= -2147483648 && months <= 2147483647) return Number(months);
    throw overflowError(value, from, to, settings, at);
  };
  switch (from.kind) {
    case "string":
      return orNull(mode, (value) => parseYearMonth(value as string, to, at));
    case "decimal": {
      const scale = powerOfTen(from.scale);
      return orNull(mode, (value) => checked(divideRounded(multiply(value as Exact, unit), scale, "halfUp"), value));
    }
    case "yearMonthInterval":
      if (from.end <= to.end) return (value) => value;
      return (value) => (value as number) - ((value as number) % 12);
    default:
      return orNull(mode, (value) => checked(multiply(value as Exact, unit), value));
  }
}
