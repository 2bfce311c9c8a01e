/** LIMIT and OFFSET: constants that are not negative. */
import { AnalysisError } from "../errors";
import { exprText, typeText } from "./messages";
import { isFoldable } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { withoutRowLimits } from "../logical/recursion";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { bound } from "./binder";
import type { Binder, Block, Bound, Env } from "./binder";
import { columnsOf } from "./columns";

export function bindLimit(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "limit" }>, env: Env): Bound {
  if (plan.limit.kind === "all") return over(binder.plan(plan.child, env), withoutRowLimits);
  if (plan.child.kind === "offset") {
    const input = binder.plan(plan.child.child, env);
    const limit = count(binder, plan.limit, "limit", input, env);
    return limited(input, limit, count(binder, plan.child.offset, "offset", input, env));
  }
  const input = binder.plan(plan.child, env);
  return limited(input, count(binder, plan.limit, "limit", input, env), 0);
}

export function bindOffset(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "offset" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  return limited(input, null, count(binder, plan.offset, "offset", input, env));
}

function limited(input: Bound, limit: number | null, offset: number): Bound {
  return over(input, (child) => ({ kind: "limit", child, limit, offset }));
}

function over(input: Bound, change: (plan: LogicalPlan) => LogicalPlan): Bound {
  const block: Block | null = input.block && {
    ...input.block,
    extended: (extra) => change((input.block as Block).extended(extra)),
  };
  return bound(change(input.plan), input.output, { hidden: input.hidden, planIds: input.planIds, block });
}

function count(binder: Binder, written: UnresolvedExpression, name: "limit" | "offset", input: Bound, env: Env): number {
  const expression = binder.expression(written, { columns: columnsOf(binder, input), env, clause: "limit" });
  const at = written.at;
  const expr = exprText(expression);
  const fail = (kind: string, more: Record<string, string> = {}): AnalysisError =>
    new AnalysisError(`INVALID_LIMIT_LIKE_EXPRESSION.${kind}`, { name, expr, ...more }, at);
  if (!isFoldable(expression)) throw fail("IS_UNFOLDABLE");
  const { kind } = expression.type;
  if (kind !== "int" && kind !== "short" && kind !== "byte") throw fail("DATA_TYPE", { dataType: typeText(expression.type) });
  const value = binder.context.evaluate(expression).value;
  if (value === null) throw fail("IS_NULL");
  const rows = value as number;
  if (rows < 0) throw fail("IS_NEGATIVE", { v: String(rows) });
  return rows;
}
