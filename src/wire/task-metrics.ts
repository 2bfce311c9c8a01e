/** Task metrics between their wire form, which leaves zeros out, and the plain object. */
import type { TaskMetrics } from "../storage/task-env";
import { newTaskMetrics } from "../storage/task-env";

/** Names in the order of their field numbers in proto/tasks.proto, which begin at 1. */
export const METRIC_NAMES = Object.keys(newTaskMetrics()) as readonly (keyof TaskMetrics)[];

/** A plain object with every counter; `decoded` may lack some, or have them on its prototype. */
export function toTaskMetrics(decoded: Partial<Record<keyof TaskMetrics, number | null>> | null | undefined): TaskMetrics {
  const metrics = newTaskMetrics();
  if (decoded === null || decoded === undefined) return metrics;
  for (const name of METRIC_NAMES) metrics[name] = decoded[name] ?? 0;
  return metrics;
}
