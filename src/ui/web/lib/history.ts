/** Of logs of applications. */
import type { HistoryEntry } from "../../api-types";

/**
 * How long an application ran, ms; of an incomplete one until its log changed last. Null where the log says nothing of that, as
 * one that has not been written to since the start.
 */
export function durationOf({ startTime, endTime, lastUpdated }: HistoryEntry): number | null {
  if (endTime !== null) return endTime - startTime;
  return lastUpdated > startTime ? lastUpdated - startTime : null;
}
