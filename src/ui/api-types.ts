/**
 * What the UI server answers, as types: Spark's REST API under `/api/v1` with Spark's field names, and what Spark has no
 * name for under `/api/firesteel/v1`. Types only: pages import it, and so do the store and the server.
 *
 * Paths, with APP = `/api/v1/applications/<app id>` and MINE = `/api/firesteel/v1/applications/<app id>`:
 *
 *   GET /api/v1/applications[?status=running|completed&minDate&maxDate&minEndDate&maxEndDate&limit]  ApplicationInfo[]
 *   GET APP                                        ApplicationInfo
 *   GET APP/jobs[?status=…], APP/jobs/<job id>     JobData[], JobData
 *   GET APP/stages[?status&details&withSummaries&quantiles&taskStatus]   StageData[]
 *   GET APP/stages/<id>[?details=…]                StageData[] (attempts)
 *   GET APP/stages/<id>/<attempt>                  StageData
 *   GET APP/stages/<id>/<attempt>/taskSummary?quantiles=0,0.25,0.5,0.75,1.0    TaskMetricDistributions
 *   GET APP/stages/<id>/<attempt>/taskList?offset&length&sortBy&status         TaskData[]
 *   GET APP/executors, APP/allexecutors            ExecutorSummary[]
 *   GET APP/executors/<id>/threads                 ThreadStackTrace[] (running applications)
 *   GET APP/storage/rdd, APP/storage/rdd/<id>      RDDStorageInfo[], RDDStorageInfo
 *   GET APP/environment                            ApplicationEnvironmentInfo
 *   GET APP/sql[?details=true&planDescription=true&offset&length], APP/sql/<id>   ExecutionData[], ExecutionData
 *   GET APP/logs                                   zip of the event log (history server)
 *   GET /api/v1/version                            { spark: string }
 *
 *   GET /api/firesteel/v1/identity                 Identity
 *   GET /api/firesteel/v1/events[?application=ID]  server-sent events, each one's data a ChangeNotice
 *   GET MINE/summary                               ApplicationSummary
 *   GET MINE/attention                             Attention[] (what to look at first)
 *   GET MINE/jobs/<id>/dag                         Dag (stages as groups)
 *   GET MINE/stages/<id>/<attempt>/dag             Dag
 *   GET MINE/jobs/<id>/findings                    StageFindings[]
 *   GET MINE/stages/<id>/<attempt>/findings        StageFindings
 *   GET MINE/stages/<id>/<attempt>/taskStream      TaskStream
 *   GET MINE/taskStream?since=<ms>&limit=<n>       TaskStream (all stages, the newest)
 *   GET MINE/progress                              StageProgress[] (running stages, and those that ended just now)
 *   GET MINE/timeline                              TimelineEvent[] (executors and jobs)
 *   GET MINE/sql/<id>/graph                        SqlPlanGraph
 *   GET MINE/sql/<id>/plans                        SqlPlanTexts
 *   GET MINE/executors/memory?since=<ms>           ExecutorMemory[]
 *   GET MINE/executors/threads                     ExecutorThreads[] (running applications)
 *   GET MINE/profile[?executor=<id>]               Profile
 *   POST MINE/profile/start, …/stop                { running: boolean } (token, see Identity.token)
 *   GET MINE/searches, MINE/searches/<id>          Search[], Search
 *   GET MINE/executors/<id>/logs[?stream=stdout|stderr&offset&length]  LogText
 *   POST MINE/jobs/<id>/kill, MINE/stages/<id>/kill   { killed: boolean } (token)
 *   GET MINE/report                                one HTML file with all that is known (performance report)
 *   GET /api/firesteel/v1/history                  HistoryEntry[] (history server)
 *   GET /api/firesteel/v1/master, /worker          MasterState, WorkerState (standalone daemons)
 *   GET /api/firesteel/v1/logs/<directory>/<driver or executor id>?stream…   LogText (workers)
 *
 * Errors are `{ error: string }` with status 400, 403, 404 or 503.
 */

/** "2026-11-21T07:39:00.123GMT". */
export type DateText = string;

// Spark's REST API

export interface ApplicationAttemptInfo {
  attemptId?: string;
  startTime: DateText;
  /** "1969-12-31T23:59:59.999GMT" (epoch -1) while it runs. */
  endTime: DateText;
  lastUpdated: DateText;
  /** Milliseconds. */
  duration: number;
  sparkUser: string;
  completed: boolean;
  appSparkVersion: string;
  /** Of the history server: where its log lies. */
  logSourceName?: string;
  logSourceFullPath?: string;
  startTimeEpoch: number;
  endTimeEpoch: number;
  lastUpdatedEpoch: number;
}

export interface ApplicationInfo {
  id: string;
  name: string;
  coresGranted?: number;
  maxCores?: number;
  coresPerExecutor?: number;
  memoryPerExecutorMB?: number;
  attempts: ApplicationAttemptInfo[];
}

export type JobStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "UNKNOWN";

export interface JobData {
  jobId: number;
  name: string;
  description?: string;
  submissionTime?: DateText;
  completionTime?: DateText;
  stageIds: number[];
  jobGroup?: string;
  jobTags: string[];
  status: JobStatus;
  numTasks: number;
  numActiveTasks: number;
  numCompletedTasks: number;
  numSkippedTasks: number;
  numFailedTasks: number;
  numKilledTasks: number;
  numCompletedIndices: number;
  numActiveStages: number;
  numCompletedStages: number;
  numSkippedStages: number;
  numFailedStages: number;
  killedTasksSummary: Record<string, number>;
}

export type StageStatus = "ACTIVE" | "COMPLETE" | "FAILED" | "PENDING" | "SKIPPED";

export interface AccumulableInfoData {
  id: number;
  name: string;
  update?: string;
  value: string;
}

/** Peaks by Spark's metric names (JVMHeapMemory, ProcessTreeOtherRSSMemory, …), bytes and counts. */
export type PeakMetrics = Record<string, number>;

export interface ExecutorStageSummary {
  taskTime: number;
  failedTasks: number;
  succeededTasks: number;
  killedTasks: number;
  inputBytes: number;
  inputRecords: number;
  outputBytes: number;
  outputRecords: number;
  shuffleRead: number;
  shuffleReadRecords: number;
  shuffleWrite: number;
  shuffleWriteRecords: number;
  memoryBytesSpilled: number;
  diskBytesSpilled: number;
  isBlacklistedForStage: boolean;
  peakMemoryMetrics?: PeakMetrics;
  isExcludedForStage: boolean;
}

export interface SpeculationStageSummary {
  numTasks: number;
  numActiveTasks: number;
  numCompletedTasks: number;
  numFailedTasks: number;
  numKilledTasks: number;
}

/** Times in ms, CPU and shuffle write times in ns, sizes in bytes; sums over the attempt's tasks. */
export interface StageData {
  status: StageStatus;
  stageId: number;
  attemptId: number;
  numTasks: number;
  numActiveTasks: number;
  numCompleteTasks: number;
  numFailedTasks: number;
  numKilledTasks: number;
  numCompletedIndices: number;
  submissionTime?: DateText;
  firstTaskLaunchedTime?: DateText;
  completionTime?: DateText;
  failureReason?: string;
  executorDeserializeTime: number;
  executorDeserializeCpuTime: number;
  executorRunTime: number;
  executorCpuTime: number;
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
  shuffleReadBytes: number;
  shuffleReadRecords: number;
  shuffleCorruptMergedBlockChunks: number;
  shuffleMergedFetchFallbackCount: number;
  shuffleMergedRemoteBlocksFetched: number;
  shuffleMergedLocalBlocksFetched: number;
  shuffleMergedRemoteChunksFetched: number;
  shuffleMergedLocalChunksFetched: number;
  shuffleMergedRemoteBytesRead: number;
  shuffleMergedLocalBytesRead: number;
  shuffleRemoteReqsDuration: number;
  shuffleMergedRemoteReqsDuration: number;
  shuffleWriteBytes: number;
  shuffleWriteTime: number;
  shuffleWriteRecords: number;
  name: string;
  description?: string;
  details: string;
  schedulingPool: string;
  rddIds: number[];
  accumulatorUpdates: AccumulableInfoData[];
  /** By task id; with `details=true`. */
  tasks?: Record<string, TaskData>;
  executorSummary?: Record<string, ExecutorStageSummary>;
  speculationSummary?: SpeculationStageSummary;
  killedTasksSummary: Record<string, number>;
  resourceProfileId: number;
  peakExecutorMetrics?: PeakMetrics;
  /** With `withSummaries=true`. */
  taskMetricsDistributions?: TaskMetricDistributions;
  executorMetricsDistributions?: ExecutorMetricsDistributions;
  isShufflePushEnabled: boolean;
  shuffleMergersCount: number;
}

export type TaskStatus = "RUNNING" | "SUCCESS" | "FAILED" | "KILLED";

export interface TaskData {
  taskId: number;
  index: number;
  attempt: number;
  partitionId: number;
  launchTime: DateText;
  resultFetchStart?: DateText;
  duration?: number;
  executorId: string;
  host: string;
  status: TaskStatus | "GET RESULT" | "UNKNOWN";
  taskLocality: string;
  speculative: boolean;
  accumulatorUpdates: AccumulableInfoData[];
  errorMessage?: string;
  taskMetrics?: TaskMetrics;
  executorLogs: Record<string, string>;
  schedulerDelay: number;
  gettingResultTime: number;
}

export interface TaskMetrics {
  executorDeserializeTime: number;
  executorDeserializeCpuTime: number;
  executorRunTime: number;
  executorCpuTime: number;
  resultSize: number;
  jvmGcTime: number;
  resultSerializationTime: number;
  memoryBytesSpilled: number;
  diskBytesSpilled: number;
  peakExecutionMemory: number;
  inputMetrics: { bytesRead: number; recordsRead: number };
  outputMetrics: { bytesWritten: number; recordsWritten: number };
  shuffleReadMetrics: {
    remoteBlocksFetched: number;
    localBlocksFetched: number;
    fetchWaitTime: number;
    remoteBytesRead: number;
    remoteBytesReadToDisk: number;
    localBytesRead: number;
    recordsRead: number;
    remoteReqsDuration: number;
    shufflePushReadMetrics: PushReadMetrics;
  };
  shuffleWriteMetrics: { bytesWritten: number; writeTime: number; recordsWritten: number };
}

/** Push-based shuffle, which this engine has not: always 0. */
export interface PushReadMetrics {
  corruptMergedBlockChunks: number;
  mergedFetchFallbackCount: number;
  remoteMergedBlocksFetched: number;
  localMergedBlocksFetched: number;
  remoteMergedChunksFetched: number;
  localMergedChunksFetched: number;
  remoteMergedBytesRead: number;
  localMergedBytesRead: number;
  remoteMergedReqsDuration: number;
}

/** Each list has one value for each of `quantiles`, over the tasks that succeeded. */
export interface TaskMetricDistributions {
  quantiles: number[];
  duration: number[];
  executorDeserializeTime: number[];
  executorDeserializeCpuTime: number[];
  executorRunTime: number[];
  executorCpuTime: number[];
  resultSize: number[];
  jvmGcTime: number[];
  resultSerializationTime: number[];
  gettingResultTime: number[];
  schedulerDelay: number[];
  peakExecutionMemory: number[];
  memoryBytesSpilled: number[];
  diskBytesSpilled: number[];
  inputMetrics: { bytesRead: number[]; recordsRead: number[] };
  outputMetrics: { bytesWritten: number[]; recordsWritten: number[] };
  shuffleReadMetrics: {
    readBytes: number[];
    readRecords: number[];
    remoteBlocksFetched: number[];
    localBlocksFetched: number[];
    fetchWaitTime: number[];
    remoteBytesRead: number[];
    remoteBytesReadToDisk: number[];
    totalBlocksFetched: number[];
    remoteReqsDuration: number[];
    shufflePushReadMetricsDist: Record<string, number[]>;
  };
  shuffleWriteMetrics: { writeBytes: number[]; writeRecords: number[]; writeTime: number[] };
}

export interface ExecutorMetricsDistributions {
  quantiles: number[];
  taskTime: number[];
  failedTasks: number[];
  succeededTasks: number[];
  killedTasks: number[];
  inputBytes: number[];
  inputRecords: number[];
  outputBytes: number[];
  outputRecords: number[];
  shuffleRead: number[];
  shuffleReadRecords: number[];
  shuffleWrite: number[];
  shuffleWriteRecords: number[];
  memoryBytesSpilled: number[];
  diskBytesSpilled: number[];
  peakMemoryMetrics: Record<string, number[]>;
}

export interface ExecutorSummary {
  id: string;
  hostPort: string;
  isActive: boolean;
  rddBlocks: number;
  memoryUsed: number;
  diskUsed: number;
  totalCores: number;
  maxTasks: number;
  activeTasks: number;
  failedTasks: number;
  completedTasks: number;
  totalTasks: number;
  totalDuration: number;
  totalGCTime: number;
  totalInputBytes: number;
  totalShuffleRead: number;
  totalShuffleWrite: number;
  isBlacklisted: boolean;
  maxMemory: number;
  addTime: DateText;
  removeTime?: DateText;
  removeReason?: string;
  /** Name ("stdout", "stderr") to URL. */
  executorLogs: Record<string, string>;
  memoryMetrics?: {
    usedOnHeapStorageMemory: number;
    usedOffHeapStorageMemory: number;
    totalOnHeapStorageMemory: number;
    totalOffHeapStorageMemory: number;
  };
  blacklistedInStages: number[];
  peakMemoryMetrics?: PeakMetrics;
  attributes: Record<string, string>;
  resources: Record<string, { name: string; addresses: string[] }>;
  resourceProfileId: number;
  isExcluded: boolean;
  excludedInStages: number[];
}

export interface RDDDataDistribution {
  address: string;
  memoryUsed: number;
  memoryRemaining: number;
  diskUsed: number;
  onHeapMemoryUsed?: number;
  offHeapMemoryUsed?: number;
  onHeapMemoryRemaining?: number;
  offHeapMemoryRemaining?: number;
}

export interface RDDPartitionInfo {
  blockName: string;
  storageLevel: string;
  memoryUsed: number;
  diskUsed: number;
  executors: string[];
}

export interface RDDStorageInfo {
  id: number;
  name: string;
  numPartitions: number;
  numCachedPartitions: number;
  /** "Memory Deserialized 1x Replicated". */
  storageLevel: string;
  memoryUsed: number;
  diskUsed: number;
  /** With one dataset's own path only. */
  dataDistribution?: RDDDataDistribution[];
  partitions?: RDDPartitionInfo[];
}

export interface RuntimeInfo {
  javaVersion: string;
  javaHome: string;
  scalaVersion: string;
}

/** Pairs are [key, value], sorted by key; secrets are `*********(redacted)`. */
export interface ApplicationEnvironmentInfo {
  runtime: RuntimeInfo;
  sparkProperties: [string, string][];
  hadoopProperties: [string, string][];
  systemProperties: [string, string][];
  metricsProperties: [string, string][];
  classpathEntries: [string, string][];
  resourceProfiles: {
    id: number;
    executorResources: Record<string, { resourceName: string; amount: number; discoveryScript: string; vendor: string }>;
    taskResources: Record<string, { resourceName: string; amount: number }>;
  }[];
}

export interface StackTraceData {
  elems: string[];
}

export interface ThreadStackTrace {
  threadId: number;
  threadName: string;
  threadState: string;
  stackTrace: StackTraceData;
  blockedByThreadId?: number;
  blockedByLock: string;
  holdingLocks: string[];
  synchronizers: string[];
  monitors: string[];
  lockName?: string;
  lockOwnerName?: string;
  suspended: boolean;
  inNative: boolean;
  isDaemon: boolean;
  priority: number;
}

export type SQLExecutionStatus = "RUNNING" | "COMPLETED" | "FAILED";

export interface SqlNode {
  nodeId: number;
  nodeName: string;
  wholeStageCodegenId?: number;
  /** Values as Spark prints them: "1,234", "12.3 KiB", "total (min, med, max)\n…". */
  metrics: { name: string; value: string }[];
}

export interface ExecutionData {
  id: number;
  status: SQLExecutionStatus;
  description: string;
  planDescription: string;
  submissionTime: DateText;
  duration: number;
  runningJobIds: number[];
  successJobIds: number[];
  failedJobIds: number[];
  nodes: SqlNode[];
  edges: { fromId: number; toId: number }[];
  /** A UUID; Spark has it from 4.2 on. */
  queryId?: string;
  errorMessage: string;
  rootExecutionId: number;
}

// Our own additions

/** driver: one running application; history: the history server; master and worker: the standalone daemons. */
export type UiKind = "driver" | "history" | "master" | "worker";

export interface Identity {
  kind: UiKind;
  /** Shown in the header: the application's name, "History", the master's URL. */
  title: string;
  /** Of a driver; the history server has its ids in HistoryEntry. */
  applicationId?: string;
  version: string;
  sparkVersion: string;
  /** To be sent as the header `x-firesteel-token` with each POST; absent where nothing may be changed. */
  token?: string;
  /** Whether jobs and stages may be killed here (spark.ui.killEnabled). */
  killEnabled: boolean;
  /** Address of the master's UI, of a history server, … where known. */
  links: { label: string; href: string }[];
}

export type Topic =
  "jobs" | "stages" | "tasks" | "executors" | "storage" | "sql" | "search" | "environment" | "profile" | "cluster" | "history";

/** At most 4 a second for a topic. `version` grows with each change; pages read again what they show. */
export interface ChangeNotice {
  topic: Topic;
  version: number;
}

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
  kind: "failedJob" | "failedQuery" | "lostExecutor" | "pausedExecutor" | "slowStage";
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
  /** ms of fitting, over the folds. */
  fitTime: number | null;
  error?: string;
}

/** A hyper-parameter search (cross validation, grid search). */
export interface Search {
  id: string;
  name: string;
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

/** A piece of a log file. */
export interface LogText {
  name: string;
  /** Bytes of the file, and where the text begins in it. */
  size: number;
  offset: number;
  text: string;
}

export interface HistoryEntry {
  id: string;
  attemptId: string | null;
  name: string;
  user: string;
  startTime: number;
  endTime: number | null;
  lastUpdated: number;
  completed: boolean;
  sparkVersion: string;
  /** Bytes of its log. */
  logSize: number;
  /** Why the application cannot be shown, if so. */
  error?: string;
}

export interface MasterState {
  url: string;
  status: "ALIVE" | "STANDBY";
  /** "firesteel://host:port" of the master that is active. */
  activeMaster: string | null;
  startTime: number;
  cores: number;
  coresUsed: number;
  memoryMb: number;
  memoryUsedMb: number;
  workers: MasterWorker[];
  activeApplications: MasterApplication[];
  completedApplications: MasterApplication[];
  activeDrivers: MasterDriver[];
  completedDrivers: MasterDriver[];
}

export interface MasterWorker {
  id: string;
  host: string;
  webUiAddress: string;
  state: "ALIVE" | "DEAD" | "DECOMMISSIONED" | "UNKNOWN";
  cores: number;
  coresUsed: number;
  memoryMb: number;
  memoryUsedMb: number;
  lastHeartbeat: number;
}

export interface MasterApplication {
  id: string;
  name: string;
  user: string;
  state: "WAITING" | "RUNNING" | "FINISHED" | "FAILED" | "KILLED" | "UNKNOWN";
  cores: number;
  coresGranted: number;
  memoryPerExecutorMb: number;
  executors: number;
  startTime: number;
  /** ms. */
  duration: number;
  uiUrl: string | null;
}

export interface MasterDriver {
  id: string;
  state: string;
  workerId: string | null;
  cores: number;
  memoryMb: number;
  mainFile: string;
  submitTime: number;
  restarts: number;
  error?: string;
}

export interface WorkerState {
  id: string;
  url: string;
  masterUrl: string;
  masterUiUrl: string | null;
  connected: boolean;
  startTime: number;
  cores: number;
  coresUsed: number;
  memoryMb: number;
  memoryUsedMb: number;
  executors: WorkerExecutor[];
  finishedExecutors: WorkerExecutor[];
  drivers: WorkerDriver[];
  finishedDrivers: WorkerDriver[];
}

export interface WorkerExecutor {
  id: string;
  applicationId: string;
  applicationName: string;
  state: string;
  cores: number;
  memoryMb: number;
  startTime: number;
  /** Path of its logs: GET /api/firesteel/v1/logs/<logs>?stream=stdout. */
  logs: string;
  exit?: string;
}

export interface WorkerDriver {
  id: string;
  state: string;
  cores: number;
  memoryMb: number;
  mainFile: string;
  logs: string;
  exit?: string;
}

export interface ApiError {
  error: string;
}
