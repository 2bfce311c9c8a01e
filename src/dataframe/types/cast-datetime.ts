/** Casts to dates, timestamps and times. */
import type { DataType, TimeType } from "../../columnar/types";
import type { CastCase, CastFunction } from "./cast-case";
import { saturated } from "./cast-number";
import {
  daysOfLocal,
  daysToMicros,
  fromLocal,
  localOf,
  microsPerSecond,
  microsToDays,
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampNtz,
  sessionZone,
  toLocal,
  truncateTime,
} from "./datetime";
import { digits, divide, divideRounded, fitsLong, longMax, longMin, multiply, powerOfTen, wrapLong, type Exact } from "./exact";

export function castToDate({ from, settings, invalid }: CastCase): CastFunction {
  if (from.kind === "string") return (value) => parseDate(value as string) ?? invalid(value);
  if (from.kind === "timestamp_ntz") return (value) => daysOfLocal(value as Exact);
  const zone = sessionZone(settings.timeZone);
  return (value) => microsToDays(value as Exact, zone);
}

/** What becomes of instants that 64 bits do not hold: Java saturates. */
function clamp(micros: Exact): Exact {
  return fitsLong(micros) ? micros : micros < 0 ? longMin : longMax;
}

export function castToTimestamp(pair: CastCase): CastFunction {
  const { from, mode, settings, invalid } = pair;
  const zone = sessionZone(settings.timeZone);
  switch (from.kind) {
    case "string": {
      const now = settings.now ?? 0;
      return (value) => parseTimestamp(value as string, zone, now) ?? invalid(value);
    }
    case "date":
      return (value) => clamp(daysToMicros(value as number, zone));
    case "timestamp_ntz":
      return (value) => clamp(fromLocal(value as Exact, zone));
    case "boolean":
      return (value) => (value === true ? 1 : 0);
    case "decimal": {
      const unit = powerOfTen(from.scale);
      return (value) => wrapLong(divide(in34Digits(multiply(value as Exact, microsPerSecond)), unit));
    }
    case "float":
    case "double":
      return (value) => {
        const seconds = value as number;
        if (!Number.isFinite(seconds)) return invalid(value);
        const micros = seconds * microsPerSecond;
        if (mode !== "legacy" && (micros > 2 ** 63 || micros < -(2 ** 63))) {
          return overflowOfProduct(pair, micros);
        }
        return saturated(micros, "long");
      };
    default:
      return (value) => clamp(multiply(value as Exact, microsPerSecond));
  }
}

/** Java's decimals multiply with 34 digits, the last one rounded half to even. */
function in34Digits(product: Exact): Exact {
  const excess = digits(product) - 34;
  return excess <= 0 ? product : multiply(divideRounded(product, powerOfTen(excess), "halfEven"), powerOfTen(excess));
}

/** Spark names the microseconds as what overflows, as doubles going to BIGINT. */
function overflowOfProduct(pair: CastCase, micros: number): null {
  return pair.overflow(micros, { kind: "long" });
}

export function castToTimestampNtz({ from, settings, invalid }: CastCase): CastFunction {
  switch (from.kind) {
    case "string":
      return (value) => parseTimestampNtz(value as string) ?? invalid(value);
    case "date":
      return (value) => localOf(value as number, 0);
    default: {
      const zone = sessionZone(settings.timeZone);
      return (value) => toLocal(value as Exact, zone);
    }
  }
}

export function castToTime({ from, to, invalid }: CastCase<DataType, TimeType>): CastFunction {
  /* Text keeps its microseconds whatever the precision, as in Spark. */
  if (from.kind === "string") return (value) => parseTime(value as string) ?? invalid(value);
  const precision = to.precision ?? 6;
  return (value) => truncateTime(value as number, precision);
}
