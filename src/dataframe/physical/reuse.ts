/**
 * Exchanges that would move the same rows in the same way are carried out once: the second becomes a read of the first.
 * Equal means equal as plans with columns numbered by place instead of by id.
 */
import { KnownExchanges } from "./known-exchanges";
import type { PhysicalPlan } from "./plan";
import { layoutOfPartitioning, type QueryState } from "./planner";
import { transformUp } from "./traverse";

export function reuseExchanges(plan: PhysicalPlan, state: QueryState): PhysicalPlan {
  const known = KnownExchanges.of(state.carriedOut);
  // Exchanges below first: where they are equal, what they are in is equal too.
  return transformUp(plan, (node) => {
    if (node.kind !== "exchange") return node;
    const same = known.findOrAdd(node);
    if (same === null) return node;
    const read: PhysicalPlan = { kind: "reusedExchange", id: node.id, output: node.output, exchange: same.id };
    const layout = state.layouts.get(node) ?? layoutOfPartitioning(node.partitioning);
    state.layouts.set(read, layout);
    return read;
  });
}
