/** Casts to numbers. */
import type { DataType, DecimalType } from "../../columnar/types";
import { unreachable } from "../../common/errors";
import { QueryError } from "../errors";
import { overflowError, type CastCase, type CastFunction } from "./cast-case";
import { microsPerSecond, secondsOf, trimmed } from "./datetime";
import {
  decimalText,
  decimalToNumber,
  digits,
  divide,
  fitsLong,
  fitsPrecision,
  normalize,
  parseDecimal,
  powerOfTen,
  rescale,
  wrapInt,
  wrapLong,
  type Exact,
} from "./exact";
import { doubleText } from "./java-floats";
import { microsPerHour, microsPerMinute } from "./interval";

interface Integral {
  readonly kind: "byte" | "short" | "int" | "long";
}

const bits = { byte: 8, short: 16, int: 32 } as const;
const dayTimeUnits = [86_400_000_000, microsPerHour, microsPerMinute, microsPerSecond] as const;

/** Whether an integer is one of the type. */
function inRange(value: Exact, kind: Integral["kind"]): boolean {
  switch (kind) {
    case "byte":
      return value >= -128 && value <= 127;
    case "short":
      return value >= -32768 && value <= 32767;
    case "int":
      return value >= -2147483648 && value <= 2147483647;
    default:
      return fitsLong(value);
  }
}

function wrap(value: Exact, kind: Integral["kind"]): Exact {
  return kind === "long" ? wrapLong(value) : wrapInt(value, bits[kind]);
}

/** A double's whole part as Java casts it: NaN is 0, what is too large the largest. */
export function saturated(value: number, kind: "int" | "long"): Exact {
  if (Number.isNaN(value)) return 0;
  const whole = Math.trunc(value);
  if (kind === "int") return Math.min(2147483647, Math.max(-2147483648, whole)) + 0;
  if (Number.isSafeInteger(whole)) return whole + 0;
  if (whole >= 2 ** 63) return 2n ** 63n - 1n;
  return whole < -(2 ** 63) ? -(2n ** 63n) : normalize(BigInt(whole));
}

export function castToIntegral(pair: CastCase<DataType, Integral>): CastFunction {
  const { from, to, mode, invalid, overflow } = pair;
  const { kind } = to;
  const legacy = mode === "legacy";
  /** Whole numbers that may not fit. */
  const fit = legacy
    ? (whole: Exact): Exact | null => wrap(whole, kind)
    : (whole: Exact, value: Exact): Exact | null => (inRange(whole, kind) ? whole : overflow(value));
  switch (from.kind) {
    case "boolean":
      return (value) => (value === true ? 1 : 0);
    case "byte":
    case "short":
    case "int":
    case "long":
      return (value) => fit(value as Exact, value as Exact);
    case "float":
    case "double":
      if (legacy) {
        return kind === "long" || kind === "int"
          ? (value) => saturated(value as number, kind)
          : (value) => wrapInt(saturated(value as number, "int"), bits[kind]);
      }
      return (value) => {
        const number = value as number;
        /* As Java compares: the largest long is 2^63 among doubles. */
        if (kind === "long") {
          return number <= 2 ** 63 && number >= -(2 ** 63) ? saturated(number, "long") : overflow(value);
        }
        const limit = 2 ** (bits[kind] - 1);
        return number < limit && number > -limit - 1 ? Math.trunc(number) + 0 : overflow(value);
      };
    case "decimal": {
      const { scale } = from;
      if (!legacy && from.precision > 18 && kind !== "long") {
        /* Wide decimals pass through a double on their way to 32 bits and fewer. */
        return (value) => {
          const whole = Math.trunc(decimalToNumber(value as Exact, scale)) + 0;
          return inRange(whole, kind) ? whole : overflow(value);
        };
      }
      const unit = powerOfTen(scale);
      return (value) => fit(divide(value as Exact, unit), value as Exact);
    }
    case "string":
      return (value) => parseIntegral(value as string, kind, legacy) ?? invalid(value);
    case "timestamp":
      return (value) => {
        const seconds = secondsOf(value as Exact);
        return inRange(seconds, kind) ? seconds : overflow(value);
      };
    case "time":
      return (value) => {
        const seconds = Math.floor((value as number) / 1e9);
        return inRange(seconds, kind) ? seconds : overflow(value);
      };
    case "dayTimeInterval": {
      const unit = dayTimeUnits[from.end];
      return strictly(pair, (value) => divide(value, unit));
    }
    case "yearMonthInterval": {
      const unit = from.end === 0 ? 12 : 1;
      return strictly(pair, (value) => divide(value, unit));
    }
    default:
      return () => null;
  }
}

/** Conversions of intervals fail beyond the range in legacy mode too. */
function strictly({ from, to, mode, settings, at }: CastCase<DataType, Integral>, whole: (value: Exact) => Exact): CastFunction {
  const { kind } = to;
  return (value) => {
    const count = whole(value as Exact);
    if (inRange(count, kind)) return count;
    if (mode === "try") return null;
    throw overflowError(value, from, to, settings, at);
  };
}

/** The integer of text; a point and digits after it are dropped where `fraction` allows them, and alone are 0. Null where there is none of the kind. */
function parseIntegral(text: string, kind: Integral["kind"], fraction: boolean): Exact | null {
  const input = trimmed(text);
  const match = (fraction ? /^([+-]?\d+)(?:\.\d*)?$|^[+-]?\.\d*$/ : /^([+-]?\d+)$/).exec(input);
  if (match === null) return null;
  const whole = match[1] ?? "0";
  const value = whole.length <= 15 ? Number(whole) + 0 : normalize(BigInt(whole.startsWith("+") ? whole.slice(1) : whole));
  return inRange(value, kind) ? value : null;
}

/** The double of text in Java's forms: digits with an exponent and a d or f, hexadecimal, NaN and infinities in any case. */
function parseDouble(text: string): number | null {
  const input = trimmed(text);
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(input)) return Number(input.replace(/[dDfF]$/, ""));
  switch (input.toLowerCase()) {
    case "nan":
      return NaN;
    case "inf":
    case "+inf":
    case "infinity":
    case "+infinity":
      return Infinity;
    case "-inf":
    case "-infinity":
      return -Infinity;
  }
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[dDfF]?$/.exec(input);
  if (hex === null || hex[2]! + hex[3]! === "") return null;
  const magnitude = parseInt(hex[2]! + hex[3]!, 16) * 2 ** (Number(hex[4]) - 4 * hex[3]!.length);
  return hex[1] === "-" ? -magnitude : magnitude;
}

export function castToFloating(pair: CastCase<DataType, { kind: "float" | "double" }>): CastFunction {
  const { from, to, invalid } = pair;
  const round = to.kind === "float" ? Math.fround : (value: number): number => value;
  switch (from.kind) {
    case "boolean":
      return (value) => (value === true ? 1 : 0);
    case "float":
    case "double":
      return (value) => round(value as number);
    case "byte":
    case "short":
    case "int":
      return (value) => value;
    case "long":
      return (value) => round(Number(value));
    case "decimal": {
      const { scale } = from;
      return (value) => round(decimalToNumber(value as Exact, scale));
    }
    case "string":
      return (value) => {
        const number = parseDouble(value as string);
        return number === null ? invalid(value) : round(number);
      };
    case "timestamp":
      return (value) => round(Number(value) / microsPerSecond);
    default:
      return () => null;
  }
}

export function castToDecimal(pair: CastCase<DataType, DecimalType>): CastFunction {
  const { from, to, mode, at, invalid } = pair;
  const { precision, scale } = to;
  const interval = from.kind === "dayTimeInterval" || from.kind === "yearMonthInterval";
  /** The value at the target's scale, or what becomes of it where it has too many digits. */
  const fit = (unscaled: Exact, fromScale: number): Exact | null => {
    const size = digits(unscaled);
    if (size - fromScale <= precision - scale + 1) {
      if (fromScale - size > scale) return 0;
      const value = rescale(unscaled, fromScale, scale);
      if (fitsPrecision(value, precision)) return value;
    }
    if (mode === "try" || (mode === "legacy" && !interval)) return null;
    throw new QueryError(
      "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
      {
        value: decimalText(unscaled, fromScale),
        precision: String(precision),
        scale: String(scale),
        config: '"spark.sql.ansi.enabled"',
      },
      at,
    );
  };
  switch (from.kind) {
    case "boolean":
      return (value) => fit(value === true ? 1 : 0, 0);
    case "byte":
    case "short":
    case "int":
    case "long":
      return (value) => fit(value as Exact, 0);
    case "decimal": {
      const fromScale = from.scale;
      return (value) => fit(value as Exact, fromScale);
    }
    case "float":
    case "double":
      return (value) => {
        const decimal = parseDecimal(doubleText(value as number));
        return decimal === null ? null : fit(decimal.unscaled, decimal.scale);
      };
    case "string":
      return (value) => {
        const decimal = parseDecimal(trimmed(value as string));
        if (decimal === null) return invalid(value);
        if (decimal.unscaled === 0) return 0;
        if (digits(decimal.unscaled) - decimal.scale > 38) {
          if (mode !== "ansi") return null;
          throw new QueryError("NUMERIC_OUT_OF_SUPPORTED_RANGE", { value: value as string }, at);
        }
        return fit(decimal.unscaled, decimal.scale);
      };
    case "timestamp":
      return (value) => fit(value as Exact, 6);
    case "time":
      return (value) => fit(value as Exact, 9);
    case "dayTimeInterval": {
      if (from.end === 3) return (value) => fit(value as Exact, 6);
      const unit = dayTimeUnits[from.end];
      return (value) => fit(divide(value as Exact, unit), 0);
    }
    case "yearMonthInterval": {
      const unit = from.end === 0 ? 12 : 1;
      return (value) => fit(divide(value as Exact, unit), 0);
    }
    case "date":
      return () => null;
    case "null":
    case "binary":
    case "timestamp_ntz":
    case "calendarInterval":
    case "variant":
    case "array":
    case "map":
    case "struct":
    case "udt":
      return () => null;
    default:
      return unreachable(from);
  }
}
