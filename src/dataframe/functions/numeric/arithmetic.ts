/** + - * / % div over boxed values of one type, with Spark's three ways to meet an overflow. */
import type { Boxed, DataType, DecimalType } from "../../../columnar/types";
import { CalendarInterval } from "../../../columnar/types";
import { QueryError } from "../../errors";
import type { QueryContext } from "../../errors";
import {
  absolute,
  add,
  decimalText,
  digits,
  divide,
  divideRounded,
  fitsLong,
  fitsPrecision,
  multiply,
  negate,
  powerOfTen,
  remainder,
  rescale,
  subtract,
  wrapInt,
  wrapLong,
} from "../../types/exact";
import type { Exact } from "../../types/exact";

/** "ansi": an error; "legacy": integers wrap, the rest is null; "try": null. */
export type ArithmeticMode = "ansi" | "legacy" | "try";

export type Binary = (a: Boxed, b: Boxed) => Boxed;

interface Place {
  readonly mode: ArithmeticMode;
  readonly at: QueryContext | undefined;
}

const CONFIG = '"spark.sql.ansi.enabled"';
const TRY_NAMES: Readonly<Record<string, string>> = { "+": "try_add", "-": "try_subtract", "*": "try_multiply" };

export function overflow(at: QueryContext | undefined, alternative = "", message = "overflow"): QueryError {
  return new QueryError(
    "ARITHMETIC_OVERFLOW",
    {
      message,
      alternative: alternative === "" ? "" : ` Use '${alternative}' to tolerate overflow and return NULL instead.`,
      config: CONFIG,
    },
    at,
  );
}

/** The value at the result's scale; where it has too many digits an error or null. `strict`: an error in every mode. */
export function toDecimal(value: Exact, scale: number, type: DecimalType, { mode, at }: Place, strict = false): Exact | null {
  const rounded = rescale(value, scale, type.scale);
  if (fitsPrecision(rounded, type.precision)) return rounded;
  if (mode !== "ansi" && !strict) return null;
  const digits = { value: decimalText(value, scale), precision: String(type.precision), scale: String(type.scale) };
  throw strict
    ? new QueryError("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", digits, at)
    : new QueryError("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", { ...digits, config: CONFIG }, at);
}

const EXACT: Readonly<Record<string, (a: Exact, b: Exact) => Exact>> = { "+": add, "-": subtract, "*": multiply };
const DOUBLES: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
};
const BITS = { byte: 8, short: 16, int: 32 } as const;

/** + - *: both operands of `type`, decimals of types of their own. */
export function additive(operator: "+" | "-" | "*", type: DataType, operands: readonly DataType[], place: Place): Binary {
  const exact = EXACT[operator] as (a: Exact, b: Exact) => Exact;
  const tryName = TRY_NAMES[operator] as string;
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
      return (a, b) =>
        narrow(exact(a as Exact, b as Exact), type.kind as keyof typeof BITS, operator, a as Exact, b as Exact, place);
    case "long":
      return (a, b) => {
        const value = exact(a as Exact, b as Exact);
        if (fitsLong(value)) return value;
        if (place.mode === "legacy") return wrapLong(value);
        if (place.mode === "try") return null;
        throw overflow(place.at, tryName);
      };
    case "float": {
      const compute = DOUBLES[operator] as (a: number, b: number) => number;
      return (a, b) => Math.fround(compute(a as number, b as number));
    }
    case "double":
      return DOUBLES[operator] as Binary;
    case "decimal": {
      const [left, right] = operands as readonly [DecimalType, DecimalType];
      if (operator === "*") {
        const scale = left.scale + right.scale;
        if (left.precision + right.precision <= PRODUCT_DIGITS) {
          return (a, b) => toDecimal(multiply(a as Exact, b as Exact), scale, type, place);
        }
        return (a, b) => roundedProduct(multiply(a as Exact, b as Exact), scale, type, place);
      }
      const scale = Math.max(left.scale, right.scale);
      return (a, b) =>
        toDecimal(exact(rescale(a as Exact, left.scale, scale), rescale(b as Exact, right.scale, scale)), scale, type, place);
    }
    case "yearMonthInterval":
      return (a, b) => {
        const value = exact(a as Exact, b as Exact);
        return value >= -2147483648 && value <= 2147483647 ? value : intervalOverflow(tryName, place);
      };
    case "dayTimeInterval":
      return (a, b) => {
        const value = exact(a as Exact, b as Exact);
        return fitsLong(value) ? value : intervalOverflow(tryName, place);
      };
    case "calendarInterval":
      return (a, b) => {
        const x = a as CalendarInterval;
        const y = b as CalendarInterval;
        const months = exact(x.months, y.months) as number;
        const days = exact(x.days, y.days) as number;
        const microseconds = exact(x.microseconds, y.microseconds);
        if (fitsInt(months) && fitsInt(days) && fitsLong(microseconds)) return new CalendarInterval(months, days, microseconds);
        return intervalOverflow(tryName, place);
      };
    default:
      throw new Error(`No arithmetic on ${type.kind}.`);
  }
}

export function fitsInt(value: Exact): boolean {
  return value >= -2147483648 && value <= 2147483647;
}

/** Spark keeps so many digits of a product before it rounds it to its type. */
const PRODUCT_DIGITS = 39;

function roundedProduct(product: Exact, scale: number, type: DecimalType, place: Place): Exact | null {
  const excess = digits(product) - PRODUCT_DIGITS;
  if (excess <= 0) return toDecimal(product, scale, type, place);
  const rounded = divideRounded(product, powerOfTen(excess), "halfUp");
  return excess <= scale
    ? toDecimal(rounded, scale - excess, type, place)
    : toDecimal(multiply(rounded, powerOfTen(excess - scale)), 0, type, place);
}

function narrow(value: Exact, kind: keyof typeof BITS, operator: string, a: Exact, b: Exact, place: Place): Boxed {
  const wrap = wrapInt(value, BITS[kind]);
  if (wrap === value || place.mode === "legacy") return wrap;
  if (place.mode === "try") return null;
  if (kind === "int") throw overflow(place.at, TRY_NAMES[operator]);
  throw new QueryError(
    "BINARY_ARITHMETIC_OVERFLOW",
    { value1: `${a}S`, symbol: operator, value2: `${b}S`, functionName: `\`${TRY_NAMES[operator]}\`` },
    place.at,
  );
}

export function intervalOverflow(tryName: string, place: Place): null {
  if (place.mode === "try") return null;
  throw tryName === ""
    ? new QueryError("INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", {}, place.at)
    : new QueryError("INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", { functionName: `\`${tryName}\`` }, place.at);
}

function byZero(errorClass: string, place: Place): null {
  if (place.mode !== "ansi") return null;
  throw new QueryError(errorClass, { config: CONFIG }, place.at);
}

/** Digits of a quotient before it is rounded to its type. */
const QUOTIENT_SCALE = 39;

/** / of doubles and of decimals. */
export function quotient(type: DataType, operands: readonly DataType[], place: Place): Binary {
  if (type.kind === "double") {
    return (a, b) => (b === 0 ? byZero("DIVIDE_BY_ZERO", place) : (a as number) / (b as number));
  }
  const [left, right] = operands as readonly [DecimalType, DecimalType];
  const result = type as DecimalType;
  const shift = QUOTIENT_SCALE + right.scale - left.scale;
  return (a, b) => {
    if (b === 0) return byZero("DIVIDE_BY_ZERO", place);
    return toDecimal(divideScaled(a as Exact, b as Exact, shift), QUOTIENT_SCALE, result, place);
  };
}

function divideScaled(a: Exact, b: Exact, shift: number): Exact {
  return shift >= 0
    ? divideRounded(multiply(a, powerOfTen(shift)), b, "halfUp")
    : divideRounded(a, multiply(b, powerOfTen(-shift)), "halfUp");
}

/** div of longs, decimals and intervals: a long. */
export function wholeQuotient(operand: DataType, other: DataType, place: Place): Binary {
  const [ls, rs] = [scaleOf(operand), scaleOf(other)];
  return (a, b) => {
    if (b === 0) return byZero("DIVIDE_BY_ZERO", place);
    const scale = Math.max(ls, rs);
    const value = divide(rescale(a as Exact, ls, scale), rescale(b as Exact, rs, scale));
    if (fitsLong(value)) return value;
    if (place.mode === "try") return null;
    if (place.mode === "legacy") return wrapLong(value);
    throw overflow(place.at, "try_divide", "Overflow in integral divide");
  };
}

function scaleOf(type: DataType): number {
  return type.kind === "decimal" ? type.scale : 0;
}

/** %: the dividend's sign. `positive`: pmod, not negative for a positive divisor. */
export function modulo(type: DataType, operands: readonly DataType[], positive: boolean, place: Place): Binary {
  if (type.kind === "float" || type.kind === "double") {
    const round = type.kind === "float" ? Math.fround : (x: number): number => x;
    return (a, b) => {
      if (b === 0) return byZero("REMAINDER_BY_ZERO", place);
      const rest = round((a as number) % (b as number));
      return positive && rest < 0 ? round(round(rest + (b as number)) % (b as number)) : rest;
    };
  }
  const decimals = type.kind === "decimal";
  const [ls, rs] = operands.map(scaleOf) as [number, number];
  const scale = Math.max(ls, rs);
  return (a, b) => {
    if (b === 0) return byZero("REMAINDER_BY_ZERO", place);
    const divisor = rescale(b as Exact, rs, scale);
    let rest = remainder(rescale(a as Exact, ls, scale), divisor);
    if (positive && rest < 0) rest = remainder(add(rest, divisor), divisor);
    return decimals ? toDecimal(rest, scale, type, place) : rest;
  };
}

/** Unary minus, and abs where `magnitude`. */
export function negation(type: DataType, magnitude: boolean, place: Place): (a: Boxed) => Boxed {
  switch (type.kind) {
    case "float":
    case "double":
      return magnitude ? (a) => Math.abs(a as number) : (a) => -(a as number);
    case "decimal":
      return magnitude ? (a) => absolute(a as Exact) : (a) => negate(a as Exact);
    case "calendarInterval":
      return (a) => {
        const { months, days, microseconds } = a as CalendarInterval;
        return new CalendarInterval(negate(months) as number, negate(days) as number, negate(microseconds));
      };
    default: {
      const fits = limits(type);
      return (a) => {
        const value = magnitude ? absolute(a as Exact) : negate(a as Exact);
        if (fits(value)) return value;
        if (place.mode === "legacy") return a;
        const interval = type.kind === "yearMonthInterval" || type.kind === "dayTimeInterval";
        if (interval && !magnitude) return intervalOverflow("", place);
        throw overflow(place.at);
      };
    }
  }
}

function limits(type: DataType): (value: Exact) => boolean {
  switch (type.kind) {
    case "byte":
      return (value) => value <= 127;
    case "short":
      return (value) => value <= 32767;
    case "int":
    case "yearMonthInterval":
      return fitsInt;
    default:
      return fitsLong;
  }
}
