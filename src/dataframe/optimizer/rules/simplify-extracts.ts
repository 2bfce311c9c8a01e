/**
 * A field of a struct that is made on the spot is the value that it was given.
 *
 *   named_struct('x', a, 'y', b).y   →   b
 */
import type { Expression } from "../../expressions/expression";
import { expressionRule } from "./expression-rule";

export const simplifyExtracts = expressionRule("SimplifyExtractValueOps", (expression) => fieldOf(expression) ?? expression);

function fieldOf(expression: Expression): Expression | null {
  if (expression.kind !== "call" || expression.fn !== "struct_field") return null;
  const struct = expression.args[0] as Expression;
  return struct.kind === "call" && struct.fn === "named_struct" ? fieldsOf(struct)[fieldPlace(expression)]! : null;
}

/** The values of a call of named_struct, whose arguments are names and values in turn. */
export function fieldsOf(struct: Extract<Expression, { kind: "call" }>): readonly Expression[] {
  return struct.args.filter((_, i) => i % 2 === 1);
}

/** Which field a call of struct_field means. */
export function fieldPlace(field: Extract<Expression, { kind: "call" }>): number {
  return field.options?.["ordinal"] as number;
}
