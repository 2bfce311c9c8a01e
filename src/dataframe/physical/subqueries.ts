/**
 * What must be known before a query can be planned: values of its uncorrelated scalar subqueries, and rows of recursive
 * CTEs. The driver finds them, innermost first, and puts them in.
 */
import type { Boxed } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { literal } from "../expressions/build";
import type { Expression, ScalarSubquery } from "../expressions/expression";
import { mapChildren, walk } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { CteReference, LogicalPlan, RecursiveCte } from "../logical/plan";
import { expressionsOf, mapExpressions, mapPlanChildren, transformUpWithSubqueries, walkPlan } from "../logical/traverse";
import { logicalSignature } from "../logical/signature";

/** Subqueries of the plan's own expressions; plans of equal ones are one. Theirs, in turn, are found by asking again. */
export function scalarSubqueries(plan: LogicalPlan): readonly LogicalPlan[] {
  const found = new Map<string, LogicalPlan>();
  walkPlan(plan, (node) => {
    for (const expression of expressionsOf(node)) {
      walk(expression, (part) => {
        if (part.kind !== "scalarSubquery") return;
        const signature = logicalSignature(part.plan);
        if (!found.has(signature)) found.set(signature, part.plan);
      });
    }
  });
  return [...found.values()];
}

/** The plan with values in the place of subqueries; `valueOf` is asked with plans of `scalarSubqueries`. */
export function bindSubqueries(plan: LogicalPlan, valueOf: (subquery: LogicalPlan) => Boxed): LogicalPlan {
  const known = new Map<string, Boxed>();
  const value = (subquery: LogicalPlan): Boxed => {
    const signature = logicalSignature(subquery);
    const found = known.get(signature);
    if (found !== undefined) return found;
    const computed = valueOf(subquery);
    known.set(signature, computed);
    return computed;
  };
  const bind = (expression: Expression): Expression =>
    expression.kind === "scalarSubquery" ? bound(expression, value(expression.plan)) : mapChildren(expression, bind);
  const visit = (node: LogicalPlan): LogicalPlan => mapExpressions(mapPlanChildren(node, visit), bind);
  return visit(plan);
}

/** Nullable as before: the types of what is above do not change. */
function bound(subquery: ScalarSubquery, value: Boxed): Expression {
  return { ...literal(value, subquery.type), nullable: subquery.nullable };
}

/** A recursive CTE that holds no other, or null. */
export function innermostRecursion(plan: LogicalPlan): RecursiveCte | null {
  let found: RecursiveCte | null = null;
  walkPlan(plan, (node) => {
    if (node.kind === "recursiveCte" && innermostBelow(node) === null) found ??= node;
    return found === null;
  });
  return found;
}

function innermostBelow(node: RecursiveCte): RecursiveCte | null {
  return innermostRecursion(node.anchor) ?? innermostRecursion(node.step);
}

/** The step of a recursion over the rows of the last round. */
export function stepOver(recursion: RecursiveCte, rows: (reference: CteReference) => LogicalPlan): LogicalPlan {
  return transformUpWithSubqueries(recursion.step, (node) =>
    node.kind === "cteReference" && node.id === recursion.id ? rows(node) : node,
  );
}

/** The plan with the rows of a recursion, all rounds together, in its place. */
export function bindRecursion(plan: LogicalPlan, recursion: RecursiveCte, rows: LogicalPlan): LogicalPlan {
  const visit = (node: LogicalPlan): LogicalPlan => (node === recursion ? rows : mapPlanChildren(node, visit));
  return visit(plan);
}

/** The plan to be shown: a leaf stands for the rows of each recursion. */
export function withoutRecursions(plan: LogicalPlan): LogicalPlan {
  return plan.kind === "recursiveCte"
    ? { kind: "localRelation", output: plan.output, rows: [], loop: plan.id }
    : mapPlanChildren(plan, withoutRecursions);
}

/** Rows as a plan with the columns of another. */
export function rowsAs(plan: LogicalPlan, rows: readonly BoxedRow[]): LogicalPlan {
  return { kind: "localRelation", output: outputOf(plan), rows };
}
