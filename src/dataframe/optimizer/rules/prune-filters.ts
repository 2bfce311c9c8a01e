/**
 *   Filter true      →   r               Filter (null AND a)   →   Filter false
 *   +- r
 *
 *   Filter false     →   LocalRelation <empty>
 *   +- r
 */
import { BOOLEAN, literal } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import { outputOf } from "../../logical/output";
import { transformUp } from "../../logical/traverse";
import type { Rule } from "../context";
import { conjunction, conjuncts, isFalse, isNullLiteral, isTrue } from "../predicates";

export const pruneFilters: Rule = {
  name: "PruneFilters",
  apply: (plan) =>
    transformUp(plan, (node) => {
      if (node.kind === "join" && node.condition !== null) {
        const condition = falseForNull(node.condition);
        if (isTrue(condition)) return { ...node, condition: null };
        return condition === node.condition ? node : { ...node, condition };
      }
      if (node.kind !== "filter") return node;
      const condition = falseForNull(node.condition);
      if (isFalse(condition)) return { kind: "localRelation", output: outputOf(node), rows: [] };
      const parts = conjuncts(condition);
      const kept = parts.filter((part) => !isTrue(part));
      if (kept.length === 0) return node.child;
      if (kept.length < parts.length) return { ...node, condition: conjunction(kept) as Expression };
      return condition === node.condition ? node : { ...node, condition };
    }),
};

/** In a condition unknown is as good as false, as long as nothing negates it. */
export function falseForNull(condition: Expression): Expression {
  if (isNullLiteral(condition)) return literal(false, BOOLEAN);
  if (condition.kind !== "call") return condition;
  if (condition.fn === "and" || condition.fn === "or") {
    const [a, b] = condition.args as [Expression, Expression];
    const [x, y] = [falseForNull(a), falseForNull(b)];
    if (condition.fn === "and") {
      if (isFalse(x) || isFalse(y)) return literal(false, BOOLEAN);
      if (isTrue(x)) return y;
      if (isTrue(y)) return x;
    } else {
      if (isTrue(x) || isTrue(y)) return literal(true, BOOLEAN);
      if (isFalse(x)) return y;
      if (isFalse(y)) return x;
    }
    return x === a && y === b ? condition : { ...condition, args: [x, y] };
  }
  return condition;
}
