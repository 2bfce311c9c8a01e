/**
 * What passes between the driver's endpoint and the parts of the driver that decide. Plain data: no protobuf type and
 * no gRPC object leaves this folder.
 */
import type { ResourceAddresses } from "../../common/resources";
import type { AccumulatorUpdate } from "../../rdd/task-runner";
import type { BlockAddress } from "../../storage/block-address";
import type { BlockUpdate } from "../../storage/ports";
import type { TaskMetrics } from "../../storage/task-env";
import type { TaskFailure } from "../../wire/failure";

/** What the tasks of one stage attempt have in common. Told once to each executor that gets one of them. */
export interface TaskSetInfo {
  /** Unique in the application; new for every attempt of a stage. */
  readonly id: number;
  /** Content id of `binary`: equal binaries are sent once to an executor. */
  readonly binaryId: string;
  readonly binary: Uint8Array;
  readonly jobId: number;
  readonly stageId: number;
  readonly stageAttempt: number;
  readonly numPartitions: number;
  readonly cpus: number;
  readonly localProperties: Readonly<Record<string, string>>;
  /** Ids of the shuffles that its tasks may read. */
  readonly shuffles?: readonly number[];
  /** Barrier stages: the host of every task by partition. */
  readonly barrier?: { readonly addresses: readonly string[] };
}

export interface LaunchTask {
  /** Unique in the application, below 2^32. */
  readonly taskId: number;
  readonly partition: number;
  readonly attempt: number;
  readonly payload?: Uint8Array;
  readonly resources?: ResourceAddresses;
}

export interface RegisteredExecutor {
  readonly executorId: string;
  readonly host: string;
  readonly cores: number;
  readonly pid: number;
  /** Tasks that it takes beyond those that run. */
  readonly queueCapacity: number;
  /** Where its blocks are fetched. */
  readonly blockAddress: BlockAddress;
  readonly memoryBytes: number;
  /** The most that cached blocks can take of it. */
  readonly storageBytes: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly logUrls: Readonly<Record<string, string>>;
  readonly resources: ResourceAddresses;
  /** Files of a dead executor that this one serves from now on; `status` is an encoded MapStatus. */
  readonly survivors: {
    readonly mapOutputs: readonly { readonly shuffleId: number; readonly map: number; readonly status: Uint8Array }[];
    readonly blocks: readonly BlockUpdate[];
  };
}

export interface ExecutorHeartbeat {
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  readonly heapBytes: number;
  readonly storageUsedBytes: number;
  readonly executionUsedBytes: number;
  /** CPU time of the process since its start. */
  readonly cpuMicros: number;
  /** How late the executor's main loop was at worst since the last heartbeat, ms. */
  readonly loopLag: number;
  /** It begins no further task, as its memory is short; told at once when that changes. */
  readonly paused: boolean;
  /** Resident bytes at which it pauses; 0: never. */
  readonly pausesAtBytes: number;
  /** Since the process began, ms, when it counted: heartbeats that waited for a busy driver arrive all at once. */
  readonly uptime: number;
  /** File descriptors of the process; 0: not known. */
  readonly openFiles: number;
  /** Of its machine, since that was started; 0: not known. */
  readonly netReceivedBytes: number;
  readonly netSentBytes: number;
  readonly diskReadBytes: number;
  readonly diskWrittenBytes: number;
  readonly running: readonly { readonly taskId: number; readonly startedAt: number; readonly metrics: TaskMetrics }[];
}

/** Times are milliseconds since the epoch by the executor's clock. */
export type TaskUpdate =
  /** Sent only for tasks that run for longer than a few milliseconds. */
  | { readonly state: "started"; readonly taskId: number; readonly startedAt: number }
  | {
      readonly state: "finished";
      readonly taskId: number;
      readonly startedAt: number;
      readonly finishedAt: number;
      readonly metrics: TaskMetrics;
      readonly accumulators: readonly AccumulatorUpdate[];
      /** `status` is an encoded MapStatus (wire/map-status.ts): kept as it is and handed on in MapOutputsAnswer. */
      readonly output:
        | { readonly kind: "result"; readonly bytes: Uint8Array }
        /** The executor keeps a result of so many bytes, to be fetched and then removed (driver/kept-results.ts). */
        | { readonly kind: "kept"; readonly bytes: number }
        | { readonly kind: "map"; readonly status: Uint8Array };
    }
  | {
      readonly state: "failed";
      readonly taskId: number;
      readonly startedAt: number;
      readonly finishedAt: number;
      readonly metrics: TaskMetrics;
      readonly failure: TaskFailure;
    }
  /** The answer to killTask; `startedAt` is 0 when it had not begun. */
  | {
      readonly state: "killed";
      readonly taskId: number;
      readonly startedAt: number;
      readonly finishedAt: number;
      readonly metrics: TaskMetrics;
      readonly reason: string;
    }
  /** The answer to recallTasks for a task that had not begun: it is the driver's again. */
  | { readonly state: "recalled"; readonly taskId: number };

/** Where the outputs of a shuffle are. Element m belongs to map task m. */
export interface MapOutputsAnswer {
  readonly epoch: number;
  readonly executors: readonly string[];
  /** Index into `executors`; -1 when the output is missing. */
  readonly executorOf: Int32Array;
  /** Encoded MapStatus; not looked at where the output is missing. */
  readonly statuses: readonly unknown[];
}

export type { BlockUpdate };

export interface CommitQuestion {
  readonly executorId: string;
  readonly stageId: number;
  readonly stageAttempt: number;
  readonly partition: number;
  readonly attempt: number;
  readonly taskId: number;
}

export interface BarrierQuestion {
  readonly executorId: string;
  readonly taskSetId: number;
  readonly partition: number;
  readonly attempt: number;
  readonly taskId: number;
  /** Counts the meetings of the task, from 0. */
  readonly round: number;
  readonly kind: "barrier" | "allGather";
  readonly message: string;
}

/** Why an executor is lost: what it said itself, or how its process or connection ended. */
export interface LastWords {
  readonly reason: string;
  /** Task ids of the attempts to blame; absent where that is not known. */
  readonly culprits?: readonly number[];
}

/**
 * What the driver decides or knows. Handlers that ask may answer at once or by a promise; a rejection becomes the error of
 * the task that asked.
 */
export interface EndpointHandlers {
  executorRegistered(executor: RegisteredExecutor): void;
  /** Once for every registered executor, whatever the reason; nothing comes from it afterwards. */
  executorLost(executorId: string, words: LastWords): void;
  heartbeat(executorId: string, heartbeat: ExecutorHeartbeat): void;
  taskUpdates(executorId: string, updates: readonly TaskUpdate[]): void;
  blockUpdates(executorId: string, updates: readonly BlockUpdate[]): void;
  /** The executor serves map outputs that `from` had. */
  mapOutputsMoved(executorId: string, from: string, outputs: RegisteredExecutor["survivors"]["mapOutputs"]): void;
  /** An executor that was decommissioned runs no task and has moved what it could. May be told more than once. */
  evacuated(executorId: string): void;
  /** Rejects or throws when the shuffle is not known. */
  mapOutputs(shuffleId: number): MapOutputsAnswer | Promise<MapOutputsAnswer>;
  /** Ids of the executors that hold the block, best first. */
  blockLocations(blockId: string): readonly string[];
  commitTask(question: CommitQuestion): boolean | Promise<boolean>;
  /** Resolves, for all that met, with their messages by partition. */
  barrier(question: BarrierQuestion): Promise<readonly string[]>;
}

/** What executors are to forget. */
export type Removal =
  | { readonly rdd: number }
  | { readonly shuffle: number }
  | { readonly block: string }
  | { readonly broadcast: string }
  /** The stage attempt is over. */
  | { readonly taskSet: number }
  /** No further attempt of the stage will come. */
  | { readonly binary: string };

export interface ThreadState {
  readonly name: string;
  readonly state: string;
  readonly stack: string;
  readonly taskId: number | null;
}

/** What somebody who looks on wants of an executor; what is absent stays as it is. */
export interface Inspection {
  /** Milliseconds between heartbeats from now on. */
  readonly heartbeatInterval?: number;
  readonly profile?: "start" | "stop" | "read";
  /** Between two samples of a thread, for "start". */
  readonly profileIntervalMicros?: number;
  /** "INFO" and the like, for its log. */
  readonly logLevel?: string;
}
