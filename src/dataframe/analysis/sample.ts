/** Rows drawn at random: TABLESAMPLE, sample, and the parts of randomSplit. */
import type { SortOrder } from "../expressions/expression";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { isOrderable } from "../types/text";
import { type Binder, type Bound, type Env, bound } from "./binder";

export function bindSample(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "sample" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const { lower, upper, withReplacement } = plan;
  const seed = plan.seed ?? Math.floor(Math.random() * 1000);
  const child = plan.sorted === true ? sortedWithin(input) : input.plan;
  return bound({ kind: "sample", child, lower, upper, withReplacement, seed }, input.output, {
    hidden: input.hidden,
    planIds: input.planIds,
  });
}

/** Each partition by all columns whose values have an order; as it comes where none has. */
function sortedWithin({ plan, output }: Bound): LogicalPlan {
  const order = output
    .filter(({ type }) => isOrderable(type))
    .map((child): SortOrder => ({ kind: "sortOrder", child, ascending: true, nullsFirst: true }));
  return order.length === 0 ? plan : { kind: "sort", child: plan, order, global: false };
}
