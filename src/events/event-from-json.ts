/**
 * Reads events as Spark writes them to its log: the other direction of `event-json.ts`. Fields that older versions did not
 * write get Spark's defaults. Events of kinds that nobody here knows are passed over.
 */
import { NO_PORT, SQL_EVENTS, type Json } from "./event-json";
import type {
  AccumulableInfo,
  BlockManagerInfo,
  ExecutorMetricsInfo,
  JobResult,
  ListenerEvent,
  Properties,
  RddInfo,
  StackFrame,
  StageInfo,
  StorageLevelInfo,
  TaskEndReason,
  TaskInfo,
  TaskLocality,
  TaskMetricsInfo,
} from "./listener-events";

const SCHEDULER_EVENTS = "org.apache.spark.scheduler.SparkListener";
/** Events whose fields are written under their own names. */
const PLAIN: ReadonlySet<string> = new Set([
  "SpeculativeTaskSubmitted",
  "ExecutorExcluded",
  "ExecutorUnexcluded",
  "ExecutorExcludedForStage",
  "NodeExcluded",
  "NodeUnexcluded",
  "NodeExcludedForStage",
  "SQLExecutionStart",
  "SQLAdaptiveExecutionUpdate",
  "SQLAdaptiveSQLMetricUpdates",
  "DriverAccumUpdates",
  "SQLExecutionEnd",
  "FiresteelSqlProgress",
  "FiresteelExecutorSample",
  "FiresteelSearchStart",
  "FiresteelSearchProgress",
  "FiresteelSearchEnd",
  "FiresteelExecutorsAwaited",
]);

/** Null for an event of an unknown kind. Throws a TypeError for one that is not whole. */
export function eventFromJson(json: Json): ListenerEvent | null {
  const kind = text(json["Event"]);
  const at = (key: string): unknown => json[key];
  switch (kind) {
    case "SparkListenerLogStart":
      return { type: "LogStart", sparkVersion: text(at("Spark Version")) };
    case "SparkListenerApplicationStart":
      return {
        type: "ApplicationStart",
        appName: text(at("App Name")),
        appId: text(at("App ID")),
        time: number(at("Timestamp")),
        user: text(at("User")),
        ...given("appAttemptId", at("App Attempt ID"), text),
      };
    case "SparkListenerApplicationEnd":
      return { type: "ApplicationEnd", time: number(at("Timestamp")), ...given("exitCode", at("ExitCode"), number) };
    case "SparkListenerJobStart":
      return {
        type: "JobStart",
        jobId: number(at("Job ID")),
        time: number(at("Submission Time")),
        stageInfos: list(at("Stage Infos")).map(stageInfo),
        properties: properties(at("Properties")),
      };
    case "SparkListenerJobEnd":
      return {
        type: "JobEnd",
        jobId: number(at("Job ID")),
        time: number(at("Completion Time")),
        jobResult: jobResult(object(at("Job Result"))),
      };
    case "SparkListenerStageSubmitted":
      return { type: "StageSubmitted", stageInfo: stageInfo(object(at("Stage Info"))), properties: properties(at("Properties")) };
    case "SparkListenerStageCompleted":
      return { type: "StageCompleted", stageInfo: stageInfo(object(at("Stage Info"))) };
    case "SparkListenerTaskStart":
      return {
        type: "TaskStart",
        stageId: number(at("Stage ID")),
        stageAttemptId: number(at("Stage Attempt ID")),
        taskInfo: taskInfo(object(at("Task Info"))),
      };
    case "SparkListenerTaskGettingResult":
      return { type: "TaskGettingResult", taskInfo: taskInfo(object(at("Task Info"))) };
    case "SparkListenerTaskEnd": {
      const metrics = at("Task Metrics");
      return {
        type: "TaskEnd",
        stageId: number(at("Stage ID")),
        stageAttemptId: number(at("Stage Attempt ID")),
        taskType: at("Task Type") === "ShuffleMapTask" ? "ShuffleMapTask" : "ResultTask",
        reason: taskEndReason(object(at("Task End Reason"))),
        taskInfo: taskInfo(object(at("Task Info"))),
        taskExecutorMetrics: executorMetrics(at("Task Executor Metrics")),
        ...(metrics === undefined || metrics === null ? {} : { taskMetrics: taskMetrics(object(metrics)) }),
      };
    }
    case "SparkListenerExecutorAdded": {
      const info = object(at("Executor Info"));
      return {
        type: "ExecutorAdded",
        time: number(at("Timestamp")),
        executorId: text(at("Executor ID")),
        host: text(info["Host"]),
        totalCores: number(info["Total Cores"]),
        logUrls: properties(info["Log Urls"]),
        attributes: properties(info["Attributes"]),
        ...(info["Resources"] === undefined
          ? {}
          : { resources: mapped(info["Resources"], ({ addresses }) => (addresses as readonly unknown[]).map(String)) }),
        resourceProfileId: number(info["Resource Profile Id"] ?? 0),
      };
    }
    case "SparkListenerExecutorRemoved":
      return {
        type: "ExecutorRemoved",
        time: number(at("Timestamp")),
        executorId: text(at("Executor ID")),
        reason: text(at("Removed Reason")),
      };
    case "SparkListenerBlockManagerAdded":
      return {
        type: "BlockManagerAdded",
        time: number(at("Timestamp")),
        blockManager: blockManager(object(at("Block Manager ID"))),
        maxMem: number(at("Maximum Memory")),
        maxOnHeapMem: number(at("Maximum Onheap Memory") ?? 0),
        maxOffHeapMem: number(at("Maximum Offheap Memory") ?? 0),
      };
    case "SparkListenerBlockManagerRemoved":
      return {
        type: "BlockManagerRemoved",
        time: number(at("Timestamp")),
        blockManager: blockManager(object(at("Block Manager ID"))),
      };
    case "SparkListenerBlockUpdated": {
      const info = object(at("Block Updated Info"));
      return {
        type: "BlockUpdated",
        blockManager: blockManager(object(info["Block Manager ID"])),
        blockId: text(info["Block ID"]),
        storageLevel: storageLevel(info["Storage Level"]),
        memSize: number(info["Memory Size"]),
        diskSize: number(info["Disk Size"]),
      };
    }
    case "SparkListenerUnpersistRDD":
      return { type: "UnpersistRDD", rddId: number(at("RDD ID")) };
    case "SparkListenerEnvironmentUpdate":
      return {
        type: "EnvironmentUpdate",
        runtime: properties(at("JVM Information")),
        sparkProperties: properties(at("Spark Properties")),
        hadoopProperties: properties(at("Hadoop Properties")),
        systemProperties: properties(at("System Properties")),
        metricsProperties: properties(at("Metrics Properties")),
        classpathEntries: properties(at("Classpath Entries")),
      };
    case "SparkListenerExecutorMetricsUpdate":
      return {
        type: "ExecutorMetricsUpdate",
        executorId: text(at("Executor ID")),
        accumUpdates: list(at("Metrics Updated")).map((update) => ({
          taskId: number(update["Task ID"]),
          stageId: number(update["Stage ID"]),
          stageAttemptId: number(update["Stage Attempt ID"]),
          accumUpdates: list(update["Accumulator Updates"]).map(accumulable),
        })),
        executorUpdates: list(at("Executor Metrics Updated")).map((update) => ({
          stageId: number(update["Stage ID"]),
          stageAttemptId: number(update["Stage Attempt ID"]),
          metrics: executorMetrics(update["Executor Metrics"]),
        })),
      };
    case "SparkListenerStageExecutorMetrics":
      return {
        type: "StageExecutorMetrics",
        executorId: text(at("Executor ID")),
        stageId: number(at("Stage ID")),
        stageAttemptId: number(at("Stage Attempt ID")),
        executorMetrics: executorMetrics(at("Executor Metrics")),
      };
    case "SparkListenerResourceProfileAdded":
      return {
        type: "ResourceProfileAdded",
        id: number(at("Resource Profile Id")),
        executorResources: mapped(at("Executor Resource Requests"), (request) => ({
          resourceName: text(request["Resource Name"]),
          amount: number(request["Amount"]),
          discoveryScript: text(request["Discovery Script"]),
          vendor: text(request["Vendor"]),
        })),
        taskResources: mapped(at("Task Resource Requests"), (request) => ({
          resourceName: text(request["Resource Name"]),
          amount: number(request["Amount"]),
        })),
      };
    default:
      return plainEvent(kind, json);
  }
}

function plainEvent(kind: string, json: Json): ListenerEvent | null {
  const prefix = [SQL_EVENTS, SCHEDULER_EVENTS].find((one) => kind.startsWith(one)) ?? "";
  const type = kind.slice(prefix.length);
  if (!PLAIN.has(type)) return null;
  const { Event: _event, ...fields } = json;
  const event: Record<string, unknown> = { type, ...fields };
  if (type === "SQLExecutionStart") {
    for (const key of ["description", "details", "physicalPlanDescription"]) event[key] = text(event[key]);
    event["modifiedConfigs"] = properties(event["modifiedConfigs"]);
    event["jobTags"] = event["jobTags"] ?? [];
    for (const key of ["jobGroupId", "rootExecutionId", "queryId"]) if (event[key] === null) delete event[key];
  }
  if (type === "SQLExecutionEnd") event["errorMessage"] = text(event["errorMessage"]);
  return event as unknown as ListenerEvent;
}

function stageInfo(json: Json): StageInfo {
  return {
    stageId: number(json["Stage ID"]),
    attemptNumber: number(json["Stage Attempt ID"] ?? 0),
    name: text(json["Stage Name"]),
    numTasks: number(json["Number of Tasks"]),
    rddInfos: list(json["RDD Info"]).map(rddInfo),
    parentIds: numbers(json["Parent IDs"]),
    details: text(json["Details"]),
    resourceProfileId: number(json["Resource Profile Id"] ?? 0),
    ...given("submissionTime", json["Submission Time"], number),
    ...given("completionTime", json["Completion Time"], number),
    ...given("failureReason", json["Failure Reason"], text),
    accumulables: list(json["Accumulables"]).map(accumulable),
  };
}

function rddInfo(json: Json): RddInfo {
  return {
    id: number(json["RDD ID"]),
    name: text(json["Name"]),
    ...given("scope", json["Scope"], text),
    callSite: text(json["Callsite"]),
    parentIds: numbers(json["Parent IDs"]),
    storageLevel: storageLevel(json["Storage Level"]),
    barrier: json["Barrier"] === true,
    numPartitions: number(json["Number of Partitions"]),
    numCachedPartitions: number(json["Number of Cached Partitions"]),
    memSize: number(json["Memory Size"]),
    diskSize: number(json["Disk Size"]),
  };
}

function storageLevel(value: unknown): StorageLevelInfo {
  const json = object(value);
  return {
    useDisk: json["Use Disk"] === true,
    useMemory: json["Use Memory"] === true,
    useOffHeap: json["Use Off Heap"] === true,
    deserialized: json["Deserialized"] === true,
    replication: number(json["Replication"] ?? 1),
  };
}

function taskInfo(json: Json): TaskInfo {
  const index = number(json["Index"]);
  return {
    taskId: number(json["Task ID"]),
    index,
    attemptNumber: number(json["Attempt"] ?? 1),
    partitionId: number(json["Partition ID"] ?? index),
    launchTime: number(json["Launch Time"]),
    executorId: text(json["Executor ID"]),
    host: text(json["Host"]),
    taskLocality: text(json["Locality"]) as TaskLocality,
    speculative: json["Speculative"] === true,
    gettingResultTime: number(json["Getting Result Time"] ?? 0),
    finishTime: number(json["Finish Time"] ?? 0),
    failed: json["Failed"] === true,
    killed: json["Killed"] === true,
    accumulables: list(json["Accumulables"]).map(accumulable),
  };
}

function accumulable(json: Json): AccumulableInfo {
  return {
    id: number(json["ID"]),
    ...given("name", json["Name"], text),
    ...given("update", json["Update"], scalar),
    ...given("value", json["Value"], scalar),
    internal: json["Internal"] === true,
    countFailedValues: json["Count Failed Values"] === true,
    ...given("metadata", json["Metadata"], text),
  };
}

/** Collections are printed as Spark's REST API prints them. */
function scalar(value: unknown): string | number {
  if (typeof value === "number" || typeof value === "string") return value;
  return JSON.stringify(value);
}

function blockManager(json: Json): BlockManagerInfo {
  const port = number(json["Port"] ?? 0);
  return { executorId: text(json["Executor ID"]), host: text(json["Host"]), port: port === NO_PORT ? 0 : port };
}

function jobResult(json: Json): JobResult {
  if (json["Result"] === "JobSucceeded") return { result: "JobSucceeded" };
  const exception = object(json["Exception"] ?? {});
  return { result: "JobFailed", message: text(exception["Message"]), stackTrace: stackTrace(exception["Stack Trace"]) };
}

function stackTrace(value: unknown): StackFrame[] {
  return list(value).map((frame) => ({
    declaringClass: text(frame["Declaring Class"]),
    methodName: text(frame["Method Name"]),
    fileName: typeof frame["File Name"] === "string" ? frame["File Name"] : null,
    lineNumber: number(frame["Line Number"] ?? 0),
  }));
}

function taskEndReason(json: Json): TaskEndReason {
  const updates = (): AccumulableInfo[] => list(json["Accumulator Updates"]).map(accumulable);
  switch (json["Reason"]) {
    case "Success":
    case "Resubmitted":
    case "TaskResultLost":
      return { reason: json["Reason"] };
    case "TaskKilled":
      return { reason: "TaskKilled", killReason: text(json["Kill Reason"]), accumUpdates: updates() };
    case "TaskCommitDenied":
      return {
        reason: "TaskCommitDenied",
        jobId: number(json["Job ID"]),
        partitionId: number(json["Partition ID"]),
        attemptNumber: number(json["Attempt Number"]),
      };
    case "ExecutorLostFailure":
      return {
        reason: "ExecutorLostFailure",
        executorId: text(json["Executor ID"]),
        exitCausedByApp: json["Exit Caused By App"] !== false,
        lossReason: typeof json["Loss Reason"] === "string" ? json["Loss Reason"] : null,
      };
    case "FetchFailed": {
      const address = json["Block Manager Address"];
      return {
        reason: "FetchFailed",
        blockManager: address === undefined || address === null ? null : blockManager(object(address)),
        shuffleId: number(json["Shuffle ID"]),
        mapId: number(json["Map ID"]),
        mapIndex: number(json["Map Index"] ?? -1),
        reduceId: number(json["Reduce ID"]),
        message: text(json["Message"]),
      };
    }
    case "ExceptionFailure":
      return {
        reason: "ExceptionFailure",
        className: text(json["Class Name"]),
        description: text(json["Description"]),
        stackTrace: stackTrace(json["Stack Trace"]),
        fullStackTrace: text(json["Full Stack Trace"]),
        accumUpdates: updates(),
      };
    default:
      return { reason: "UnknownReason" };
  }
}

function taskMetrics(json: Json): TaskMetricsInfo {
  const part = (name: string): Json => object(json[name] ?? {});
  const read = part("Shuffle Read Metrics");
  const write = part("Shuffle Write Metrics");
  const input = part("Input Metrics");
  const output = part("Output Metrics");
  const of = (from: Json, key: string): number => number(from[key] ?? 0);
  return {
    executorDeserializeTime: of(json, "Executor Deserialize Time"),
    executorDeserializeCpuTimeNs: of(json, "Executor Deserialize CPU Time"),
    executorRunTime: of(json, "Executor Run Time"),
    executorCpuTimeNs: of(json, "Executor CPU Time"),
    resultSize: of(json, "Result Size"),
    jvmGcTime: of(json, "JVM GC Time"),
    resultSerializationTime: of(json, "Result Serialization Time"),
    memoryBytesSpilled: of(json, "Memory Bytes Spilled"),
    diskBytesSpilled: of(json, "Disk Bytes Spilled"),
    peakExecutionMemory: of(json, "Peak Execution Memory"),
    inputBytes: of(input, "Bytes Read"),
    inputRecords: of(input, "Records Read"),
    outputBytes: of(output, "Bytes Written"),
    outputRecords: of(output, "Records Written"),
    shuffleRemoteBlocksFetched: of(read, "Remote Blocks Fetched"),
    shuffleLocalBlocksFetched: of(read, "Local Blocks Fetched"),
    shuffleFetchWaitTime: of(read, "Fetch Wait Time"),
    shuffleRemoteBytesRead: of(read, "Remote Bytes Read"),
    shuffleRemoteBytesReadToDisk: of(read, "Remote Bytes Read To Disk"),
    shuffleLocalBytesRead: of(read, "Local Bytes Read"),
    shuffleRecordsRead: of(read, "Total Records Read"),
    shuffleRemoteReqsDuration: of(read, "Remote Requests Duration"),
    shuffleBytesWritten: of(write, "Shuffle Bytes Written"),
    shuffleWriteTimeNs: of(write, "Shuffle Write Time"),
    shuffleRecordsWritten: of(write, "Shuffle Records Written"),
  };
}

function executorMetrics(value: unknown): ExecutorMetricsInfo {
  return (value ?? {}) as ExecutorMetricsInfo;
}

function properties(value: unknown): Properties {
  if (value === undefined || value === null) return {};
  return Object.fromEntries(Object.entries(object(value)).map(([key, item]) => [key, text(item)]));
}

function mapped<A>(value: unknown, f: (json: Json) => A): Record<string, A> {
  return Object.fromEntries(Object.entries(object(value ?? {})).map(([key, item]) => [key, f(object(item))]));
}

function given<K extends string, V>(key: K, value: unknown, read: (value: unknown) => V): { readonly [P in K]?: V } {
  return (value === undefined || value === null ? {} : { [key]: read(value) }) as { readonly [P in K]?: V };
}

function object(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError(`not an object: ${String(value)}`);
  return value as Json;
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(number) : [];
}

function number(value: unknown): number {
  if (typeof value === "number") return value;
  throw new TypeError(`not a number: ${String(value)}`);
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}
