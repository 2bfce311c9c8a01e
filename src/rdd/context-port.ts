/**
 * What the RDD layer needs from the SparkContext: ids, settings, freezing of functions, running of jobs, registration of
 * what outlives a job. The driver implements it; tests run stages in the calling thread instead.
 */
import type { Frozen } from "../closure/frozen";
import type { ValueContext } from "../columnar";
import type { ListenerEvent, ListenerEventType } from "../events/listener-events";
import type { FileSystems } from "../filesystem/file-systems";
import type { DatasetNode, ShuffleEdge } from "./nodes/node";
import type { StageAction } from "./stage-output";
import type { AccumulatorBase } from "./shared/accumulator";

/** What `rdd.context` has: the driver, which stands above this layer, says it. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merged with the driver's class
export interface UserContext {}

export interface ContextPort {
  /** For `rdd.context`: the SparkContext that users know. */
  readonly context: object;
  readonly applicationId: string;
  readonly fileSystems: FileSystems;
  nextRddId(): number;
  nextShuffleId(): number;
  nextSharedVariableId(): number;
  /** A setting, with the default of its definition filled in; undefined where neither is. */
  conf(key: string): string | undefined;
  /** Settings that the user gave, as opposed to defaults. */
  isSet(key: string): boolean;
  readonly defaultParallelism: number;
  /** Of each executor that is there now, the cores; absent where nobody knows of executors. */
  executorCores?(): readonly number[];
  readonly defaultMinPartitions: number;
  /** How values of user classes are written for tasks and read from their results. */
  readonly values: ValueContext;
  /** Captures a function or value as it is now. Throws a TaskError (TASK_NOT_SERIALIZABLE) that names what cannot travel. */
  freeze(value: unknown, callName: string): Frozen;
  /** File, line and column of the user's code that is calling firesteel now: "app.ts:12:7". */
  callSite(): string;
  /** Throws a UsageError that names `call` once the context was stopped. */
  assertRunning(call: string): void;
  /**
   * Runs `job`; resolves when `onResult` has seen every partition. Rejects with the first failure that retries could not
   * mend, or a CancelledError. The node and all its ancestors are prepared.
   */
  runJob(job: JobRequest): Promise<void>;
  /** Writes a shuffle, as far as it is not there; tells how much each map task wrote for each reduce partition. */
  writeShuffle(job: ShuffleRequest): Promise<MapOutputSizes>;
  /**
   * A dataset got a storage level. The port must not keep the node alive: its blocks are dropped when it is garbage
   * collected.
   */
  persisted(node: DatasetNode): void;
  /** The dataset lost its level, or is gone: its blocks are to be dropped. With `blocking` resolves when they are. */
  unpersisted(rddId: number, blocking: boolean): Promise<void>;
  /** Nothing refers to the shuffle any more, or `cleanShuffleDependencies` was called: its files may go. They are written again when needed. */
  releaseShuffle(shuffleId: number, blocking: boolean): Promise<void>;
  /** Where `checkpoint()` writes: a URL or path; undefined until `setCheckpointDir`. */
  readonly checkpointDir: string | undefined;
  /** Cached partitions as the storage page shows them; undefined when none is cached. */
  storageInfo(rddId: number): CachedPartitionsInfo | undefined;
  /** Makes `bytes` available to tasks as the block `broadcast_<id>`. */
  publishBroadcast(id: number, bytes: Uint8Array): void;
  /** Drops the executors' copies, and with `destroy` the driver's too. */
  removeBroadcast(id: number, destroy: boolean, blocking: boolean): Promise<void>;
  /** From now on updates with this accumulator's id are merged into it (`mergeUpdate`). */
  registerAccumulator(accumulator: AccumulatorBase): void;
  /** Tells listeners, the event log and the UI of something that is no job: of libraries on top. */
  postEvent(event: ListenerEvent): void;
  /** The same of an event that is made when it is its turn to be told; null where there is nothing to tell. */
  postEventLate(type: ListenerEventType, make: () => ListenerEvent | null): void;
  /** Would such an event reach anybody? Absent: no. */
  wantsEvent?(type: ListenerEventType): boolean;
}

export interface CachedPartitionsInfo {
  readonly numCachedPartitions: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** The call of an action. */
export interface Call {
  /** Its name: "count". */
  readonly scope: string;
  /** Where it was: "app.ts:3:7". */
  readonly site: string;
  readonly signal?: AbortSignal;
  /** Beside the local properties, for its jobs: what they belong to. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** What every job has. */
export interface JobCall {
  /** The dataset whose partitions are computed. */
  readonly node: DatasetNode;
  /** The action's name ("count") and where it was called ("count at app.ts:3:1"). */
  readonly scope: string;
  readonly callSite: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A job that ends in a shuffle of `node`. */
export interface ShuffleRequest extends JobCall {
  readonly shuffle: ShuffleEdge;
}

export interface MapOutputSizes {
  readonly numMaps: number;
  /** Bytes of what map task m wrote for reduce partition r: sizes[m * numReducers + r]. */
  readonly sizes: Float64Array;
  /** Host on which the output of each map task was when all were there; "" where its executor had just gone. */
  readonly hosts: readonly string[];
}

export interface JobRequest extends JobCall {
  /** What each task does with its partition. */
  readonly action: StageAction;
  /** Partitions to compute, in no particular order. */
  readonly partitions: readonly number[];
  /** Called once for each partition, in the order in which tasks end; `index` is a position in `partitions`. A throw fails the job. */
  onResult(index: number, bytes: Uint8Array): void;
}
