/**
 * Metadata columns: a scan of files can give `_metadata` beside the columns of its relation. It is in no output and no `*`; a query
 * that names it, perhaps far above the scan, gets it passed up to there. As Spark's AddMetadataColumns.
 */
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import { mapChildren } from "../expressions/traverse";
import { outputOf } from "./output";
import type { LogicalPlan } from "./plan";
import { childrenOf, expressionsOf, mapExpressions, mapPlanChildren, mapSubqueries, walkPlan } from "./traverse";

/** What can be named above the plan. Rows that were grouped, united or made anew come from no one file. */
export function metadataOf(plan: LogicalPlan): readonly Attribute[] {
  switch (plan.kind) {
    case "scan":
      return plan.metadata === undefined ? [] : [plan.metadata];
    case "subqueryAlias": {
      // Subqueries, CTEs and views show what they select, no more.
      const { child } = plan;
      if (child.kind !== "scan" && child.kind !== "subqueryAlias") return [];
      return metadataOf(child).map((column) => ({ ...column, qualifier: plan.name }));
    }
    case "join":
      return plan.type === "leftSemi" || plan.type === "leftAnti" || plan.type === "nullAwareAnti"
        ? metadataOf(plan.left)
        : childrenOf(plan).flatMap(metadataOf);
    case "aggregate":
    case "union":
    case "setOperation":
    case "expand":
    case "mapBatches":
    case "applyInGroups":
    case "cogroup":
    case "scriptTransform":
    case "recursiveCte":
    case "cteReference":
    case "localRelation":
    case "externalRelation":
    case "range":
      return [];
    default:
      return metadataOf(plan.child);
  }
}

/** The plan, in which each node that names one of these columns finds it in its input. Outputs stay as they are. */
export function withMetadataColumns(plan: LogicalPlan, named: ReadonlySet<ExprId>): LogicalPlan {
  return named.size === 0 ? plan : passedUp(plan, new Set(), named);
}

/** `wanted`: columns that nodes above look for. They are added to the output, where the plan has them. */
function passedUp(plan: LogicalPlan, wanted: ReadonlySet<ExprId>, named: ReadonlySet<ExprId>): LogicalPlan {
  const own = mapExpressions(plan, (expression) => mapSubqueries(expression, (inner) => passedUp(inner, new Set(), named)));
  const here = metadataOf(own).filter((column) => wanted.has(column.id));
  if (own.kind === "scan") {
    const missing = here.filter((column) => !own.output.some((known) => known.id === column.id));
    if (missing.length === 0) return own;
    return {
      ...own,
      output: [...own.output, ...missing],
      columns: [...own.columns, ...missing.map((column) => [column.name])],
    };
  }
  const below = new Set(here.map((column) => column.id));
  for (const expression of expressionsOf(own)) collect(expression, named, below);
  const before = outputOf(own);
  const node = mapPlanChildren(own, (child) => passedUp(child, below, named));
  const missing = here.filter((column) => !before.some((known) => known.id === column.id));
  if (node.kind === "project") return missing.length === 0 ? node : { ...node, expressions: [...node.expressions, ...missing] };
  const output = [...before, ...missing];
  const now = outputOf(node);
  const same = now.length === output.length && now.every((column, i) => column.id === output[i]?.id);
  return same ? node : { kind: "project", child: node, expressions: output };
}

/** Ids of `named` columns that the expression reads, also from within subqueries. */
function collect(expression: Expression, named: ReadonlySet<ExprId>, into: Set<ExprId>): void {
  if (expression.kind === "attribute" && named.has(expression.id)) into.add(expression.id);
  if (expression.kind === "outer" && named.has(expression.attribute.id)) into.add(expression.attribute.id);
  if (expression.kind === "scalarSubquery" || expression.kind === "exists" || expression.kind === "inSubquery")
    walkPlan(expression.plan, (node) => {
      for (const inner of expressionsOf(node)) collect(inner, named, into);
    });
  mapChildren(expression, (child) => {
    collect(child, named, into);
    return child;
  });
}
