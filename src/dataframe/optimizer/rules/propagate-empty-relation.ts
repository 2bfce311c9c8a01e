/**
 * What has no rows makes what reads it have none, or less to do.
 *
 *   Join Inner, c              →   LocalRelation <empty>, [a, b]
 *   :- LocalRelation <empty>
 *   +- Relation b
 */
import { alias, literal } from "../../expressions/build";
import type { Attribute, NamedExpression } from "../../expressions/expression";
import { outputOf } from "../../logical/output";
import type { Join, LogicalPlan, Union } from "../../logical/plan";
import { transformUp } from "../../logical/traverse";
import { FALSE } from "../predicates";
import type { Rule } from "../context";

export const propagateEmptyRelation: Rule = {
  name: "PropagateEmptyRelation",
  apply: (plan) => transformUp(plan, propagateEmpty),
};

export function isEmpty(plan: LogicalPlan): boolean {
  return plan.kind === "localRelation" && plan.rows.length === 0;
}

function emptyOf(plan: LogicalPlan): LogicalPlan {
  return { kind: "localRelation", output: outputOf(plan), rows: [] };
}

/** One node whose children may be empty relations. */
export function propagateEmpty(node: LogicalPlan): LogicalPlan {
  switch (node.kind) {
    case "project":
    case "filter":
    case "sort":
    case "limit":
    case "tail":
    case "distinct":
    case "window":
    case "generate":
    case "expand":
    case "sample":
    case "repartition":
    case "subqueryAlias":
    case "applyInGroups":
      return isEmpty(node.child) ? emptyOf(node) : node;
    case "aggregate":
      return node.grouping.length > 0 && isEmpty(node.child) ? emptyOf(node) : node;
    case "join":
      return ofJoin(node);
    case "union":
      return ofUnion(node);
    case "setOperation":
      if (isEmpty(node.left) || (node.operation === "intersect" && isEmpty(node.right))) return emptyOf(node);
      return node;
    default:
      return node;
  }
}

function ofJoin(node: Join): LogicalPlan {
  const left = isEmpty(node.left);
  const right = isEmpty(node.right);
  if (!left && !right) return node;
  switch (node.type) {
    case "inner":
    case "cross":
      return emptyOf(node);
    case "left":
      return left ? emptyOf(node) : padded(node, node.left);
    case "right":
      return right ? emptyOf(node) : padded(node, node.right);
    case "full":
      if (left && right) return emptyOf(node);
      return padded(node, left ? node.right : node.left);
    case "leftSemi":
      return emptyOf(node);
    case "leftAnti":
    case "nullAwareAnti":
      return left ? emptyOf(node) : node.left;
    case "existence": {
      if (left || node.exists === undefined) return emptyOf(node);
      const { id, name } = node.exists;
      return { kind: "project", child: node.left, expressions: [...outputOf(node.left), alias(FALSE, name, id)] };
    }
  }
}

/** The rows of one side with nulls for the other's columns. */
function padded(node: Join, kept: LogicalPlan): LogicalPlan {
  const ids = new Set(outputOf(kept).map((column) => column.id));
  const expressions = outputOf(node).map((column): NamedExpression =>
    ids.has(column.id) ? column : alias(literal(null, column.type), column.name, column.id),
  );
  return { kind: "project", child: kept, expressions };
}

function ofUnion(node: Union): LogicalPlan {
  const children = node.children.filter((child) => !isEmpty(child));
  if (children.length === node.children.length) return node;
  const only = children[0];
  if (only === undefined) return emptyOf(node);
  if (children.length > 1) return { ...node, children };
  const columns = outputOf(only);
  return {
    kind: "project",
    child: only,
    expressions: node.output.map((column, i) => alias(columns[i] as Attribute, column.name, column.id)),
  };
}
