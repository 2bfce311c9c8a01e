/**
 * Hints go to the join above them; a hint that reaches no join is dropped.
 *
 *   Join Inner, c                       →   Join Inner, c, leftHint=(strategy=broadcast)
 *   :- ResolvedHint (strategy=broadcast)    :- Relation a
 *   :  +- Relation a                        +- Relation b
 *   +- Relation b
 */
import type { LogicalPlan } from "../../logical/plan";
import { transformUpWithSubqueries } from "../../logical/traverse";
import type { Rule } from "../context";

export const eliminateHints: Rule = {
  name: "EliminateResolvedHint",
  apply: (plan) => {
    const placed = transformUpWithSubqueries(plan, (node) => {
      if (node.kind !== "join") return node;
      const left = hintOf(node.left) ?? node.hints?.left;
      const right = hintOf(node.right) ?? node.hints?.right;
      if (left === node.hints?.left && right === node.hints?.right) return node;
      return { ...node, hints: { ...(left !== undefined && { left }), ...(right !== undefined && { right }) } };
    });
    return transformUpWithSubqueries(placed, (node) => (node.kind === "hint" ? node.child : node));
  },
};

/** A hint on the side itself, or below what does not change which relation it is about. */
function hintOf(plan: LogicalPlan): string | undefined {
  switch (plan.kind) {
    case "hint":
      return plan.hint;
    case "project":
    case "filter":
    case "subqueryAlias":
    case "aggregate":
    case "window":
    case "sort":
    case "distinct":
      return hintOf(plan.child);
    default:
      return undefined;
  }
}
