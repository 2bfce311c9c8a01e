/**
 * What a null makes null, and what cannot be null.
 *
 *   (a + null)              →   null
 *   isnotnull(1)            →   true
 *   coalesce(null, a, b)    →   coalesce(a, b)
 *   count(1), a not null: count(a)   →   count(1)
 */
import { BOOLEAN, INT, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { functionTable } from "../../expressions/function-table";
import { isDeterministic, transformUp } from "../../expressions/traverse";
import { isNullLiteral } from "../predicates";
import { expressionRule } from "./expression-rule";

export const nullPropagation = expressionRule("NullPropagation", propagated);

/** In the whole expression. */
export function nullsPropagated(expression: Expression): Expression {
  return transformUp(expression, propagated);
}

function propagated(expression: Expression): Expression {
  if (expression.kind === "cast") {
    return isNullLiteral(expression.child) ? literal(null, expression.type) : expression;
  }
  if (expression.kind === "aggregate") {
    const [arg] = expression.args;
    const counts = expression.fn === "count" && !expression.distinct && expression.args.length === 1;
    if (!counts || arg === undefined || arg.nullable || arg.kind === "literal" || !isDeterministic(arg)) return expression;
    return { ...expression, args: [literal(1, INT)] };
  }
  return expression.kind === "call" ? ofCall(expression) : expression;
}

function ofCall(call: Call): Expression {
  const [first] = call.args;
  switch (call.fn) {
    case "isnull":
      if (first !== undefined && isNullLiteral(first)) return literal(true, BOOLEAN);
      return first?.nullable === false && isDeterministic(first) ? literal(false, BOOLEAN) : call;
    case "isnotnull":
      if (first !== undefined && isNullLiteral(first)) return literal(false, BOOLEAN);
      return first?.nullable === false && isDeterministic(first) ? literal(true, BOOLEAN) : call;
    case "coalesce":
      return coalesced(call);
    default: {
      if (!call.args.some(isNullLiteral)) return call;
      const { nulls, deterministic } = functionTable().scalar(call.fn);
      const propagates = nulls === undefined || nulls === "propagate";
      return propagates && deterministic !== false ? literal(null, call.type) : call;
    }
  }
}

function coalesced(call: Call): Expression {
  const args = call.args.filter((arg) => !isNullLiteral(arg));
  const sure = args.findIndex((arg) => !arg.nullable);
  const kept = sure >= 0 ? args.slice(0, sure + 1) : args;
  if (kept.length === 0) return literal(null, call.type);
  if (kept.length === 1) return kept[0] as Expression;
  return kept.length === call.args.length ? call : { ...call, args: kept };
}
