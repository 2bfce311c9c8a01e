/** What Spark has no name for of an application, under `/api/firesteel/v1/applications`. */
import type { SQLExecutionStatus, StageStatus, TaskStatus, ThreadStackTrace } from "./spark";

export interface ApplicationSummary {
  id: string;
  name: string;
  user: string;
  startTime: number;
  /** Null while it runs (or when its log just ends). */
  endTime: number | null;
  completed: boolean;
  schedulingMode: string;
  /** Milliseconds since the epoch of the last event that is known. */
  lastUpdated: number;
  jobs: { active: number; succeeded: number; failed: number };
  stages: { active: number; pending: number; complete: number; skipped: number; failed: number };
  tasks: { active: number; complete: number; failed: number; killed: number };
  executors: { active: number; removed: number; cores: number };
  sql: { running: number; completed: number; failed: number };
  searches: { running: number; completed: number };
  /** Sum of bytes over all stages. */
  inputBytes: number;
  outputBytes: number;
  shuffleReadBytes: number;
  shuffleWriteBytes: number;
  spilledBytes: number;
  /** Facts for a header: Node, V8, master URL, platform. */
  runtime: Record<string, string>;
}

/** Tasks as columns of equal length, oldest first. Times are ms since the epoch; parts are durations in ms, ends at `end`. */
export interface TaskStream {
  /** Tasks that there are; the columns hold at most as many as were asked for (then the newest, or evenly drawn if `sampled`). */
  total: number;
  sampled: boolean;
  /** Names of stages ("reduceByKey at app.ts:12"); `name` holds indexes into it. Colours go by this. */
  names: string[];
  /** Executor ids; `executor` holds indexes. */
  executors: string[];
  stageId: number[];
  attempt: number[];
  taskId: number[];
  index: number[];
  executor: number[];
  /** Row within the executor: tasks of one row do not overlap. */
  slot: number[];
  name: number[];
  start: number[];
  /** 0 while it runs. */
  end: number[];
  parts: {
    schedulerDelay: number[];
    deserialise: number[];
    fetchWait: number[];
    compute: number[];
    shuffleWrite: number[];
    serialise: number[];
    gettingResult: number[];
    /** Part of compute, not beside it. */
    gc: number[];
  };
  status: TaskStatus[];
  speculative: boolean[];
}

export type DagNodeState = "waiting" | "running" | "done" | "skipped" | "failed";

/** A dataset of a stage. */
export interface DagNode {
  id: string;
  label: string;
  /** The operation that made it ("reduceByKey"): nodes of one scope are drawn in one box. */
  scope: { id: string; name: string } | null;
  callSite: string;
  cached: boolean;
  barrier: boolean;
  /** Partitions in the cache, of how many. */
  cachedPartitions: number;
  partitions: number;
}

export interface DagStage {
  stageId: number;
  attempt: number;
  name: string;
  state: DagNodeState;
  numTasks: number;
  numDone: number;
  numRunning: number;
  numFailed: number;
  nodes: DagNode[];
}

export interface Dag {
  stages: DagStage[];
  /** Between node ids; `shuffle` ones cross stages. */
  edges: { from: string; to: string; kind: "narrow" | "shuffle" }[];
}

export interface StageProgress {
  stageId: number;
  attempt: number;
  name: string;
  jobIds: number[];
  status: StageStatus;
  numTasks: number;
  numDone: number;
  numRunning: number;
  numFailed: number;
  submissionTime: number;
  completionTime: number | null;
  /** Estimate of ms to the end from tasks so far; null while nothing is known. */
  remaining: number | null;
}

export interface TimelineEvent {
  kind: "executorAdded" | "executorRemoved" | "job" | "stage";
  id: string;
  label: string;
  start: number;
  /** Null while it runs, and for moments. */
  end: number | null;
  status: "running" | "succeeded" | "failed" | "";
}

export type FindingKind =
  | "skew"
  | "straggler"
  | "spill"
  | "fetchWait"
  | "gc"
  | "schedulerDelay"
  | "deserialise"
  | "largeResult"
  | "smallTasks"
  | "lowParallelism"
  | "retries"
  | "speculation"
  | "memory";

/** Why a stage is slow. `cost` is the time (ms of the stage's wall clock, estimated) that it stands for: sort by it. */
export interface Finding {
  kind: FindingKind;
  severity: "info" | "warning" | "serious";
  /** One sentence with the figures in it. */
  text: string;
  /** What to do about it. */
  advice: string;
  cost: number;
  figures: Record<string, number>;
  /** Tasks that show it, the worst first, at most 10. */
  taskIds: number[];
}

export interface StageFindings {
  stageId: number;
  attempt: number;
  findings: Finding[];
}

/** Something to look at first: what failed, was lost, or takes time that it need not. */
export interface Attention {
  kind: "noExecutor" | "failedJob" | "failedQuery" | "lostExecutor" | "pausedExecutor" | "slowStage";
  severity: "warning" | "serious";
  /** What it is about: "Job 4", "Stage 11". */
  subject: string;
  /** Its name: "count at app.ts:12"; empty where it has none. */
  name: string;
  /** What happened, in a sentence. */
  text: string;
  /** What to do about it; empty where the text says all. */
  advice: string;
  /** Time that it cost, ms; 0 where that is not known. */
  cost: number;
  /** Where more is to be seen: the page and its arguments, as in ["stages", "11", "0"]. */
  page: string[];
  /** More of the same kind that are not listed. */
  more: number;
}

export type SqlMetricType = "sum" | "size" | "timing" | "nsTiming" | "average";

/** `key` is a stable name; `value` the number so far (bytes, ms, ns, count), `text` how it is printed. */
export interface SqlMetric {
  key: string;
  name: string;
  type: SqlMetricType;
  value: number;
  text: string;
}

export interface SqlPlanNode {
  id: number;
  name: string;
  /** One line: columns, conditions. */
  description: string;
  /** Nodes that run as one generated loop share a pipeline. */
  pipeline: number | null;
  /** Where it runs; null while not known. */
  stageIds: number[];
  state: DagNodeState;
  /** Adaptive execution reuses the result of that node. */
  reuses: number | null;
  metrics: SqlMetric[];
}

export interface SqlPlanGraph {
  executionId: number;
  status: SQLExecutionStatus;
  nodes: SqlPlanNode[];
  edges: { from: number; to: number }[];
}

/** Texts of the plan at each step; empty where an application's log has it not. */
export interface SqlPlanTexts {
  executionId: number;
  parsed: string;
  analyzed: string;
  optimized: string;
  physical: string;
  /** Plans as adaptive execution changed them, oldest first. */
  changes: { time: number; text: string }[];
  error: string;
}

/** Samples of an executor's memory, oldest first, one list a figure; bytes. Bars use the last one. */
export interface ExecutorMemory {
  executorId: string;
  isActive: boolean;
  /** What the process may take (--executor-memory). */
  limit: number;
  /** What it holds of data aims at the first; at the second it begins no further task. 0 where there is none, as for the driver. */
  targetAt: number;
  pausesAt: number;
  /** It begins no further task until memory is given back. */
  paused: boolean;
  time: number[];
  /** Resident set of the process. */
  rss: number[];
  /** Cached blocks in memory, execution memory (hash tables, sorts), V8 heaps: parts of rss. */
  storage: number[];
  execution: number[];
  heap: number[];
  /** Written to disk so far by spilling. */
  spilled: number[];
  /** Cached blocks on disk. */
  disk: number[];
  /** CPU in cores (1.5 = one and a half cores busy). */
  cpu: number[];
  /** Tasks that run. */
  activeTasks: number[];
}

export interface ExecutorThreads {
  executorId: string;
  threads: ThreadStackTrace[];
  /** When the executor could not answer. */
  error?: string;
}

/** A merged call tree: node i has parent `parent[i]` (-1 for the root, node 0). */
export interface Profile {
  running: boolean;
  /** Microseconds between two samples. */
  intervalMicros: number;
  /** Samples that were taken, over all threads and executors. */
  samples: number;
  /** ms since the epoch; 0 when there is nothing. */
  from: number;
  to: number;
  executors: string[];
  functions: string[];
  /** "file:///app/train.ts:12" or "" for native code. */
  locations: string[];
  /** Code of the user (true), of the engine or of Node. */
  user: boolean[];
  parent: number[];
  function: number[];
  /** Samples in the node itself, and in it and all below it. */
  self: number[];
  total: number[];
}

export type SearchStatus = "RUNNING" | "COMPLETED" | "FAILED";

export interface SearchCandidate {
  index: number;
  params: Record<string, string>;
  /** One for each fold (or one for a train-validation split); null while not known. */
  scores: (number | null)[];
  mean: number | null;
  std: number | null;
  rank: number | null;
  status: "WAITING" | "RUNNING" | "DONE" | "FAILED";
  /** ms from the start of a fit to its score: the mean over the folds that are scored; candidates that are fitted together share it. */
  fitTime: number | null;
  error?: string;
}

/** A hyper-parameter search (cross validation, grid search). */
export interface Search {
  id: string;
  name: string;
  /** The class whose parameters are searched. */
  estimator?: string;
  status: SearchStatus;
  metric: string;
  largerIsBetter: boolean;
  folds: number;
  /** Fits: candidates × folds. */
  total: number;
  done: number;
  failed: number;
  startTime: number;
  endTime: number | null;
  bestIndex: number | null;
  bestScore: number | null;
  /** Absent in lists. */
  candidates?: SearchCandidate[];
}
