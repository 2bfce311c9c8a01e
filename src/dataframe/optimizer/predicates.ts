/** Conjunctions, and what can be said of predicates. */
import type { DataType } from "../../columnar/types";
import { BOOLEAN, call, literal } from "../expressions/build";
import type { Attribute, Expression, ExprId, Literal, NamedExpression } from "../expressions/expression";
import { attributesOf, isDeterministic, mapChildren, sameExpression, walk } from "../expressions/traverse";

export const TRUE: Literal = literal(true, BOOLEAN);
export const FALSE: Literal = literal(false, BOOLEAN);

/** The parts of a conjunction, left to right. */
export function conjuncts(condition: Expression): readonly Expression[] {
  return split(condition, "and");
}

export function disjuncts(condition: Expression): readonly Expression[] {
  return split(condition, "or");
}

function split(condition: Expression, fn: "and" | "or"): readonly Expression[] {
  const found: Expression[] = [];
  const visit = (node: Expression): void => {
    if (node.kind === "call" && node.fn === fn) node.args.forEach(visit);
    else found.push(node);
  };
  visit(condition);
  return found;
}

/** Null for none. */
export function conjunction(parts: readonly Expression[]): Expression | null {
  return parts.length === 0 ? null : parts.reduce(and);
}

export function disjunction(parts: readonly Expression[]): Expression | null {
  return parts.length === 0 ? null : parts.reduce(or);
}

export function and(a: Expression, b: Expression): Expression {
  return call("and", [a, b], BOOLEAN, a.nullable || b.nullable);
}

export function or(a: Expression, b: Expression): Expression {
  return call("or", [a, b], BOOLEAN, a.nullable || b.nullable);
}

export function not(a: Expression): Expression {
  return call("not", [a], BOOLEAN, a.nullable);
}

export function equal(a: Expression, b: Expression): Expression {
  return call("=", [a, b], BOOLEAN, a.nullable || b.nullable);
}

export function equalNullSafe(a: Expression, b: Expression): Expression {
  return call("<=>", [a, b], BOOLEAN, false);
}

export function isNotNull(a: Expression): Expression {
  return call("isnotnull", [a], BOOLEAN, false);
}

export function isNull(a: Expression): Expression {
  return call("isnull", [a], BOOLEAN, false);
}

export function isTrue(expression: Expression): boolean {
  return expression.kind === "literal" && expression.value === true;
}

export function isFalse(expression: Expression): boolean {
  return expression.kind === "literal" && expression.value === false;
}

export function isNullLiteral(expression: Expression): boolean {
  return expression.kind === "literal" && expression.value === null;
}

/** Whether all attributes of the expression are among `ids`. */
export function within(expression: Expression, ids: ReadonlySet<ExprId>): boolean {
  return attributesOf(expression).every((column) => ids.has(column.id));
}

/** Each of `parts` once, the first of equals. */
export function distinctExpressions<E extends Expression>(parts: readonly E[]): readonly E[] {
  const kept: E[] = [];
  for (const part of parts) if (!kept.some((other) => sameExpression(other, part))) kept.push(part);
  return kept.length === parts.length ? parts : kept;
}

export function includesExpression(list: readonly Expression[], expression: Expression): boolean {
  return list.some((other) => sameExpression(other, expression));
}

/** Attributes replaced by what they stand for. */
export function substitute(expression: Expression, values: ReadonlyMap<ExprId, Expression>): Expression {
  if (expression.kind === "attribute") return values.get(expression.id) ?? expression;
  return mapChildren(expression, (child) => substitute(child, values));
}

/** What each output column of a projection is computed from. */
export function definitions(expressions: readonly NamedExpression[]): ReadonlyMap<ExprId, Expression> {
  const map = new Map<ExprId, Expression>();
  for (const expression of expressions) if (expression.kind === "alias") map.set(expression.id, expression.child);
  return map;
}

export function hasSubquery(expression: Expression): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.kind === "scalarSubquery" || node.kind === "exists" || node.kind === "inSubquery") found = true;
    return !found;
  });
  return found;
}

export function hasOuter(expression: Expression): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.kind === "outer") found = true;
    return !found;
  });
  return found;
}

/** May be moved to where it sees the same columns. */
export function movable(expression: Expression): boolean {
  return isDeterministic(expression);
}

export function attributeSet(expressions: readonly Expression[]): ReadonlySet<ExprId> {
  const ids = new Set<ExprId>();
  for (const expression of expressions) for (const column of attributesOf(expression)) ids.add(column.id);
  return ids;
}

/** The column behind casts. */
export function plainColumn(expression: Expression): Attribute | null {
  if (expression.kind === "attribute") return expression;
  return expression.kind === "cast" ? plainColumn(expression.child) : null;
}

/** Integers and days: a range of them says how many there can be. */
export function isDiscrete(type: DataType): boolean {
  return type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long" || type.kind === "date";
}
