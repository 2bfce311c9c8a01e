/**
 * INTERSECT and EXCEPT compare whole rows, nulls being equal:
 *
 *   Intersect   →   Aggregate [a], [a]                  Intersect All   →   Project [a]
 *   :- l [a]        +- Join LeftSemi, (a <=> b)         :- l [a]            +- Join LeftSemi, (a <=> b) AND (n = m)
 *   +- r [b]           :- l                             +- r [b]               :- l with n, the row's number among its equals
 *                      +- r                                                    +- r with m, likewise
 *
 * EXCEPT is the same with LeftAnti: with numbers, as many rows stay as the left has more of.
 */
import { attribute, INT } from "../../expressions/build";
import type { Attribute, SortOrder, WindowCall } from "../../expressions/expression";
import { outputOf } from "../../logical/output";
import type { LogicalPlan, SetOperation } from "../../logical/plan";
import { transformUpWithSubqueries } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { conjunction, equal, equalNullSafe } from "../predicates";

export const replaceSetOperations: Rule = {
  name: "ReplaceSetOperations",
  apply: (plan, context) =>
    transformUpWithSubqueries(plan, (node) => (node.kind === "setOperation" ? replaced(node, context) : node)),
};

function replaced(node: SetOperation, context: OptimizerContext): LogicalPlan {
  const type = node.operation === "intersect" ? "leftSemi" : "leftAnti";
  const left = outputOf(node.left);
  const right = outputOf(node.right);
  const same = left.map((column, i) => equalNullSafe(column, right[i] as Attribute));
  if (!node.all) {
    const condition = conjunction(same);
    const child: LogicalPlan = { kind: "join", left: node.left, right: node.right, type, condition, distinct: true };
    return { kind: "aggregate", child, grouping: left, aggregates: left };
  }
  const a = numbered(node.left, context);
  const b = numbered(node.right, context);
  const condition = conjunction([...same, equal(a.number, b.number)]);
  return { kind: "project", child: { kind: "join", left: a.plan, right: b.plan, type, condition }, expressions: left };
}

/** The plan with the place of each row among the rows equal to it. */
function numbered(plan: LogicalPlan, context: OptimizerContext): { readonly plan: LogicalPlan; readonly number: Attribute } {
  const columns = outputOf(plan);
  const orderBy: readonly SortOrder[] = columns
    .slice(0, 1)
    .map((child) => ({ kind: "sortOrder", child, ascending: true, nullsFirst: true }));
  const number = attribute(context.nextId(), "row_number", INT, false);
  const call: WindowCall = {
    kind: "window",
    function: { kind: "windowFunction", fn: "row_number", args: [], ignoreNulls: false, type: INT, nullable: false },
    partitionBy: columns,
    orderBy,
    frame: { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } },
    type: INT,
    nullable: false,
  };
  return {
    plan: {
      kind: "window",
      child: plan,
      functions: [{ id: number.id, name: number.name, call }],
      partitionBy: columns,
      orderBy,
    },
    number,
  };
}
