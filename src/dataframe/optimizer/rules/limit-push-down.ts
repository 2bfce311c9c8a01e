/**
 * Rows that no limit above can need are not made.
 *
 *   Limit 5                    →   Limit 5
 *   +- Union                       +- Union
 *      :- a                           :- Limit 5
 *      +- b                           :  +- a
 *                                     +- Limit 5
 *                                        +- b
 */
import { isDeterministic } from "../../expressions/traverse";
import type { Limit, LogicalPlan } from "../../logical/plan";
import { transformDown } from "../../logical/traverse";
import type { Rule } from "../context";
import { atMostOneRow } from "../statistics";

export const limitPushDown: Rule = {
  name: "LimitPushDown",
  apply: (plan) => transformDown(plan, (node) => (node.kind === "limit" && node.limit !== null ? pushed(node) : node)),
};

function pushed(node: Limit): LogicalPlan {
  const { child } = node;
  const rows = (node.limit as number) + node.offset;
  const limited = (plan: LogicalPlan): LogicalPlan =>
    holdsAtMost(plan, rows) ? plan : { kind: "limit", child: plan, limit: rows, offset: 0 };
  switch (child.kind) {
    case "union": {
      const children = child.children.map(limited);
      return children.every((one, i) => one === child.children[i]) ? node : { ...node, child: { ...child, children } };
    }
    case "join": {
      if (child.condition === null && (child.type === "inner" || child.type === "cross") && rows > 0) {
        const left = limited(child.left);
        const right = limited(child.right);
        return left === child.left && right === child.right ? node : { ...node, child: { ...child, left, right } };
      }
      if (child.type === "left" && limited(child.left) !== child.left)
        return { ...node, child: { ...child, left: limited(child.left) } };
      if (child.type === "right" && limited(child.right) !== child.right) {
        return { ...node, child: { ...child, right: limited(child.right) } };
      }
      return node;
    }
    case "project":
      // Columns are computed for the rows that stay. A sort wants its limit right above it.
      if (!child.expressions.every(isDeterministic) || child.child.kind === "sort") return node;
      return { ...child, child: { ...node, child: child.child } };
    case "scan":
      return child.limit !== null && child.limit <= rows ? node : { ...node, child: { ...child, limit: rows } };
    default:
      return node;
  }
}

function holdsAtMost(plan: LogicalPlan, rows: number): boolean {
  switch (plan.kind) {
    case "limit":
      return plan.limit !== null && plan.limit <= rows;
    case "localRelation":
      return plan.rows.length <= rows;
    case "project":
    case "sort":
      return holdsAtMost(plan.child, rows);
    case "scan":
      return plan.limit !== null && plan.limit <= rows;
    default:
      return rows >= 1 && atMostOneRow(plan);
  }
}
