/**
 * Casts that change nothing.
 *
 *   cast(a as int), a int                          →   a
 *   cast(cast(a as bigint) as decimal(20,0)), a int   →   cast(a as decimal(20,0))
 */
import type { DataType } from "../../../columnar/types";
import type { Expression } from "../../expressions/expression";
import { sameType } from "../../types/text";
import { expressionRule } from "./expression-rule";

export const simplifyCasts = expressionRule("SimplifyCasts", (expression) => {
  if (expression.kind !== "cast") return expression;
  const { child } = expression;
  if (sameType(child.type, expression.type) && sameNullability(child.type, expression.type)) return child;
  if (child.kind !== "cast" || !widensIntegers(child.child.type, child.type)) return expression;
  const inner: Expression = child.child;
  return expression.type.kind === "string" || isNumber(expression.type) ? { ...expression, child: inner } : expression;
});

/** Where the inside of the types may hold nulls the cast is kept: it is what says so. */
function sameNullability(a: DataType, b: DataType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const WIDTH: Readonly<Record<string, number>> = { byte: 1, short: 2, int: 3, long: 4 };

function widensIntegers(from: DataType, to: DataType): boolean {
  const a = WIDTH[from.kind];
  const b = WIDTH[to.kind];
  return a !== undefined && b !== undefined && a <= b;
}

function isNumber(type: DataType): boolean {
  return WIDTH[type.kind] !== undefined || type.kind === "decimal" || type.kind === "double" || type.kind === "float";
}
