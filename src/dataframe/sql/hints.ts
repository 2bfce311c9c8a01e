/** Hints of SELECT: BROADCAST(t), REPARTITION(3, a), … */
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { Cursor } from "./cursor";

export interface Hint {
  readonly name: string;
  readonly args: readonly UnresolvedExpression[];
}

export function hintClause(p: Cursor): Hint[] {
  p.expect("/*+");
  const hints: Hint[] = [];
  do {
    p.accept(",");
    const name = p.name();
    hints.push({ name, args: p.is("(") ? p.parenthesized(() => p.rules.expression(p)) : [] });
  } while (!p.is("*/"));
  p.next();
  return hints;
}

/** The first hint that was written is the outermost. */
export function withHints(plan: UnresolvedPlan, hints: readonly Hint[]): UnresolvedPlan {
  return hints.reduceRight<UnresolvedPlan>((child, { name, args }) => ({ kind: "hint", child, name, args }), plan);
}
