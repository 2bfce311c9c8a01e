/** Where in a subquery columns of the query around may stand: what the optimizer can make a join of. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { exists, isDeterministic, mapChildren } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { childrenOf, expressionsOf, existsPlan } from "../logical/traverse";
import type { SqlSettings } from "../settings";
import { simpleString } from "../types/text";
import { exprText, quoted } from "./messages";

const CATEGORY = "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY";

export function checkCorrelation(
  subquery: Expression | null,
  plan: LogicalPlan,
  settings: SqlSettings,
  at: QueryContext | undefined,
): void {
  checkPlan(plan, true, at);
  if (subquery?.kind === "scalarSubquery") checkTypes(plan, settings, at);
}

function checkPlan(plan: LogicalPlan, allowed: boolean, at: QueryContext | undefined): void {
  const correlated = expressionsOf(plan).filter(hasOuter);
  if (correlated.length > 0 && !allowed) {
    const treeNode = printed(correlated[0] as Expression);
    throw new AnalysisError(`${CATEGORY}.ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED`, { treeNode }, at);
  }
  if (correlated.length > 0 && !canHold(plan)) {
    const sqlExprs = correlated.map((one) => `"${aliasedText(withoutOuter(one))}"`).join(",");
    throw new AnalysisError(`${CATEGORY}.CORRELATED_REFERENCE`, { sqlExprs }, at);
  }
  if (plan.kind === "join") {
    const { type } = plan;
    checkPlan(plan.left, allowed && type !== "full" && type !== "right", at);
    checkPlan(plan.right, allowed && (type === "inner" || type === "cross" || type === "right"), at);
    return;
  }
  for (const child of childrenOf(plan)) checkPlan(child, allowed, at);
}

function withoutOuter(expression: Expression): Expression {
  return expression.kind === "outer" ? expression.attribute : mapChildren(expression, withoutOuter);
}

function aliasedText(expression: Expression): string {
  return expression.kind === "alias" ? `${printed(expression.child)} AS ${quoted(expression.name)}` : printed(expression);
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

/**
 * A scalar subquery becomes a join on what its conditions read of the query around: that must be comparable. A value taken
 * out of a map is, the map itself is not.
 */
function checkTypes(plan: LogicalPlan, settings: SqlSettings, at: QueryContext | undefined): void {
  const whole = settings.conf["spark.sql.optimizer.pullOutNestedDataOuterRefExpressions.enabled"] === "false";
  const visit = (expression: Expression): Expression => {
    const ofOuter = hasOuter(expression) && !exists(expression, (node) => node.kind === "attribute");
    if (!ofOuter || (whole && expression.kind !== "outer")) return mapChildren(expression, visit);
    if (expression.type.kind !== "map") return expression;
    throw new AnalysisError(
      `${CATEGORY}.UNSUPPORTED_CORRELATED_REFERENCE_DATA_TYPE`,
      { expr: printed(expression), dataType: simpleString(expression.type) },
      at,
    );
  };
  existsPlan(plan, (node) => {
    if (node.kind === "filter") visit(node.condition);
    return false;
  });
}

/** What a LATERAL subquery gives must depend on the row of `left` alone. */
export function checkLateral(
  left: LogicalPlan,
  plan: LogicalPlan,
  condition: Expression | null,
  at: QueryContext | undefined,
): void {
  checkPlan(plan, true, at);
  if (!isDeterministicPlan(plan) && !isOneRow(left)) {
    throw new AnalysisError(`${CATEGORY}.NON_DETERMINISTIC_LATERAL_SUBQUERIES`, { treeNode: plan.kind }, at);
  }
  if (condition !== null && !isDeterministic(condition)) {
    throw new AnalysisError(
      `${CATEGORY}.LATERAL_JOIN_CONDITION_NON_DETERMINISTIC`,
      { condition: exprText(condition).slice(1, -1) },
      at,
    );
  }
}

/** One row at most: what is random is computed once for it either way. */
function isOneRow(plan: LogicalPlan): boolean {
  switch (plan.kind) {
    case "localRelation":
      return plan.rows.length <= 1;
    case "aggregate":
      return plan.grouping.length === 0;
    case "project":
    case "filter":
    case "sort":
    case "subqueryAlias":
      return isOneRow(plan.child);
    case "limit":
      return plan.limit === 1 || isOneRow(plan.child);
    default:
      return false;
  }
}

function isDeterministicPlan(plan: LogicalPlan): boolean {
  return !existsPlan(plan, (node) => node.kind === "sample" || expressionsOf(node).some((one) => !isDeterministic(one)));
}
