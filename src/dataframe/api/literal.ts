/** JavaScript values as literals of expressions. */
import type { DataType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { UnresolvedExpression } from "../syntax/expression";
import { toBoxed } from "../types/values";
import { literalType } from "./inference";

const NULL: UnresolvedExpression = { kind: "literal", value: null, type: { kind: "null" } };

/**
 * The literal of a value: whole numbers are INT or BIGINT, others DOUBLE; arrays, maps and objects become ARRAY, MAP and
 * STRUCT of what they hold. With `type` the value is taken as that.
 */
export function literalOf(value: unknown, type?: DataType): UnresolvedExpression {
  if (value === null || value === undefined) return type === undefined ? NULL : { kind: "literal", value: null, type };
  if (typeof value === "function" || typeof value === "symbol") {
    throw new UsageError("UNSUPPORTED_LITERAL", `A ${typeof value} cannot be a literal of a query.`);
  }
  const known = type ?? literalType(value);
  return { kind: "literal", value: toBoxed(value, known, "the literal"), type: known };
}

export function stringLiteral(value: string): UnresolvedExpression {
  return { kind: "literal", value, type: { kind: "string" } };
}

export function intLiteral(value: number): UnresolvedExpression {
  return { kind: "literal", value, type: { kind: "int" } };
}
