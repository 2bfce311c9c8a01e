/**
 * What passes between the driver's endpoint and the parts of the driver that decide. Plain data: no protobuf type and
 * no gRPC object leaves this folder.
 */
import type { AccumulatorUpdate } from "../../rdd/task-runner";
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
  /** Barrier stages: the host of every task by partition. */
  readonly barrier?: { readonly addresses: readonly string[] };
}

export interface LaunchTask {
  /** Unique in the application, below 2^32. */
  readonly taskId: number;
  readonly partition: number;
  readonly attempt: number;
  readonly payload?: Uint8Array;
}

export interface RegisteredExecutor {
  readonly executorId: string;
  readonly host: string;
  readonly cores: number;
  readonly pid: number;
  /** Tasks that it takes beyond those that run. */
  readonly queueCapacity: number;
  /** Where other executors fetch its blocks; null when it serves none. */
  readonly blockAddress: string | null;
  readonly memoryBytes: number;
  readonly storageBytes: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly logUrls: Readonly<Record<string, string>>;
}

export interface ExecutorHeartbeat {
  readonly residentBytes: number;
  readonly peakResidentBytes: number;
  readonly heapBytes: number;
  readonly storageUsedBytes: number;
  /** How late the executor's main loop was at worst since the last heartbeat, ms. */
  readonly loopLag: number;
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
      readonly output: { readonly kind: "result"; readonly bytes: Uint8Array } | { readonly kind: "map"; readonly status: Uint8Array };
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
  | { readonly state: "killed"; readonly taskId: number; readonly startedAt: number; readonly finishedAt: number; readonly metrics: TaskMetrics; readonly reason: string }
  /** The answer to recallTasks for a task that had not begun: it is the driver's again. */
  | { readonly state: "recalled"; readonly taskId: number };

/** A cached block was stored (`stored`), changed its place, or was dropped. */
export interface BlockUpdate {
  readonly blockId: string;
  readonly storageLevel: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly stored: boolean;
}

export interface ExecutorAddress {
  readonly executorId: string;
  readonly host: string;
  readonly blockAddress: string;
}

export interface MapOutputsAnswer {
  readonly epoch: number;
  /** By map index: who has it and its encoded MapStatus; null when missing. */
  readonly outputs: readonly ({ readonly executorId: string; readonly status: Uint8Array } | null)[];
}

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

/** What the driver decides or knows. Handlers that ask may answer at once or by a promise; a rejection becomes the error of the task that asked. */
export interface EndpointHandlers {
  executorRegistered(executor: RegisteredExecutor): void;
  /** Once for every registered executor, whatever the reason; nothing comes from it afterwards. */
  executorLost(executorId: string, reason: string): void;
  heartbeat(executorId: string, heartbeat: ExecutorHeartbeat): void;
  taskUpdates(executorId: string, updates: readonly TaskUpdate[]): void;
  blockUpdates(executorId: string, updates: readonly BlockUpdate[]): void;
  mapOutputs(shuffleId: number): MapOutputsAnswer | Promise<MapOutputsAnswer>;
  /** For each id the executors that hold the block. */
  blockLocations(blockIds: readonly string[]): readonly (readonly string[])[];
  commitTask(question: CommitQuestion): boolean | Promise<boolean>;
  /** Resolves, for all that met, with their messages by partition. */
  barrier(question: BarrierQuestion): Promise<readonly string[]>;
  /** The bytes of a broadcast or another block of the driver; null when there is none. */
  driverBlock(id: string): Uint8Array | null | Promise<Uint8Array | null>;
}

/** What executors are to forget. */
export type Removal =
  | { readonly rdd: number }
  | { readonly shuffle: number }
  | { readonly block: string }
  | { readonly driverBlock: string }
  /** The stage attempt is over: its id and binary will not be used again. */
  | { readonly taskSet: number };

export interface ThreadState {
  readonly name: string;
  readonly state: string;
  readonly stack: string;
  readonly taskId: number | null;
}
