/** How tasks ended, as counts and in words. */
import type { TaskEndReason } from "../../events/listener-events";

export interface TaskEnded {
  readonly succeeded: number;
  readonly failed: number;
  readonly killed: number;
}

const SUCCEEDED: TaskEnded = { succeeded: 1, failed: 0, killed: 0 };
const WAS_KILLED: TaskEnded = { succeeded: 0, failed: 0, killed: 1 };
const HAS_FAILED: TaskEnded = { succeeded: 0, failed: 1, killed: 0 };

export function outcomeOf({ reason }: TaskEndReason): TaskEnded {
  if (reason === "Success") return SUCCEEDED;
  return reason === "TaskKilled" || reason === "TaskCommitDenied" ? WAS_KILLED : HAS_FAILED;
}

/** Why a task was killed, for the summary of kills. */
export function killSummary(reason: TaskEndReason): string | undefined {
  if (reason.reason === "TaskKilled") return reason.killReason;
  return reason.reason === "TaskCommitDenied" ? errorText(reason) : undefined;
}

/** As Spark words it. */
export function errorText(reason: TaskEndReason): string | undefined {
  switch (reason.reason) {
    case "Success":
      return undefined;
    case "Resubmitted":
      return "Resubmitted (resubmitted due to lost executor)";
    case "TaskResultLost":
      return "TaskResultLost (result lost from block manager)";
    case "UnknownReason":
      return "UnknownReason";
    case "TaskKilled":
      return `TaskKilled (${reason.killReason})`;
    case "TaskCommitDenied":
      return `TaskCommitDenied (Driver denied task commit) for job: ${reason.jobId}, partition: ${reason.partitionId}, attemptNumber: ${reason.attemptNumber}`;
    case "ExecutorLostFailure":
      return `ExecutorLostFailure (executor ${reason.executorId} exited ${reason.exitCausedByApp ? "caused by one of the running tasks" : "unrelated to the running tasks"}) Reason: ${reason.lossReason ?? ""}`;
    case "FetchFailed": {
      const { blockManager } = reason;
      const from =
        blockManager === null
          ? "null"
          : `BlockManagerId(${blockManager.executorId}, ${blockManager.host}, ${blockManager.port}, None)`;
      return `FetchFailed(${from}, shuffleId=${reason.shuffleId}, mapIndex=${reason.mapIndex}, mapId=${reason.mapId}, reduceId=${reason.reduceId}, message=\n${reason.message}\n)`;
    }
    case "ExceptionFailure":
      return reason.fullStackTrace !== "" ? reason.fullStackTrace : `${reason.className}: ${reason.description}`;
  }
}
