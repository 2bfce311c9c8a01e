/**
 * What needs no row is computed once, now.
 *
 *   Filter (a > (1 + 2))   →   Filter (a > 3)
 *
 * Where the computation fails it stays: the error is the query's, if the expression is ever evaluated.
 */
import { QueryError } from "../../errors";
import { literal } from "../../expressions/build";
import type { Expression, ExprId } from "../../expressions/expression";
import { foldExpression } from "../../expressions/fold";
import { isFoldable, mapChildren } from "../../expressions/traverse";
import type { OptimizerContext, Rule } from "../context";
import { settledRule } from "./expression-rule";

export const constantFolding: Rule = {
  name: "ConstantFolding",
  apply: settledRule(folded),
};

export function folded(expression: Expression, context: OptimizerContext): Expression {
  if ((expression.kind === "call" || expression.kind === "cast") && isFoldable(expression) && isClosed(expression, [])) {
    try {
      const { value } = foldExpression(expression, context.settings);
      return literal(value, expression.type);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return expression;
    }
  }
  return mapChildren(expression, (child) => folded(child, context));
}

/** No variable of a lambda around it. */
function isClosed(expression: Expression, bound: readonly ExprId[]): boolean {
  switch (expression.kind) {
    case "lambdaVariable":
      return bound.includes(expression.id);
    case "lambda":
      return isClosed(expression.body, [...bound, ...expression.params.map((param) => param.id)]);
    case "alias":
    case "cast":
      return isClosed(expression.child, bound);
    case "call":
      return expression.args.every((arg) => isClosed(arg, bound));
    default:
      return true;
  }
}
