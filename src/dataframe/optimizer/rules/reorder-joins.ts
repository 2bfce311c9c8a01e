/**
 * Inner joins in the order of least estimated work, instead of the order in which they were written.
 *
 *   Join Inner, (a = b) AND (c = d)      →   Join Inner, (a = b)
 *   :- Join Cross                            :- large [a]
 *   :  :- large [a]                          +- Join Inner, (c = d)
 *   :  +- small [d]                             :- middle [b, c]
 *   +- middle [b, c]                            +- small [d]
 *
 * A semi or anti join above the joins goes to the relation it speaks of where it leaves few rows of it.
 */
import type { Expression } from "../../expressions/expression";
import { outputIds, outputOf } from "../../logical/output";
import type { Join, LogicalPlan } from "../../logical/plan";
import { mapPlanChildren, withChildren } from "../../logical/traverse";
import { attributeSet, conjuncts } from "../predicates";
import type { Rule } from "../context";
import { JoinGraph } from "../join-graph";
import { isRegion, takeApart } from "../join-region";
import { Statistics } from "../statistics";
import { equiKeys } from "../equi-keys";

export const reorderJoins: Rule = {
  name: "ReorderJoin",
  apply: (plan) => reordered(plan, new Statistics(plan)),
};

function reordered(plan: LogicalPlan, statistics: Statistics): LogicalPlan {
  if (isSemi(plan)) {
    const placed = semiPlaced(plan, statistics);
    if (placed !== null) return reordered(placed, statistics);
  }
  if (!isRegion(plan)) return mapPlanChildren(plan, (child) => reordered(child, statistics));
  const relations: LogicalPlan[] = [];
  const conditions: Expression[] = [];
  takeApart(plan, relations, conditions);
  const inner = relations.map((relation) => reordered(relation, statistics));
  if (inner.length < 3) {
    const unchanged = inner.every((relation, i) => relation === relations[i]);
    return unchanged ? plan : putBack(plan, inner);
  }
  const ordered = new JoinGraph(inner, conditions, statistics).ordered();
  if (ordered === null) return putBack(plan, inner);
  const wanted = outputOf(plan);
  const have = outputOf(ordered);
  const same = have.length === wanted.length && have.every((column, i) => column.id === wanted[i]?.id);
  const result: LogicalPlan = same ? ordered : { kind: "project", child: ordered, expressions: wanted };
  return sameShape(plan, result) ? plan : result;
}

/** The same joins over relations that were rewritten, in the order of takeApart. */
function putBack(plan: LogicalPlan, relations: LogicalPlan[]): LogicalPlan {
  const left = [...relations];
  const visit = (node: LogicalPlan): LogicalPlan => {
    if (isRegion(node)) {
      const first = visit(node.left);
      return withChildren(node, [first, visit(node.right)]);
    }
    if (node.kind === "project" && node.expressions.every((item) => item.kind === "attribute") && isRegion(node.child)) {
      return withChildren(node, [visit(node.child)]);
    }
    return left.shift() as LogicalPlan;
  };
  return visit(plan);
}

/** Nothing but the sides of joins in other places: doing it again would change nothing. */
function sameShape(a: LogicalPlan, b: LogicalPlan): boolean {
  if (a === b) return true;
  if (a.kind !== "join" || b.kind !== "join") return false;
  return sameShape(a.left, b.left) && sameShape(a.right, b.right) && sameConditions(a, b);
}

function sameConditions(a: Join, b: Join): boolean {
  const x = a.condition === null ? [] : conjuncts(a.condition);
  const y = b.condition === null ? [] : conjuncts(b.condition);
  return x.length === y.length && x.every((item, i) => item === y[i]);
}

function isSemi(plan: LogicalPlan): plan is Join {
  return plan.kind === "join" && (plan.type === "leftSemi" || plan.type === "leftAnti") && plan.hints === undefined;
}

const FEW = 0.25;

/** A semi join below the inner joins under it, at the one relation it speaks of; null where it stays. */
function semiPlaced(semi: Join, statistics: Statistics): LogicalPlan | null {
  if (!isRegion(semi.left) || semi.condition === null) return null;
  const { keys } = equiKeys(semi);
  if (keys.length === 0) return null;
  const own = outputIds(semi.right);
  const needed = [...attributeSet([semi.condition])].filter((id) => !own.has(id));
  const relations: LogicalPlan[] = [];
  takeApart(semi.left, relations, []);
  const target = relations.find((relation) => {
    const ids = outputIds(relation);
    return needed.every((id) => ids.has(id));
  });
  if (target === undefined) return null;
  const moved: Join = { ...semi, left: target };
  const before = statistics.of(target).rows;
  const after = statistics.of(moved).rows;
  const table = statistics.of(semi.right).rows;
  if (after > before * FEW && table > before * FEW) return null;
  if (after > before * 2 * FEW) return null;
  return putBack(
    semi.left,
    relations.map((relation) => (relation === target ? moved : relation)),
  );
}
