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

const SUCCESS = `{"Reason":"Success"}`;
/** Most tasks neither read nor write all of what is counted; numbers made into text are most of what a line costs. */
const NO_SHUFFLE_READ =
  `"Shuffle Read Metrics":{"Remote Blocks Fetched":0,"Local Blocks Fetched":0,"Fetch Wait Time":0,"Remote Bytes Read":0,` +
  `"Remote Bytes Read To Disk":0,"Local Bytes Read":0,"Total Records Read":0,"Remote Requests Duration":0}`;
const NO_SHUFFLE_WRITE = `"Shuffle Write Metrics":{"Shuffle Bytes Written":0,"Shuffle Write Time":0,"Shuffle Records Written":0}`;
const NO_FILES = `"Input Metrics":{"Bytes Read":0,"Records Read":0},"Output Metrics":{"Bytes Written":0,"Records Written":0},"Updated Blocks":[]}`;

function taskStartLine({ stageId, stageAttemptId, taskInfo }: EventOf<"TaskStart">): string {
  return `{"Event":"SparkListenerTaskStart","Stage ID":${stageId},"Stage Attempt ID":${stageAttemptId},"Task Info":${infoText(taskInfo)}}`;
}

function taskEndLine(event: EventOf<"TaskEnd">): string {
  const { stageId, stageAttemptId, taskType, reason, taskInfo, taskExecutorMetrics, taskMetrics } = event;
  const reasonText = reason.reason === "Success" ? SUCCESS : JSON.stringify(taskEndReasonToJson(reason));
  let peaks = "{}";
  if (taskExecutorMetrics !== undefined)
    peaks = JSON.stringify(Object.fromEntries(EXECUTOR_METRICS.map((name) => [name, taskExecutorMetrics[name] ?? 0])));
  return (
    `{"Event":"SparkListenerTaskEnd","Stage ID":${stageId},"Stage Attempt ID":${stageAttemptId},"Task Type":"${taskType}",` +
    `"Task End Reason":${reasonText},"Task Info":${infoText(taskInfo)},"Task Executor Metrics":${peaks}` +
    (taskMetrics === undefined ? "}" : `,"Task Metrics":${metricsText(taskMetrics)}}`)
  );
}

const quotedTexts = new Map<string, string>();

/** Executors and hosts come again and again. */
function quoted(text: string): string {
  let known = quotedTexts.get(text);
  if (known === undefined) {
    if (quotedTexts.size >= 1000) quotedTexts.clear();
    quotedTexts.set(text, (known = JSON.stringify(text)));
  }
  return known;
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
    `"Launch Time":${task.launchTime},"Executor ID":${quoted(task.executorId)},"Host":${quoted(task.host)},` +
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
    `${shuffleReadText(m)},${shuffleWriteText(m)},` +
    (m.inputBytes === 0 && m.inputRecords === 0 && m.outputBytes === 0 && m.outputRecords === 0
      ? NO_FILES
      : `"Input Metrics":{"Bytes Read":${m.inputBytes},"Records Read":${m.inputRecords}},` +
        `"Output Metrics":{"Bytes Written":${m.outputBytes},"Records Written":${m.outputRecords}},"Updated Blocks":[]}`)
  );
}

function shuffleReadText(m: TaskMetricsInfo): string {
  const blocks = m.shuffleRemoteBlocksFetched + m.shuffleLocalBlocksFetched;
  // Who fetched no block may have waited for one in vain.
  if (blocks === 0 && m.shuffleFetchWaitTime === 0 && m.shuffleRecordsRead === 0 && (m.shuffleRemoteReqsDuration ?? 0) === 0)
    return NO_SHUFFLE_READ;
  return (
    `"Shuffle Read Metrics":{"Remote Blocks Fetched":${m.shuffleRemoteBlocksFetched},"Local Blocks Fetched":${m.shuffleLocalBlocksFetched},` +
    `"Fetch Wait Time":${m.shuffleFetchWaitTime},"Remote Bytes Read":${m.shuffleRemoteBytesRead},` +
    `"Remote Bytes Read To Disk":${m.shuffleRemoteBytesReadToDisk},"Local Bytes Read":${m.shuffleLocalBytesRead},` +
    `"Total Records Read":${m.shuffleRecordsRead},"Remote Requests Duration":${m.shuffleRemoteReqsDuration ?? 0}}`
  );
}

function shuffleWriteText(m: TaskMetricsInfo): string {
  if (m.shuffleBytesWritten === 0 && m.shuffleWriteTimeNs === 0 && m.shuffleRecordsWritten === 0) return NO_SHUFFLE_WRITE;
  return (
    `"Shuffle Write Metrics":{"Shuffle Bytes Written":${m.shuffleBytesWritten},"Shuffle Write Time":${m.shuffleWriteTimeNs},` +
    `"Shuffle Records Written":${m.shuffleRecordsWritten}}`
  );
}
