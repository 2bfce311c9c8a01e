/** Limits around recursive CTEs: what LIMIT ALL lifts, and the recursion that a limit is right above. */
import type { CteReference, LogicalPlan, RecursiveCte } from "./plan";
import { mapPlanChildren } from "./traverse";

/**
 * The plan under LIMIT ALL: recursions that it reads give as many rows as they have. As in Spark not those whose rows are sorted or
 * made distinct in between, and not those of subqueries in expressions.
 */
export function withoutRowLimits(plan: LogicalPlan): LogicalPlan {
  switch (plan.kind) {
    case "cteReference":
    case "recursiveCte":
      return { ...plan, unlimited: true };
    case "withCte":
      return { ...plan, child: withoutRowLimits(plan.child) };
    case "project":
    case "filter":
    case "aggregate":
    case "window":
    case "generate":
    case "join":
    case "union":
    case "limit":
    case "subqueryAlias":
    case "hint":
      return mapPlanChildren(plan, withoutRowLimits);
    default:
      return plan;
  }
}

/** `body` in the place of a reference: under LIMIT ALL the recursion that is meant, none that this reads, has no limit. */
export function inPlaceOf({ id, unlimited }: CteReference, body: LogicalPlan): LogicalPlan {
  if (unlimited !== true || recursionOf(body)?.id !== id) return body;
  const lift = (plan: LogicalPlan): LogicalPlan =>
    plan.kind === "recursiveCte" ? { ...plan, unlimited } : mapPlanChildren(plan, lift);
  return lift(body);
}

/** The recursion that the plan is, but for names of its columns; or null. */
export function recursionOf(plan: LogicalPlan): RecursiveCte | null {
  if (plan.kind === "recursiveCte") return plan;
  return plan.kind === "project" || plan.kind === "subqueryAlias" ? recursionOf(plan.child) : null;
}
