/** What listeners hear of attempts: Spark's task events. Nothing is made that nobody wants. */
import type { AccumulableInfo, TaskEndReason, TaskInfo, TaskLocality } from "../../../events/listener-events";
import type { TaskOutcome } from "../events";
import type { Outbox } from "../outbox";
import { LOCALITY_LEVELS, NO_PREF } from "./pending-tasks";
import type { TaskAttempt } from "./task-set";

const NO_ACCUMULABLES: readonly AccumulableInfo[] = [];

/** Ends that are no failures. */
const OTHER_ENDS: ReadonlySet<TaskEndReason["reason"]> = new Set(["Success", "TaskKilled", "TaskCommitDenied"]);

/** Counts failed attempts for their stages, too. */
export class TaskEvents {
  constructor(private readonly outbox: Outbox) {}

  started(attempt: TaskAttempt): void {
    const { outbox } = this;
    if (!outbox.wants("TaskStart")) return;
    outbox.emit({
      type: "TaskStart",
      stageId: attempt.set.stage.id,
      stageAttemptId: attempt.set.attempt,
      taskInfo: taskInfo(attempt, 0, "", NO_ACCUMULABLES),
    });
  }

  gettingResult(attempt: TaskAttempt): void {
    const { outbox } = this;
    if (!outbox.wants("TaskGettingResult")) return;
    outbox.emit({ type: "TaskGettingResult", taskInfo: taskInfo(attempt, 0, "", NO_ACCUMULABLES) });
  }

  ended(attempt: TaskAttempt, reason: TaskEndReason, outcome: TaskOutcome): void {
    const { outbox } = this;
    const { set } = attempt;
    if (!OTHER_ENDS.has(reason.reason)) set.failedAttempts++;
    if (!outbox.wants("TaskEnd")) return;
    const accumulables = ("accumulables" in outcome ? outcome.accumulables : undefined) ?? NO_ACCUMULABLES;
    const metrics = "metrics" in outcome ? outcome.metrics : undefined;
    const executorMetrics = "executorMetrics" in outcome ? outcome.executorMetrics : undefined;
    outbox.emit({
      type: "TaskEnd",
      stageId: set.stage.id,
      stageAttemptId: set.attempt,
      taskType: set.stage.isMapStage ? "ShuffleMapTask" : "ResultTask",
      reason,
      taskInfo: taskInfo(attempt, outbox.now, reason.reason, accumulables),
      ...(metrics === undefined ? {} : { taskMetrics: metrics }),
      ...(executorMetrics === undefined ? {} : { taskExecutorMetrics: executorMetrics }),
    });
  }
}

/** No-preference tasks are told as PROCESS_LOCAL, as Spark does. */
function localityName(level: number): TaskLocality {
  return level === NO_PREF ? "PROCESS_LOCAL" : LOCALITY_LEVELS[level]!;
}

function taskInfo(attempt: TaskAttempt, finishTime: number, reason: string, accumulables: readonly AccumulableInfo[]): TaskInfo {
  const { set, index, executor } = attempt;
  return {
    taskId: attempt.taskId,
    index,
    attemptNumber: attempt.attemptNumber,
    partitionId: set.partitionOf(index),
    launchTime: attempt.launchTime,
    executorId: executor.id,
    host: executor.host,
    taskLocality: localityName(attempt.locality),
    speculative: attempt.speculative,
    gettingResultTime: attempt.gettingResultTime,
    finishTime,
    failed: finishTime > 0 && reason !== "Success" && reason !== "TaskKilled",
    killed: reason === "TaskKilled",
    accumulables,
  };
}
