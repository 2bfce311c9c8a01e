/** Plans of DataFrames: what one was made of, under a number of its own. */
import type { UnresolvedPlan } from "./plan";

const origins = new WeakMap<UnresolvedPlan, UnresolvedPlan>();

/** A copy for one DataFrame, which `df.col` refers to by `planId`. */
export function identified(plan: UnresolvedPlan, planId: number): UnresolvedPlan {
  const copy = { ...plan, planId };
  origins.set(copy, originOf(plan));
  return copy;
}

/** The plan that DataFrames were made of: one object for all that mean the same, whatever their numbers. */
export function originOf(plan: UnresolvedPlan): UnresolvedPlan {
  return origins.get(plan) ?? plan;
}
