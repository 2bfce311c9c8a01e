/** Rules that look at one expression at a time, wherever it stands. */
import type { Expression } from "../../expressions/expression";
import { transformUp } from "../../expressions/traverse";
import { transformAllExpressions } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";

/**
 * `rewrite` sees each node after its children and gives one of the same type that is null in no more cases. It goes by the node and the
 * context alone: an expression that was left as it is stays so, and is not looked at again in the same optimization.
 */
export function expressionRule(name: string, rewrite: (expression: Expression, context: OptimizerContext) => Expression): Rule {
  return {
    name,
    apply: settledRule((expression, context) => transformUp(expression, (node) => rewrite(node, context))),
  };
}

/** `Rule.apply` that gives each expression of a plan to `rewrite`, but for those that it has left as they are before. */
export function settledRule(rewrite: (expression: Expression, context: OptimizerContext) => Expression): Rule["apply"] {
  const known = new WeakMap<OptimizerContext, Set<Expression>>();
  return (plan, context) => {
    let settled = known.get(context);
    if (settled === undefined) known.set(context, (settled = new Set<Expression>()));
    const left = settled;
    return transformAllExpressions(plan, (expression) => {
      if (left.has(expression)) return expression;
      const rewritten = rewrite(expression, context);
      if (rewritten === expression) left.add(expression);
      return rewritten;
    });
  };
}
