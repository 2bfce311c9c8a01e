/**
 *   Limit 10            →   Limit 5          Limit 10      →   r
 *   +- Limit 5                               +- r, one row at most
 */
import type { Limit, LogicalPlan } from "../../logical/plan";
import { outputOf } from "../../logical/output";
import { transformUp } from "../../logical/traverse";
import type { Rule } from "../context";
import { atMostOneRow } from "../statistics";

export const combineLimits: Rule = {
  name: "CombineLimits",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "limit" ? combined(node) : node)),
};

function combined(node: Limit): LogicalPlan {
  const { child, limit, offset } = node;
  if (limit === 0) return { kind: "localRelation", output: outputOf(node), rows: [] };
  if (limit === null && offset === 0) return child;
  if (offset === 0 && atMostOneRow(child) && child.kind !== "limit") return child;
  if (child.kind !== "limit") return node;
  // Rows [offset, offset + limit) of rows [child.offset, child.offset + child.limit).
  const left = child.limit === null ? null : Math.max(0, child.limit - offset);
  const least = left === null ? limit : limit === null ? left : Math.min(left, limit);
  return { kind: "limit", child: child.child, limit: least, offset: child.offset + offset };
}
