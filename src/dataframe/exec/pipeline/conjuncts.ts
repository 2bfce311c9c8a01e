import type { Expression } from "../../expressions/expression";

/** The conditions that must all be true for a condition to be. */
export function conjuncts(condition: Expression): readonly Expression[] {
  if (condition.kind === "call" && condition.fn === "and") return condition.args.flatMap(conjuncts);
  return [condition];
}
