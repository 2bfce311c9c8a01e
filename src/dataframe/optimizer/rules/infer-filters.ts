/**
 * What holds for a join's key on one side holds for it on the other.
 *
 *   Join Inner, (a = b)         →   Join Inner, (a = b)
 *   :- Filter (a > 5)               :- Filter (a > 5)
 *   :  +- r [a]                     :  +- r [a]
 *   +- s [b]                        +- Filter (b > 5)
 *                                      +- s [b]
 */
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { attributesOf, isDeterministic } from "../../expressions/traverse";
import { outputIds } from "../../logical/output";
import type { Join, LogicalPlan } from "../../logical/plan";
import { transformUp } from "../../logical/traverse";
import { sameType } from "../../types/text";
import { constraintsOf } from "../constraints";
import type { Rule } from "../context";
import { conjuncts, hasSubquery, includesExpression, substitute, within } from "../predicates";
import { filterOf } from "./push-down-predicates";

export const inferFiltersFromConstraints: Rule = {
  name: "InferFiltersFromConstraints",
  apply: (plan) => transformUp(plan, (node) => (node.kind === "join" ? inferred(node) : node)),
};

function inferred(join: Join): LogicalPlan {
  if (join.condition === null || join.lateral === true) return join;
  const inner = join.type === "inner" || join.type === "cross" || join.type === "leftSemi";
  const toLeft = inner || join.type === "right";
  const toRight = inner || join.type === "left" || join.type === "leftAnti" || join.type === "existence";
  const condition = conjuncts(join.condition);
  const leftConstraints = constraintsOf(join.left);
  const rightConstraints = constraintsOf(join.right);
  const equalities = [...condition, ...leftConstraints, ...rightConstraints].flatMap(pairOf);
  const left = toLeft ? withFilters(join.left, leftConstraints, rightConstraints, equalities) : join.left;
  const right = toRight ? withFilters(join.right, rightConstraints, leftConstraints, equalities) : join.right;
  return left === join.left && right === join.right ? join : { ...join, left, right };
}

type Pair = readonly [Attribute, Attribute];

function pairOf(part: Expression): readonly Pair[] {
  if (part.kind !== "call" || part.fn !== "=") return [];
  const [a, b] = part.args as [Expression, Expression];
  if (a.kind !== "attribute" || b.kind !== "attribute" || !sameType(a.type, b.type)) return [];
  // -0.0 equals 0.0, but not everything computed from them does.
  return a.type.kind === "float" || a.type.kind === "double" ? [] : [[a, b]];
}

function withFilters(
  side: LogicalPlan,
  own: readonly Expression[],
  other: readonly Expression[],
  equalities: readonly Pair[],
): LogicalPlan {
  const ids = outputIds(side);
  const found: Expression[] = [];
  for (const part of other) {
    if (!isDeterministic(part) || hasSubquery(part)) continue;
    const columns = attributesOf(part);
    const [column] = columns;
    if (columns.length !== 1 || column === undefined || ids.has(column.id)) continue;
    for (const equal of equalTo(column.id, equalities)) {
      if (!ids.has(equal.id)) continue;
      const moved = substitute(part, new Map([[column.id, equal]]));
      if (within(moved, ids) && !includesExpression(own, moved) && !includesExpression(found, moved)) found.push(moved);
    }
  }
  return found.length === 0 ? side : filterOf(side, found);
}

/** All columns that equalities lead to. */
function equalTo(id: ExprId, equalities: readonly Pair[]): readonly Attribute[] {
  const found = new Map<ExprId, Attribute>();
  const queue = [id];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const [a, b] of equalities) {
      const other = a.id === next ? b : b.id === next ? a : null;
      if (other === null || other.id === id || found.has(other.id)) continue;
      found.set(other.id, other);
      queue.push(other.id);
    }
  }
  return [...found.values()];
}
