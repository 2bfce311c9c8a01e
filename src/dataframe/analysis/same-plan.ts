/** Whether two plans compute the same, by their text with columns numbered in order of mention. */
import type { LogicalPlan } from "../logical/plan";
import { planText } from "../logical/print";

export function samePlanText(a: LogicalPlan, b: LogicalPlan): boolean {
  return a === b || numbered(a) === numbered(b);
}

function numbered(plan: LogicalPlan): string {
  const ids = new Map<string, number>();
  return planText(plan).replace(/#\d+/g, (id) => {
    if (!ids.has(id)) ids.set(id, ids.size);
    return `#${ids.get(id)}`;
  });
}
