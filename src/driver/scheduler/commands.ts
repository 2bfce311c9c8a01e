/**
 * What the scheduler wants done. The shell carries commands out in the order given; none of them is answered in place:
 * outcomes come back as events.
 */
import type { ResourceAddresses } from "../../common/resources";
import type { ListenerEvent } from "../../events/listener-events";
import type { LineageNode, ShuffleDependencyInfo } from "../../rdd/lineage";

export type Command =
  | PrepareStage
  | StartBarrier
  | LaunchTasks
  | KillTask
  | StageEnded
  | TaskResult
  | MergeAccumulators
  | JobSucceeded
  | JobFailed
  | MapOutputsChanged
  | FreeShuffle
  | RequestExecutors
  | ReleaseExecutors
  | WakeAt
  | Warn
  | Emit;

/** Make the task binary of a stage attempt (one kept from an earlier attempt will do); answer `StageReady` or `StageFailedToPrepare`. */
export interface PrepareStage {
  readonly type: "PrepareStage";
  readonly stageId: number;
  readonly attempt: number;
  /** The job whose properties the tasks see: the oldest active one that needs the stage. */
  readonly jobId: number;
  /** The stage's last dataset. */
  readonly node: LineageNode;
  /** What a map stage writes; absent for a result stage, whose output is the job's action. */
  readonly shuffle?: ShuffleDependencyInfo;
  readonly properties: Readonly<Record<string, string>>;
}

/** The barrier stage attempt starts with exactly these tasks, in partition order; sent just before their `LaunchTasks`. */
export interface StartBarrier {
  readonly type: "StartBarrier";
  readonly stageId: number;
  readonly attempt: number;
  readonly taskIds: readonly number[];
  readonly executorIds: readonly string[];
  readonly hosts: readonly string[];
}

/** Send tasks of one stage attempt to one executor: parallel arrays, one element a task, to be started in this order as cores come free. */
export interface LaunchTasks {
  readonly type: "LaunchTasks";
  readonly executorId: string;
  readonly stageId: number;
  readonly attempt: number;
  /** Unique in the application. */
  readonly taskIds: readonly number[];
  /** The partition of the stage's last dataset that the task computes. */
  readonly partitions: readonly number[];
  /** 0 for the first attempt of the task in this stage attempt. */
  readonly attemptNumbers: readonly number[];
  /** Map outputs older than this must be asked for again. */
  readonly epoch: number;
  /** `spark.task.cpus`. */
  readonly cpus: number;
  /** What each task has of the executor's resources; absent where tasks take none. */
  readonly resources?: readonly ResourceAddresses[];
}

/** End an attempt; answer `TaskFinished` as ever, with whatever came of it. */
export interface KillTask {
  readonly type: "KillTask";
  readonly taskId: number;
  readonly executorId: string;
  readonly reason: string;
  /** Whether the user's code may be stopped in the middle (`terminate`), or only asked to end. */
  readonly interrupt: boolean;
  /** A recall: only if the attempt has not started; otherwise it runs on, and no answer is due before it ends. */
  readonly onlyIfQueued: boolean;
}

/** No task of the stage attempt is alive or will be launched. Barriers of it can be closed. */
export interface StageEnded {
  readonly type: "StageEnded";
  readonly stageId: number;
  readonly attempt: number;
  /**
   * False once for every stage that was prepared, the last time: no attempt of it will ever run again, and its task
   * binary can be forgotten. The attempt may then be one that was already told to have ended.
   */
  readonly retained: boolean;
}

/** The result of one partition of a job: at most once per `outputIndex`. */
export interface TaskResult {
  readonly type: "TaskResult";
  readonly jobId: number;
  readonly outputIndex: number;
  /** What the task's `TaskFinished` carried as `result`. */
  readonly result: unknown;
}

/** Accumulator updates that count: for result stages once per partition, for map stages once per successful task. */
export interface MergeAccumulators {
  readonly type: "MergeAccumulators";
  readonly stageId: number;
  readonly taskId: number;
  readonly updates: unknown;
}

/** All results of the job were delivered. */
export interface JobSucceeded {
  readonly type: "JobSucceeded";
  readonly jobId: number;
}

export interface JobFailed {
  readonly type: "JobFailed";
  readonly jobId: number;
  readonly failure: JobFailure;
}

export interface JobFailure {
  readonly kind:
    /** A task failed too often, or fatally; `cause` is its error. */
    | "taskFailed"
    /** A stage was tried too often because map outputs got lost, or a barrier task failed. */
    | "stageFailed"
    | "cancelled"
    /** The task binary could not be made; `cause` says why. */
    | "notPrepared"
    /** More results than `spark.driver.maxResultSize`. */
    | "resultTooLarge"
    /** A stage with indeterminate output has to run again, and a part of the results was given out. */
    | "indeterminate"
    /** Exclusion left no executor for a task. */
    | "excluded"
    /** The stage asks for barrier execution in a way that cannot be had. */
    | "barrier"
    /** Partitions that do not exist were asked for. */
    | "usage";
  /** In Spark's words: "Job aborted due to stage failure: Task 1 in stage 0.0 failed 4 times, most recent failure: …". */
  readonly message: string;
  readonly stageId?: number;
  readonly cause?: unknown;
}

/** Map outputs were added to or taken from the shuffle; answers given out at an earlier epoch are stale. Only sent for losses and relocations. */
export interface MapOutputsChanged {
  readonly type: "MapOutputsChanged";
  readonly shuffleId: number;
  readonly epoch: number;
}

/** Delete the shuffle's files on all executors. */
export interface FreeShuffle {
  readonly type: "FreeShuffle";
  readonly shuffleId: number;
}

/** Dynamic allocation: start executors until this many are there. A smaller number than before ends none: `ReleaseExecutors` does. */
export interface RequestExecutors {
  readonly type: "RequestExecutors";
  readonly total: number;
}

/** Dynamic allocation or exclusion: end these executors; `ExecutorLost` with `causedByApp` false follows. */
export interface ReleaseExecutors {
  readonly type: "ReleaseExecutors";
  readonly executorIds: readonly string[];
  readonly reason: string;
}

/** Send a `Tick` at this time (ms since the epoch) if nothing earlier does; replaces no earlier request. */
export interface WakeAt {
  readonly type: "WakeAt";
  readonly time: number;
}

/** For the log and the console. */
export interface Warn {
  readonly type: "Warn";
  readonly message: string;
}

/** For the listener bus. Only sent for event types that `SchedulerOptions.wants`. */
export interface Emit {
  readonly type: "Emit";
  readonly event: ListenerEvent;
}
