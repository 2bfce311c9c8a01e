/**
 * A column that was widened to be compared with a constant is compared as it is, so that its statistics and its source can
 * be used.
 *
 *   (cast(a as bigint) > 5)             →   (a > 5)
 *   (cast(a as bigint) = 3000000000)    →   false where a is not null       a int
 */
import type { DataType } from "../../../columnar/types";
import { BOOLEAN, call, literal } from "../../expressions/build";
import type { Call, Cast, Expression, Literal } from "../../expressions/expression";
import { isDeterministic } from "../../expressions/traverse";
import { and, isNotNull, isNull, or } from "../predicates";
import { expressionRule } from "./expression-rule";

type Comparison = "=" | "<=>" | "<" | "<=" | ">" | ">=";

const FLIPPED: Readonly<Record<Comparison, Comparison>> = { "=": "=", "<=>": "<=>", "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

export const unwrapCastInBinaryComparison = expressionRule("UnwrapCastInBinaryComparison", (expression) => {
  if (expression.kind !== "call") return expression;
  if (expression.fn === "in") return ofIn(expression);
  if (!(expression.fn in FLIPPED) || expression.args.length !== 2) return expression;
  const fn = expression.fn as Comparison;
  const [a, b] = expression.args as [Expression, Expression];
  if (a.kind === "cast" && b.kind === "literal") return compared(expression, a, fn, b);
  if (b.kind === "cast" && a.kind === "literal") return compared(expression, b, FLIPPED[fn], a);
  return expression;
});

function compared(original: Expression, cast: Cast, fn: Comparison, constant: Literal): Expression {
  const { child } = cast;
  const value = integerOf(constant);
  if (value === null || !isDeterministic(child) || cast.mode === "try") return original;
  const bounds = boundsOf(child.type);
  if (bounds === null || !isWidening(child.type, cast.type)) return original;
  const scale = scaleOf(cast.type) - scaleOf(child.type);
  if (scale < 0) return original;
  const unit = 10n ** BigInt(scale);
  const floor = value / unit - (value % unit < 0n ? 1n : 0n);
  const exact = floor * unit === value;
  const [min, max] = bounds;
  if (floor < min || floor > max || (!exact && floor === max)) return beyond(child, fn, floor < min);
  const at = (bound: bigint): Literal => literal(narrowed(bound), child.type);
  if (exact) return { ...(original as Call), fn, args: [child, at(floor)] };
  switch (fn) {
    case "=":
      return unlessNull(child, false);
    case "<=>":
      return literal(false, BOOLEAN);
    case "<":
    case "<=":
      return call("<=", [child, at(floor)], BOOLEAN, child.nullable);
    case ">":
    case ">=":
      return call(">", [child, at(floor)], BOOLEAN, child.nullable);
  }
}

/** The constant is out of the column's range. */
function beyond(child: Expression, fn: Comparison, below: boolean): Expression {
  switch (fn) {
    case "<=>":
      return literal(false, BOOLEAN);
    case "=":
      return unlessNull(child, false);
    case "<":
    case "<=":
      return unlessNull(child, !below);
    case ">":
    case ">=":
      return unlessNull(child, below);
  }
}

/** The truth value where the child has a value, null where it has none. */
function unlessNull(child: Expression, value: boolean): Expression {
  if (!child.nullable) return literal(value, BOOLEAN);
  const unknown = literal(null, BOOLEAN);
  return value ? or(isNotNull(child), unknown) : and(isNull(child), unknown);
}

function ofIn(expression: Call): Expression {
  const [first, ...items] = expression.args as [Expression, ...Expression[]];
  if (first.kind !== "cast" || first.mode === "try" || !isDeterministic(first)) return expression;
  const bounds = boundsOf(first.child.type);
  if (bounds === null || !isWidening(first.child.type, first.type)) return expression;
  const unit = 10n ** BigInt(scaleOf(first.type) - scaleOf(first.child.type));
  const kept: Expression[] = [];
  for (const item of items) {
    if (item.kind !== "literal") return expression;
    const value = item.value === null ? null : integerOf(item);
    if (value === null) {
      if (item.value !== null) return expression;
      kept.push(literal(null, first.child.type));
    } else if (value % unit === 0n && value / unit >= bounds[0] && value / unit <= bounds[1]) {
      kept.push(literal(narrowed(value / unit), first.child.type));
    }
  }
  if (kept.length === 0) return unlessNull(first.child, false);
  return { ...expression, args: [first.child, ...kept] };
}

/** The constant as an integer in units of its type; null for others. Doubles count where they are whole. */
function integerOf({ value, type }: Literal): bigint | null {
  if (value === null) return null;
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
    case "decimal":
      return BigInt(value as number | bigint);
    case "double":
    case "float":
      return Number.isSafeInteger(value) ? BigInt(value as number) : null;
    default:
      return null;
  }
}

const INTEGERS: Readonly<Record<string, number>> = { byte: 8, short: 16, int: 32, long: 64 };

function boundsOf(type: DataType): readonly [bigint, bigint] | null {
  const bits = INTEGERS[type.kind];
  if (bits !== undefined) return [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n];
  if (type.kind !== "decimal") return null;
  const limit = 10n ** BigInt(type.precision) - 1n;
  return [-limit, limit];
}

/** Every value of `from` has its own in `to`, in the same order. */
function isWidening(from: DataType, to: DataType): boolean {
  const bits = INTEGERS[from.kind];
  if (to.kind === "decimal") {
    if (from.kind === "decimal") return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    const digits = DIGITS[from.kind];
    return digits !== undefined && to.precision - to.scale >= digits;
  }
  if (bits === undefined) return false;
  const target = INTEGERS[to.kind];
  if (target !== undefined) return target >= bits;
  return (to.kind === "double" && bits <= 32) || (to.kind === "float" && bits <= 16);
}

const DIGITS: Readonly<Record<string, number>> = { byte: 3, short: 5, int: 10, long: 19 };

function scaleOf(type: DataType): number {
  return type.kind === "decimal" ? type.scale : 0;
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
