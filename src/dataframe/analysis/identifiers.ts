/** IDENTIFIER(text): names of tables, columns and functions that are computed. */
import { AnalysisError } from "../errors";
import { isFoldable } from "../expressions/traverse";
import type { UnresolvedExpression } from "../syntax/expression";
import { parseTableIdentifier } from "../sql/parse";
import type { Binder, Scope } from "./binder";
import { exprText, typeText } from "./messages";

export function identifierParts(binder: Binder, expression: UnresolvedExpression, scope: Scope): readonly string[] {
  const bound = binder.expression(expression, scope);
  const name = "IDENTIFIER";
  const expr = exprText(bound);
  if (!isFoldable(bound)) {
    throw new AnalysisError("NOT_A_CONSTANT_STRING.NOT_CONSTANT", { name, expr }, expression.at);
  }
  if (bound.type.kind !== "string") {
    throw new AnalysisError("NOT_A_CONSTANT_STRING.WRONG_TYPE", { name, expr, dataType: typeText(bound.type) }, expression.at);
  }
  const value = binder.context.evaluate(bound).value;
  if (value === null) throw new AnalysisError("NOT_A_CONSTANT_STRING.NULL", { name, expr }, expression.at);
  return parseTableIdentifier(value as string);
}
