/** Columns of the query around, as a subquery's plan mentions them. */
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { mapChildren, walk } from "../../expressions/traverse";
import type { LogicalPlan } from "../../logical/plan";
import { existsPlan, expressionsOf, mapExpressions, transformUp, walkPlan } from "../../logical/traverse";

/** Those of `ids` that an expression refers to as outer, also inside its own subqueries. */
export function refersOuter(expression: Expression, ids: ReadonlySet<ExprId>): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.kind === "outer" && ids.has(node.attribute.id)) found = true;
    else if (node.kind === "scalarSubquery" || node.kind === "exists" || node.kind === "inSubquery") {
      if (isCorrelated(node.plan, ids)) found = true;
    }
    return !found;
  });
  return found;
}

export function isCorrelated(plan: LogicalPlan, ids: ReadonlySet<ExprId>): boolean {
  return existsPlan(plan, (node) => expressionsOf(node).some((expression) => refersOuter(expression, ids)));
}

/** Any outer reference at all, whatever it belongs to, that the plan does not provide itself. */
export function outerAttributes(plan: LogicalPlan): readonly Attribute[] {
  const found = new Map<ExprId, Attribute>();
  const visit = (node: LogicalPlan): void =>
    walkPlan(node, (part) => {
      for (const expression of expressionsOf(part)) {
        walk(expression, (item) => {
          if (item.kind === "outer") found.set(item.attribute.id, item.attribute);
          else if (item.kind === "scalarSubquery" || item.kind === "exists" || item.kind === "inSubquery") visit(item.plan);
        });
      }
    });
  visit(plan);
  return [...found.values()];
}

/** Outer references to `ids` replaced; others stay. */
export function replaceOuter(
  expression: Expression,
  ids: ReadonlySet<ExprId>,
  value: (column: Attribute) => Expression,
): Expression {
  if (expression.kind === "outer") return ids.has(expression.attribute.id) ? value(expression.attribute) : expression;
  const mapped = mapChildren(expression, (child) => replaceOuter(child, ids, value));
  if (mapped.kind !== "scalarSubquery" && mapped.kind !== "exists" && mapped.kind !== "inSubquery") return mapped;
  // What a subquery of the expression refers to stays outside of it.
  const inner = (column: Attribute): Expression => {
    const replaced = value(column);
    return replaced.kind === "attribute" ? expressionAsOuter(replaced) : replaced;
  };
  const plan = replaceOuterInPlan(mapped.plan, ids, inner);
  return plan === mapped.plan ? mapped : { ...mapped, plan };
}

function expressionAsOuter(attribute: Attribute): Expression {
  return { kind: "outer", attribute, type: attribute.type, nullable: attribute.nullable };
}

/** In a whole plan, subqueries included. */
export function replaceOuterInPlan(
  plan: LogicalPlan,
  ids: ReadonlySet<ExprId>,
  value: (column: Attribute) => Expression,
): LogicalPlan {
  return transformUp(plan, (node) => mapExpressions(node, (expression) => replaceOuter(expression, ids, value)));
}
