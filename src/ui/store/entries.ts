/** What the store knows of jobs, stages, executors, datasets, queries and searches. Filled by `app-store.ts`, read by `views/`. */
import type { ResourceAddresses } from "../../common/resources";
import type {
  AccumulableInfo,
  EventOf,
  ExecutorMetricsInfo,
  FiresteelSearchStartEvent,
  Properties,
  RddInfo,
  SparkPlanInfo,
  StageInfo,
} from "../../events/listener-events";
import type {
  JobStatus,
  SearchCandidate,
  SearchStatus,
  SQLExecutionStatus,
  StageStatus,
  TaskMetricDistributions,
} from "../api-types";
import type { TaskTable } from "./task-table";

export interface JobEntry {
  readonly id: number;
  readonly name: string;
  readonly description: string | undefined;
  readonly group: string | undefined;
  readonly tags: readonly string[];
  readonly submissionTime: number;
  completionTime: number | undefined;
  readonly stageIds: readonly number[];
  status: JobStatus;
  readonly numTasks: number;
  activeTasks: number;
  completedTasks: number;
  failedTasks: number;
  killedTasks: number;
  completedIndices: number;
  skippedTasks: number;
  activeStages: number;
  readonly completedStages: Set<number>;
  readonly skippedStages: Set<number>;
  failedStages: number;
  readonly killedSummary: Map<string, number>;
  readonly sqlExecutionId: number | undefined;
  failure: string | undefined;
}

export interface ExecutorStageEntry {
  taskTime: number;
  succeeded: number;
  failed: number;
  killed: number;
  /** Sums in the order of METRIC_KEYS. */
  readonly totals: Float64Array;
  excluded: boolean;
  peaks: ExecutorMetricsInfo | undefined;
}

export interface StageEntry {
  readonly id: number;
  readonly attempt: number;
  info: StageInfo;
  status: StageStatus;
  readonly jobIds: Set<number>;
  pool: string;
  description: string | undefined;
  firstTaskLaunched: number | undefined;
  activeTasks: number;
  completedTasks: number;
  failedTasks: number;
  killedTasks: number;
  /** A byte for each index that succeeded. */
  completedIndices: Uint8Array;
  numCompletedIndices: number;
  readonly totals: Float64Array;
  readonly executors: Map<string, ExecutorStageEntry>;
  readonly tasks: TaskTable;
  readonly killedSummary: Map<string, number>;
  readonly accumulables: Map<number, AccumulableInfo>;
  speculation: { numTasks: number; active: number; completed: number; failed: number; killed: number };
  peaks: ExecutorMetricsInfo | undefined;
  /** Of tasks that were forgotten since. */
  distributions: TaskMetricDistributions | undefined;
  /** Newest end of a task, ms. */
  lastEvent: number;
}

export interface ExecutorEntry {
  readonly id: string;
  hostPort: string;
  host: string;
  isActive: boolean;
  totalCores: number;
  readonly addTime: number;
  removeTime: number | undefined;
  removeReason: string | undefined;
  logUrls: Properties;
  attributes: Properties;
  resources: ResourceAddresses;
  resourceProfileId: number;
  rddBlocks: number;
  memoryUsed: number;
  diskUsed: number;
  usedOnHeap: number;
  usedOffHeap: number;
  maxMemory: number;
  maxOnHeap: number;
  maxOffHeap: number;
  activeTasks: number;
  failedTasks: number;
  completedTasks: number;
  totalTasks: number;
  totalDuration: number;
  totalGcTime: number;
  totalInputBytes: number;
  totalShuffleRead: number;
  totalShuffleWrite: number;
  spilled: number;
  excluded: boolean;
  readonly excludedInStages: Set<number>;
  peaks: Record<string, number> | undefined;
  readonly samples: SampleRing;
  limit: number;
  /** Resident bytes at which it begins no further task; 0: never, or not told. */
  pausesAt: number;
  /** The newest sample, with what the ring does not keep. */
  latest: EventOf<"FiresteelExecutorSample"> | undefined;
}

/** Where each gauge of an executor stands in a sample, an array of numbers. Paused is 1 or 0; time is in ms since the epoch. */
export const GAUGE = {
  time: 0,
  rss: 1,
  storage: 2,
  execution: 3,
  heap: 4,
  spilled: 5,
  disk: 6,
  cpu: 7,
  activeTasks: 8,
  paused: 9,
} as const;

/** Samples of an executor's gauges, the newest `SAMPLES`. */
export const SAMPLES = 1200;

export class SampleRing {
  readonly #values: number[][] = [];
  #next = 0;

  add(sample: number[]): void {
    if (this.#values.length < SAMPLES) this.#values.push(sample);
    else this.#values[this.#next] = sample;
    this.#next = (this.#next + 1) % SAMPLES;
  }

  get last(): readonly number[] | undefined {
    return this.#values[(this.#next + SAMPLES - 1) % SAMPLES];
  }

  /** Those later than `time`, oldest first. */
  since(time: number): number[][] {
    const { length } = this.#values;
    const from = length < SAMPLES ? 0 : this.#next;
    const ordered = [...this.#values.slice(from), ...this.#values.slice(0, from)];
    return ordered.filter((sample) => sample[GAUGE.time]! > time);
  }
}

export interface BlockPlace {
  memory: number;
  disk: number;
  offHeap: boolean;
}

export interface RddEntry {
  readonly id: number;
  info: RddInfo;
  level: string;
  /** By partition's block, by executor. */
  readonly blocks: Map<string, Map<string, BlockPlace>>;
}

export interface SqlEntry {
  readonly id: number;
  readonly rootId: number;
  readonly description: string;
  readonly details: string;
  readonly startTime: number;
  endTime: number | undefined;
  error: string | undefined;
  status: SQLExecutionStatus;
  physicalPlan: string;
  plan: SparkPlanInfo;
  readonly plans: { readonly parsed: string; readonly analyzed: string; readonly optimized: string } | undefined;
  readonly changes: { time: number; text: string }[];
  readonly jobs: Map<number, JobStatus>;
  readonly stages: Set<number>;
  /** By accumulator. */
  readonly metrics: Map<number, MetricValues>;
  readonly jobGroup: string | undefined;
  readonly queryId: string | undefined;
}

/** What tasks and the driver added to a metric. */
export interface MetricValues {
  sum: number;
  count: number;
  /** Each addition, with the task and stage it came from, up to `MOST_VALUES`. */
  readonly values: { value: number; stageId: number; attempt: number; taskId: number }[];
  /** A total told by the driver while tasks run: beyond the sum so far. */
  live: number;
}

export interface SearchEntry {
  readonly start: FiresteelSearchStartEvent;
  status: SearchStatus;
  endTime: number | null;
  done: number;
  failed: number;
  bestIndex: number | null;
  bestScore: number | null;
  readonly candidates: SearchCandidate[];
}
