/** One event of every type, with an element in every list. */
import type { EventOf, ListenerEventType, StageInfo, TaskEndEvent, TaskEndReason, TaskInfo, TaskMetricsInfo } from "../../src/events/listener-events";

const LEVEL = { useDisk: false, useMemory: true, useOffHeap: false, deserialized: true, replication: 1 };
const BLOCK_MANAGER = { executorId: "1", host: "alpha", port: 7000 };
const ACCUMULABLE = { id: 1, name: "count", update: 1, value: 2, internal: false, countFailedValues: false };

const STAGE: StageInfo = {
  stageId: 1, attemptNumber: 0, name: "count at app.ts:1:1", numTasks: 2,
  rddInfos: [{
    id: 3, name: "mapped", scope: "{\"id\":\"3\",\"name\":\"map\"}", callSite: "map at app.ts:1:1", parentIds: [2], storageLevel: LEVEL, barrier: false,
    numPartitions: 2, numCachedPartitions: 1, memSize: 10, diskSize: 0,
  }],
  parentIds: [0], details: "app.ts:1:1", submissionTime: 1, completionTime: 2, accumulables: [ACCUMULABLE],
};

const TASK: TaskInfo = {
  taskId: 7, index: 0, attemptNumber: 0, partitionId: 0, launchTime: 1, executorId: "1", host: "alpha", taskLocality: "PROCESS_LOCAL", speculative: false,
  gettingResultTime: 0, finishTime: 5, failed: false, killed: false, accumulables: [ACCUMULABLE],
};

const METRICS: TaskMetricsInfo = {
  executorDeserializeTime: 1, executorRunTime: 2, executorCpuTimeNs: 3, resultSize: 4, jvmGcTime: 5, resultSerializationTime: 6, memoryBytesSpilled: 7,
  diskBytesSpilled: 8, peakExecutionMemory: 9, inputBytes: 10, inputRecords: 11, outputBytes: 12, outputRecords: 13, shuffleRemoteBlocksFetched: 14,
  shuffleLocalBlocksFetched: 15, shuffleFetchWaitTime: 16, shuffleRemoteBytesRead: 17, shuffleRemoteBytesReadToDisk: 18, shuffleLocalBytesRead: 19,
  shuffleRecordsRead: 20, shuffleBytesWritten: 21, shuffleWriteTimeNs: 22, shuffleRecordsWritten: 23,
};

export function taskEnd(reason: TaskEndReason, withMetrics: boolean): TaskEndEvent {
  return {
    type: "TaskEnd", stageId: 1, stageAttemptId: 0, taskType: "ResultTask", reason, taskInfo: TASK, taskExecutorMetrics: {},
    ...(withMetrics ? { taskMetrics: METRICS } : {}),
  };
}

export const SAMPLES: { readonly [T in ListenerEventType]: EventOf<T> } = {
  LogStart: { type: "LogStart", sparkVersion: "4.2.0" },
  ApplicationStart: { type: "ApplicationStart", appName: "app", appId: "app-1", time: 1, user: "me" },
  ApplicationEnd: { type: "ApplicationEnd", time: 9, exitCode: 0 },
  JobStart: { type: "JobStart", jobId: 1, time: 1, stageInfos: [STAGE], properties: { "spark.job.description": "d" } },
  JobEnd: { type: "JobEnd", jobId: 1, time: 2, jobResult: { result: "JobSucceeded" } },
  StageSubmitted: { type: "StageSubmitted", stageInfo: STAGE, properties: {} },
  StageCompleted: { type: "StageCompleted", stageInfo: STAGE },
  TaskStart: { type: "TaskStart", stageId: 1, stageAttemptId: 0, taskInfo: { ...TASK, finishTime: 0 } },
  TaskGettingResult: { type: "TaskGettingResult", taskInfo: TASK },
  TaskEnd: taskEnd({ reason: "Success" }, true),
  SpeculativeTaskSubmitted: { type: "SpeculativeTaskSubmitted", stageId: 1, stageAttemptId: 0, taskIndex: 2, partitionId: 2 },
  ExecutorAdded: { type: "ExecutorAdded", time: 1, executorId: "1", host: "alpha", totalCores: 2, logUrls: { stderr: "http://alpha/stderr" } },
  ExecutorRemoved: { type: "ExecutorRemoved", time: 2, executorId: "1", reason: "exited" },
  ExecutorExcluded: { type: "ExecutorExcluded", time: 1, executorId: "1", taskFailures: 2 },
  ExecutorUnexcluded: { type: "ExecutorUnexcluded", time: 1, executorId: "1" },
  ExecutorExcludedForStage: { type: "ExecutorExcludedForStage", time: 1, executorId: "1", taskFailures: 2, stageId: 1, stageAttemptId: 0 },
  NodeExcluded: { type: "NodeExcluded", time: 1, hostId: "alpha", executorFailures: 2 },
  NodeUnexcluded: { type: "NodeUnexcluded", time: 1, hostId: "alpha" },
  NodeExcludedForStage: { type: "NodeExcludedForStage", time: 1, hostId: "alpha", executorFailures: 2, stageId: 1, stageAttemptId: 0 },
  BlockManagerAdded: { type: "BlockManagerAdded", time: 1, blockManager: BLOCK_MANAGER, maxMem: 3, maxOnHeapMem: 2, maxOffHeapMem: 1 },
  BlockManagerRemoved: { type: "BlockManagerRemoved", time: 1, blockManager: BLOCK_MANAGER },
  BlockUpdated: { type: "BlockUpdated", blockManager: BLOCK_MANAGER, blockId: "rdd_1_0", storageLevel: LEVEL, memSize: 1, diskSize: 0 },
  UnpersistRDD: { type: "UnpersistRDD", rddId: 1 },
  EnvironmentUpdate: {
    type: "EnvironmentUpdate", runtime: { "Node Version": "20" }, sparkProperties: {}, hadoopProperties: {}, systemProperties: {}, metricsProperties: {},
    classpathEntries: {},
  },
  ExecutorMetricsUpdate: {
    type: "ExecutorMetricsUpdate", executorId: "1", accumUpdates: [{ taskId: 1, stageId: 1, stageAttemptId: 0, accumUpdates: [ACCUMULABLE] }],
    executorUpdates: [{ stageId: 1, stageAttemptId: 0, metrics: { ProcessTreeOtherRSSMemory: 5 } }],
  },
  StageExecutorMetrics: { type: "StageExecutorMetrics", executorId: "1", stageId: 1, stageAttemptId: 0, executorMetrics: {} },
  ResourceProfileAdded: {
    type: "ResourceProfileAdded", id: 0, executorResources: { memory: { resourceName: "memory", amount: 512, discoveryScript: "", vendor: "" } },
    taskResources: { cpus: { resourceName: "cpus", amount: 1 } },
  },
};
