/**
 * The right side of a lateral join for all rows of the left at once:
 *
 *   LateralJoin Inner                →   Join Inner, (a = b)
 *   :- l [a]                             :- l [a]
 *   +- Filter (b = outer(a))             +- r [b]
 *      +- r [b]
 *
 * A right side without rows of its own is computed on top of the left:
 *
 *   LateralJoin Inner                →   Project [a, (a + 1) AS c]
 *   :- l [a]                             +- l [a]
 *   +- Project [(outer(a) + 1) AS c]
 *      +- OneRow
 */
import type { Expression } from "../../expressions/expression";
import { outputIds, outputOf } from "../../logical/output";
import type { Join, LogicalPlan } from "../../logical/plan";
import { mapExpressions, transformUpWithSubqueries } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { conjunction } from "../predicates";
import { decorrelate } from "../subqueries/decorrelate";
import { isCorrelated, replaceOuter } from "../subqueries/outer-references";

export const rewriteLateralJoins: Rule = {
  name: "RewriteLateralJoin",
  apply: (plan, context) =>
    transformUpWithSubqueries(plan, (node) => (node.kind === "join" && node.lateral === true ? rewritten(node, context) : node)),
};

function rewritten(join: Join, context: OptimizerContext): LogicalPlan {
  const { lateral: _, ...plain } = join;
  const ids = outputIds(join.left);
  if (!isCorrelated(join.right, ids)) return plain;
  const inner = join.type === "inner" || join.type === "cross";
  if (inner) {
    const above = onTopOf(join.right, join.left, ids);
    if (above !== null) {
      const filtered: LogicalPlan = join.condition === null ? above : { kind: "filter", child: above, condition: join.condition };
      return arranged(filtered, join);
    }
  }
  const { plan, conditions } = decorrelate(join.right, join.left, context, "rows");
  const condition = conjunction([...(join.condition === null ? [] : [join.condition]), ...conditions]);
  const type = join.type === "cross" ? "inner" : join.type;
  return arranged({ ...plain, right: plan, type, condition }, join);
}

/** The right side's operators over the rows of the left, where they only work row by row on a single row. */
function onTopOf(right: LogicalPlan, left: LogicalPlan, ids: ReadonlySet<number>): LogicalPlan | null {
  const bind = (expression: Expression): Expression => replaceOuter(expression, ids, (column) => column);
  switch (right.kind) {
    case "localRelation":
      return right.rows.length === 1 && right.output.length === 0 ? left : null;
    case "subqueryAlias":
      return onTopOf(right.child, left, ids);
    case "project": {
      const child = onTopOf(right.child, left, ids);
      if (child === null) return null;
      const node = mapExpressions(right, bind) as typeof right;
      return { kind: "project", child, expressions: [...outputOf(left), ...node.expressions] };
    }
    case "filter": {
      const child = onTopOf(right.child, left, ids);
      return child === null ? null : { kind: "filter", child, condition: bind(right.condition) };
    }
    case "generate": {
      const child = onTopOf(right.child, left, ids);
      if (child === null) return null;
      const node = mapExpressions(right, bind) as typeof right;
      return { ...node, child, unrequired: [] };
    }
    default:
      return null;
  }
}

/** Exactly the join's columns, in its order. */
function arranged(plan: LogicalPlan, join: Join): LogicalPlan {
  const wanted = outputOf(join);
  const have = outputOf(plan);
  if (have.length === wanted.length && have.every((column, i) => column.id === wanted[i]?.id)) return plan;
  return { kind: "project", child: plan, expressions: wanted };
}
