/** Inner joins above each other: relations and conditions, in whatever order they were written. */
import type { Expression } from "../expressions/expression";
import type { Join, LogicalPlan } from "../logical/plan";
import { conjuncts } from "./predicates";

/** Joins that may change places with those around them: inner, without hints. */
export function isRegion(plan: LogicalPlan): plan is Join {
  return (
    plan.kind === "join" && (plan.type === "inner" || plan.type === "cross") && plan.hints === undefined && plan.lateral !== true
  );
}

/** Also looks through projections that only leave out columns. */
export function takeApart(plan: LogicalPlan, relations: LogicalPlan[], conditions: Expression[]): void {
  if (isRegion(plan)) {
    takeApart(plan.left, relations, conditions);
    takeApart(plan.right, relations, conditions);
    if (plan.condition !== null) conditions.push(...conjuncts(plan.condition));
  } else if (plan.kind === "project" && plan.expressions.every((item) => item.kind === "attribute") && isRegion(plan.child)) {
    takeApart(plan.child, relations, conditions);
  } else relations.push(plan);
}
