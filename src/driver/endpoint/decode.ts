/** Wire messages of executors as the plain data that the driver works with. */
import type { ErrorInfo, FailureKind, TaskFailure } from "../../wire/failure";
import { decodeBlockAddress, decodeBlockUpdate } from "../../wire/block-messages";
import { toTaskMetrics } from "../../wire/task-metrics";
import { decodeResources } from "../../wire/resources";
import type { Messages } from "../../wire/wire";
import type { ExecutorHeartbeat, RegisteredExecutor, TaskUpdate, ThreadState } from "./types";

const EMPTY = new Uint8Array(0);

/** TaskState of proto/tasks.proto. */
const STARTED = 1;
const FINISHED = 2;
const FAILED = 3;
const KILLED = 4;
const RECALLED = 5;

const FAILURE_KINDS: readonly FailureKind[] = [
  "exception",
  "exception",
  "fetchFailed",
  "outOfMemory",
  "threadEnded",
  "commitDenied",
];

/** Null for a state that this version does not know. */
export function decodeTaskUpdate(update: Messages.TaskUpdate.$Shape): TaskUpdate | null {
  const taskId = update.taskId ?? 0;
  const startedAt = update.startedAt ?? 0;
  const finishedAt = update.finishedAt ?? 0;
  switch (update.state as number) {
    case STARTED:
      return { state: "started", taskId, startedAt };
    case FINISHED:
      return {
        state: "finished",
        taskId,
        startedAt,
        finishedAt,
        metrics: toTaskMetrics(update.metrics),
        accumulators: (update.accumulators ?? []).map((one) => ({ id: one.id ?? 0, value: one.value ?? EMPTY })),
        output: decodeOutput(update),
      };
    case FAILED:
      return {
        state: "failed",
        taskId,
        startedAt,
        finishedAt,
        metrics: toTaskMetrics(update.metrics),
        failure: decodeFailure(update.failure ?? {}),
      };
    case KILLED:
      return {
        state: "killed",
        taskId,
        startedAt,
        finishedAt,
        metrics: toTaskMetrics(update.metrics),
        reason: update.killReason ?? "",
      };
    case RECALLED:
      return { state: "recalled", taskId };
    default:
      return null;
  }
}

function decodeOutput(update: Messages.TaskUpdate.$Shape): Extract<TaskUpdate, { state: "finished" }>["output"] {
  if (update.mapStatus) return { kind: "map", status: update.mapStatus };
  if (update.keptResult) return { kind: "kept", bytes: update.keptResult };
  return { kind: "result", bytes: update.result ?? EMPTY };
}

function decodeFailure(failure: Messages.TaskFailure.$Properties): TaskFailure {
  const fetch = failure.fetch;
  return {
    kind: FAILURE_KINDS[failure.kind ?? 0] ?? "exception",
    description: failure.description ?? "",
    error: failure.error ? decodeError(failure.error) : null,
    fetch: fetch
      ? {
          shuffleId: fetch.shuffleId ?? 0,
          map: fetch.map ?? 0,
          reduce: fetch.reduce ?? 0,
          executorId: fetch.executorId || null,
          also: (fetch.also ?? []).map(({ shuffleId, map }) => ({ shuffleId: shuffleId ?? 0, map: map ?? 0 })),
        }
      : null,
  };
}

function decodeError(error: Messages.ErrorInfo.$Properties): ErrorInfo {
  return {
    name: error.name ?? "",
    message: error.message ?? "",
    stack: error.stack ?? "",
    cause: error.cause ? decodeError(error.cause) : null,
    value: error.value?.length ? error.value : null,
  };
}

export function decodeReady(executorId: string, ready: Messages.Ready.$Properties): RegisteredExecutor {
  const survivors = ready.survivors;
  return {
    executorId,
    host: ready.host ?? "",
    cores: ready.cores ?? 1,
    pid: ready.pid ?? 0,
    queueCapacity: ready.queueCapacity ?? 0,
    blockAddress: decodeBlockAddress(ready.blockAddress ?? {}),
    memoryBytes: ready.memoryBytes ?? 0,
    storageBytes: ready.storageBytes ?? 0,
    attributes: ready.attributes ?? {},
    logUrls: ready.logUrls ?? {},
    resources: decodeResources(ready.resources),
    survivors: {
      mapOutputs: decodeMapOutputs(survivors?.mapOutputs),
      blocks: (survivors?.blocks ?? []).map((one) => decodeBlockUpdate(one, executorId)),
    },
  };
}

export function decodeMapOutputs(
  outputs: readonly Messages.SurvivingMapOutput.$Properties[] | null | undefined,
): RegisteredExecutor["survivors"]["mapOutputs"] {
  return (outputs ?? []).map((one) => ({ shuffleId: one.shuffleId ?? 0, map: one.map ?? 0, status: one.status ?? EMPTY }));
}

export function decodeHeartbeat(heartbeat: Messages.Heartbeat.$Properties): ExecutorHeartbeat {
  return {
    residentBytes: heartbeat.residentBytes ?? 0,
    peakResidentBytes: heartbeat.peakResidentBytes ?? 0,
    heapBytes: heartbeat.heapBytes ?? 0,
    storageUsedBytes: heartbeat.storageUsedBytes ?? 0,
    executionUsedBytes: heartbeat.executionUsedBytes ?? 0,
    cpuMicros: heartbeat.cpuMicros ?? 0,
    loopLag: heartbeat.loopLag ?? 0,
    paused: heartbeat.paused ?? false,
    pausesAtBytes: heartbeat.pausesAtBytes ?? 0,
    uptime: heartbeat.uptime ?? 0,
    openFiles: heartbeat.openFiles ?? 0,
    netReceivedBytes: heartbeat.netReceivedBytes ?? 0,
    netSentBytes: heartbeat.netSentBytes ?? 0,
    diskReadBytes: heartbeat.diskReadBytes ?? 0,
    diskWrittenBytes: heartbeat.diskWrittenBytes ?? 0,
    running: (heartbeat.running ?? []).map((task) => ({
      taskId: task.taskId ?? 0,
      startedAt: task.startedAt ?? 0,
      metrics: toTaskMetrics(task.metrics),
    })),
  };
}

export function decodeThreads(dump: Messages.ThreadDump.$Properties): readonly ThreadState[] {
  return (dump.threads ?? []).map((thread) => ({
    name: thread.name ?? "",
    state: thread.state ?? "",
    stack: thread.stack ?? "",
    taskId: thread.state !== "idle" ? (thread.taskId ?? 0) : null,
  }));
}
