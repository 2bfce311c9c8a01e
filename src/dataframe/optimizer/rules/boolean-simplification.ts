/**
 * AND, OR and NOT made smaller.
 *
 *   (a AND true)                       →   a
 *   NOT (a < b)                        →   (a >= b)
 *   ((a AND b) OR (a AND c))           →   (a AND (b OR c))
 *   (a OR (a AND b))                   →   a
 */
import { BOOLEAN, literal } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { isDeterministic, sameExpression } from "../../expressions/traverse";
import {
  and,
  conjunction,
  conjuncts,
  disjunction,
  disjuncts,
  distinctExpressions,
  isFalse,
  isTrue,
  not,
  or,
} from "../predicates";
import { expressionRule } from "./expression-rule";

export const booleanSimplification = expressionRule("BooleanSimplification", (expression) => {
  if (expression.kind !== "call") return expression;
  switch (expression.fn) {
    case "and":
      return ofAnd(expression);
    case "or":
      return ofOr(expression);
    case "not":
      return ofNot(expression);
    case "=":
    case "<=>":
      return ofEquality(expression);
    default:
      return expression;
  }
});

function ofAnd(call: Call): Expression {
  const parts = conjuncts(call);
  if (parts.some(isFalse)) return literal(false, BOOLEAN);
  const kept = distinctExpressions(parts.filter((part) => !isTrue(part)));
  if (kept.some((part) => contradicts(part, kept))) return literal(false, BOOLEAN);
  const absorbed = kept.filter(
    (part) =>
      !disjuncts(part).some(
        (arm) => arm !== part && isDeterministic(part) && kept.some((other) => other !== part && sameExpression(other, arm)),
      ),
  );
  if (absorbed.length === parts.length) return call;
  return conjunction(absorbed) ?? literal(true, BOOLEAN);
}

function ofOr(call: Call): Expression {
  const arms = disjuncts(call);
  if (arms.some(isTrue)) return literal(true, BOOLEAN);
  const kept = distinctExpressions(arms.filter((arm) => !isFalse(arm)));
  if (kept.some((arm) => contradicts(arm, kept))) return literal(true, BOOLEAN);
  if (kept.length < 2) return kept[0] ?? literal(false, BOOLEAN);
  const common = factored(kept);
  if (common !== null) return common;
  return kept.length === arms.length ? call : (disjunction(kept) as Expression);
}

/** NOT of a part that is never unknown stands beside it. */
function contradicts(part: Expression, others: readonly Expression[]): boolean {
  if (part.kind !== "call" || part.fn !== "not" || part.nullable || !isDeterministic(part)) return false;
  return others.some((other) => sameExpression(other, part.args[0] as Expression));
}

/** What all arms have in common, before what they differ in. */
function factored(arms: readonly Expression[]): Expression | null {
  const each = arms.map(conjuncts);
  const common = (each[0] as readonly Expression[]).filter((part) =>
    each.every((parts) => parts.some((other) => sameExpression(other, part))),
  );
  if (common.length === 0) return null;
  const rests = each.map((parts) => parts.filter((part) => !common.some((other) => sameExpression(other, part))));
  const shared = conjunction(common) as Expression;
  // An arm that is nothing but the common part makes the others superfluous.
  if (rests.some((rest) => rest.length === 0)) return shared;
  return and(shared, rests.map((rest) => conjunction(rest) as Expression).reduce(or));
}

const NEGATED: Readonly<Record<string, string>> = { "<": ">=", "<=": ">", ">": "<=", ">=": "<" };

function ofNot(call: Call): Expression {
  const child = call.args[0] as Expression;
  if (child.kind === "literal") return literal(child.value === null ? null : child.value !== true, BOOLEAN);
  if (child.kind !== "call") return call;
  const negated = NEGATED[child.fn];
  if (negated !== undefined) return { ...child, fn: negated };
  switch (child.fn) {
    case "not":
      return child.args[0] as Expression;
    case "isnull":
      return { ...child, fn: "isnotnull" };
    case "isnotnull":
      return { ...child, fn: "isnull" };
    case "and":
      return ofOr(or(ofNotOf(child.args[0]), ofNotOf(child.args[1])) as Call);
    case "or":
      return ofAnd(and(ofNotOf(child.args[0]), ofNotOf(child.args[1])) as Call);
    default:
      return call;
  }
}

function ofNotOf(expression: Expression | undefined): Expression {
  return ofNot(not(expression as Expression) as Call);
}

/** `a = true` is a; `a <=> a` is true. */
function ofEquality(call: Call): Expression {
  const [a, b] = call.args as [Expression, Expression];
  if (call.fn === "=") {
    if (isTrue(b)) return a;
    if (isTrue(a)) return b;
    if (isFalse(b)) return ofNotOf(a);
    if (isFalse(a)) return ofNotOf(b);
  }
  const same = a.kind !== "literal" && isDeterministic(a) && sameExpression(a, b);
  return same && (call.fn === "<=>" || !a.nullable) ? literal(true, BOOLEAN) : call;
}
