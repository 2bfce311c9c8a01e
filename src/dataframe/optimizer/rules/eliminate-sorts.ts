/**
 * Orders that nobody sees.
 *
 *   Aggregate [k], [count(1)]   →   Aggregate [k], [count(1)]
 *   +- Sort [a], true               +- r
 *      +- r
 */
import type { Expression } from "../../expressions/expression";
import { isFoldable, isDeterministic } from "../../expressions/traverse";
import type { LogicalPlan } from "../../logical/plan";
import { aggregateCalls, mapPlanChildren, transformUp } from "../../logical/traverse";
import type { Rule } from "../context";
import { atMostOneRow } from "../statistics";

export const eliminateSorts: Rule = {
  name: "EliminateSorts",
  apply: (plan) =>
    transformUp(plan, (node) => {
      switch (node.kind) {
        case "sort": {
          if (atMostOneRow(node.child)) return node.child;
          const order = node.order.filter((item) => !isFoldable(item.child));
          if (order.length === 0) return node.child;
          const changed = order.length === node.order.length ? node : { ...node, order };
          return node.global ? mapPlanChildren(changed, unordered) : changed;
        }
        case "aggregate":
          return aggregateCalls(node.aggregates).every(ignoresOrder) ? mapPlanChildren(node, unordered) : node;
        case "join":
          return mapPlanChildren(node, unordered);
        case "repartition":
          return node.how === "hash" || node.how === "range" ? mapPlanChildren(node, unordered) : node;
        default:
          return node;
      }
    }),
};

const IN_ANY_ORDER = new Set(["count", "sum", "avg", "min", "max", "count_if", "bool_and", "bool_or", "stddev", "variance"]);

function ignoresOrder(call: Expression): boolean {
  return call.kind === "aggregate" && call.user === undefined && IN_ANY_ORDER.has(call.fn);
}

/** The plan without the sorts that only its consumer could have seen. */
function unordered(plan: LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case "sort":
      return unordered(plan.child);
    case "project":
      return plan.expressions.every(isDeterministic) ? mapPlanChildren(plan, unordered) : plan;
    case "filter":
      return isDeterministic(plan.condition) ? mapPlanChildren(plan, unordered) : plan;
    default:
      return plan;
  }
}
