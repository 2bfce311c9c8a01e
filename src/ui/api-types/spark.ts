/** Spark's REST API under `/api/v1`, with Spark's field names. */

/** "2026-11-21T07:39:00.123GMT". */
export type DateText = string;

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
