/** What rules need that share rows between a scalar subquery and the query around it: the subqueries, and plans put in their place. */
import type { Attribute, Expression } from "../expressions/expression";
import { isDeterministic, walk } from "../expressions/traverse";
import type { Aggregate, CteReference, LogicalPlan } from "../logical/plan";
import { existsPlan, expressionsOf, mapPlanChildren, subqueryPlans } from "../logical/traverse";
import { outerAttributes } from "./subqueries/outer-references";

/** Plans of the scalar subqueries in an expression that refer to nothing around them. */
export function scalarsOf(condition: Expression): readonly LogicalPlan[] {
  const found = new Set<LogicalPlan>();
  walk(condition, (part) => {
    if (part.kind === "scalarSubquery" && outerAttributes(part.plan).length === 0) found.add(part.plan);
  });
  return [...found];
}

/** The subquery gives one row, whatever its input: its aggregate has no groups. */
export function globalAggregate(subquery: LogicalPlan): Aggregate | null {
  let node = subquery;
  while (node.kind === "project") node = node.child;
  return node.kind === "aggregate" && node.grouping.length === 0 ? node : null;
}

/** The same rows each time, read from somewhere, and independent of what is around. */
export function isRepeatable(plan: LogicalPlan): boolean {
  const isOther = (node: LogicalPlan): boolean =>
    node.kind === "sample" ||
    node.kind === "mapBatches" ||
    node.kind === "applyInGroups" ||
    node.kind === "cogroup" ||
    node.kind === "scriptTransform" ||
    node.kind === "collectMetrics" ||
    node.kind === "recursiveCte" ||
    node.kind === "withCte" ||
    node.kind === "cteReference" ||
    !expressionsOf(node).every(isDeterministic) ||
    subqueryPlans(node).length > 0;
  return !existsPlan(plan, isOther) && existsPlan(plan, (node) => node.kind === "scan") && outerAttributes(plan).length === 0;
}

export function cteReference(id: number, output: readonly Attribute[]): CteReference {
  return { kind: "cteReference", id, output };
}

/** The plan with `by` in the place of one of its nodes. */
export function replacedIn(plan: LogicalPlan, node: LogicalPlan, by: LogicalPlan): LogicalPlan {
  return plan === node ? by : mapPlanChildren(plan, (child) => replacedIn(child, node, by));
}

/** The plan with one more CTE around it. */
export function withDefinition(child: LogicalPlan, id: number, plan: LogicalPlan): LogicalPlan {
  const definition = { id, plan };
  return child.kind === "withCte"
    ? { ...child, definitions: [...child.definitions, definition] }
    : { kind: "withCte", child, definitions: [definition] };
}
