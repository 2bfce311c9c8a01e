/** What the storage of an executor needs from the rest of the process, and what it gives its worker threads. */
import type { BlockAddress, Endpoint } from "./block-address";
import type { LevelFlags } from "./host-calls";
import type { MemoryPlan } from "./memory-plan";
import type { BlockId } from "./task-env";
import type { Encryption } from "./transfer/block-client";

/** The state of one block on this executor after a change. A level with neither memory nor disk: it has it no longer. */
export interface BlockUpdate {
  readonly id: BlockId;
  readonly executorId: string;
  /** The level as it is here and now: where the bytes are. */
  readonly level: LevelFlags;
  readonly rows: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** Why the block was dropped against its level: its file does not match its checksum, or could not be written. */
  readonly lost?: string;
}

/** Where the outputs of a shuffle are, as the driver tells it. */
export interface MapOutputTable {
  readonly epoch: number;
  readonly numMaps: number;
  readonly numReducers: number;
  readonly executors: readonly BlockAddress[];
  /** Per map: index into `executors`, -1 when the output is lost or not there yet. */
  readonly owners: Int32Array;
  /** numMaps rows of numReducers + 1: as in MapOutputWritten. Rows of missing maps are zero. */
  readonly offsets: Float64Array;
  /** numMaps rows of numReducers. */
  readonly checksums: Uint32Array;
}

/** Answered by the driver, through the executor's session. Rejections reach the task that asked as errors. */
export interface StoragePorts {
  /** Called once per change, in order. What a task wrote is reported before the task's end. */
  reportBlock(update: BlockUpdate): void;
  /** Executors that could hold a copy of a block, without this one. */
  peers(): Promise<readonly BlockAddress[]>;
  /** Who has the block, best first, without this executor. */
  blockLocations(id: BlockId): Promise<readonly BlockAddress[]>;
  /** This executor serves map outputs that `from` had. */
  reportTaken(from: string, outputs: Survivors["mapOutputs"]): void;
  /** Rejects when the driver does not know the shuffle. */
  fetchMapOutputs(shuffleId: number): Promise<MapOutputTable>;
}

export interface ExecutorStorageOptions {
  readonly appId: string;
  readonly executorId: string;
  /** Name of this machine as the driver knows it. */
  readonly host: string;
  /** The application's secret. */
  readonly secret: Uint8Array;
  readonly plan: MemoryPlan;
  /** Reads spark.local.dir and the keys of the transfer; unset keys have Spark's defaults. */
  readonly conf: (key: string) => string | undefined;
  /** Where to listen. Port 0 takes a free one; a path is a Unix socket. */
  readonly listen: Endpoint;
  /** The driver's block server, which serves broadcasts; null when there is none. */
  readonly driver: Endpoint | null;
  readonly ports: StoragePorts;
  /** For connections to and from other hosts; null or absent: they are not encrypted. */
  readonly encryption?: Encryption | null;
  /** The process whose end makes the files garbage: the driver where it is on this machine, else this process. */
  readonly ownerPid?: number;
}

/** What a worker thread needs to see the executor's storage; structured-cloneable, for `workerData`. */
export interface SharedStorage {
  readonly executorId: string;
  readonly host: string;
  readonly fileSystem: string;
  readonly slots: number;
  /** `MemoryCells`. */
  readonly cells: SharedArrayBuffer;
  /** The executor's directories, in the order in which they are tried. */
  readonly directories: readonly string[];
  /** Limit of the old generation of a worker thread's heap, bytes: live objects end up there, and V8 gives up when it is full. */
  readonly heapBytes: number;
  /** The most that one task may hold outside of its heap. */
  readonly mostPerTask: number;
  /** Open files that a worker may keep for map outputs. */
  readonly maxOpenFiles: number;
  /** What local files are encrypted with; null: they are not. */
  readonly localDataKey: Uint8Array | null;
}

/** What a dead executor of this application left on this machine and this one has taken over. */
export interface Survivors {
  readonly mapOutputs: readonly {
    readonly shuffleId: number;
    readonly map: number;
    readonly offsets: Float64Array;
    readonly checksums: Uint32Array;
  }[];
  readonly blocks: readonly BlockUpdate[];
}

/** Memory and disk of an executor's blocks, in bytes. */
export interface StorageStatus {
  /** Arena in use, by whatever. */
  readonly memoryUsed: number;
  /** The most that blocks could use if no task held memory. */
  readonly memoryLimit: number;
  /** Execution memory that tasks hold. */
  readonly executionUsed: number;
  readonly diskUsed: number;
  readonly blocks: number;
}
