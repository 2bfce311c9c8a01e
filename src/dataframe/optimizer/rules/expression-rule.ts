/** Rules that look at one expression at a time, wherever it stands. */
import type { Expression } from "../../expressions/expression";
import { transformUp } from "../../expressions/traverse";
import { transformAllExpressions } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";

/** `rewrite` sees each node after its children and gives one of the same type that is null in no more cases. */
export function expressionRule(name: string, rewrite: (expression: Expression, context: OptimizerContext) => Expression): Rule {
  return {
    name,
    apply: (plan, context) =>
      transformAllExpressions(plan, (expression) => transformUp(expression, (node) => rewrite(node, context))),
  };
}
