/** Executors and what they store: gauges, cached datasets and their blocks. */
import type { EventOf, RddInfo, StorageLevelInfo, TaskMetricsInfo } from "../../events/listener-events";
import type { Limits } from "./app-store";
import { type BlockPlace, type ExecutorEntry, type RddEntry, SampleRing } from "./entries";
import type { TaskEnded } from "./end-reasons";
import { addPeaks } from "./peaks";

export class Executors {
  /** In the order in which they came. */
  readonly executors = new Map<string, ExecutorEntry>();
  readonly rdds = new Map<number, RddEntry>();
  /** Why there is no executor; null where there is one, or it is not known. */
  awaited: string | null = null;
  /** Blocks that belong to no dataset: pieces of broadcasts. */
  readonly #others = new Map<string, BlockPlace>();

  constructor(private readonly limits: Limits) {}

  added(event: EventOf<"ExecutorAdded">): void {
    const executor = this.#executorOf(event.executorId, event.time);
    executor.host = event.host;
    executor.isActive = true;
    executor.totalCores = event.totalCores;
    executor.logUrls = event.logUrls;
    executor.attributes = event.attributes ?? {};
    executor.resources = event.resources ?? {};
    executor.resourceProfileId = event.resourceProfileId ?? 0;
    if (executor.hostPort === "") executor.hostPort = event.host;
  }

  removed({ executorId, time, reason }: EventOf<"ExecutorRemoved">): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined) return;
    executor.isActive = false;
    executor.removeTime = time;
    executor.removeReason = reason;
    executor.activeTasks = 0;
    this.#dropBlocksOf(executorId);
    const dead = [...this.executors.values()].filter((one) => !one.isActive);
    for (const one of dead.slice(0, Math.max(0, dead.length - this.limits.deadExecutors))) this.executors.delete(one.id);
  }

  managerAdded(event: EventOf<"BlockManagerAdded">): void {
    const { blockManager, maxMem, maxOnHeapMem, maxOffHeapMem, time } = event;
    const executor = this.#executorOf(blockManager.executorId, time);
    executor.hostPort = blockManager.port === 0 ? blockManager.host : `${blockManager.host}:${blockManager.port}`;
    executor.host = blockManager.host;
    executor.maxMemory = maxMem;
    executor.maxOnHeap = maxOnHeapMem;
    executor.maxOffHeap = maxOffHeapMem;
  }

  excluded(executorId: string, excluded: boolean): void {
    const executor = this.executors.get(executorId);
    if (executor !== undefined) executor.excluded = excluded;
  }

  excludedInStage(executorId: string, stageId: number): void {
    this.executors.get(executorId)?.excludedInStages.add(stageId);
  }

  byHost(host: string): ExecutorEntry[] {
    return [...this.executors.values()].filter((executor) => executor.host === host && executor.id !== "driver");
  }

  taskStarted(executorId: string): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined) return;
    executor.activeTasks++;
    executor.totalTasks++;
  }

  taskEnded(
    executorId: string,
    outcome: TaskEnded,
    duration: number,
    metrics: TaskMetricsInfo | undefined,
    again: boolean,
  ): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined) return;
    executor.activeTasks = Math.max(0, executor.activeTasks - 1);
    executor.completedTasks += outcome.succeeded;
    executor.failedTasks += outcome.failed;
    executor.totalDuration += duration;
    if (metrics === undefined || again) return;
    executor.totalGcTime += metrics.jvmGcTime;
    executor.totalInputBytes += metrics.inputBytes;
    executor.totalShuffleRead += metrics.shuffleLocalBytesRead + metrics.shuffleRemoteBytesRead;
    executor.totalShuffleWrite += metrics.shuffleBytesWritten;
    executor.spilled += metrics.diskBytesSpilled;
  }

  peaks(executorId: string, metrics: Readonly<Record<string, number>>): void {
    const executor = this.executors.get(executorId);
    if (executor !== undefined) executor.peaks = addPeaks(executor.peaks, metrics);
  }

  sample(event: EventOf<"FiresteelExecutorSample">): void {
    const executor = this.executors.get(event.executorId);
    if (executor === undefined) return;
    executor.limit = event.limit;
    executor.pausesAt = event.pausesAt ?? 0;
    executor.latest = event;
    const { time, rss, storage, execution, heap, cpu, activeTasks, paused } = event;
    const { spilled, diskUsed } = executor;
    // In the order of GAUGE.
    executor.samples.add([time, rss, storage, execution, heap, spilled, diskUsed, cpu, activeTasks, paused === true ? 1 : 0]);
    this.peaks(event.executorId, {
      JVMHeapMemory: heap,
      OffHeapStorageMemory: storage,
      OffHeapExecutionMemory: execution,
      ProcessTreeJVMRSSMemory: rss,
    });
  }

  /** Datasets that a stage will persist. */
  stageSubmitted(rdds: readonly RddInfo[]): void {
    for (const info of rdds) {
      if (!isStored(info.storageLevel)) continue;
      const known = this.rdds.get(info.id);
      if (known !== undefined) known.info = info;
      else this.rdds.set(info.id, { id: info.id, info, level: levelText(info.storageLevel), blocks: new Map() });
    }
  }

  /** How much is cached, where no blocks were told. */
  stageCompleted(rdds: readonly RddInfo[]): void {
    for (const info of rdds) {
      const known = this.rdds.get(info.id);
      if (known !== undefined) known.info = info;
    }
  }

  unpersisted(rddId: number): void {
    const rdd = this.rdds.get(rddId);
    if (rdd === undefined) return;
    this.rdds.delete(rddId);
    for (const places of rdd.blocks.values())
      for (const [executorId, place] of places) this.#account(executorId, place, null, true);
  }

  blockUpdated({ blockManager, blockId, storageLevel, memSize, diskSize }: EventOf<"BlockUpdated">): void {
    const { executorId } = blockManager;
    const stored = isStored(storageLevel);
    const place: BlockPlace | null = stored
      ? {
          memory: storageLevel.useMemory ? memSize : 0,
          disk: storageLevel.useDisk ? diskSize : 0,
          offHeap: storageLevel.useOffHeap,
        }
      : null;
    const match = /^rdd_(\d+)_\d+$/.exec(blockId);
    if (match === null) {
      const key = `${executorId}/${blockId}`;
      this.#account(executorId, this.#others.get(key) ?? null, place, false);
      if (place === null) this.#others.delete(key);
      else this.#others.set(key, place);
      return;
    }
    const rdd = this.rdds.get(Number(match[1]));
    if (rdd === undefined) return;
    let places = rdd.blocks.get(blockId);
    if (places === undefined) rdd.blocks.set(blockId, (places = new Map<string, BlockPlace>()));
    this.#account(executorId, places.get(executorId) ?? null, place, true);
    if (place === null) places.delete(executorId);
    else places.set(executorId, place);
    if (places.size === 0) rdd.blocks.delete(blockId);
  }

  #account(executorId: string, before: BlockPlace | null, after: BlockPlace | null, isRdd: boolean): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined) return;
    for (const [place, sign] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (place === null) continue;
      executor.memoryUsed += sign * place.memory;
      executor.diskUsed += sign * place.disk;
      if (place.offHeap) executor.usedOffHeap += sign * place.memory;
      else executor.usedOnHeap += sign * place.memory;
      if (isRdd) executor.rddBlocks += sign;
    }
  }

  #dropBlocksOf(executorId: string): void {
    for (const rdd of this.rdds.values()) {
      for (const [blockId, places] of rdd.blocks) {
        const place = places.get(executorId);
        if (place === undefined) continue;
        this.#account(executorId, place, null, true);
        places.delete(executorId);
        if (places.size === 0) rdd.blocks.delete(blockId);
      }
    }
    for (const key of this.#others.keys()) if (key.startsWith(`${executorId}/`)) this.#others.delete(key);
  }

  #executorOf(id: string, time: number): ExecutorEntry {
    const known = this.executors.get(id);
    if (known !== undefined) return known;
    const executor: ExecutorEntry = {
      id,
      hostPort: "",
      host: "",
      isActive: true,
      totalCores: 0,
      addTime: time,
      removeTime: undefined,
      removeReason: undefined,
      logUrls: {},
      attributes: {},
      resources: {},
      resourceProfileId: 0,
      rddBlocks: 0,
      memoryUsed: 0,
      diskUsed: 0,
      usedOnHeap: 0,
      usedOffHeap: 0,
      maxMemory: 0,
      maxOnHeap: 0,
      maxOffHeap: 0,
      activeTasks: 0,
      failedTasks: 0,
      completedTasks: 0,
      totalTasks: 0,
      totalDuration: 0,
      totalGcTime: 0,
      totalInputBytes: 0,
      totalShuffleRead: 0,
      totalShuffleWrite: 0,
      spilled: 0,
      excluded: false,
      excludedInStages: new Set(),
      peaks: undefined,
      samples: new SampleRing(),
      limit: 0,
      pausesAt: 0,
      latest: undefined,
    };
    this.executors.set(id, executor);
    return executor;
  }
}

function isStored(level: StorageLevelInfo): boolean {
  return (level.useMemory || level.useDisk) && level.replication > 0;
}

/** "Disk Memory Deserialized 1x Replicated". */
function levelText(level: StorageLevelInfo): string {
  const disk = level.useDisk ? "Disk " : "";
  const memory = level.useMemory ? (level.useOffHeap ? "Memory (off heap) " : "Memory ") : "";
  return `${disk}${memory}${level.deserialized ? "Deserialized" : "Serialized"} ${level.replication}x Replicated`;
}
