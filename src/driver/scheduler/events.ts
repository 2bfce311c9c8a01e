/**
 * Everything that can happen to the scheduler: requests of the user's side, and what the shell reports about the commands
 * it carried out. The shell may repeat or delay any report; the scheduler tells stale ones by task id, stage attempt and
 * epoch and ignores them.
 */
import type { AccumulableInfo, ExecutorMetricsInfo, StackFrame, TaskMetricsInfo } from "../../events/listener-events";
import type { ResourceAddresses } from "../../common/resources";
import type { LineageNode, ShuffleDependencyInfo } from "../../rdd/lineage";
import type { MapOutputId } from "../../storage/task-env";

export type SchedulerEvent =
  | JobSubmitted
  | StageReady
  | StageFailedToPrepare
  | ExecutorRegistered
  | ExecutorLost
  | ExecutorDecommissioned
  | ExecutorsAwaited
  | ExecutorPaused
  | TaskFinished
  | TaskProgress
  | TaskGettingResult
  | BlockUpdated
  | RddUnpersisted
  | MapOutputsRelocated
  | MapOutputsFound
  | ShuffleReleased
  | JobCancelled
  | StageCancelled
  | GroupCancelled
  | TagCancelled
  | AllCancelled
  | KillTaskAttempt
  | Tick;

/** A job was asked for. Answered by `JobSucceeded` or `JobFailed`, exactly once. */
export interface JobSubmitted {
  readonly type: "JobSubmitted";
  /** Unique in the application and growing: also the FIFO priority. */
  readonly jobId: number;
  readonly finalNode: LineageNode;
  /** Partitions of `finalNode` to compute; position in this list = `outputIndex` of the results. */
  readonly partitions: readonly number[];
  /** A job that only writes this shuffle of `finalNode`; it has no results, and `partitions` is empty. */
  readonly shuffle?: ShuffleDependencyInfo;
  /**
   * Spark's local properties at the call: `spark.scheduler.pool`, `spark.jobGroup.id`, `spark.job.tags` (comma-separated),
   * `spark.job.description`, `spark.job.interruptOnCancel`; all of them go into the events and to the tasks.
   */
  readonly properties: Readonly<Record<string, string>>;
  /** "collect at app.ts:12:7". */
  readonly callSite: string;
  /** Several lines for the UI; the call site where absent. */
  readonly callSiteDetails?: string;
}

/** The task binary of the attempt named by a `PrepareStage` is there: tasks may be launched. */
export interface StageReady {
  readonly type: "StageReady";
  readonly stageId: number;
  readonly attempt: number;
}

/** The task binary cannot be made; fails the jobs that need the stage. */
export interface StageFailedToPrepare {
  readonly type: "StageFailedToPrepare";
  readonly stageId: number;
  readonly attempt: number;
  readonly message: string;
  /** Passed on in `JobFailed`. */
  readonly cause: unknown;
}

/** An executor can take tasks. An id is never used for a second process. */
export interface ExecutorRegistered {
  readonly type: "ExecutorRegistered";
  readonly executorId: string;
  readonly host: string;
  readonly cores: number;
  /** Port of its block server, for events. */
  readonly port?: number;
  readonly logUrls?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly resources?: ResourceAddresses;
}

/** The executor and all that runs on it are gone. No report about its tasks needs to follow. */
export interface ExecutorLost {
  readonly type: "ExecutorLost";
  readonly executorId: string;
  /** In words, for messages: "exited with code 3", "heartbeats stopped for 120 s". */
  readonly reason: string;
  /**
   * True when what it ran may have caused it: its running tasks then count a failure each, or only `culprits` where that is known. False when it
   * was killed on purpose or preempted.
   */
  readonly causedByApp: boolean;
  /** Task ids of the attempts that ended it. */
  readonly culprits?: readonly number[];
  /** True when its map outputs can still be read (from its host's disk); they stay until `MapOutputsRelocated` says otherwise. */
  readonly shuffleFilesSurvive: boolean;
  /** Exit code, signal, last lines of output: joined to messages. */
  readonly exitInfo?: string;
}

/** The executor will go away soon: nothing new is launched on it. */
export interface ExecutorDecommissioned {
  readonly type: "ExecutorDecommissioned";
  readonly executorId: string;
}

/** Why the application has no executor, in the words of who places them; null when it has one, or that is not known. */
export interface ExecutorsAwaited {
  readonly type: "ExecutorsAwaited";
  readonly reason: string | null;
}

/**
 * The executor begins no further task, as its memory is short, or does so again. It never stays paused without a task that runs.
 */
export interface ExecutorPaused {
  readonly type: "ExecutorPaused";
  readonly executorId: string;
  readonly paused: boolean;
}

/** An attempt ended. */
export interface TaskFinished {
  readonly type: "TaskFinished";
  readonly taskId: number;
  readonly executorId: string;
  readonly outcome: TaskOutcome;
}

export type TaskOutcome =
  | {
      readonly kind: "success";
      /** A map stage's: the map output's status, kept in `MapOutputRegistry`. A result stage's: comes back in `TaskResult`. */
      readonly result: unknown;
      /** `executorRunTime` in fractions of a ms where it can be had: it tells how many tasks to queue ahead. */
      readonly metrics?: TaskMetricsInfo;
      /** Comes back in `MergeAccumulators` when these updates count. */
      readonly accumUpdates?: unknown;
      readonly accumulables?: readonly AccumulableInfo[];
      readonly executorMetrics?: ExecutorMetricsInfo;
    }
  | {
      /** The user's function, or reading its data, threw. Counts towards `spark.task.maxFailures`. */
      readonly kind: "userError";
      readonly className: string;
      readonly description: string;
      readonly stackTrace?: readonly StackFrame[];
      /** As text, for messages; `className: description` where absent. */
      readonly fullStackTrace?: string;
      /** True when trying again cannot help (a result that cannot be written): the job fails at once. */
      readonly fatal?: boolean;
      /** The error itself, passed on in `JobFailed.failure.cause`. */
      readonly error?: unknown;
      readonly metrics?: TaskMetricsInfo;
      readonly accumulables?: readonly AccumulableInfo[];
    }
  | {
      /** A map output could not be had. Does not count as the task's failure: the map task is run again. */
      readonly kind: "fetchFailed";
      readonly shuffleId: number;
      /** Map index; -1 when not even its place was known. */
      readonly map: number;
      readonly reduce: number;
      /** Executor that was to have it; null when the task does not know: the output is taken as lost, wherever it is. */
      readonly executorId: string | null;
      /** Other outputs that the task cannot use either, wherever they are; all of them count as one failed fetch. */
      readonly also?: readonly MapOutputId[];
      /** True when the executor could not be reached, so that all its map outputs are taken as lost; false when this one block is missing or damaged. */
      readonly unreachable: boolean;
      readonly message: string;
      readonly metrics?: TaskMetricsInfo;
    }
  | {
      readonly kind: "killed";
      readonly reason: string;
      /** True when the attempt was still queued on the executor: no user code ran. */
      readonly neverStarted?: boolean;
      readonly metrics?: TaskMetricsInfo;
      readonly accumulables?: readonly AccumulableInfo[];
    }
  | { readonly kind: "commitDenied"; readonly message: string; readonly metrics?: TaskMetricsInfo }
  /** The result was lost between its executor and the driver. Counts. */
  | { readonly kind: "resultLost" }
  /** The attempt's thread or process went with it though the executor is (still) registered. Counts when `causedByApp`. */
  | { readonly kind: "executorGone"; readonly reason: string; readonly causedByApp: boolean; readonly error?: unknown };

/**
 * An attempt has ended well and its result is still to be fetched: `TaskFinished` follows when it is there. Fails the job
 * when the result is too much for `spark.driver.maxResultSize`: then it need not be fetched.
 */
export interface TaskGettingResult {
  readonly type: "TaskGettingResult";
  readonly taskId: number;
  readonly executorId: string;
  /** Bytes. */
  readonly resultSize: number;
}

/** Records read so far by a running attempt, from heartbeats: speculation spares attempts that make good progress. */
export interface TaskProgress {
  readonly type: "TaskProgress";
  readonly taskId: number;
  readonly recordsRead: number;
}

/** A cached partition came to an executor or left it (`stored` false). */
export interface BlockUpdated {
  readonly type: "BlockUpdated";
  readonly rddId: number;
  readonly partition: number;
  readonly executorId: string;
  readonly stored: boolean;
  readonly memSize: number;
  readonly diskSize: number;
}

/** All cached partitions of the dataset are dropped. */
export interface RddUnpersisted {
  readonly type: "RddUnpersisted";
  readonly rddId: number;
}

/**
 * Map outputs that another executor serves from now on, or that are lost for good (`to` null): all of `from`, which is lost and whose
 * files survived on disk, or only those in `outputs`, which an executor that goes away has moved.
 */
export interface MapOutputsRelocated {
  readonly type: "MapOutputsRelocated";
  readonly from: string;
  readonly to: string | null;
  readonly outputs?: readonly { readonly shuffleId: number; readonly map: number; readonly status: unknown }[];
}

/**
 * An executor has taken over whole map outputs that a dead one left on its host's disk. They count where a task had reported the
 * output and it is lost: what is made again already is made in vain from then on.
 */
export interface MapOutputsFound {
  readonly type: "MapOutputsFound";
  readonly executorId: string;
  readonly outputs: readonly { readonly shuffleId: number; readonly map: number; readonly status: unknown }[];
}

/** No dataset refers to the shuffle any more: its outputs can go. Answered by `FreeShuffle`. */
export interface ShuffleReleased {
  readonly type: "ShuffleReleased";
  readonly shuffleId: number;
}

export interface JobCancelled {
  readonly type: "JobCancelled";
  readonly jobId: number;
  readonly reason?: string;
}
/** Cancels every job that needs the stage. */
export interface StageCancelled {
  readonly type: "StageCancelled";
  readonly stageId: number;
  readonly reason?: string;
}
export interface GroupCancelled {
  readonly type: "GroupCancelled";
  readonly group: string;
  readonly reason?: string;
}
export interface TagCancelled {
  readonly type: "TagCancelled";
  readonly tag: string;
  readonly reason?: string;
}
export interface AllCancelled {
  readonly type: "AllCancelled";
  readonly reason?: string;
}

/** `sc.killTaskAttempt`: the attempt ends, its task runs again. */
export interface KillTaskAttempt {
  readonly type: "KillTaskAttempt";
  readonly taskId: number;
  readonly interrupt: boolean;
  readonly reason: string;
}

/** Time passed: sent at (or after) the time of the earliest `WakeAt`. */
export interface Tick {
  readonly type: "Tick";
}
