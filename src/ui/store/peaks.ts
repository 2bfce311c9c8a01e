/** Peaks of gauges: the larger of each. */
import { EXECUTOR_METRICS } from "../../events/event-json";
import type { ExecutorMetricsInfo } from "../../events/listener-events";

/** All of Spark's names: what is not measured (of a JVM, say) is 0. */
export function allPeaks(peaks: ExecutorMetricsInfo): Record<string, number> {
  return { ...Object.fromEntries(EXECUTOR_METRICS.map((name) => [name, 0])), ...peaks };
}

/** @param peaks are made larger in place; undefined while nothing was seen. */
export function addPeaks(peaks: ExecutorMetricsInfo | undefined, seen: ExecutorMetricsInfo): ExecutorMetricsInfo | undefined {
  if (peaks === undefined) return Object.keys(seen).length === 0 ? undefined : { ...seen };
  const result = peaks as Record<string, number>;
  for (const key in seen) {
    const value = seen[key]!;
    if (!(result[key]! >= value)) result[key] = value;
  }
  return result;
}
