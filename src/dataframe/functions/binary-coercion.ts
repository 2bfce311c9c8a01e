/** What becomes of the two operands of an operator before it is typed: strings, decimals, numbers, dates. */
import type { DataType, DecimalType } from "../../columnar/types";
import { DOUBLE, LONG, coerced, decimalType, literal } from "../expressions/build";
import type { Expression, Literal } from "../expressions/expression";
import { widerType } from "../types/coercion";
import { digits } from "../types/exact";
import type { Exact } from "../types/exact";
import { sameType, sqlName } from "../types/text";
import { accepts, decimalFor, inputName, isIntegral, isNumeric } from "./input-types";
import type { InputType } from "./input-types";
import type { BindContext } from "./registry";
import { mismatch } from "./signature";

export type Pair = readonly [left: Expression, right: Expression];

/** A string beside something else becomes of its type; null where that is not decided. */
function typeForString(other: DataType): DataType | null {
  if (isIntegral(other)) return LONG;
  if (isNumeric(other)) return DOUBLE;
  switch (other.kind) {
    case "null":
    case "string":
    case "dayTimeInterval":
    case "yearMonthInterval":
    case "array":
    case "map":
    case "struct":
    case "udt":
    case "calendarInterval":
      return null;
    default:
      return other;
  }
}

/** For arithmetic: in ANSI mode by the other side, otherwise doubles. */
export function promoteStrings([left, right]: Pair, context: BindContext): Pair {
  const ls = left.type.kind === "string";
  const rs = right.type.kind === "string";
  if (!ls && !rs) return [left, right];
  if (!context.settings.ansi) {
    const one = (side: Expression, isString: boolean): Expression => (isString ? coerced(side, DOUBLE, context) : side);
    return [one(left, ls), one(right, rs)];
  }
  if (ls && rs) return [left, right];
  if (left.type.kind === "null") return [coerced(left, right.type, context), right];
  if (right.type.kind === "null") return [left, coerced(right, left.type, context)];
  const type = typeForString(ls ? right.type : left.type);
  return type === null ? [left, right] : [coerced(left, type, context), coerced(right, type, context)];
}

/** For comparisons: without ANSI strings become what stands beside them, and doubles beside decimals. */
export function promoteCompared([left, right]: Pair, context: BindContext): Pair {
  if (context.settings.ansi) return promoteStrings([left, right], context);
  const ls = left.type.kind === "string";
  const rs = right.type.kind === "string";
  if (ls === rs) return ORDERINGS.has(context.name) ? [left, right] : booleanAndNumber([left, right], context);
  const other = ls ? right.type : left.type;
  const type =
    other.kind === "decimal"
      ? DOUBLE
      : other.kind === "byte" || other.kind === "short"
        ? other
        : isNumeric(other)
          ? other
          : typeForString(other);
  return type === null ? [left, right] : [coerced(left, type, context), coerced(right, type, context)];
}

/** Truth values equal numbers, but none is before another. */
const ORDERINGS: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

function booleanAndNumber([left, right]: Pair, context: BindContext): Pair {
  if (left.type.kind === "boolean" && isNumeric(right.type)) return [coerced(left, right.type, context), right];
  if (right.type.kind === "boolean" && isNumeric(left.type)) return [left, coerced(right, left.type, context)];
  return [left, right];
}

/** A decimal beside an integer makes it a decimal, of as few digits as a literal has; beside a double it is a double. */
export function alignDecimals([left, right]: Pair, context: BindContext): Pair {
  if (left.type.kind === "decimal") return [againstApproximate(left, right.type, context), beside(right, context)];
  if (right.type.kind === "decimal") return [beside(left, context), againstApproximate(right, left.type, context)];
  return [left, right];
}

function beside(side: Expression, context: BindContext): Expression {
  return isIntegral(side.type) ? coerced(side, decimalOf(side), context) : side;
}

function againstApproximate(decimal: Expression, other: DataType, context: BindContext): Expression {
  return other.kind === "float" || other.kind === "double" ? coerced(decimal, DOUBLE, context) : decimal;
}

/** Precision as narrow as possible: `1.1 / 3` divides by a decimal(1,0). */
export function decimalOf(side: Expression): DataType {
  // As in Spark, not that of a TINYINT.
  if (side.kind === "literal" && side.value !== null && side.type.kind !== "byte")
    return decimalType(digits(side.value as Exact), 0);
  return decimalFor(side.type);
}

/** The type of both, without loss where there is one; the operands as they are where there is none. */
export function tightest([left, right]: Pair, accepted: InputType, context: BindContext): Pair {
  if (sameType(left.type, right.type)) return [left, right];
  const type =
    left.type.kind === "null"
      ? right.type
      : right.type.kind === "null"
        ? left.type
        : widerType(left.type, right.type, context.settings);
  if (type === null || !accepts(accepted, type)) return [left, right];
  return [coerced(left, type, context), coerced(right, type, context)];
}

/** BINARY_OP_DIFF_TYPES, BINARY_OP_WRONG_TYPE. */
export function checkOperands([left, right]: Pair, accepted: InputType, context: BindContext): void {
  const decimals = left.type.kind === "decimal" && right.type.kind === "decimal" && accepts(accepted, left.type);
  if (!decimals && !sameType(left.type, right.type)) {
    throw mismatch("BINARY_OP_DIFF_TYPES", [left, right], context, {
      left: `"${sqlName(left.type)}"`,
      right: `"${sqlName(right.type)}"`,
    });
  }
  if (accepts(accepted, left.type)) return;
  throw mismatch("BINARY_OP_WRONG_TYPE", [left, right], context, {
    inputType: inputName(accepted),
    actualDataType: `"${sqlName(left.type)}"`,
  });
}

/**
 * An integer compared with a literal of a decimal: with the next integer instead, so that the column stays as it is.
 *   a > 1.5 → a > 1      a < 1.5 → a < 2      a > 1e30 → false
 */
export function compareAsIntegers(operator: string, [left, right]: Pair): Pair | boolean {
  const l = integerBound(operator, left, right, true);
  return l ?? integerBound(operator, left, right, false) ?? [left, right];
}

function integerBound(operator: string, left: Expression, right: Expression, literalRight: boolean): Pair | boolean | null {
  const bound = literalRight ? right : left;
  const other = literalRight ? left : right;
  if (!isIntegral(other.type) || bound.kind !== "literal" || bound.type.kind !== "decimal" || bound.value === null) return null;
  const greater = operator.startsWith(">");
  const inclusive = operator.endsWith("=");
  const up = literalRight ? greater === inclusive : greater !== inclusive;
  const integer = roundedInteger(bound, bound.type, up);
  if (integer < -(2n ** 63n)) return greater === literalRight;
  if (integer > 2n ** 63n - 1n) return greater !== literalRight;
  const value: Exact = Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
  const small = integer >= -2147483648n && integer <= 2147483647n && other.type.kind !== "long";
  const made = small ? coercedInteger(value, other.type) : literal(value, LONG);
  return literalRight ? [other, made] : [made, other];
}

function coercedInteger(value: Exact, type: DataType): Literal {
  const limit = type.kind === "byte" ? 127 : type.kind === "short" ? 32767 : 2147483647;
  return value >= -limit - 1 && value <= limit ? literal(value, type) : literal(value, LONG);
}

function roundedInteger(bound: Literal, type: DecimalType, up: boolean): bigint {
  const unit = 10n ** BigInt(type.scale);
  const value = BigInt(bound.value as Exact);
  const quotient = value / unit;
  if (quotient * unit === value) return quotient;
  return up ? (value > 0n ? quotient + 1n : quotient) : value < 0n ? quotient - 1n : quotient;
}
