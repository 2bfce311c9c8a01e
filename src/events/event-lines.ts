/**
 * Events as lines of the log. What there are two of for each task is put together by hand, as JSON.stringify of objects takes
 * four times as long; the result is the same to the byte.
 */
import { eventToJson, EXECUTOR_METRICS, taskEndReasonToJson } from "./event-json";
import type { EventOf, ListenerEvent, TaskInfo, TaskMetricsInfo } from "./listener-events";

export function eventLine(event: ListenerEvent): string {
  if (event.type === "TaskStart") return taskStartLine(event);
  if (event.type === "TaskEnd") return taskEndLine(event);
  return JSON.stringify(eventToJson(event));
}

/** Most tasks have none: their peaks are told by stage. */
const NO_PEAKS = JSON.stringify(Object.fromEntries(EXECUTOR_METRICS.map((name) => [name, 0])));
const SUCCESS = `{"Reason":"Success"}`;
const NO_PUSH =
  `"Push Based Shuffle":{"Corrupt Merged Block Chunks":0,"Merged Fetch Fallback Count":0,"Merged Remote Blocks Fetched":0,` +
  `"Merged Local Blocks Fetched":0,"Merged Remote Chunks Fetched":0,"Merged Local Chunks Fetched":0,` +
  `"Merged Remote Bytes Read":0,"Merged Local Bytes Read":0,"Merged Remote Requests Duration":0}`;

function taskStartLine({ stageId, stageAttemptId, taskInfo }: EventOf<"TaskStart">): string {
  return `{"Event":"SparkListenerTaskStart","Stage ID":${stageId},"Stage Attempt ID":${stageAttemptId},"Task Info":${infoText(taskInfo)}}`;
}

function taskEndLine(event: EventOf<"TaskEnd">): string {
  const { stageId, stageAttemptId, taskType, reason, taskInfo, taskExecutorMetrics, taskMetrics } = event;
  const reasonText = reason.reason === "Success" ? SUCCESS : JSON.stringify(taskEndReasonToJson(reason));
  let peaks = NO_PEAKS;
  if (taskExecutorMetrics !== undefined)
    peaks = JSON.stringify(Object.fromEntries(EXECUTOR_METRICS.map((name) => [name, taskExecutorMetrics[name] ?? 0])));
  return (
    `{"Event":"SparkListenerTaskEnd","Stage ID":${stageId},"Stage Attempt ID":${stageAttemptId},"Task Type":"${taskType}",` +
    `"Task End Reason":${reasonText},"Task Info":${infoText(taskInfo)},"Task Executor Metrics":${peaks}` +
    (taskMetrics === undefined ? "}" : `,"Task Metrics":${metricsText(taskMetrics)}}`)
  );
}

let lastText = "";
let lastQuoted = `""`;

/** Executors and hosts come again and again. */
function quoted(text: string): string {
  if (text !== lastText) {
    lastText = text;
    lastQuoted = JSON.stringify(text);
  }
  return lastQuoted;
}

function infoText(task: TaskInfo): string {
  const accumulables =
    task.accumulables.length === 0
      ? "[]"
      : JSON.stringify(
          (eventToJson({ type: "TaskGettingResult", taskInfo: task })["Task Info"] as { readonly Accumulables: unknown })
            .Accumulables,
        );
  return (
    `{"Task ID":${task.taskId},"Index":${task.index},"Attempt":${task.attemptNumber},"Partition ID":${task.partitionId},` +
    `"Launch Time":${task.launchTime},"Executor ID":${JSON.stringify(task.executorId)},"Host":${quoted(task.host)},` +
    `"Locality":"${task.taskLocality}","Speculative":${task.speculative},"Getting Result Time":${task.gettingResultTime},` +
    `"Finish Time":${task.finishTime},"Failed":${task.failed},"Killed":${task.killed},"Accumulables":${accumulables}}`
  );
}

function metricsText(m: TaskMetricsInfo): string {
  return (
    `{"Executor Deserialize Time":${m.executorDeserializeTime},"Executor Deserialize CPU Time":${m.executorDeserializeCpuTimeNs ?? 0},` +
    `"Executor Run Time":${m.executorRunTime},"Executor CPU Time":${m.executorCpuTimeNs},` +
    `"Peak Execution Memory":${m.peakExecutionMemory},"Peak On Heap Execution Memory":0,"Peak Off Heap Execution Memory":${m.peakExecutionMemory},` +
    `"Result Size":${m.resultSize},"JVM GC Time":${m.jvmGcTime},"Result Serialization Time":${m.resultSerializationTime},` +
    `"Memory Bytes Spilled":${m.memoryBytesSpilled},"Disk Bytes Spilled":${m.diskBytesSpilled},` +
    `"Shuffle Read Metrics":{"Remote Blocks Fetched":${m.shuffleRemoteBlocksFetched},"Local Blocks Fetched":${m.shuffleLocalBlocksFetched},` +
    `"Fetch Wait Time":${m.shuffleFetchWaitTime},"Remote Bytes Read":${m.shuffleRemoteBytesRead},` +
    `"Remote Bytes Read To Disk":${m.shuffleRemoteBytesReadToDisk},"Local Bytes Read":${m.shuffleLocalBytesRead},` +
    `"Total Records Read":${m.shuffleRecordsRead},"Remote Requests Duration":${m.shuffleRemoteReqsDuration ?? 0},${NO_PUSH}},` +
    `"Shuffle Write Metrics":{"Shuffle Bytes Written":${m.shuffleBytesWritten},"Shuffle Write Time":${m.shuffleWriteTimeNs},` +
    `"Shuffle Records Written":${m.shuffleRecordsWritten}},` +
    `"Input Metrics":{"Bytes Read":${m.inputBytes},"Records Read":${m.inputRecords}},` +
    `"Output Metrics":{"Bytes Written":${m.outputBytes},"Records Written":${m.outputRecords}},"Updated Blocks":[]}`
  );
}
