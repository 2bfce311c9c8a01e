import type { ProfilerRecord, TaskData } from "../../events/diagnostics";
import type { SparkListener } from "../../events/spark-listener";
import { Diagnostic } from "./diagnostic";

/**
 * Records each task: its key, the operation, when it began and ended, and on which executor. As Dask's `Profiler`, but attempts that
 * failed are there, too.
 *
 * @example
 * const profiler = new Profiler(sc).register();
 * await sc.range(0, 100, 1, 4).count();
 * await profiler.unregister();
 * console.table(profiler.results);
 */
export class Profiler extends Diagnostic<TaskData> {
  record(): ProfilerRecord {
    return { kind: "tasks", results: this.results, ...this.period() };
  }

  protected begin(): SparkListener {
    const names = new Map<number, string>();
    return {
      onJobStart: ({ stageInfos }) => {
        for (const { stageId, name } of stageInfos) names.set(stageId, name);
      },
      onTaskEnd: ({ stageId, stageAttemptId, taskInfo, reason }) => {
        this.results.push({
          key: `${stageId}.${stageAttemptId}:${taskInfo.partitionId}`,
          task: names.get(stageId) ?? `stage ${stageId}`,
          startTime: taskInfo.launchTime / 1000,
          endTime: taskInfo.finishTime / 1000,
          workerId: taskInfo.executorId,
          status: reason.reason,
        });
      },
    };
  }

  protected end(): void {
    // What runs still is not recorded, as with Dask's.
  }
}
