/** Where in a subquery columns of the query around may stand: what the optimizer can make a join of. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { exists } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { childrenOf, expressionsOf } from "../logical/traverse";

export function checkCorrelation(_subquery: Expression, plan: LogicalPlan, at: QueryContext | undefined): void {
  checkPlan(plan, true, at);
}

function checkPlan(plan: LogicalPlan, allowed: boolean, at: QueryContext | undefined): void {
  const correlated = expressionsOf(plan).filter(hasOuter);
  if (correlated.length > 0 && (!allowed || !canHold(plan))) {
    const errorClass =
      plan.kind === "aggregate" || canHold(plan) ? "CORRELATED_REFERENCE" : "ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED";
    throw new AnalysisError(
      `UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.${errorClass}`,
      { sqlExprs: correlated.map((one) => `"${printed(one)}"`).join(",") },
      at,
    );
  }
  if (plan.kind === "join") {
    const left = plan.type !== "full" && plan.type !== "right";
    const right = plan.type !== "full" && plan.type !== "left" && plan.type !== "leftAnti";
    checkPlan(plan.left, allowed && left, at);
    checkPlan(plan.right, allowed && right, at);
    return;
  }
  for (const child of childrenOf(plan)) checkPlan(child, allowed, at);
}

/** Nodes whose expressions may read the query around. */
function canHold(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case "filter":
    case "project":
    case "join":
    case "generate":
    case "window":
    case "sort":
      return true;
    default:
      return false;
  }
}

function hasOuter(expression: Expression): boolean {
  return exists(expression, (node) => node.kind === "outer");
}
