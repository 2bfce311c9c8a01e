/** Number literals: the narrowest of int, bigint and decimal that holds a whole number; decimals are exact. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import type { Token } from "./lexer";
import { literal } from "./make";

const MAX_PRECISION = 38;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

interface IntegerRange {
  readonly type: DataType;
  readonly name: string;
  readonly min: bigint;
  readonly max: bigint;
}

const RANGES: Readonly<Record<string, IntegerRange>> = {
  Y: { type: { kind: "byte" }, name: "tinyint", min: -128n, max: 127n },
  S: { type: { kind: "short" }, name: "smallint", min: -32768n, max: 32767n },
  L: { type: { kind: "long" }, name: "bigint", min: LONG_MIN, max: LONG_MAX },
};

export function isNumber(token: Token): boolean {
  return token.kind === "integer" || token.kind === "decimal" || token.kind === "exponent" || token.kind === "suffixed";
}

/** The number at the cursor; a minus sign before it, already taken, is part of it. `start` is where the sign or number begins. */
export function numberLiteral(p: Cursor, negative: boolean, start: number): UnresolvedExpression {
  const token = p.next();
  const text = negative ? `-${token.text}` : token.text;
  const at = p.at(start);
  switch (token.kind) {
    case "integer": {
      const value = BigInt(text);
      if (value >= -2147483648n && value <= 2147483647n) return literal(Number(value), { kind: "int" }, at);
      if (value >= LONG_MIN && value <= LONG_MAX) return literal(narrowed(value), { kind: "long" }, at);
      return decimal(p, text, start);
    }
    case "decimal":
      return decimal(p, text, start);
    case "exponent":
      return literal(floating(p, text, "double", start), { kind: "double" }, at);
    default:
      break;
  }
  const range = RANGES[token.symbol];
  if (range !== undefined) {
    const value = BigInt(text);
    if (value < range.min || value > range.max)
      throw outOfRange(p, text, String(range.min), String(range.max), range.name, start);
    return literal(narrowed(value), range.type, at);
  }
  if (token.symbol === "D") return literal(floating(p, text, "double", start), { kind: "double" }, at);
  if (token.symbol === "F") return literal(Math.fround(floating(p, text, "float", start)), { kind: "float" }, at);
  return decimal(p, text, start);
}

/** numbers where safe, as boxed values are. */
export function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function floating(p: Cursor, text: string, type: "double" | "float", start: number): number {
  const value = Number(text);
  const max = type === "double" ? "1.7976931348623157E+308" : "3.4028234663852886E+38";
  if (!Number.isFinite(value) || Math.abs(value) > Number(max)) throw outOfRange(p, text, `-${max}`, max, type, start);
  return value;
}

function outOfRange(p: Cursor, text: string, minValue: string, maxValue: string, typeName: string, start: number): Error {
  return p.error("INVALID_NUMERIC_LITERAL_RANGE", { rawStrippedQualifier: text, minValue, maxValue, typeName }, start);
}

/** Digits, point and exponent as an unscaled integer and its scale. */
export function decimal(p: Cursor, text: string, start: number): UnresolvedExpression {
  const match = /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw p.unexpected();
  const [, sign, whole = "", fraction = "", exponent] = match;
  let unscaled = BigInt(whole + fraction || "0");
  let scale = fraction.length - Number(exponent ?? 0);
  const at = p.text[p.previousEnd - 1]?.toUpperCase() === "D" ? p.at(start) : undefined;
  if (Math.abs(scale) > 1000) throw tooLong(scale, at);
  if (scale < 0) {
    unscaled *= 10n ** BigInt(-scale);
    scale = 0;
  }
  const digits = unscaled.toString().length;
  const precision = Math.max(digits, scale);
  if (precision > MAX_PRECISION) throw tooLong(precision, at);
  const value = sign === "-" ? -unscaled : unscaled;
  return literal(narrowed(value), { kind: "decimal", precision, scale }, p.at(start));
}

function tooLong(precision: number, at: QueryContext | undefined): AnalysisError {
  const parameters = { precision: String(precision), maxPrecision: String(MAX_PRECISION) };
  return new AnalysisError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", parameters, at);
}
