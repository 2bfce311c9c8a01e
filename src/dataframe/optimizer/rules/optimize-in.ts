/**
 *   a IN (1, 1, 2)        →   a IN (1, 2)
 *   a IN (1)              →   (a = 1)
 *   (a = 1) OR (a = 2)    →   a IN (1, 2)
 */
import { literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { isDeterministic, sameExpression } from "../../expressions/traverse";
import { disjunction, disjuncts, distinctExpressions, equal } from "../predicates";
import { expressionRule } from "./expression-rule";

export const optimizeIn = expressionRule("OptimizeIn", (expression) => {
  if (expression.kind !== "call") return expression;
  if (expression.fn === "in") return ofIn(expression);
  return expression.fn === "or" ? ofOr(expression) : expression;
});

function ofIn(call: Call): Expression {
  const [value, ...items] = call.args as [Expression, ...Expression[]];
  if (items.length === 0) return value.nullable ? call : literal(false, call.type);
  const kept = items.every((item) => item.kind === "literal") ? distinctExpressions(items) : items;
  if (kept.length === 1) return equal(value, kept[0] as Expression);
  return kept === items ? call : { ...call, args: [value, ...kept] };
}

/** Equalities of one value with constants, two or more. */
function ofOr(call: Call): Expression {
  const arms = disjuncts(call);
  const lists: { readonly value: Expression; readonly items: Expression[] }[] = [];
  const others: Expression[] = [];
  let merged = false;
  for (const arm of arms) {
    const known = constantsOf(arm);
    if (known === null) {
      others.push(arm);
      continue;
    }
    const list = lists.find((item) => sameExpression(item.value, known.value));
    if (list === undefined) lists.push({ value: known.value, items: [...known.items] });
    else {
      list.items.push(...known.items);
      merged = true;
    }
  }
  if (!merged) return call;
  const ins = lists.map(({ value, items }): Expression => {
    const distinct = distinctExpressions(items);
    if (distinct.length === 1) return equal(value, distinct[0] as Expression);
    return { kind: "call", fn: "in", args: [value, ...distinct], type: call.type, nullable: value.nullable };
  });
  return disjunction([...ins, ...others]) as Expression;
}

function constantsOf(arm: Expression): { readonly value: Expression; readonly items: readonly Expression[] } | null {
  if (arm.kind !== "call") return null;
  const [value, ...items] = arm.args as [Expression, ...Expression[]];
  const constant = (item: Expression): boolean => item.kind === "literal" && item.value !== null;
  if ((arm.fn !== "=" && arm.fn !== "in") || value.kind === "literal" || !isDeterministic(value)) return null;
  return items.every(constant) ? { value, items } : null;
}
