/**
 * A copy of a plan whose columns all have new ids: the second side of a self-join, the second use of a view or an inlined
 * CTE. Outer references keep theirs: they belong to the plan around.
 */
import { attributeOf } from "../expressions/build";
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import { mapChildren, walk } from "../expressions/traverse";
import { childrenOf, expressionsOf, mapExpressions, subqueryPlans, withChildren } from "./traverse";
import type { LogicalPlan } from "./plan";

export interface FreshPlan {
  readonly plan: LogicalPlan;
  /** From old ids to new ones. */
  readonly ids: ReadonlyMap<ExprId, ExprId>;
}

export function freshIds(plan: LogicalPlan, nextId: () => ExprId): FreshPlan {
  const ids = new Map<ExprId, ExprId>();
  collectProduced(plan, (id) => {
    if (!ids.has(id)) ids.set(id, nextId());
  });
  return { plan: renamePlan(plan, ids), ids };
}

/** Whether the plan, or a subquery in it, makes a column with one of these ids. */
export function producesAny(plan: LogicalPlan, ids: ReadonlySet<ExprId>): boolean {
  let found = false;
  collectProduced(plan, (id) => {
    if (ids.has(id)) found = true;
  });
  return found;
}

/** The plan's attributes, wherever they are made or mentioned, under other ids. */
export function renamePlan(plan: LogicalPlan, ids: ReadonlyMap<ExprId, ExprId>): LogicalPlan {
  const attribute = (column: Attribute): Attribute => {
    const id = ids.get(column.id);
    return id === undefined ? column : { ...column, id };
  };
  const expression = (node: Expression): Expression => renameExpression(node, ids);
  const below = withChildren(
    plan,
    childrenOf(plan).map((child) => renamePlan(child, ids)),
  );
  const node = mapExpressions(below, expression);
  switch (node.kind) {
    case "union":
    case "generate":
    case "expand":
    case "localRelation":
    case "externalRelation":
    case "range":
    case "scan":
    case "cteReference":
    case "recursiveCte":
    case "mapBatches":
    case "appendColumns":
    case "applyInGroups":
    case "cogroup":
    case "scriptTransform": {
      const renamed = { ...node, output: node.output.map(attribute) };
      if (renamed.kind === "scan" && renamed.metadata !== undefined) return { ...renamed, metadata: attribute(renamed.metadata) };
      return renamed.kind === "generate"
        ? { ...renamed, unrequired: renamed.unrequired.map((id) => ids.get(id) ?? id) }
        : renamed;
    }
    case "window":
      return { ...node, functions: node.functions.map((item) => ({ ...item, id: ids.get(item.id) ?? item.id })) };
    case "join":
      return node.exists === undefined ? node : { ...node, exists: attribute(node.exists) };
    default:
      return node;
  }
}

/** Attributes, aliases and the outer references of subqueries under other ids. */
export function renameExpression(expression: Expression, ids: ReadonlyMap<ExprId, ExprId>): Expression {
  switch (expression.kind) {
    case "attribute": {
      const id = ids.get(expression.id);
      return id === undefined ? expression : { ...expression, id };
    }
    case "outer": {
      const id = ids.get(expression.attribute.id);
      return id === undefined ? expression : { ...expression, attribute: { ...expression.attribute, id } };
    }
    default: {
      const mapped = mapChildren(expression, (child) => renameExpression(child, ids));
      if (mapped.kind === "alias") {
        const id = ids.get(mapped.id);
        return id === undefined ? mapped : { ...mapped, id };
      }
      if (mapped.kind !== "scalarSubquery" && mapped.kind !== "exists" && mapped.kind !== "inSubquery") return mapped;
      return { ...mapped, plan: renamePlan(mapped.plan, ids) };
    }
  }
}

/** Ids that the plan's nodes make: columns of leaves, aliases, results of windows and generators. */
function collectProduced(plan: LogicalPlan, found: (id: ExprId) => void): void {
  for (const child of childrenOf(plan)) collectProduced(child, found);
  for (const inner of subqueryPlans(plan)) collectProduced(inner, found);
  if ("output" in plan) for (const column of plan.output) found(column.id);
  if (plan.kind === "scan" && plan.metadata !== undefined) found(plan.metadata.id);
  if (plan.kind === "window") for (const item of plan.functions) found(item.id);
  if (plan.kind === "join" && plan.exists !== undefined) found(plan.exists.id);
  for (const expression of expressionsOf(plan)) {
    walk(expression, (node) => {
      if (node.kind === "alias") found(attributeOf(node).id);
    });
  }
}
