/** Makers of syntax that several rules need. */
import type { Boxed, DataType } from "../../columnar/types";
import { exactJson } from "../../common/exact-json";
import type { QueryContext } from "../errors";
import type { UnresolvedExpression } from "../syntax/expression";

const STRING: DataType = { kind: "string" };
const BOOLEAN: DataType = { kind: "boolean" };

export function literal(value: Boxed, type: DataType, at?: QueryContext): UnresolvedExpression {
  return { kind: "literal", value, type, ...(at && { at }) };
}

export function stringLiteral(value: string, at?: QueryContext): UnresolvedExpression {
  return literal(value, STRING, at);
}

export function booleanLiteral(value: boolean, at?: QueryContext): UnresolvedExpression {
  return literal(value, BOOLEAN, at);
}

/** An operator or a special form of the grammar, by its name in the registry. */
export function operator(name: string, args: readonly UnresolvedExpression[], at?: QueryContext): UnresolvedExpression {
  return { kind: "call", name: [name], args, operator: true, ...(at && { at }) };
}

export function negated(condition: boolean, expression: UnresolvedExpression, at?: QueryContext): UnresolvedExpression {
  return condition ? operator("not", [expression], at) : expression;
}

/** An expression without places: equal texts for expressions that are written alike. */
export function expressionKey(expression: UnresolvedExpression): string {
  return exactJson(expression, (key) => key === "at")!;
}
