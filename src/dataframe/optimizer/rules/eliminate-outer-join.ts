/**
 * An outer join whose made-up rows are filtered out above is an inner one.
 *
 *   Filter (b > 1)                 →   Filter (b > 1)
 *   +- Join LeftOuter, (a = b)         +- Join Inner, (a = b)
 */
import type { Expression } from "../../expressions/expression";
import { outputIds } from "../../logical/output";
import type { Join, LogicalPlan } from "../../logical/plan";
import { transformDown } from "../../logical/traverse";
import type { Rule } from "../context";
import { conjuncts } from "../predicates";
import { nullRejected } from "../null-rejection";

export const eliminateOuterJoin: Rule = {
  name: "EliminateOuterJoin",
  apply: (plan) => transformDown(plan, (node) => (node.kind === "filter" && node.child.kind === "join" ? ofFilter(node) : node)),
};

function ofFilter(node: Extract<LogicalPlan, { kind: "filter" }>): LogicalPlan {
  const join = node.child as Join;
  const parts = conjuncts(node.condition);
  const type = narrowedType(join, parts);
  return type === join.type ? node : { ...node, child: { ...join, type } };
}

function narrowedType(join: Join, parts: readonly Expression[]): Join["type"] {
  const leftNeeded = (): boolean => parts.some((part) => nullRejected(part, outputIds(join.left)));
  const rightNeeded = (): boolean => parts.some((part) => nullRejected(part, outputIds(join.right)));
  switch (join.type) {
    case "left":
      return rightNeeded() ? "inner" : "left";
    case "right":
      return leftNeeded() ? "inner" : "right";
    case "full": {
      const left = leftNeeded();
      const right = rightNeeded();
      return left && right ? "inner" : left ? "left" : right ? "right" : "full";
    }
    default:
      return join.type;
  }
}
