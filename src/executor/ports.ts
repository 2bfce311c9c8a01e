/**
 * What the executor needs from the storage layer and the RDD layer. The entry points join them: an executor's main thread
 * gets an `ExecutorStorage`, each of its worker threads a `ThreadStorage` and a `TaskRunner`.
 */
import type { ValueContext } from "../columnar/value-context";
import type { TaskRunner } from "../rdd/task-runner";
import type { DriverCalls } from "../storage/driver-calls";
import type { HostCalls, HostCallTable } from "../storage/host-calls";
import type { TaskBlocks, TaskInfo, TaskMemory, TaskMetrics, TaskShuffle } from "../storage/task-env";

/** What an executor process knows when it starts, before it has spoken to the driver. */
export interface ExecutorIdentity {
  readonly executorId: string;
  readonly applicationId: string;
  readonly host: string;
  /** Task threads. */
  readonly cores: number;
  /** All memory of the process, bytes. */
  readonly memoryBytes: number;
  /** Directories of this executor alone: made before the storage starts, removed when the process ends. */
  readonly localDirs: readonly string[];
  /** Interface to listen on for other executors; a directory for sockets ("unix:/dir") where all are on this host. */
  readonly bindAddress: string;
}

/** The main thread's side of the storage layer. */
export interface ExecutorStorage {
  /** Cloned to every worker thread as it starts: shared memory and limits. */
  readonly threadData: unknown;
  /** V8 limits of a worker thread, and the resident size above which the watchdog ends the process, bytes. */
  readonly limits: {
    readonly threadHeapBytes: number;
    readonly threadYoungBytes?: number;
    readonly residentBytes: number;
    /** Most that cached blocks may take of the shared memory. */
    readonly storageBytes: number;
  };
  /** Registers its operations, and gets the way to the driver. Called once, before any thread runs a task. */
  start(calls: HostCallTable, driver: DriverCalls): void;
  /** Where other executors fetch blocks; "" when there is no need for it. The server starts here. */
  listen(secret: Uint8Array): Promise<string>;
  /** The driver registered us: the application's settings. */
  configured(conf: Readonly<Record<string, string>>): void;
  /** The attempt is over, whatever happened: its leases and temporary files can go. */
  taskEnded(taskId: number): void;
  /** The thread is gone, and with it whatever it held. */
  threadEnded(thread: number): void;
  removeRdd(rddId: number): void;
  removeShuffle(shuffleId: number): void;
  removeBlock(blockId: string): void;
  removeDriverBlock(id: string): void;
  invalidateMapOutputs(shuffleId: number, epoch: number): void;
  usedBytes(): number;
  stop(): Promise<void>;
}

/** The worker thread's side of the storage layer. */
export interface ThreadStorage {
  openTask(task: ThreadTask): TaskStorage;
}

export interface ThreadTask {
  readonly info: TaskInfo;
  readonly metrics: TaskMetrics;
  readonly values: ValueContext;
  conf(key: string): string | undefined;
  interrupted(): boolean;
}

/** What a task sees of the storage layer. */
export interface TaskStorage {
  readonly memory: TaskMemory;
  readonly blocks: TaskBlocks;
  readonly shuffle: TaskShuffle;
  tempFile(purpose: string): string;
  /** The attempt is over in this thread. */
  close(): void;
}

/** Made by the entry point of the worker thread's bundle. */
export interface ThreadParts {
  readonly runner: TaskRunner;
  readonly storage: ThreadStorage;
}

export interface ThreadContext {
  readonly host: HostCalls;
  readonly executorId: string;
  readonly thread: number;
  /** ExecutorStorage.threadData. */
  readonly storageData: unknown;
  conf(key: string): string | undefined;
}
