/**
 * Listener events under the names of Spark's event log (Spark 4), so that tools which read Spark's logs read ours. One
 * function for each kind of thing; the field order is Spark's.
 */
import { unreachable } from "../common/errors";
import type {
  AccumulableInfo,
  BlockManagerInfo,
  ExecutorMetricsInfo,
  ListenerEvent,
  RddInfo,
  StackFrame,
  StageInfo,
  StorageLevelInfo,
  TaskEndReason,
  TaskInfo,
  TaskMetricsInfo,
} from "./listener-events";

export type Json = { readonly [key: string]: unknown };

/** The event as it is written, one object a line. */
export function eventToJson(event: ListenerEvent): Json {
  switch (event.type) {
    case "LogStart":
      return { Event: "SparkListenerLogStart", "Spark Version": event.sparkVersion };
    case "ApplicationStart":
      return {
        Event: "SparkListenerApplicationStart",
        "App Name": event.appName,
        "App ID": event.appId,
        Timestamp: event.time,
        User: event.user,
        ...optional("App Attempt ID", event.appAttemptId),
      };
    case "ApplicationEnd":
      return { Event: "SparkListenerApplicationEnd", Timestamp: event.time, ...optional("ExitCode", event.exitCode) };
    case "JobStart":
      return {
        Event: "SparkListenerJobStart",
        "Job ID": event.jobId,
        "Submission Time": event.time,
        "Stage Infos": event.stageInfos.map(stageInfoToJson),
        "Stage IDs": event.stageInfos.map((stage) => stage.stageId),
        Properties: event.properties,
      };
    case "JobEnd":
      return {
        Event: "SparkListenerJobEnd",
        "Job ID": event.jobId,
        "Completion Time": event.time,
        "Job Result": jobResultToJson(event.jobResult),
      };
    case "StageSubmitted":
      return {
        Event: "SparkListenerStageSubmitted",
        "Stage Info": stageInfoToJson(event.stageInfo),
        Properties: event.properties,
      };
    case "StageCompleted":
      return { Event: "SparkListenerStageCompleted", "Stage Info": stageInfoToJson(event.stageInfo) };
    case "TaskStart":
      return {
        Event: "SparkListenerTaskStart",
        "Stage ID": event.stageId,
        "Stage Attempt ID": event.stageAttemptId,
        "Task Info": taskInfoToJson(event.taskInfo),
      };
    case "TaskGettingResult":
      return { Event: "SparkListenerTaskGettingResult", "Task Info": taskInfoToJson(event.taskInfo) };
    case "TaskEnd":
      return {
        Event: "SparkListenerTaskEnd",
        "Stage ID": event.stageId,
        "Stage Attempt ID": event.stageAttemptId,
        "Task Type": event.taskType,
        "Task End Reason": taskEndReasonToJson(event.reason),
        "Task Info": taskInfoToJson(event.taskInfo),
        // Most tasks have none: their peaks are told by stage, and Spark reads what is absent as 0.
        "Task Executor Metrics": event.taskExecutorMetrics === undefined ? {} : executorMetricsToJson(event.taskExecutorMetrics),
        ...(event.taskMetrics === undefined ? {} : { "Task Metrics": taskMetricsToJson(event.taskMetrics) }),
      };
    case "ExecutorAdded":
      return {
        Event: "SparkListenerExecutorAdded",
        Timestamp: event.time,
        "Executor ID": event.executorId,
        "Executor Info": {
          Host: event.host,
          "Total Cores": event.totalCores,
          "Log Urls": event.logUrls,
          Attributes: event.attributes ?? {},
          Resources: Object.fromEntries(
            Object.entries(event.resources ?? {}).map(([name, addresses]) => [name, { name, addresses }]),
          ),
          "Resource Profile Id": event.resourceProfileId ?? 0,
          "Registration Time": event.time,
        },
      };
    case "ExecutorRemoved":
      return {
        Event: "SparkListenerExecutorRemoved",
        Timestamp: event.time,
        "Executor ID": event.executorId,
        "Removed Reason": event.reason,
      };
    case "BlockManagerAdded":
      return {
        Event: "SparkListenerBlockManagerAdded",
        "Block Manager ID": blockManagerToJson(event.blockManager),
        "Maximum Memory": event.maxMem,
        Timestamp: event.time,
        "Maximum Onheap Memory": event.maxOnHeapMem,
        "Maximum Offheap Memory": event.maxOffHeapMem,
      };
    case "BlockManagerRemoved":
      return {
        Event: "SparkListenerBlockManagerRemoved",
        "Block Manager ID": blockManagerToJson(event.blockManager),
        Timestamp: event.time,
      };
    case "BlockUpdated":
      return {
        Event: "SparkListenerBlockUpdated",
        "Block Updated Info": {
          "Block Manager ID": blockManagerToJson(event.blockManager),
          "Block ID": event.blockId,
          "Storage Level": storageLevelToJson(event.storageLevel),
          "Memory Size": event.memSize,
          "Disk Size": event.diskSize,
        },
      };
    case "UnpersistRDD":
      return { Event: "SparkListenerUnpersistRDD", "RDD ID": event.rddId };
    case "EnvironmentUpdate":
      return {
        Event: "SparkListenerEnvironmentUpdate",
        "JVM Information": event.runtime,
        "Spark Properties": event.sparkProperties,
        "Hadoop Properties": event.hadoopProperties,
        "System Properties": event.systemProperties,
        "Metrics Properties": event.metricsProperties,
        "Classpath Entries": event.classpathEntries,
      };
    case "ExecutorMetricsUpdate":
      return {
        Event: "SparkListenerExecutorMetricsUpdate",
        "Executor ID": event.executorId,
        "Metrics Updated": event.accumUpdates.map((update) => ({
          "Task ID": update.taskId,
          "Stage ID": update.stageId,
          "Stage Attempt ID": update.stageAttemptId,
          "Accumulator Updates": update.accumUpdates.map(accumulableToJson),
        })),
        "Executor Metrics Updated": event.executorUpdates.map((update) => ({
          "Stage ID": update.stageId,
          "Stage Attempt ID": update.stageAttemptId,
          "Executor Metrics": executorMetricsToJson(update.metrics),
        })),
      };
    case "StageExecutorMetrics":
      return {
        Event: "SparkListenerStageExecutorMetrics",
        "Executor ID": event.executorId,
        "Stage ID": event.stageId,
        "Stage Attempt ID": event.stageAttemptId,
        "Executor Metrics": executorMetricsToJson(event.executorMetrics),
      };
    case "ResourceProfileAdded":
      return {
        Event: "SparkListenerResourceProfileAdded",
        "Resource Profile Id": event.id,
        "Executor Resource Requests": mapValues(event.executorResources, (request) => ({
          "Resource Name": request.resourceName,
          Amount: request.amount,
          "Discovery Script": request.discoveryScript,
          Vendor: request.vendor,
        })),
        "Task Resource Requests": mapValues(event.taskResources, (request) => ({
          "Resource Name": request.resourceName,
          Amount: request.amount,
        })),
      };
    // Spark has no names of its own for these: they are written under their class's name and its field names.
    case "SpeculativeTaskSubmitted":
    case "ExecutorExcluded":
    case "ExecutorUnexcluded":
    case "ExecutorExcludedForStage":
    case "NodeExcluded":
    case "NodeUnexcluded":
    case "NodeExcludedForStage": {
      const { type, ...fields } = event;
      return { Event: `org.apache.spark.scheduler.SparkListener${type}`, ...fields };
    }
    case "SQLExecutionStart":
    case "SQLAdaptiveExecutionUpdate":
    case "SQLAdaptiveSQLMetricUpdates":
    case "DriverAccumUpdates":
    case "SQLExecutionEnd": {
      const { type, ...fields } = event;
      return { Event: `${SQL_EVENTS}${type}`, ...fields };
    }
    // Spark's reader passes over what it does not know.
    case "FiresteelSqlProgress":
    case "FiresteelExecutorSample":
    case "FiresteelSearchStart":
    case "FiresteelSearchProgress":
    case "FiresteelSearchEnd":
    case "FiresteelExecutorsAwaited": {
      const { type, ...fields } = event;
      return { Event: type, ...fields };
    }
    default:
      return unreachable(event);
  }
}

/** Before the names of events that Spark's SQL part defines. */
export const SQL_EVENTS = "org.apache.spark.sql.execution.ui.SparkListener";

function stageInfoToJson(stage: StageInfo): Json {
  return {
    "Stage ID": stage.stageId,
    "Stage Attempt ID": stage.attemptNumber,
    "Stage Name": stage.name,
    "Number of Tasks": stage.numTasks,
    "RDD Info": stage.rddInfos.map(rddInfoToJson),
    "Parent IDs": stage.parentIds,
    Details: stage.details,
    ...optional("Submission Time", stage.submissionTime),
    ...optional("Completion Time", stage.completionTime),
    ...optional("Failure Reason", stage.failureReason),
    Accumulables: stage.accumulables.map(accumulableToJson),
    "Resource Profile Id": stage.resourceProfileId ?? 0,
    "Shuffle Push Enabled": false,
    "Shuffle Push Mergers Count": 0,
  };
}

function rddInfoToJson(rdd: RddInfo): Json {
  return {
    "RDD ID": rdd.id,
    Name: rdd.name,
    ...optional("Scope", rdd.scope),
    Callsite: rdd.callSite,
    "Parent IDs": rdd.parentIds,
    "Storage Level": storageLevelToJson(rdd.storageLevel),
    Barrier: rdd.barrier,
    DeterministicLevel: "DETERMINATE",
    "Number of Partitions": rdd.numPartitions,
    "Number of Cached Partitions": rdd.numCachedPartitions,
    "Memory Size": rdd.memSize,
    "Disk Size": rdd.diskSize,
  };
}

function storageLevelToJson(level: StorageLevelInfo): Json {
  return {
    "Use Disk": level.useDisk,
    "Use Memory": level.useMemory,
    "Use Off Heap": level.useOffHeap,
    Deserialized: level.deserialized,
    Replication: level.replication,
  };
}

function taskInfoToJson(task: TaskInfo): Json {
  return {
    "Task ID": task.taskId,
    Index: task.index,
    Attempt: task.attemptNumber,
    "Partition ID": task.partitionId,
    "Launch Time": task.launchTime,
    "Executor ID": task.executorId,
    Host: task.host,
    Locality: task.taskLocality,
    Speculative: task.speculative,
    "Getting Result Time": task.gettingResultTime,
    "Finish Time": task.finishTime,
    Failed: task.failed,
    Killed: task.killed,
    Accumulables: task.accumulables.map(accumulableToJson),
  };
}

function accumulableToJson(accumulable: AccumulableInfo): Json {
  return {
    ID: accumulable.id,
    ...optional("Name", accumulable.name),
    ...optional("Update", accumulable.update),
    ...optional("Value", accumulable.value),
    Internal: accumulable.internal,
    "Count Failed Values": accumulable.countFailedValues,
    ...optional("Metadata", accumulable.metadata),
  };
}

/** Stands for a port that there is not. */
export const NO_PORT = 1;

/** Spark's reader takes no port 0, which those have that are reached by a unix socket, or not at all. */
function blockManagerToJson({ executorId, host, port }: BlockManagerInfo): Json {
  return { "Executor ID": executorId, Host: host, Port: port === 0 ? NO_PORT : port };
}

function stackTraceToJson(frames: readonly StackFrame[]): readonly Json[] {
  return frames.map((frame) => ({
    "Declaring Class": frame.declaringClass,
    "Method Name": frame.methodName,
    "File Name": frame.fileName,
    "Line Number": frame.lineNumber,
  }));
}

function jobResultToJson(result: Extract<ListenerEvent, { type: "JobEnd" }>["jobResult"]): Json {
  if (result.result === "JobSucceeded") return { Result: "JobSucceeded" };
  return { Result: "JobFailed", Exception: { Message: result.message, "Stack Trace": stackTraceToJson(result.stackTrace) } };
}

export function taskEndReasonToJson(reason: TaskEndReason): Json {
  switch (reason.reason) {
    case "Success":
    case "Resubmitted":
    case "TaskResultLost":
    case "UnknownReason":
      return { Reason: reason.reason };
    case "TaskKilled":
      return {
        Reason: reason.reason,
        "Kill Reason": reason.killReason,
        "Accumulator Updates": reason.accumUpdates.map(accumulableToJson),
      };
    case "TaskCommitDenied":
      return {
        Reason: reason.reason,
        "Job ID": reason.jobId,
        "Partition ID": reason.partitionId,
        "Attempt Number": reason.attemptNumber,
      };
    case "ExecutorLostFailure":
      return {
        Reason: reason.reason,
        "Executor ID": reason.executorId,
        "Exit Caused By App": reason.exitCausedByApp,
        ...optional("Loss Reason", reason.lossReason ?? undefined),
      };
    case "FetchFailed":
      return {
        Reason: reason.reason,
        ...(reason.blockManager === null ? {} : { "Block Manager Address": blockManagerToJson(reason.blockManager) }),
        "Shuffle ID": reason.shuffleId,
        "Map ID": reason.mapId,
        "Map Index": reason.mapIndex,
        "Reduce ID": reason.reduceId,
        Message: reason.message,
      };
    case "ExceptionFailure":
      return {
        Reason: reason.reason,
        "Class Name": reason.className,
        Description: reason.description,
        "Stack Trace": stackTraceToJson(reason.stackTrace),
        "Full Stack Trace": reason.fullStackTrace,
        "Accumulator Updates": reason.accumUpdates.map(accumulableToJson),
      };
    default:
      return unreachable(reason);
  }
}

/** What Spark counts and this engine has not is 0, or left out where Spark reads its absence so (push-based shuffle). */
function taskMetricsToJson(metrics: TaskMetricsInfo): Json {
  return {
    "Executor Deserialize Time": metrics.executorDeserializeTime,
    "Executor Deserialize CPU Time": metrics.executorDeserializeCpuTimeNs ?? 0,
    "Executor Run Time": metrics.executorRunTime,
    "Executor CPU Time": metrics.executorCpuTimeNs,
    "Peak Execution Memory": metrics.peakExecutionMemory,
    "Peak On Heap Execution Memory": 0,
    "Peak Off Heap Execution Memory": metrics.peakExecutionMemory,
    "Result Size": metrics.resultSize,
    "JVM GC Time": metrics.jvmGcTime,
    "Result Serialization Time": metrics.resultSerializationTime,
    "Memory Bytes Spilled": metrics.memoryBytesSpilled,
    "Disk Bytes Spilled": metrics.diskBytesSpilled,
    "Shuffle Read Metrics": {
      "Remote Blocks Fetched": metrics.shuffleRemoteBlocksFetched,
      "Local Blocks Fetched": metrics.shuffleLocalBlocksFetched,
      "Fetch Wait Time": metrics.shuffleFetchWaitTime,
      "Remote Bytes Read": metrics.shuffleRemoteBytesRead,
      "Remote Bytes Read To Disk": metrics.shuffleRemoteBytesReadToDisk,
      "Local Bytes Read": metrics.shuffleLocalBytesRead,
      "Total Records Read": metrics.shuffleRecordsRead,
      "Remote Requests Duration": metrics.shuffleRemoteReqsDuration ?? 0,
    },
    "Shuffle Write Metrics": {
      "Shuffle Bytes Written": metrics.shuffleBytesWritten,
      "Shuffle Write Time": metrics.shuffleWriteTimeNs,
      "Shuffle Records Written": metrics.shuffleRecordsWritten,
    },
    "Input Metrics": { "Bytes Read": metrics.inputBytes, "Records Read": metrics.inputRecords },
    "Output Metrics": { "Bytes Written": metrics.outputBytes, "Records Written": metrics.outputRecords },
    "Updated Blocks": [],
  };
}

/** Spark's gauges, in its order. */
export const EXECUTOR_METRICS: readonly string[] = [
  "JVMHeapMemory",
  "JVMOffHeapMemory",
  "OnHeapExecutionMemory",
  "OffHeapExecutionMemory",
  "OnHeapStorageMemory",
  "OffHeapStorageMemory",
  "OnHeapUnifiedMemory",
  "OffHeapUnifiedMemory",
  "DirectPoolMemory",
  "MappedPoolMemory",
  "ProcessTreeJVMVMemory",
  "ProcessTreeJVMRSSMemory",
  "ProcessTreePythonVMemory",
  "ProcessTreePythonRSSMemory",
  "ProcessTreeOtherVMemory",
  "ProcessTreeOtherRSSMemory",
  "MinorGCCount",
  "MinorGCTime",
  "MajorGCCount",
  "MajorGCTime",
  "TotalGCTime",
  "ConcurrentGCCount",
  "ConcurrentGCTime",
];

function executorMetricsToJson(metrics: ExecutorMetricsInfo): Json {
  return Object.fromEntries(EXECUTOR_METRICS.map((name) => [name, metrics[name] ?? 0]));
}

function optional(key: string, value: string | number | undefined): Json {
  return value === undefined ? {} : { [key]: value };
}

function mapValues<A>(record: Readonly<Record<string, A>>, f: (value: A) => Json): Json {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
