/** Executors as pages show them. */
import type { ApplicationSummary, ExecutorSummary } from "../../api-types";

export interface ShownExecutor extends ExecutorSummary {
  /** It was there until its application ended: its end is no loss. */
  readonly ended: boolean;
}

/**
 * Spark's API leaves executors that nobody removed alive after the end of their application, with the tasks that they ran then:
 * here they have ended with it.
 */
export function shownExecutors(
  executors: readonly ExecutorSummary[],
  { completed, endTime }: Pick<ApplicationSummary, "completed" | "endTime">,
): ShownExecutor[] {
  return executors.map((executor) => {
    if (!completed || !executor.isActive) return { ...executor, ended: false };
    return {
      ...executor,
      ended: true,
      isActive: false,
      activeTasks: 0,
      ...(endTime === null ? {} : { removeTime: new Date(endTime).toISOString().replace("Z", "GMT") }),
      removeReason: "The application ended.",
    };
  });
}

export function executorState(executor: ShownExecutor): string {
  if (executor.ended) return "ENDED";
  return !executor.isActive ? "DEAD" : executor.isExcluded || executor.isBlacklisted ? "EXCLUDED" : "ALIVE";
}
