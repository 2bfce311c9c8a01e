/**
 * What the executor needs of the layers that it joins: the entry point of an executor process gives its main thread a
 * storage, and each of its worker threads a storage and a task runner.
 */
import type { ValueContext } from "../columnar/value-context";
import type { TaskRunner } from "../rdd/task-runner";
import type { BlockAddress } from "../storage/block-address";
import type { Caller, HostCalls } from "../storage/host-calls";
import type { ExecutorStorageOptions, MapOutputTable, StorageStatus, Survivors } from "../storage/ports";
import type { SharedMemories, TaskBlocks, TaskInfo, TaskMemory, TaskMetrics, TaskShuffle } from "../storage/task-env";

export type OpenStorage = (options: ExecutorStorageOptions) => ExecutorStoragePort;

/** The main thread's side of the storage layer. */
export interface ExecutorStoragePort {
  /** Cloned to every worker thread as it starts: shared memory and limits. */
  readonly shared: unknown;
  /** Starts the block server where there is one to start; afterwards the address and the survivors are known. */
  start(): Promise<void>;
  readonly address: BlockAddress;
  readonly survivors: Survivors;
  /** Answers a worker thread's question whose operation begins with STORAGE_OP_PREFIX. */
  handle(caller: Caller, op: string, args: unknown): unknown;
  /** The attempt is over, whatever happened: its leases, its memory and its temporary files can go. */
  taskEnded(slot: number, taskId: number): void;
  /** Keeps bytes as block `id` until `removeBlock`. */
  keepResult(id: string, bytes: Uint8Array): Promise<void>;
  removeRdd(rddId: number): void;
  removeShuffle(shuffleId: number): void;
  removeBlock(blockId: string): void;
  removeBroadcast(id: string): void;
  invalidateMapOutputs(shuffleId: number, epoch: number): void;
  /** The driver tells where the outputs of a shuffle are before anybody has asked. */
  mapOutputsKnown(shuffleId: number, table: MapOutputTable): void;
  /** One round of moving what is here to other executors; false when nothing more can be moved. */
  evacuate(): Promise<boolean>;
  status(): StorageStatus;
  /** Ends all transfers and removes the executor's files. */
  stop(): Promise<void>;
  /** Removes the files only, synchronously, for a process that is about to exit. Never throws. */
  removeFiles(): void;
}

/** The worker thread's side of the storage layer. */
export interface ThreadStorage {
  openTask(task: ThreadTask): TaskStorage;
  /** Between tasks: gives up what the main thread has removed meanwhile. */
  tidy(): void;
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
  readonly memories?: SharedMemories;
  tempFile(purpose: string): string;
  readonly directory: string;
  /** The attempt is over in this thread. */
  close(): void;
}

/** Made once a worker thread, when it gets its slot. */
export interface ThreadParts {
  readonly runner: TaskRunner;
  readonly storage: ThreadStorage;
}

export interface ThreadContext {
  readonly calls: HostCalls;
  readonly slot: number;
  readonly executorId: string;
  /** ExecutorStoragePort.shared. */
  readonly storage: unknown;
  conf(key: string): string | undefined;
}

export type OpenThread = (context: ThreadContext) => ThreadParts;

export type { Caller, HostCalls };
