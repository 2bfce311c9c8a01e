/**
 * What a worker thread asks of its process's main thread, and the port through which it asks. The executor carries the
 * calls (a message and a blocking wait); `WorkerStorage` makes them, `ExecutorStorage` answers them. Arguments and
 * results are plain data, typed arrays and shared memories, so that structured clone carries them.
 */
import type { BlockAddress } from "./block-address";
import type { Extent } from "./arena";
import type { SharedMemory } from "./shared-memory";
import type { BlockId } from "./task-env";
import type { MemoryOffer } from "./task-memories";

/**
 * The worker's end. `call` blocks until the answer is there and throws what the handler threw; `send` returns at once and
 * has no answer. Both keep their order.
 */
export interface HostCalls {
  call<Op extends StorageOp>(op: Op, args: StorageOps[Op]["args"]): StorageOps[Op]["result"];
  send<Op extends StorageOp>(op: Op, args: StorageOps[Op]["args"]): void;
}

/** Who asks: the main thread's port fills it in, a worker cannot claim to be another. */
export interface Caller {
  readonly slot: number;
  readonly taskId: number;
}

export type StorageOp = keyof StorageOps;

/** Every storage operation begins so, for the executor's dispatch. */
export const STORAGE_OP_PREFIX = "storage.";

export interface StorageOps {
  /** The slabs that exist, in order of their numbers. */
  "storage.slabs": { args: null; result: readonly SharedMemory[] };
  /** Evicts blocks so that tasks may have `bytes` more. True when the limit rose, so that asking again makes sense. */
  "storage.needMemory": { args: { bytes: number }; result: boolean };

  /** Opens a cached block for reading, from wherever it is. The lease keeps it until "closeBlock" or the end of the attempt. */
  "storage.openBlock": { args: { id: BlockId }; result: OpenBlock | null };
  "storage.closeBlock": { args: { lease: number }; result: void };
  /**
   * Room for a block that is being written; null when there is none, or when its dataset would have more than `most` bytes in memory.
   * `extent.length` is `bytes`.
   */
  "storage.grant": { args: { id: BlockId; bytes: number; most: number | null }; result: Extent | null };
  /** Gives granted extents back that will not be part of a block. */
  "storage.ungrant": { args: { extents: readonly Extent[] }; result: void };
  "storage.commitBlock": { args: BlockCommit; result: OpenBlock | null };
  /** A block read from disk did not match its checksum: it is dropped and the driver told. */
  "storage.corruptBlock": { args: { id: BlockId; path: string; message: string }; result: void };

  /** Bytes of a broadcast or another named block of the driver. */
  "storage.openBytes": { args: { id: string }; result: OpenBlock };

  /** Offers a memory to other tasks of this executor until the lease or the attempt ends. */
  "storage.offerMemory": { args: MemoryOffer; result: { readonly lease: number } };
  /** What another task of this executor offers under the key; null where none does within `waitMs`. */
  "storage.joinMemory": { args: { key: string; waitMs: number }; result: SharedMemory | null };

  "storage.mapOutputs": { args: { shuffleId: number }; result: PackedMapOutputs | FetchFailure };
  /** Moves a staging file into place. The answer is another attempt's output when one had been committed before. */
  "storage.commitMap": { args: MapCommit; result: { readonly offsets: Float64Array; readonly checksums: Uint32Array } | null };
  /** The first attempt of a map task has moved its own file into place: the main thread gets to know it, nobody waits. */
  "storage.mapInPlace": { args: MapInPlace; result: void };
  /** A segment of this executor did not match its checksum or could not be read: the main thread looks for itself. */
  "storage.badMap": { args: { shuffleId: number; map: number; reduce: number }; result: void };
  /** Starts fetching segments of one executor; `takeSegments` with the same ticket waits for them. */
  "storage.startSegments": { args: SegmentFetch; result: void };
  "storage.takeSegments": { args: { ticket: number }; result: TakenSegments | FetchFailure };
  /** The bytes of a ticket are no longer needed. Also for one that was never taken. */
  "storage.dropSegments": { args: { ticket: number }; result: void };
}

/** Runs of whole encoded batches, in order. Exactly one of the three kinds of places. */
export type BlockFrames =
  | { readonly kind: "memory"; readonly extents: readonly Extent[] }
  /** Frame i is bytes [offsets[i], offsets[i + 1]) of the file and has the CRC-32 checksums[i]. */
  | { readonly kind: "disk"; readonly path: string; readonly offsets: Float64Array; readonly checksums: Uint32Array }
  | { readonly kind: "inline"; readonly frames: readonly Uint8Array[] };

export interface OpenBlock {
  /** 0 when there is nothing to close. */
  readonly lease: number;
  readonly rows: number;
  readonly frames: BlockFrames;
}

/** Plain form of a StorageLevel. */
export interface LevelFlags {
  readonly useDisk: boolean;
  readonly useMemory: boolean;
  readonly useOffHeap: boolean;
  readonly deserialized: boolean;
  readonly replication: number;
}

export interface BlockCommit {
  readonly id: BlockId;
  readonly level: LevelFlags;
  readonly rows: number;
  /** Memory: extents granted to this attempt, of which `length` is used. Disk: a file of this attempt in the executor's directories. Inline: small blocks. */
  readonly frames: BlockFrames;
}

/** Map outputs in shared memory, as `MapOutputView` reads them. */
export interface PackedMapOutputs {
  readonly shuffleId: number;
  readonly epoch: number;
  readonly numMaps: number;
  readonly numReducers: number;
  readonly executors: readonly BlockAddress[];
  /** offsets: numMaps × (numReducers + 1) float64, then checksums: numMaps × numReducers uint32, then owners: numMaps int32. */
  readonly buffer: SharedArrayBuffer;
}

/** A map output at its final path. */
export interface MapInPlace {
  readonly shuffleId: number;
  readonly map: number;
  readonly stageId: number;
  readonly stageAttempt: number;
  readonly path: string;
  readonly offsets: Float64Array;
  readonly checksums: Uint32Array;
}

export interface MapCommit {
  readonly shuffleId: number;
  readonly map: number;
  readonly stageId: number;
  readonly stageAttempt: number;
  /** Complete, with its index at the end. */
  readonly stagingFile: string;
  readonly offsets: Float64Array;
  readonly checksums: Uint32Array;
}

export interface SegmentFetch {
  /** Unique among the fetches of this slot. */
  readonly ticket: number;
  readonly shuffleId: number;
  readonly owner: BlockAddress;
  readonly maps: Int32Array;
  readonly reduces: Int32Array;
  /** Sum of the segments' sizes; with `from` the length of the part. */
  readonly bytes: number;
  /** Only a part of the one segment, from this byte on. */
  readonly from?: number;
}

/** The segments one after the other in the order of the request. */
export type TakenSegments = { readonly failed?: undefined } & (
  { readonly kind: "memory"; readonly extent: Extent } | { readonly kind: "inline"; readonly bytes: Uint8Array }
);

/** A FetchFailed on its way to the thread that throws it. `map` and `reduce` are -1 where unknown. */
export interface FetchFailure {
  readonly failed: true;
  readonly shuffleId: number;
  readonly map: number;
  readonly reduce: number;
  readonly executorId: string | null;
  readonly message: string;
}
