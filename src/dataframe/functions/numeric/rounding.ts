/** round, bround, ceil and floor to a number of decimal digits, for every type of number. */
import type { Boxed, DataType, DecimalType } from "../../../columnar/types";
import {
  decimalToNumber,
  parseDecimal,
  fitsLong,
  multiply,
  powerOfTen,
  rescale,
  wrapInt,
  wrapLong,
  divideRounded,
} from "../../types/exact";
import type { Exact, Rounding } from "../../types/exact";
import { overflow, toDecimal } from "./arithmetic";
import type { ArithmeticMode } from "./arithmetic";
import type { QueryContext } from "../../errors";

/** The type of a number rounded to `scale` digits: a decimal may need one digit more before the point. */
export function roundedType(type: DataType, scale: number): DataType {
  if (type.kind !== "decimal") return type;
  const whole = type.precision - type.scale + 1;
  if (scale < 0) return { kind: "decimal", precision: Math.min(Math.max(whole, -scale + 1), 38), scale: 0 };
  const digits = Math.min(type.scale, scale);
  return { kind: "decimal", precision: Math.min(whole + digits, 38), scale: digits };
}

export function rounder(
  from: DataType,
  result: DataType,
  scale: number,
  rounding: Rounding,
  place: { readonly mode: ArithmeticMode; readonly at: QueryContext | undefined },
): (value: Boxed) => Boxed {
  switch (from.kind) {
    case "decimal": {
      const type = result as DecimalType;
      const strict = rounding === "ceiling" || rounding === "floor";
      if (scale < 0) {
        return (value) => toDecimal(roundedWhole(value as Exact, from.scale, scale, rounding), 0, type, place, strict);
      }
      return (value) => toDecimal(rescale(value as Exact, from.scale, type.scale, rounding), type.scale, type, place);
    }
    case "float":
      return (value) => Math.fround(roundDouble(value as number, scale, rounding));
    case "double":
      return (value) => roundDouble(value as number, scale, rounding);
    default: {
      if (scale >= 0) return (value) => value;
      const bits = from.kind === "byte" ? 8 : from.kind === "short" ? 16 : from.kind === "int" ? 32 : 64;
      return (value) => {
        const rounded = roundedWhole(value as Exact, 0, scale, rounding);
        if (bits === 64) {
          if (fitsLong(rounded)) return rounded;
          if (place.mode === "ansi") throw overflow(place.at, "", "Overflow");
          return wrapLong(rounded);
        }
        const wrapped = wrapInt(rounded, bits);
        if (wrapped !== rounded && place.mode === "ansi") throw overflow(place.at, "", "Overflow");
        return wrapped;
      };
    }
  }
}

/** No number of ours has as many digits, before its point and after it. */
const MANY_DIGITS = 800;

/** Rounded to tens, hundreds, …, as a whole number. */
function roundedWhole(value: Exact, valueScale: number, scale: number, rounding: Rounding): Exact {
  if (scale < -MANY_DIGITS) return roundedWhole(value, valueScale, -MANY_DIGITS, rounding);
  const unit = powerOfTen(-scale);
  return multiply(divideRounded(value, multiply(unit, powerOfTen(valueScale)), rounding), unit);
}

/** By the decimal digits that a double prints, not by the binary value; a float counts as the double it is. Zero has no sign. */
function roundDouble(value: number, scale: number, rounding: Rounding): number {
  if (scale < -MANY_DIGITS) return roundDouble(value, -MANY_DIGITS, rounding);
  const near = rounding === "halfUp" || rounding === "halfEven" ? roundedNear(value, scale) : null;
  if (near !== null) return near;
  const decimal = parseDecimal(String(value));
  if (decimal === null || decimal.scale <= scale) return value + 0;
  const shift = decimal.scale - scale;
  // More digits go than any double has: what is left is 0, or 1 at the last place kept for ceil and floor.
  const rounded = shift > 400 ? 0 : divideRounded(decimal.unscaled, powerOfTen(shift), rounding);
  return scale < 0 ? Number(multiply(rounded, powerOfTen(-scale))) : decimalToNumber(rounded, scale);
}

const MOST_DIGITS_NEAR = 15;
const MOST_NEAR = 2 ** 40;
/** More than a product below MOST_NEAR is off, and the digits of its factor. */
const DOUBT = 2 ** -10;

/**
 * To the nearer neighbour, where there is no doubt which one that is; null where the digits must be looked at. Both ways are the double
 * next to a whole number over a power of ten, as a quotient of doubles that are exact is rounded once.
 */
function roundedNear(value: number, scale: number): number | null {
  if (scale < 0 || scale > MOST_DIGITS_NEAR) return null;
  const unit = Number(powerOfTen(scale));
  const magnitude = Math.abs(value) * unit;
  if (!(magnitude < MOST_NEAR)) return null;
  const whole = Math.floor(magnitude);
  const rest = magnitude - whole;
  if (Math.abs(rest - 0.5) < DOUBT) return null;
  const rounded = (rest > 0.5 ? whole + 1 : whole) / unit;
  return value < 0 ? 0 - rounded : rounded;
}
