/**
 * Branches that are never or always taken.
 *
 *   CASE WHEN false THEN a WHEN true THEN b ELSE c END   →   b
 *   if(true, a, b)                                       →   a
 */
import { literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { isDeterministic, sameExpression } from "../../expressions/traverse";
import { isFalse, isNullLiteral, isTrue } from "../predicates";
import { expressionRule } from "./expression-rule";

export const simplifyConditionals = expressionRule("SimplifyConditionals", (expression) => {
  if (expression.kind !== "call") return expression;
  if (expression.fn === "case") return ofCase(expression);
  if (expression.fn !== "if") return expression;
  const [condition, yes, no] = expression.args as [Expression, Expression, Expression];
  if (isTrue(condition)) return yes;
  return isFalse(condition) || isNullLiteral(condition) ? no : expression;
});

function ofCase(call: Call): Expression {
  const { args } = call;
  const kept: Expression[] = [];
  let otherwise: Expression | null = args.length % 2 === 1 ? (args[args.length - 1] as Expression) : null;
  for (let i = 0; i + 1 < args.length; i += 2) {
    const condition = args[i] as Expression;
    const value = args[i + 1] as Expression;
    if (isFalse(condition) || isNullLiteral(condition)) continue;
    if (isTrue(condition)) {
      otherwise = value;
      break;
    }
    kept.push(condition, value);
  }
  const values = kept.filter((_, i) => i % 2 === 1);
  if (values.length === 0) return otherwise ?? literal(null, call.type);
  const conditions = kept.filter((_, i) => i % 2 === 0);
  const rest = otherwise;
  const allSame = rest !== null && values.every((value) => sameExpression(value, rest));
  if (allSame && conditions.every(isDeterministic) && conditions.every(cannotFail)) return rest;
  const count = kept.length + (otherwise === null ? 0 : 1);
  if (count === args.length) return call;
  return { ...call, args: otherwise === null ? kept : [...kept, otherwise] };
}

/** Plain looks at columns. */
function cannotFail(expression: Expression): boolean {
  if (expression.kind === "attribute" || expression.kind === "literal") return true;
  if (expression.kind !== "call") return false;
  const safe = ["and", "or", "not", "isnull", "isnotnull", "=", "<=>", "<", "<=", ">", ">=", "in"].includes(expression.fn);
  return safe && expression.args.every(cannotFail);
}
