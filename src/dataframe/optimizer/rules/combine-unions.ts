/**
 *   Union               →   Union
 *   :- Union                :- a
 *   :  :- a                 :- b
 *   :  +- b                 +- c
 *   +- c
 */
import { alias } from "../../expressions/build";
import type { Attribute, Expression, NamedExpression } from "../../expressions/expression";
import { outputOf } from "../../logical/output";
import type { LogicalPlan, Union } from "../../logical/plan";
import { transformUp } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { substitute } from "../predicates";

export const combineUnions: Rule = {
  name: "CombineUnions",
  apply: (plan, context) =>
    transformUp(plan, (node) => {
      if (node.kind !== "union" || !node.children.some((child) => innerUnion(child) !== null)) return node;
      return { ...node, children: node.children.flatMap((child) => flattened(child, context)) };
    }),
};

interface Inner {
  readonly union: Union;
  readonly expressions: readonly NamedExpression[];
}

/** A union, or a projection of one: by position either way. */
function innerUnion(plan: LogicalPlan): Inner | null {
  if (plan.kind === "union") return { union: plan, expressions: plan.output };
  if (plan.kind === "project" && plan.child.kind === "union") return { union: plan.child, expressions: plan.expressions };
  return null;
}

function flattened(plan: LogicalPlan, context: OptimizerContext): readonly LogicalPlan[] {
  const inner = innerUnion(plan);
  if (inner === null) return [plan];
  const { union, expressions } = inner;
  return union.children.map((child) => {
    const columns = outputOf(child);
    const plain = plan.kind === "union";
    if (plain) return child;
    const values = new Map<number, Expression>(union.output.map((column, i) => [column.id, columns[i] as Attribute]));
    return {
      kind: "project",
      child,
      expressions: expressions.map((item) =>
        alias(substitute(item.kind === "alias" ? item.child : item, values), item.name, context.nextId()),
      ),
    };
  });
}
