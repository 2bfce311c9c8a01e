/** How an attempt's end is told to listeners and in messages: Spark's task end reasons and their words. */
import type { AccumulableInfo, BlockManagerInfo, TaskEndReason } from "../../../events/listener-events";
import { unreachable } from "../../../common/errors";
import type { TaskOutcome } from "../events";
import type { TaskAttempt } from "./task-set";

export type Failure = Exclude<TaskOutcome, { kind: "success" }>;

const NONE: readonly AccumulableInfo[] = [];

/** `blockManager` finds the address of an executor for fetch failures. */
export function endReason(
  attempt: TaskAttempt,
  failure: Failure,
  blockManager: (executorId: string) => BlockManagerInfo | null,
): TaskEndReason {
  switch (failure.kind) {
    case "userError":
      return {
        reason: "ExceptionFailure",
        className: failure.className,
        description: failure.description,
        stackTrace: failure.stackTrace ?? [],
        fullStackTrace: failure.fullStackTrace ?? `${failure.className}: ${failure.description}`,
        accumUpdates: failure.accumulables ?? NONE,
      };
    case "fetchFailed":
      return {
        reason: "FetchFailed",
        blockManager: failure.executorId === null ? null : blockManager(failure.executorId),
        shuffleId: failure.shuffleId,
        mapId: failure.map,
        mapIndex: failure.map,
        reduceId: failure.reduce,
        message: failure.message,
      };
    case "killed":
      return { reason: "TaskKilled", killReason: failure.reason, accumUpdates: failure.accumulables ?? NONE };
    case "commitDenied":
      return {
        reason: "TaskCommitDenied",
        jobId: attempt.set.priority,
        partitionId: attempt.set.partitionOf(attempt.index),
        attemptNumber: attempt.attemptNumber,
      };
    case "resultLost":
      return { reason: "TaskResultLost" };
    case "executorGone":
      return {
        reason: "ExecutorLostFailure",
        executorId: attempt.executor.id,
        exitCausedByApp: failure.causedByApp,
        lossReason: failure.reason,
      };
    default:
      return unreachable(failure);
  }
}

/** Does the failure count towards `spark.task.maxFailures`? Nothing does that became of an attempt told to end. */
export function countsAsFailure(attempt: TaskAttempt, failure: Failure): boolean {
  if (attempt.killReason !== null) return false;
  switch (failure.kind) {
    case "userError":
    case "resultLost":
      return true;
    case "executorGone":
      return failure.causedByApp && attempt.started;
    case "fetchFailed":
    case "killed":
    case "commitDenied":
      return false;
    default:
      return unreachable(failure);
  }
}

export function describeReason(reason: TaskEndReason): string {
  switch (reason.reason) {
    case "Success":
    case "Resubmitted":
    case "UnknownReason":
      return reason.reason;
    case "TaskResultLost":
      return "TaskResultLost (result lost from block manager)";
    case "TaskKilled":
      return `TaskKilled (${reason.killReason})`;
    case "TaskCommitDenied":
      return `TaskCommitDenied (Driver denied task commit) for job: ${reason.jobId}, partition: ${reason.partitionId}, attemptNumber: ${reason.attemptNumber}`;
    case "ExecutorLostFailure":
      return (
        `ExecutorLostFailure (executor ${reason.executorId} exited ${reason.exitCausedByApp ? "caused by one of the running tasks" : "unrelated to the running tasks"})` +
        (reason.lossReason === null ? "" : ` Reason: ${reason.lossReason}`)
      );
    case "FetchFailed": {
      const at = reason.blockManager;
      const place = at === null ? "null" : `BlockManagerId(${at.executorId}, ${at.host}, ${at.port}, None)`;
      return `FetchFailed(${place}, shuffleId=${reason.shuffleId}, mapIndex=${reason.mapIndex}, mapId=${reason.mapId}, reduceId=${reason.reduceId}, message=\n${reason.message}\n)`;
    }
    case "ExceptionFailure":
      return reason.fullStackTrace;
    default:
      return unreachable(reason);
  }
}

/** "Lost task 1.0 in stage 0.0 (TID 1) (host executor 1): …". */
export function describeLoss(attempt: TaskAttempt, reason: TaskEndReason): string {
  const { set, index, attemptNumber, taskId, executor } = attempt;
  return `Lost task ${index}.${attemptNumber} in ${set.name} (TID ${taskId}) (${executor.host} executor ${executor.id}): ${describeReason(reason)}`;
}
