/** Peaks of gauges: the larger of each. */
import type { ExecutorMetricsInfo } from "../../events/listener-events";

export function addPeaks(peaks: ExecutorMetricsInfo | undefined, seen: ExecutorMetricsInfo): ExecutorMetricsInfo | undefined {
  const keys = Object.keys(seen);
  if (keys.length === 0) return peaks;
  const result: Record<string, number> = { ...peaks };
  for (const key of keys) result[key] = Math.max(result[key] ?? 0, seen[key]!);
  return result;
}
