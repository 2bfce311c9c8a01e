/** What came of a task, told to the scheduler in its terms: the results, losses and errors that executors report. */
import { ClusterError, InternalError, unreachable } from "../common/errors";
import type { ListenerBus } from "../events/listener-bus";
import type { AccumulableInfo } from "../events/listener-events";
import type { AccumulatorUpdate } from "../rdd/task-runner";
import type { TaskMetrics } from "../storage/task-env";
import type { TaskFailure } from "../wire/failure";
import type { RunningTotals } from "./accumulables";
import type { TaskUpdate } from "./endpoint/types";
import { thrownValue } from "./job-errors";
import type { TaskOutcome } from "./scheduler/events";
import { shortened } from "./user-stack";

export type FinishedUpdate = Extract<TaskUpdate, { state: "finished" }>;

export interface OutcomeOptions {
  readonly bus: ListenerBus;
  /** A task's stack trace with the lines of the user's sources. */
  mapStack(stack: string): string;
  /** Reads values of user classes in errors that tasks threw. */
  decodeValue(bytes: Uint8Array): unknown;
  /** Of those that have names: what a task added, for listeners. Asked for before it is merged. */
  describeAccumulators(updates: readonly AccumulatorUpdate[], totals: RunningTotals): AccumulableInfo[];
}

export class TaskOutcomes {
  /** Of accumulators with names, while updates that came together are about to be merged. */
  readonly #unmerged: RunningTotals = new Map();

  /** @param executors those that are there now: outputs of others cannot be had. */
  constructor(
    private readonly options: OutcomeOptions,
    private readonly executors: ReadonlyMap<string, unknown>,
  ) {}

  /** Other updates come, and all before are merged. */
  begin(): void {
    this.#unmerged.clear();
  }

  /** Of a task that is over; a result that its executor kept is fetched first (`success`). */
  of(update: Exclude<TaskUpdate, { state: "started" }>): TaskOutcome {
    switch (update.state) {
      case "finished":
        if (update.output.kind === "kept") throw new InternalError(`The result of task ${update.taskId} was not fetched.`);
        return this.success(update, update.output.kind === "result" ? update.output.bytes : update.output.status);
      case "failed":
        return this.#failure(update.taskId, update.failure, update.metrics);
      case "killed":
        return { kind: "killed", reason: update.reason, neverStarted: update.startedAt === 0, metrics: update.metrics };
      case "recalled":
        return { kind: "killed", reason: "recalled", neverStarted: true };
      default:
        return unreachable(update);
    }
  }

  /** Of a task that ended well: `result` is its result or map status, which may have been fetched meanwhile. */
  success({ metrics, accumulators }: FinishedUpdate, result: Uint8Array): TaskOutcome {
    if (accumulators.length === 0) return { kind: "success", result, metrics };
    if (!this.options.bus.wants("TaskEnd")) return { kind: "success", result, metrics, accumUpdates: accumulators };
    const accumulables = this.options.describeAccumulators(accumulators, this.#unmerged);
    return { kind: "success", result, metrics, accumUpdates: accumulators, accumulables };
  }

  #failure(taskId: number, failure: TaskFailure, metrics: TaskMetrics): TaskOutcome {
    switch (failure.kind) {
      case "fetchFailed": {
        const fetch = failure.fetch;
        if (fetch === null) throw new InternalError(`Task ${taskId} failed to fetch, but does not say what.`);
        return {
          kind: "fetchFailed",
          ...fetch,
          unreachable: fetch.executorId !== null && !this.executors.has(fetch.executorId),
          message: failure.description,
          metrics,
        };
      }
      case "commitDenied":
        return { kind: "commitDenied", message: failure.description, metrics };
      case "exception":
      case "outOfMemory":
      case "threadEnded": {
        const error =
          failure.error === null
            ? new ClusterError(failure.kind === "outOfMemory" ? "OUT_OF_MEMORY" : "TASK_THREAD_ENDED", failure.description)
            : thrownValue(failure.error, this.options);
        return {
          kind: "userError",
          className: failure.error?.name || (failure.kind === "outOfMemory" ? "OutOfMemoryError" : "Error"),
          description: failure.error?.message || failure.description,
          fullStackTrace: shortened(
            (failure.error === null ? "" : this.options.mapStack(failure.error.stack)) || failure.description,
          ),
          error,
          metrics,
        };
      }
      default:
        return unreachable(failure.kind);
    }
  }
}
