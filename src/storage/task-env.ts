/**
 * What a running task may ask of its executor. Everything blocks the calling thread until it is there: inside a task
 * nothing is asynchronous. The executor's worker thread implements it; tests have an in-memory one.
 */
import type { ResourceAddresses } from "../common/resources";
import type { ChunkSource } from "../columnar/chunk";
import type { ValueContext } from "../columnar/value-context";
import type { SharedMemory } from "./shared-memory";
import type { StorageLevel } from "./storage-level";

export interface TaskInfo {
  readonly jobId: number;
  readonly stageId: number;
  readonly stageAttempt: number;
  /** Index of the partition that the task computes. */
  readonly partition: number;
  /** 0 for the first attempt of this task in this stage attempt. */
  readonly attempt: number;
  /** Unique in the application. */
  readonly taskId: number;
  readonly numPartitions: number;
  readonly cpus: number;
  readonly executorId: string;
  readonly host: string;
  readonly localProperties: Readonly<Record<string, string>>;
}

export interface TaskEnv {
  readonly info: TaskInfo;
  /** Results of more bytes are not given but kept, as block `resultBlock(taskId)`; absent where all are given. */
  readonly maxDirectResult?: number;
  /** The application's settings, with defaults filled in. */
  conf(key: string): string | undefined;
  readonly values: ValueContext;
  readonly memory: TaskMemory;
  readonly blocks: TaskBlocks;
  readonly shuffle: TaskShuffle;
  /** Counters of this attempt; writers add to them directly. */
  readonly metrics: TaskMetrics;
  /** A new path in one of the executor's local directories, for spill files; removed at the latest when the attempt ends. */
  tempFile(purpose: string): string;
  /** One of the executor's local directories, for files that its tasks share; removed when the executor ends. */
  readonly directory: string;
  /** What the task has of its executor's custom resources; absent where there are none. */
  resources?(): ResourceAddresses;
  /** True once the attempt was told to stop. Loops look once a chunk. */
  interrupted(): boolean;
  /** Throws TaskKilled when interrupted. */
  checkInterrupted(): void;
  /**
   * May this attempt commit the output of its partition? The driver grants it to one attempt; asks and waits. Throws a
   * CommitDenied when another attempt has it.
   */
  requestCommit(): void;
  /** Memories that tasks of this executor share; absent where tasks do not run side by side. */
  readonly memories?: SharedMemories;
  /** Only in tasks of barrier stages. */
  readonly barrier?: TaskBarrier;
  /** Reading and uploading of files that are not local; absent where the process offers local files only. */
  readonly files?: TaskFiles;
}

/** While one task runs that offers a memory, others of the executor can have it under the same key. */
export interface SharedMemories {
  /**
   * `endedAt`: place of an Int32 in the memory that becomes 1 when this attempt is over, however it ends. `goneAt`: place of one that
   * counts the attempts which joined and are over.
   */
  offer(key: string, memory: SharedMemory, endedAt: number, goneAt: number): void;
  /** Null where nobody offers it within `waitMs`. */
  join(key: string, waitMs: number): SharedMemory | null;
}

/** Files in remote storage. The layer above hands it to the file-system layer, whose ports have the same shape. */
export interface TaskFiles {
  /** The bytes [offset, offset + length) of a file: fewer only where it ends. `next` bytes behind them are asked for next; 0 for none. */
  fetch(path: string, offset: number, length: number, next: number): Uint8Array;
  readonly uploads: {
    /** Sends a local file; it stays invisible until the job completes the upload. */
    upload(localFile: string, path: string): RemoteUpload;
    abort(upload: RemoteUpload): void;
  };
}

/** An upload that nobody can see before it is completed. */
export interface RemoteUpload {
  readonly path: string;
  readonly uploadId: string;
  readonly etags: readonly string[];
  readonly bytes: number;
}

/** How the tasks of a barrier stage meet. Asynchronous: waiting must not stop the thread's other work. */
export interface TaskBarrier {
  /** Host of each task, by partition. */
  readonly addresses: readonly string[];
  /** Resolves when all tasks of the stage have come here. */
  barrier(): Promise<void>;
  /** The same, with everybody's message by partition. */
  allGather(message: string): Promise<readonly string[]>;
}

/** Bytes that a task holds outside of V8's heap, and V8's heap itself. */
export interface TaskMemory {
  /** Grants `bytes` for typed arrays of this task, or refuses: then the caller must spill and release, or do with less. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  /**
   * True when this thread's heap is above its high-water mark: whoever holds JavaScript objects must spill them now.
   * Cheap enough for every thousand rows.
   */
  heapFull(): boolean;
}

/** Id of a cached partition: `rdd_<rddId>_<partition>`. */
export type BlockId = string;

export interface TaskBlocks {
  /** The block's records, from this executor or another that has it; null when nobody has. The block stays while the source is open. */
  get(id: BlockId): ChunkSource | null;
  /**
   * A writer of encoded row batches (columnar/rows). Where memory and level leave no room the bytes go to a file of this task, and `commit` keeps nothing.
   * `mostMemory`: bytes of all blocks of its dataset that the executor is to have in memory.
   */
  writer(id: BlockId, level: StorageLevel, mostMemory?: number | null): BlockWriter;
  /** Bytes of a broadcast variable or another named block of the driver, fetched once an executor. */
  fetchBytes(id: string): Uint8Array;
}

export interface BlockWriter {
  /** Appends a run of whole encoded batches; the bytes are copied. */
  write(bytes: Uint8Array): void;
  /** Ends the block, offers it to the executor, and gives the records back for this task to go on with. */
  commit(rows: number): ChunkSource;
  abort(): void;
}

/** Where the map outputs of one shuffle are, at some epoch. */
export interface MapOutputs {
  readonly numMaps: number;
  /** Of the driver's table when this was asked for: outputs that were made again have a later one. */
  readonly epoch: number;
  /** Bytes of the segment of `map` for `reduce`; 0 when empty. */
  size(map: number, reduce: number): number;
}

export interface SegmentRequest {
  readonly map: number;
  readonly reduce: number;
}

/**
 * A segment whose bytes match their checksum: in memory where it is short, as bytes [start, end) of an open file (local-data) where it is so long that
 * it should be read piece by piece. Valid until the next one is asked for; the file is closed by whoever opened it.
 */
export type FetchedSegment = SegmentRequest &
  (
    | { readonly bytes: Uint8Array; readonly file?: undefined }
    | { readonly bytes?: undefined; readonly file: { readonly fd: number; readonly start: number; readonly end: number } }
  );

export interface TaskShuffle {
  /** Blocks until the driver told; throws a FetchFailed when outputs are missing. */
  mapOutputs(shuffleId: number): MapOutputs;
  /** The segments, in any order, empty ones left out. Throws FetchFailed. */
  fetch(shuffleId: number, requests: Iterable<SegmentRequest>): Iterable<FetchedSegment>;
  /** Path of a map task's data file while it is being written: unique to the attempt. */
  stagingFile(shuffleId: number, map: number): string;
  /**
   * Makes the attempt's staging file the output of the map task: atomically, the first commit wins. `output` describes
   * the winner's file afterwards, which is what the task reports. `fd` is the staging file, open for writing (local-data) and ended with
   * the last segment; the caller closes it.
   */
  commit(shuffleId: number, map: number, output: MapOutputWritten, fd: number): void;
}

/** A written map output: segment of reduce partition r is bytes [offsets[r], offsets[r + 1]) of the file; checksums[r] is its CRC-32 (0 for empty). */
export interface MapOutputWritten {
  readonly offsets: Float64Array;
  readonly checksums: Uint32Array;
}

/** Spark's task metrics. Times in milliseconds (`…Ns` in nanoseconds), sizes in bytes. */
export interface TaskMetrics {
  executorDeserializeTime: number;
  executorRunTime: number;
  executorCpuTimeNs: number;
  resultSize: number;
  jvmGcTime: number;
  resultSerializationTime: number;
  memoryBytesSpilled: number;
  diskBytesSpilled: number;
  peakExecutionMemory: number;
  inputBytes: number;
  inputRecords: number;
  outputBytes: number;
  outputRecords: number;
  shuffleRemoteBlocksFetched: number;
  shuffleLocalBlocksFetched: number;
  shuffleFetchWaitTime: number;
  shuffleRemoteBytesRead: number;
  shuffleRemoteBytesReadToDisk: number;
  shuffleLocalBytesRead: number;
  shuffleRecordsRead: number;
  shuffleBytesWritten: number;
  shuffleWriteTimeNs: number;
  shuffleRecordsWritten: number;
}

export function newTaskMetrics(): TaskMetrics {
  return {
    executorDeserializeTime: 0,
    executorRunTime: 0,
    executorCpuTimeNs: 0,
    resultSize: 0,
    jvmGcTime: 0,
    resultSerializationTime: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
    peakExecutionMemory: 0,
    inputBytes: 0,
    inputRecords: 0,
    outputBytes: 0,
    outputRecords: 0,
    shuffleRemoteBlocksFetched: 0,
    shuffleLocalBlocksFetched: 0,
    shuffleFetchWaitTime: 0,
    shuffleRemoteBytesRead: 0,
    shuffleRemoteBytesReadToDisk: 0,
    shuffleLocalBytesRead: 0,
    shuffleRecordsRead: 0,
    shuffleBytesWritten: 0,
    shuffleWriteTimeNs: 0,
    shuffleRecordsWritten: 0,
  };
}

/** The attempt was told to stop. */
export class TaskKilled extends Error {
  override readonly name = "TaskKilled";
}

/** Another attempt of the same task has the permission to commit. */
export class CommitDenied extends Error {
  override readonly name = "CommitDenied";
}

export interface MapOutputId {
  readonly shuffleId: number;
  readonly map: number;
}

/** A map output could not be had: the driver runs the map task again. `map` is -1 when not even its place is known. */
export class FetchFailed extends Error {
  override readonly name = "FetchFailed";
  constructor(
    readonly shuffleId: number,
    readonly map: number,
    readonly reduce: number,
    /** Executor that was to have it; null when unknown. */
    readonly executorId: string | null,
    message: string,
    /** Other map outputs that the task cannot use either. */
    readonly also: readonly MapOutputId[] = [],
  ) {
    super(message);
  }
}
