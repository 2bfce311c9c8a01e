/** Tells listeners what executors store and use: the events that are not the scheduler's. */
import type { ListenerBus } from "../events/listener-bus";
import type { AccumulableInfo, BlockManagerInfo } from "../events/listener-events";
import type { TaskMetrics } from "../storage/task-env";
import type { BlockUpdate, ExecutorHeartbeat, RegisteredExecutor } from "./endpoint/types";

/** Stage and attempt of a task that runs. */
type StageOfTask = (taskId: number) => { readonly stageId: number; readonly stageAttemptId: number } | null;

type Counter = "cpuMicros" | "netReceivedBytes" | "netSentBytes" | "diskReadBytes" | "diskWrittenBytes";

export class ExecutorEvents {
  /** By executor: what it may take, and the heartbeat before. */
  readonly #gauges = new Map<string, { readonly limit: number; before: ExecutorHeartbeat | null }>();
  readonly #managers = new Map<string, BlockManagerInfo>();

  constructor(
    private readonly bus: ListenerBus,
    private readonly stageOf: StageOfTask,
  ) {}

  executorAdded({ executorId, host, blockAddress, storageBytes, memoryBytes }: RegisteredExecutor, time: number): void {
    this.#gauges.set(executorId, { limit: memoryBytes, before: null });
    const { endpoint } = blockAddress;
    const blockManager = { executorId, host, port: "port" in endpoint ? endpoint.port : 0 };
    this.#managers.set(executorId, blockManager);
    this.bus.post({
      type: "BlockManagerAdded",
      time,
      blockManager,
      maxMem: storageBytes,
      maxOnHeapMem: 0,
      maxOffHeapMem: storageBytes,
    });
  }

  /** Gauges of the executor, and counters of the tasks that it runs. */
  heartbeat(executorId: string, heartbeat: ExecutorHeartbeat, time: number): void {
    const gauges = this.#gauges.get(executorId);
    if (gauges === undefined) return;
    const { residentBytes, heapBytes, storageUsedBytes, executionUsedBytes, paused, pausesAtBytes, running } = heartbeat;
    const { before } = gauges;
    gauges.before = heartbeat;
    // By the executor's clock: heartbeats that wait for a driver that is busy arrive together.
    const elapsed = heartbeat.uptime - (before?.uptime ?? 0);
    const perSecond = (counter: Counter): number =>
      before === null || elapsed <= 0 ? 0 : (Math.max(0, heartbeat[counter] - before[counter]) * 1000) / elapsed;
    if (this.bus.wants("FiresteelExecutorSample"))
      this.bus.post({
        type: "FiresteelExecutorSample",
        time,
        executorId,
        rss: residentBytes,
        limit: gauges.limit,
        heap: heapBytes,
        storage: storageUsedBytes,
        execution: executionUsedBytes,
        cpu: perSecond("cpuMicros") / 1e6,
        activeTasks: running.length,
        paused,
        pausesAt: pausesAtBytes,
        ...(heartbeat.openFiles === 0
          ? {}
          : {
              openFiles: heartbeat.openFiles,
              hostNetRead: perSecond("netReceivedBytes"),
              hostNetWrite: perSecond("netSentBytes"),
              hostDiskRead: perSecond("diskReadBytes"),
              hostDiskWrite: perSecond("diskWrittenBytes"),
            }),
      });
    if (running.length === 0 || !this.bus.wants("ExecutorMetricsUpdate")) return;
    const accumUpdates = running.flatMap(({ taskId, metrics }) => {
      const stage = this.stageOf(taskId);
      return stage === null ? [] : [{ taskId, ...stage, accumUpdates: progressOf(metrics) }];
    });
    // What the process takes counts for each stage that it works on.
    const metrics = {
      JVMHeapMemory: heapBytes,
      OffHeapExecutionMemory: executionUsedBytes,
      OffHeapStorageMemory: storageUsedBytes,
      OffHeapUnifiedMemory: executionUsedBytes + storageUsedBytes,
      ProcessTreeJVMRSSMemory: residentBytes,
    };
    const stages = new Map(accumUpdates.map((task) => [`${task.stageId}.${task.stageAttemptId}`, task]));
    const executorUpdates = [...stages.values()].map(({ stageId, stageAttemptId }) => ({ stageId, stageAttemptId, metrics }));
    this.bus.post({ type: "ExecutorMetricsUpdate", executorId, accumUpdates, executorUpdates });
  }

  executorRemoved(executorId: string, time: number): void {
    this.#gauges.delete(executorId);
    const blockManager = this.#managers.get(executorId);
    if (blockManager === undefined) return;
    this.#managers.delete(executorId);
    this.bus.post({ type: "BlockManagerRemoved", time, blockManager });
  }

  blockUpdated({ id, executorId, level, memoryBytes, diskBytes }: BlockUpdate): void {
    const blockManager = this.#managers.get(executorId);
    if (blockManager === undefined || !this.bus.wants("BlockUpdated")) return;
    this.bus.post({
      type: "BlockUpdated",
      blockManager,
      blockId: id,
      storageLevel: level,
      memSize: memoryBytes,
      diskSize: diskBytes,
    });
  }
}

/** Under the names of Spark's internal accumulators, which have no ids of ours. */
function progressOf(metrics: TaskMetrics): AccumulableInfo[] {
  const counters: readonly (readonly [name: string, value: number])[] = [
    ["input.bytesRead", metrics.inputBytes],
    ["input.recordsRead", metrics.inputRecords],
    ["output.bytesWritten", metrics.outputBytes],
    ["output.recordsWritten", metrics.outputRecords],
    ["shuffle.read.remoteBytesRead", metrics.shuffleRemoteBytesRead],
    ["shuffle.read.localBytesRead", metrics.shuffleLocalBytesRead],
    ["shuffle.read.recordsRead", metrics.shuffleRecordsRead],
    ["shuffle.write.bytesWritten", metrics.shuffleBytesWritten],
    ["shuffle.write.recordsWritten", metrics.shuffleRecordsWritten],
    ["diskBytesSpilled", metrics.diskBytesSpilled],
    ["memoryBytesSpilled", metrics.memoryBytesSpilled],
  ];
  return counters
    .filter(([, value]) => value > 0)
    .map(([name, update]) => ({ id: -1, name: `internal.metrics.${name}`, update, internal: true, countFailedValues: true }));
}
