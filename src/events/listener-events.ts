/**
 * What happened in an application, as listeners, the event log, the UI and the history server see it: Spark's listener
 * events. Field names here are those of Spark's Scala classes; `event-json.ts` writes them under Spark's JSON names.
 * Events are immutable, hold no live engine objects, and may be kept by listeners for as long as they like.
 */
import type { ResourceAddresses } from "../common/resources";

/** Task counters as reported with the end of an attempt; `storage/task-env`'s TaskMetrics fits. Times in ms, `…Ns` in ns, sizes in bytes. */
export interface TaskMetricsInfo {
  readonly executorDeserializeTime: number;
  readonly executorRunTime: number;
  readonly executorCpuTimeNs: number;
  readonly resultSize: number;
  readonly jvmGcTime: number;
  readonly resultSerializationTime: number;
  readonly memoryBytesSpilled: number;
  readonly diskBytesSpilled: number;
  readonly peakExecutionMemory: number;
  readonly inputBytes: number;
  readonly inputRecords: number;
  readonly outputBytes: number;
  readonly outputRecords: number;
  readonly shuffleRemoteBlocksFetched: number;
  readonly shuffleLocalBlocksFetched: number;
  readonly shuffleFetchWaitTime: number;
  readonly shuffleRemoteBytesRead: number;
  readonly shuffleRemoteBytesReadToDisk: number;
  readonly shuffleLocalBytesRead: number;
  readonly shuffleRecordsRead: number;
  readonly shuffleBytesWritten: number;
  readonly shuffleWriteTimeNs: number;
  readonly shuffleRecordsWritten: number;
  /** Counted by Spark only: known from its logs. */
  readonly executorDeserializeCpuTimeNs?: number;
  readonly shuffleRemoteReqsDuration?: number;
}

/** Peak gauges of an executor by Spark's metric names (`JVMHeapMemory`, `ProcessTreeOtherRSSMemory`, …); absent ones are 0. */
export type ExecutorMetricsInfo = Readonly<Record<string, number>>;

export type TaskLocality = "PROCESS_LOCAL" | "NODE_LOCAL" | "NO_PREF" | "RACK_LOCAL" | "ANY";

/** A change to an accumulator by one task (`update`) and its value so far (`value`), printed values. */
export interface AccumulableInfo {
  readonly id: number;
  readonly name?: string;
  readonly update?: string | number;
  readonly value?: string | number;
  readonly internal: boolean;
  readonly countFailedValues: boolean;
  /** "sql" marks metrics of query operators. */
  readonly metadata?: string;
}

export interface StorageLevelInfo {
  readonly useDisk: boolean;
  readonly useMemory: boolean;
  readonly useOffHeap: boolean;
  readonly deserialized: boolean;
  readonly replication: number;
}

export interface RddInfo {
  readonly id: number;
  readonly name: string;
  /** JSON of Spark's RDDOperationScope, `{"id":"3","name":"reduceByKey"}`, where known: groups datasets into boxes of the DAG. */
  readonly scope?: string;
  readonly callSite: string;
  readonly parentIds: readonly number[];
  readonly storageLevel: StorageLevelInfo;
  readonly barrier: boolean;
  readonly numPartitions: number;
  readonly numCachedPartitions: number;
  readonly memSize: number;
  readonly diskSize: number;
}

/** One attempt of a stage. */
export interface StageInfo {
  readonly stageId: number;
  readonly attemptNumber: number;
  readonly name: string;
  readonly numTasks: number;
  readonly rddInfos: readonly RddInfo[];
  readonly parentIds: readonly number[];
  /** The shuffle whose map outputs the stage writes; absent for a job's last stage. */
  readonly shuffleDepId?: number;
  readonly details: string;
  /** 0, the default profile, where absent. */
  readonly resourceProfileId?: number;
  readonly submissionTime?: number;
  readonly completionTime?: number;
  readonly failureReason?: string;
  readonly accumulables: readonly AccumulableInfo[];
}

export interface TaskInfo {
  readonly taskId: number;
  /** Position in the task set of the stage attempt. */
  readonly index: number;
  readonly attemptNumber: number;
  readonly partitionId: number;
  readonly launchTime: number;
  readonly executorId: string;
  readonly host: string;
  readonly taskLocality: TaskLocality;
  readonly speculative: boolean;
  readonly gettingResultTime: number;
  /** 0 while the attempt runs. */
  readonly finishTime: number;
  readonly failed: boolean;
  readonly killed: boolean;
  readonly accumulables: readonly AccumulableInfo[];
}

export interface BlockManagerInfo {
  readonly executorId: string;
  readonly host: string;
  readonly port: number;
}

export interface StackFrame {
  readonly declaringClass: string;
  readonly methodName: string;
  readonly fileName: string | null;
  readonly lineNumber: number;
}

export type TaskEndReason =
  | { readonly reason: "Success" }
  | { readonly reason: "Resubmitted" }
  | { readonly reason: "TaskResultLost" }
  | { readonly reason: "UnknownReason" }
  | { readonly reason: "TaskKilled"; readonly killReason: string; readonly accumUpdates: readonly AccumulableInfo[] }
  | { readonly reason: "TaskCommitDenied"; readonly jobId: number; readonly partitionId: number; readonly attemptNumber: number }
  | {
      readonly reason: "ExecutorLostFailure";
      readonly executorId: string;
      readonly exitCausedByApp: boolean;
      readonly lossReason: string | null;
    }
  | {
      readonly reason: "FetchFailed";
      readonly blockManager: BlockManagerInfo | null;
      readonly shuffleId: number;
      readonly mapId: number;
      readonly mapIndex: number;
      readonly reduceId: number;
      readonly message: string;
    }
  | {
      readonly reason: "ExceptionFailure";
      readonly className: string;
      readonly description: string;
      readonly stackTrace: readonly StackFrame[];
      readonly fullStackTrace: string;
      readonly accumUpdates: readonly AccumulableInfo[];
    };

export type Properties = Readonly<Record<string, string>>;

export type JobResult =
  | { readonly result: "JobSucceeded" }
  | { readonly result: "JobFailed"; readonly message: string; readonly stackTrace: readonly StackFrame[] };

export interface LogStartEvent {
  readonly type: "LogStart";
  readonly sparkVersion: string;
}
export interface ApplicationStartEvent {
  readonly type: "ApplicationStart";
  readonly appName: string;
  readonly appId: string;
  readonly time: number;
  readonly user: string;
  readonly appAttemptId?: string;
}
export interface ApplicationEndEvent {
  readonly type: "ApplicationEnd";
  readonly time: number;
  readonly exitCode?: number;
}
export interface JobStartEvent {
  readonly type: "JobStart";
  readonly jobId: number;
  readonly time: number;
  /** Every stage of the job, those to be skipped too. */
  readonly stageInfos: readonly StageInfo[];
  readonly properties: Properties;
}
export interface JobEndEvent {
  readonly type: "JobEnd";
  readonly jobId: number;
  readonly time: number;
  readonly jobResult: JobResult;
}
export interface StageSubmittedEvent {
  readonly type: "StageSubmitted";
  readonly stageInfo: StageInfo;
  readonly properties: Properties;
}
/** Ends one attempt: with a `failureReason` when it failed. */
export interface StageCompletedEvent {
  readonly type: "StageCompleted";
  readonly stageInfo: StageInfo;
}
export interface TaskStartEvent {
  readonly type: "TaskStart";
  readonly stageId: number;
  readonly stageAttemptId: number;
  readonly taskInfo: TaskInfo;
}
/** The result is too large for a message and is being fetched. */
export interface TaskGettingResultEvent {
  readonly type: "TaskGettingResult";
  readonly taskInfo: TaskInfo;
}
export interface TaskEndEvent {
  readonly type: "TaskEnd";
  readonly stageId: number;
  readonly stageAttemptId: number;
  readonly taskType: "ResultTask" | "ShuffleMapTask";
  readonly reason: TaskEndReason;
  readonly taskInfo: TaskInfo;
  readonly taskExecutorMetrics?: ExecutorMetricsInfo;
  /** Absent where the attempt could not report. */
  readonly taskMetrics?: TaskMetricsInfo;
}
export interface SpeculativeTaskSubmittedEvent {
  readonly type: "SpeculativeTaskSubmitted";
  readonly stageId: number;
  readonly stageAttemptId: number;
  readonly taskIndex: number;
  readonly partitionId: number;
}
export interface ExecutorAddedEvent {
  readonly type: "ExecutorAdded";
  readonly time: number;
  readonly executorId: string;
  readonly host: string;
  readonly totalCores: number;
  readonly logUrls: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly resources?: ResourceAddresses;
  readonly resourceProfileId?: number;
}
export interface ExecutorRemovedEvent {
  readonly type: "ExecutorRemoved";
  readonly time: number;
  readonly executorId: string;
  readonly reason: string;
}
export interface ExecutorExcludedEvent {
  readonly type: "ExecutorExcluded";
  readonly time: number;
  readonly executorId: string;
  readonly taskFailures: number;
}
export interface ExecutorUnexcludedEvent {
  readonly type: "ExecutorUnexcluded";
  readonly time: number;
  readonly executorId: string;
}
export interface ExecutorExcludedForStageEvent {
  readonly type: "ExecutorExcludedForStage";
  readonly time: number;
  readonly executorId: string;
  readonly taskFailures: number;
  readonly stageId: number;
  readonly stageAttemptId: number;
}
export interface NodeExcludedEvent {
  readonly type: "NodeExcluded";
  readonly time: number;
  readonly hostId: string;
  readonly executorFailures: number;
}
export interface NodeUnexcludedEvent {
  readonly type: "NodeUnexcluded";
  readonly time: number;
  readonly hostId: string;
}
export interface NodeExcludedForStageEvent {
  readonly type: "NodeExcludedForStage";
  readonly time: number;
  readonly hostId: string;
  readonly executorFailures: number;
  readonly stageId: number;
  readonly stageAttemptId: number;
}
export interface BlockManagerAddedEvent {
  readonly type: "BlockManagerAdded";
  readonly time: number;
  readonly blockManager: BlockManagerInfo;
  readonly maxMem: number;
  readonly maxOnHeapMem: number;
  readonly maxOffHeapMem: number;
}
export interface BlockManagerRemovedEvent {
  readonly type: "BlockManagerRemoved";
  readonly time: number;
  readonly blockManager: BlockManagerInfo;
}
/** A block came to, changed on, or left (a level that uses neither memory nor disk) an executor. */
export interface BlockUpdatedEvent {
  readonly type: "BlockUpdated";
  readonly blockManager: BlockManagerInfo;
  readonly blockId: string;
  readonly storageLevel: StorageLevelInfo;
  readonly memSize: number;
  readonly diskSize: number;
}
export interface UnpersistRddEvent {
  readonly type: "UnpersistRDD";
  readonly rddId: number;
}
export interface EnvironmentUpdateEvent {
  readonly type: "EnvironmentUpdate";
  /** Runtime facts: Node and V8 versions, home. Written as Spark's "JVM Information". */
  readonly runtime: Properties;
  readonly sparkProperties: Properties;
  readonly hadoopProperties: Properties;
  readonly systemProperties: Properties;
  readonly metricsProperties: Properties;
  readonly classpathEntries: Properties;
}
/** Progress of running tasks and gauges of an executor, from heartbeats. */
export interface ExecutorMetricsUpdateEvent {
  readonly type: "ExecutorMetricsUpdate";
  readonly executorId: string;
  readonly accumUpdates: readonly {
    readonly taskId: number;
    readonly stageId: number;
    readonly stageAttemptId: number;
    readonly accumUpdates: readonly AccumulableInfo[];
  }[];
  readonly executorUpdates: readonly {
    readonly stageId: number;
    readonly stageAttemptId: number;
    readonly metrics: ExecutorMetricsInfo;
  }[];
}
/** Peaks of one executor over a stage attempt; written at its end when `spark.eventLog.logStageExecutorMetrics` is on. */
export interface StageExecutorMetricsEvent {
  readonly type: "StageExecutorMetrics";
  readonly executorId: string;
  readonly stageId: number;
  readonly stageAttemptId: number;
  readonly executorMetrics: ExecutorMetricsInfo;
}
export interface ExecutorResourceRequestInfo {
  readonly resourceName: string;
  readonly amount: number;
  readonly discoveryScript: string;
  readonly vendor: string;
}
export interface ResourceProfileAddedEvent {
  readonly type: "ResourceProfileAdded";
  readonly id: number;
  readonly executorResources: Readonly<Record<string, ExecutorResourceRequestInfo>>;
  readonly taskResources: Readonly<Record<string, { readonly resourceName: string; readonly amount: number }>>;
}

/** An operator of a query's plan with its inputs. `metadata` has what a scan reads. */
export interface SparkPlanInfo {
  readonly nodeName: string;
  readonly simpleString: string;
  readonly children: readonly SparkPlanInfo[];
  readonly metadata: Properties;
  readonly metrics: readonly SqlMetricInfo[];
}

/** `accumulatorId` is what updates refer to: unique in the application. */
export interface SqlMetricInfo {
  readonly name: string;
  readonly accumulatorId: number;
  readonly metricType: "sum" | "size" | "timing" | "nsTiming" | "average";
}

export interface SqlExecutionStartEvent {
  readonly type: "SQLExecutionStart";
  readonly executionId: number;
  readonly rootExecutionId?: number;
  readonly description: string;
  /** Where the action was called. */
  readonly details: string;
  readonly physicalPlanDescription: string;
  readonly sparkPlanInfo: SparkPlanInfo;
  readonly time: number;
  readonly modifiedConfigs: Properties;
  readonly jobTags: readonly string[];
  readonly jobGroupId?: string;
  /** A UUID that no other query has, of this application or another one. */
  readonly queryId?: string;
  /** Texts of the plan on its way; Spark has them inside of `physicalPlanDescription`, if at all. */
  readonly plans?: { readonly parsed: string; readonly analyzed: string; readonly optimized: string };
}
/** The plan changed by what was measured. */
export interface SqlAdaptiveExecutionUpdateEvent {
  readonly type: "SQLAdaptiveExecutionUpdate";
  readonly executionId: number;
  readonly physicalPlanDescription: string;
  readonly sparkPlanInfo: SparkPlanInfo;
  /** Spark's event has no time. */
  readonly time?: number;
}
export interface SqlAdaptiveMetricUpdatesEvent {
  readonly type: "SQLAdaptiveSQLMetricUpdates";
  readonly executionId: number;
  readonly sqlPlanMetrics: readonly SqlMetricInfo[];
}
/** Is added to what is known of the metrics so far: [accumulator, difference] each. */
export interface DriverAccumUpdatesEvent {
  readonly type: "DriverAccumUpdates";
  readonly executionId: number;
  readonly accumUpdates: readonly (readonly [id: number, update: number])[];
}
/** Metrics of a query while a stage of it runs, as totals so far. Not written to logs: `DriverAccumUpdates` follows. */
export interface FiresteelSqlProgressEvent {
  readonly type: "FiresteelSqlProgress";
  readonly executionId: number;
  readonly totals: readonly (readonly [id: number, total: number])[];
}
export interface SqlExecutionEndEvent {
  readonly type: "SQLExecutionEnd";
  readonly executionId: number;
  readonly time: number;
  /** "" when it succeeded. */
  readonly errorMessage: string;
}

/** Why the application has no executor, from now on; null when that is over. */
export interface FiresteelExecutorsAwaitedEvent {
  readonly type: "FiresteelExecutorsAwaited";
  readonly time: number;
  readonly reason: string | null;
}

/** What an executor uses at a moment: bytes; `cpu` in cores since the sample before. */
export interface FiresteelExecutorSampleEvent {
  readonly type: "FiresteelExecutorSample";
  readonly time: number;
  readonly executorId: string;
  /** Resident memory, and what the process may take. */
  readonly rss: number;
  readonly limit: number;
  readonly heap: number;
  readonly storage: number;
  readonly execution: number;
  readonly cpu: number;
  readonly activeTasks: number;
  /** It begins no further task until memory is given back; and the resident bytes at which it does so (0: never). Executors only. */
  readonly paused?: boolean;
  readonly pausesAt?: number;
  /** File descriptors that the process has open. Executors only, where the system tells, as what follows. */
  readonly openFiles?: number;
  /** What the machine moves, bytes a second since the sample before. */
  readonly hostNetRead?: number;
  readonly hostNetWrite?: number;
  readonly hostDiskRead?: number;
  readonly hostDiskWrite?: number;
}

/** A search over hyper-parameters begins: every candidate is fitted `folds` times. */
export interface FiresteelSearchStartEvent {
  readonly type: "FiresteelSearchStart";
  readonly searchId: string;
  /** "CrossValidator", "GridSearchCV", … or what the user named it. */
  readonly name: string;
  /** The class whose parameters are searched: "RandomForestClassifier"; absent in logs of before it was told. */
  readonly estimator?: string;
  readonly metric: string;
  readonly largerIsBetter: boolean;
  readonly folds: number;
  readonly candidates: readonly { readonly params: Properties }[];
  readonly time: number;
}
/** A fit of a candidate began (`state` "running"), or came to its end. */
export interface FiresteelSearchProgressEvent {
  readonly type: "FiresteelSearchProgress";
  readonly searchId: string;
  readonly candidate: number;
  readonly fold: number;
  readonly state: "running" | "done" | "failed";
  /** Of "done". */
  readonly score?: number;
  /** ms that the fit took. */
  readonly fitTime?: number;
  readonly error?: string;
  readonly time: number;
}
export interface FiresteelSearchEndEvent {
  readonly type: "FiresteelSearchEnd";
  readonly searchId: string;
  readonly bestIndex?: number;
  readonly bestScore?: number;
  /** Why it failed, if so. */
  readonly error?: string;
  readonly time: number;
}

export type ListenerEvent =
  | LogStartEvent
  | ApplicationStartEvent
  | ApplicationEndEvent
  | JobStartEvent
  | JobEndEvent
  | StageSubmittedEvent
  | StageCompletedEvent
  | TaskStartEvent
  | TaskGettingResultEvent
  | TaskEndEvent
  | SpeculativeTaskSubmittedEvent
  | ExecutorAddedEvent
  | ExecutorRemovedEvent
  | ExecutorExcludedEvent
  | ExecutorUnexcludedEvent
  | ExecutorExcludedForStageEvent
  | NodeExcludedEvent
  | NodeUnexcludedEvent
  | NodeExcludedForStageEvent
  | BlockManagerAddedEvent
  | BlockManagerRemovedEvent
  | BlockUpdatedEvent
  | UnpersistRddEvent
  | EnvironmentUpdateEvent
  | ExecutorMetricsUpdateEvent
  | StageExecutorMetricsEvent
  | ResourceProfileAddedEvent
  | SqlExecutionStartEvent
  | SqlAdaptiveExecutionUpdateEvent
  | SqlAdaptiveMetricUpdatesEvent
  | DriverAccumUpdatesEvent
  | FiresteelSqlProgressEvent
  | SqlExecutionEndEvent
  | FiresteelExecutorSampleEvent
  | FiresteelSearchStartEvent
  | FiresteelSearchProgressEvent
  | FiresteelSearchEndEvent
  | FiresteelExecutorsAwaitedEvent;

export type ListenerEventType = ListenerEvent["type"];

export type EventOf<T extends ListenerEventType> = Extract<ListenerEvent, { readonly type: T }>;
