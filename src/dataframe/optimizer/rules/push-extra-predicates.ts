/**
 * What a disjunction over both sides of a join says about one of them.
 *
 *   Join Inner, ((a = 1) AND (b = 2)) OR ((a = 3) AND (b = 4))
 *   →   the same over   Filter ((a = 1) OR (a = 3))   and   Filter ((b = 2) OR (b = 4))
 */
import type { Expression, ExprId } from "../../expressions/expression";
import { isDeterministic } from "../../expressions/traverse";
import { outputIds } from "../../logical/output";
import type { Join, LogicalPlan } from "../../logical/plan";
import { transformUp } from "../../logical/traverse";
import type { Rule } from "../context";
import {
  attributeSet,
  conjunction,
  conjuncts,
  disjunction,
  disjuncts,
  hasSubquery,
  includesExpression,
  within,
} from "../predicates";
import { constraintsOf } from "../constraints";
import { filterOf } from "./push-down-predicates";

export const pushExtraPredicates: Rule = {
  name: "PushExtraPredicateThroughJoin",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "join" && node.condition !== null ? extended(node) : node)),
};

function extended(join: Join): LogicalPlan {
  if (join.lateral === true) return join;
  const inner = join.type === "inner" || join.type === "cross" || join.type === "leftSemi";
  const toLeft = inner || join.type === "right";
  const toRight = inner || join.type === "left" || join.type === "leftAnti" || join.type === "existence";
  let { left, right } = join;
  for (const part of conjuncts(join.condition as Expression)) {
    if (disjuncts(part).length < 2 || !isDeterministic(part) || hasSubquery(part)) continue;
    if (toLeft) left = withImplied(left, part);
    if (toRight) right = withImplied(right, part);
  }
  return left === join.left && right === join.right ? join : { ...join, left, right };
}

function withImplied(side: LogicalPlan, part: Expression): LogicalPlan {
  const implied = impliedOn(part, outputIds(side));
  if (implied === null || attributeSet([implied]).size === 0) return side;
  const known = constraintsOf(side);
  return includesExpression(known, implied) ? side : filterOf(side, [implied]);
}

/** The strongest disjunction over `ids` alone that follows. */
export function impliedOn(part: Expression, ids: ReadonlySet<ExprId>): Expression | null {
  const arms: Expression[] = [];
  for (const arm of disjuncts(part)) {
    const own: Expression[] = [];
    for (const item of conjuncts(arm)) {
      if (within(item, ids)) own.push(item);
      else if (disjuncts(item).length > 1) {
        const inner = impliedOn(item, ids);
        if (inner !== null) own.push(inner);
      }
    }
    const kept = conjunction(own);
    if (kept === null) return null;
    arms.push(kept);
  }
  return disjunction(arms);
}
