/**
 *   Filter (a > 1)          →   Filter ((b > 2) AND (a > 1))
 *   +- Filter (b > 2)
 */
import { isDeterministic } from "../../expressions/traverse";
import { transformUp } from "../../logical/traverse";
import type { Rule } from "../context";
import { conjunction, conjuncts, distinctExpressions } from "../predicates";
import type { Expression } from "../../expressions/expression";

export const combineFilters: Rule = {
  name: "CombineFilters",
  apply: (plan) =>
    transformUp(plan, (node) => {
      if (node.kind !== "filter" || node.child.kind !== "filter") return node;
      if (!isDeterministic(node.condition) || !isDeterministic(node.child.condition)) return node;
      const parts = distinctExpressions([...conjuncts(node.child.condition), ...conjuncts(node.condition)]);
      return { kind: "filter", child: node.child.child, condition: conjunction(parts) as Expression };
    }),
};
