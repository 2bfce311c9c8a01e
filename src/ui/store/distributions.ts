/** Quantiles over the tasks of a stage that succeeded, as Spark's taskSummary gives them. */
import type { TaskMetricDistributions } from "../api-types";
import type { MetricKey, TaskTable } from "./task-table";

export function distributions(table: TaskTable, quantiles: readonly number[]): TaskMetricDistributions | undefined {
  const of = (value: (row: number) => number): number[] => quantilesOf(table.sorted(value), quantiles);
  const metric = (key: MetricKey): number[] => of((row) => table.metric(row, key));
  const duration = of((row) => table.duration(row, 0));
  if (duration.length === 0) return undefined;
  const none = quantiles.map(() => 0);
  return {
    quantiles: [...quantiles],
    duration,
    executorDeserializeTime: metric("executorDeserializeTime"),
    executorDeserializeCpuTime: metric("executorDeserializeCpuTimeNs"),
    executorRunTime: metric("executorRunTime"),
    executorCpuTime: metric("executorCpuTimeNs"),
    resultSize: metric("resultSize"),
    jvmGcTime: metric("jvmGcTime"),
    resultSerializationTime: metric("resultSerializationTime"),
    gettingResultTime: of((row) => table.gettingResultTime(row)),
    schedulerDelay: of((row) => table.schedulerDelay(row)),
    peakExecutionMemory: metric("peakExecutionMemory"),
    memoryBytesSpilled: metric("memoryBytesSpilled"),
    diskBytesSpilled: metric("diskBytesSpilled"),
    inputMetrics: { bytesRead: metric("inputBytes"), recordsRead: metric("inputRecords") },
    outputMetrics: { bytesWritten: metric("outputBytes"), recordsWritten: metric("outputRecords") },
    shuffleReadMetrics: {
      readBytes: of((row) => table.metric(row, "shuffleLocalBytesRead") + table.metric(row, "shuffleRemoteBytesRead")),
      readRecords: metric("shuffleRecordsRead"),
      remoteBlocksFetched: metric("shuffleRemoteBlocksFetched"),
      localBlocksFetched: metric("shuffleLocalBlocksFetched"),
      fetchWaitTime: metric("shuffleFetchWaitTime"),
      remoteBytesRead: metric("shuffleRemoteBytesRead"),
      remoteBytesReadToDisk: metric("shuffleRemoteBytesReadToDisk"),
      totalBlocksFetched: of(
        (row) => table.metric(row, "shuffleLocalBlocksFetched") + table.metric(row, "shuffleRemoteBlocksFetched"),
      ),
      remoteReqsDuration: metric("shuffleRemoteReqsDuration"),
      shufflePushReadMetricsDist: {
        corruptMergedBlockChunks: none,
        mergedFetchFallbackCount: none,
        remoteMergedBlocksFetched: none,
        localMergedBlocksFetched: none,
        remoteMergedChunksFetched: none,
        localMergedChunksFetched: none,
        remoteMergedBytesRead: none,
        localMergedBytesRead: none,
        remoteMergedReqsDuration: none,
      },
    },
    shuffleWriteMetrics: {
      writeBytes: metric("shuffleBytesWritten"),
      writeRecords: metric("shuffleRecordsWritten"),
      writeTime: metric("shuffleWriteTimeNs"),
    },
  };
}

/** Spark's: the value at floor(q · n), the last one at most. Empty for no values. */
export function quantilesOf(sorted: Float64Array, quantiles: readonly number[]): number[] {
  if (sorted.length === 0) return [];
  return quantiles.map((q) => sorted[Math.min(Math.floor(q * sorted.length), sorted.length - 1)]!);
}
