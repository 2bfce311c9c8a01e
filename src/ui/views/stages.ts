/** Stage attempts and tasks as the REST API gives them. */
import type {
  AccumulableInfoData,
  ExecutorMetricsDistributions,
  ExecutorStageSummary,
  PushReadMetrics,
  StageData,
  TaskData,
  TaskMetricDistributions,
  TaskMetrics,
} from "../api-types";
import type { AccumulableInfo } from "../../events/listener-events";
import type { AppStore } from "../store/app-store";
import { distributions, quantilesOf } from "../store/distributions";
import type { ExecutorStageEntry, StageEntry } from "../store/entries";
import { allPeaks } from "../store/peaks";
import { METRIC_KEYS, type MetricKey, STATUS_NAMES, type TaskTable } from "../store/task-table";
import { dateText, entriesOf, optionalDate } from "./format";

export interface StageOptions {
  readonly details?: boolean;
  readonly withSummaries?: boolean;
  readonly quantiles?: readonly number[];
  readonly taskStatuses?: readonly string[];
}

export const DEFAULT_QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];
const SUMMARY_QUANTILES: readonly number[] = [0, 0.25, 0.5, 0.75, 1];

const INDEX = Object.fromEntries(METRIC_KEYS.map((key, i) => [key, i])) as Readonly<Record<MetricKey, number>>;

export function stageData(store: AppStore, stage: StageEntry, options: StageOptions = {}): StageData {
  const { info, totals } = stage;
  const of = (key: MetricKey): number => totals[INDEX[key]]!;
  const { speculation } = stage;
  return {
    status: stage.status,
    stageId: stage.id,
    attemptId: stage.attempt,
    numTasks: info.numTasks,
    numActiveTasks: stage.activeTasks,
    numCompleteTasks: stage.completedTasks,
    numFailedTasks: stage.failedTasks,
    numKilledTasks: stage.killedTasks,
    numCompletedIndices: stage.numCompletedIndices,
    ...optionalDate("submissionTime", info.submissionTime),
    ...optionalDate("firstTaskLaunchedTime", stage.firstTaskLaunched),
    ...optionalDate("completionTime", info.completionTime),
    ...(info.failureReason === undefined ? {} : { failureReason: info.failureReason }),
    executorDeserializeTime: of("executorDeserializeTime"),
    executorDeserializeCpuTime: of("executorDeserializeCpuTimeNs"),
    executorRunTime: of("executorRunTime"),
    executorCpuTime: of("executorCpuTimeNs"),
    resultSize: of("resultSize"),
    jvmGcTime: of("jvmGcTime"),
    resultSerializationTime: of("resultSerializationTime"),
    memoryBytesSpilled: of("memoryBytesSpilled"),
    diskBytesSpilled: of("diskBytesSpilled"),
    peakExecutionMemory: of("peakExecutionMemory"),
    inputBytes: of("inputBytes"),
    inputRecords: of("inputRecords"),
    outputBytes: of("outputBytes"),
    outputRecords: of("outputRecords"),
    shuffleRemoteBlocksFetched: of("shuffleRemoteBlocksFetched"),
    shuffleLocalBlocksFetched: of("shuffleLocalBlocksFetched"),
    shuffleFetchWaitTime: of("shuffleFetchWaitTime"),
    shuffleRemoteBytesRead: of("shuffleRemoteBytesRead"),
    shuffleRemoteBytesReadToDisk: of("shuffleRemoteBytesReadToDisk"),
    shuffleLocalBytesRead: of("shuffleLocalBytesRead"),
    shuffleReadBytes: of("shuffleLocalBytesRead") + of("shuffleRemoteBytesRead"),
    shuffleReadRecords: of("shuffleRecordsRead"),
    shuffleCorruptMergedBlockChunks: 0,
    shuffleMergedFetchFallbackCount: 0,
    shuffleMergedRemoteBlocksFetched: 0,
    shuffleMergedLocalBlocksFetched: 0,
    shuffleMergedRemoteChunksFetched: 0,
    shuffleMergedLocalChunksFetched: 0,
    shuffleMergedRemoteBytesRead: 0,
    shuffleMergedLocalBytesRead: 0,
    shuffleRemoteReqsDuration: of("shuffleRemoteReqsDuration"),
    shuffleMergedRemoteReqsDuration: 0,
    shuffleWriteBytes: of("shuffleBytesWritten"),
    shuffleWriteTime: of("shuffleWriteTimeNs"),
    shuffleWriteRecords: of("shuffleRecordsWritten"),
    name: info.name,
    ...(stage.description === undefined ? {} : { description: stage.description }),
    details: info.details,
    schedulingPool: stage.pool,
    rddIds: info.rddInfos.map(({ id }) => id),
    accumulatorUpdates: [...stage.accumulables.values()].map(accumulable),
    ...(options.details === true ? { tasks: tasksById(store, stage, options.taskStatuses ?? []) } : {}),
    ...(options.details === true ? { executorSummary: executorSummaries(stage) } : {}),
    ...(speculation.numTasks > 0
      ? {
          speculationSummary: {
            numTasks: speculation.numTasks,
            numActiveTasks: speculation.active,
            numCompletedTasks: speculation.completed,
            numFailedTasks: speculation.failed,
            numKilledTasks: speculation.killed,
          },
        }
      : {}),
    killedTasksSummary: entriesOf(stage.killedSummary),
    resourceProfileId: info.resourceProfileId ?? 0,
    ...(stage.peaks === undefined ? {} : { peakExecutorMetrics: allPeaks(stage.peaks) }),
    ...(options.withSummaries === true ? summaries(stage, options.quantiles ?? SUMMARY_QUANTILES) : {}),
    isShufflePushEnabled: false,
    shuffleMergersCount: 0,
  };
}

const summarized = new WeakMap<StageEntry, { readonly of: string; readonly value: TaskMetricDistributions | undefined }>();

/** Undefined for a stage of which no task has succeeded. */
export function taskSummary(stage: StageEntry, quantiles: readonly number[]): TaskMetricDistributions | undefined {
  // Of many tasks it takes long, and pages ask again when others have changed.
  const of = `${stage.completedTasks} ${stage.tasks.length} ${quantiles.join()}`;
  const before = summarized.get(stage);
  const now = before?.of === of ? before.value : distributions(stage.tasks, quantiles);
  summarized.set(stage, { of, value: now });
  if (now !== undefined || stage.distributions === undefined) return now;
  return atQuantiles(stage.distributions, quantiles);
}

/** Kept quantiles of forgotten tasks: the nearest ones. */
function atQuantiles(kept: TaskMetricDistributions, quantiles: readonly number[]): TaskMetricDistributions {
  const nearest = quantiles.map((q) =>
    kept.quantiles.reduce((best, at, i) => (Math.abs(at - q) < Math.abs(kept.quantiles[best]! - q) ? i : best), 0),
  );
  const pick = (value: unknown): unknown =>
    Array.isArray(value)
      ? nearest.map((i) => value[i] as number)
      : Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, pick(item)]));
  return { ...(pick(kept) as TaskMetricDistributions), quantiles: [...quantiles] };
}

function accumulable(one: AccumulableInfo): AccumulableInfoData {
  return {
    id: one.id,
    name: one.name ?? "",
    ...(one.update === undefined ? {} : { update: String(one.update) }),
    value: String(one.value ?? ""),
  };
}

function tasksById(store: AppStore, stage: StageEntry, statuses: readonly string[]): Record<string, TaskData> {
  const rows = stage.tasks.rows().filter((row) => hasStatus(stage.tasks, row, statuses));
  return Object.fromEntries(rows.map((row) => [stage.tasks.fact(row, "taskId"), taskData(store, stage.tasks, row)]));
}

function hasStatus(table: TaskTable, row: number, statuses: readonly string[]): boolean {
  return statuses.length === 0 || statuses.includes(STATUS_NAMES[table.fact(row, "status")]!);
}

function executorSummaries(stage: StageEntry): Record<string, ExecutorStageSummary> {
  return Object.fromEntries([...stage.executors].map(([id, executor]) => [id, executorSummary(executor)]));
}

function executorSummary(executor: ExecutorStageEntry): ExecutorStageSummary {
  const of = (key: MetricKey): number => executor.totals[INDEX[key]]!;
  return {
    taskTime: executor.taskTime,
    failedTasks: executor.failed,
    succeededTasks: executor.succeeded,
    killedTasks: executor.killed,
    inputBytes: of("inputBytes"),
    inputRecords: of("inputRecords"),
    outputBytes: of("outputBytes"),
    outputRecords: of("outputRecords"),
    shuffleRead: of("shuffleLocalBytesRead") + of("shuffleRemoteBytesRead"),
    shuffleReadRecords: of("shuffleRecordsRead"),
    shuffleWrite: of("shuffleBytesWritten"),
    shuffleWriteRecords: of("shuffleRecordsWritten"),
    memoryBytesSpilled: of("memoryBytesSpilled"),
    diskBytesSpilled: of("diskBytesSpilled"),
    isBlacklistedForStage: executor.excluded,
    ...(executor.peaks === undefined ? {} : { peakMemoryMetrics: allPeaks(executor.peaks) }),
    isExcludedForStage: executor.excluded,
  };
}

function summaries(
  stage: StageEntry,
  quantiles: readonly number[],
): Pick<StageData, "taskMetricsDistributions" | "executorMetricsDistributions"> {
  const tasks = taskSummary(stage, quantiles);
  const executors = stage.executors.size === 0 ? undefined : executorDistributions(stage, quantiles);
  return {
    ...(tasks === undefined ? {} : { taskMetricsDistributions: tasks }),
    ...(executors === undefined ? {} : { executorMetricsDistributions: executors }),
  };
}

function executorDistributions(stage: StageEntry, quantiles: readonly number[]): ExecutorMetricsDistributions {
  const all = [...stage.executors.values()].map(executorSummary);
  const of = (value: (one: ExecutorStageSummary) => number): number[] =>
    quantilesOf(Float64Array.from(all, value).sort(), quantiles);
  const peaks = all.map((one) => one.peakMemoryMetrics ?? {});
  const names = [...new Set(peaks.flatMap((one) => Object.keys(one)))];
  return {
    quantiles: [...quantiles],
    taskTime: of((one) => one.taskTime),
    failedTasks: of((one) => one.failedTasks),
    succeededTasks: of((one) => one.succeededTasks),
    killedTasks: of((one) => one.killedTasks),
    inputBytes: of((one) => one.inputBytes),
    inputRecords: of((one) => one.inputRecords),
    outputBytes: of((one) => one.outputBytes),
    outputRecords: of((one) => one.outputRecords),
    shuffleRead: of((one) => one.shuffleRead),
    shuffleReadRecords: of((one) => one.shuffleReadRecords),
    shuffleWrite: of((one) => one.shuffleWrite),
    shuffleWriteRecords: of((one) => one.shuffleWriteRecords),
    memoryBytesSpilled: of((one) => one.memoryBytesSpilled),
    diskBytesSpilled: of((one) => one.diskBytesSpilled),
    peakMemoryMetrics: Object.fromEntries(
      names.map((name) => [name, quantilesOf(Float64Array.from(peaks, (one) => one[name] ?? 0).sort(), quantiles)]),
    ),
  };
}

export function taskData(store: AppStore, table: TaskTable, row: number): TaskData {
  const now = store.application.endTime ?? Date.now();
  const fact = table.fact.bind(table, row);
  const error = table.error(row);
  const getting = fact("gettingResult");
  const executorId = table.executorId(row);
  const status = STATUS_NAMES[fact("status")]!;
  return {
    taskId: fact("taskId"),
    index: fact("index"),
    attempt: fact("attempt"),
    partitionId: fact("partition"),
    launchTime: dateText(fact("launch")),
    ...(getting > 0 ? { resultFetchStart: dateText(getting) } : {}),
    duration: table.duration(row, now),
    executorId,
    host: table.host(row),
    status: status === "RUNNING" && getting > 0 ? "GET RESULT" : status,
    taskLocality: table.locality(row),
    speculative: fact("speculative") === 1,
    accumulatorUpdates: table.accumulables(row).map(accumulable),
    ...(error === undefined ? {} : { errorMessage: error }),
    ...(fact("hasMetrics") === 1 ? { taskMetrics: taskMetrics(table, row) } : {}),
    executorLogs: { ...store.nodes.executors.get(executorId)?.logUrls },
    schedulerDelay: table.schedulerDelay(row),
    gettingResultTime: table.gettingResultTime(row),
  };
}

const NO_PUSH: PushReadMetrics = {
  corruptMergedBlockChunks: 0,
  mergedFetchFallbackCount: 0,
  remoteMergedBlocksFetched: 0,
  localMergedBlocksFetched: 0,
  remoteMergedChunksFetched: 0,
  localMergedChunksFetched: 0,
  remoteMergedBytesRead: 0,
  localMergedBytesRead: 0,
  remoteMergedReqsDuration: 0,
};

function taskMetrics(table: TaskTable, row: number): TaskMetrics {
  const of = (key: MetricKey): number => table.metric(row, key);
  return {
    executorDeserializeTime: of("executorDeserializeTime"),
    executorDeserializeCpuTime: of("executorDeserializeCpuTimeNs"),
    executorRunTime: of("executorRunTime"),
    executorCpuTime: of("executorCpuTimeNs"),
    resultSize: of("resultSize"),
    jvmGcTime: of("jvmGcTime"),
    resultSerializationTime: of("resultSerializationTime"),
    memoryBytesSpilled: of("memoryBytesSpilled"),
    diskBytesSpilled: of("diskBytesSpilled"),
    peakExecutionMemory: of("peakExecutionMemory"),
    inputMetrics: { bytesRead: of("inputBytes"), recordsRead: of("inputRecords") },
    outputMetrics: { bytesWritten: of("outputBytes"), recordsWritten: of("outputRecords") },
    shuffleReadMetrics: {
      remoteBlocksFetched: of("shuffleRemoteBlocksFetched"),
      localBlocksFetched: of("shuffleLocalBlocksFetched"),
      fetchWaitTime: of("shuffleFetchWaitTime"),
      remoteBytesRead: of("shuffleRemoteBytesRead"),
      remoteBytesReadToDisk: of("shuffleRemoteBytesReadToDisk"),
      localBytesRead: of("shuffleLocalBytesRead"),
      recordsRead: of("shuffleRecordsRead"),
      remoteReqsDuration: of("shuffleRemoteReqsDuration"),
      shufflePushReadMetrics: NO_PUSH,
    },
    shuffleWriteMetrics: {
      bytesWritten: of("shuffleBytesWritten"),
      writeTime: of("shuffleWriteTimeNs"),
      recordsWritten: of("shuffleRecordsWritten"),
    },
  };
}

export interface TaskListOptions {
  readonly offset: number;
  readonly length: number;
  /** Spark's ID, runtime, -runtime; or one of SORTS, with "-" before it for the largest first. */
  readonly sortBy: string;
  readonly statuses: readonly string[];
}

const SORTS: Readonly<Record<string, (table: TaskTable, row: number, now: number) => number>> = {
  id: (table, row) => table.fact(row, "taskId"),
  index: (table, row) => table.fact(row, "index"),
  attempt: (table, row) => table.fact(row, "attempt"),
  status: (table, row) => table.fact(row, "status"),
  executor: (table, row) => table.fact(row, "place"),
  locality: (table, row) => table.fact(row, "locality"),
  launchtime: (table, row) => table.fact(row, "launch"),
  duration: (table, row, now) => table.duration(row, now),
  runtime: (table, row) => table.metric(row, "executorRunTime"),
  gc: (table, row) => table.metric(row, "jvmGcTime"),
  schedulerdelay: (table, row) => table.schedulerDelay(row),
  deserialize: (table, row) => table.metric(row, "executorDeserializeTime"),
  peakmemory: (table, row) => table.metric(row, "peakExecutionMemory"),
  input: (table, row) => table.metric(row, "inputBytes"),
  output: (table, row) => table.metric(row, "outputBytes"),
  shuffleread: (table, row) => table.metric(row, "shuffleLocalBytesRead") + table.metric(row, "shuffleRemoteBytesRead"),
  shufflewrite: (table, row) => table.metric(row, "shuffleBytesWritten"),
  fetchwait: (table, row) => table.metric(row, "shuffleFetchWaitTime"),
  spill: (table, row) => table.metric(row, "diskBytesSpilled"),
};

/** Null where `sortBy` names nothing. */
export function taskList(store: AppStore, stage: StageEntry, options: TaskListOptions): TaskData[] | null {
  const { tasks } = stage;
  const name = options.sortBy.toLowerCase().replace(/^(decreasing|increasing)_/, (_, way) => (way === "decreasing" ? "-" : ""));
  const down = name.startsWith("-");
  const sort = SORTS[down ? name.slice(1) : name];
  if (sort === undefined) return null;
  const now = Date.now();
  let rows = tasks.rows();
  if (options.statuses.length > 0) rows = rows.filter((row) => hasStatus(tasks, row, options.statuses));
  const keys = new Map(rows.map((row) => [row, sort(tasks, row, now)]));
  rows.sort((a, b) => (down ? keys.get(b)! - keys.get(a)! : keys.get(a)! - keys.get(b)!) || (down ? b - a : a - b));
  return rows.slice(options.offset, options.offset + options.length).map((row) => taskData(store, tasks, row));
}
