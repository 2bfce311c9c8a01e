/** Executors, storage and the environment as the REST API gives them. */
import { countsOf, slotsOf, type ResourceAmounts } from "../../common/resources";
import type { ApplicationEnvironmentInfo, ExecutorMemory, ExecutorSummary, RDDStorageInfo } from "../api-types";
import { Redactor } from "../../events/redaction";
import type { AppStore } from "../store/app-store";
import { type BlockPlace, type ExecutorEntry, GAUGE, type RddEntry } from "../store/entries";
import { allPeaks } from "../store/peaks";
import { dateText, optionalDate } from "./format";

export function executorList(store: AppStore, all: boolean): ExecutorSummary[] {
  return [...store.nodes.executors.values()].filter(({ isActive }) => all || isActive).map((one) => executorSummary(store, one));
}

function executorSummary(store: AppStore, executor: ExecutorEntry): ExecutorSummary {
  const isDriver = executor.id === "driver";
  const { startTime, endTime } = store.application;
  const cpus = Number(store.environment?.sparkProperties["spark.task.cpus"] ?? 1) || 1;
  return {
    id: executor.id,
    hostPort: executor.hostPort,
    isActive: executor.isActive,
    rddBlocks: executor.rddBlocks,
    memoryUsed: executor.memoryUsed,
    diskUsed: executor.diskUsed,
    totalCores: executor.totalCores,
    maxTasks: slotsOf(executor.totalCores, cpus, countsOf(executor.resources), isDriver ? {} : takenByTasks(store)),
    activeTasks: executor.activeTasks,
    failedTasks: executor.failedTasks,
    completedTasks: executor.completedTasks,
    totalTasks: executor.totalTasks,
    totalDuration: isDriver ? Math.max(0, (endTime ?? Date.now()) - startTime) : executor.totalDuration,
    totalGCTime: isDriver ? (executor.peaks?.["TotalGCTime"] ?? 0) : executor.totalGcTime,
    totalInputBytes: executor.totalInputBytes,
    totalShuffleRead: executor.totalShuffleRead,
    totalShuffleWrite: executor.totalShuffleWrite,
    isBlacklisted: executor.excluded,
    maxMemory: executor.maxMemory,
    addTime: dateText(executor.addTime),
    ...optionalDate("removeTime", executor.removeTime),
    ...(executor.removeReason === undefined ? {} : { removeReason: executor.removeReason }),
    executorLogs: { ...executor.logUrls },
    memoryMetrics: {
      usedOnHeapStorageMemory: executor.usedOnHeap,
      usedOffHeapStorageMemory: executor.usedOffHeap,
      totalOnHeapStorageMemory: executor.maxOnHeap,
      totalOffHeapStorageMemory: executor.maxOffHeap,
    },
    blacklistedInStages: [...executor.excludedInStages],
    ...(executor.peaks === undefined ? {} : { peakMemoryMetrics: allPeaks(executor.peaks) }),
    attributes: { ...executor.attributes },
    resources: Object.fromEntries(
      Object.entries(executor.resources).map(([name, addresses]) => [name, { name, addresses: [...addresses] }]),
    ),
    resourceProfileId: executor.resourceProfileId,
    isExcluded: executor.excluded,
    excludedInStages: [...executor.excludedInStages],
  };
}

function takenByTasks(store: AppStore): ResourceAmounts {
  const taken = Object.values(store.resourceProfiles.get(0)?.taskResources ?? {});
  return Object.fromEntries(
    taken.filter(({ resourceName }) => resourceName !== "cpus").map((one) => [one.resourceName, one.amount]),
  );
}

/** Part of an executor's limit that what it holds of data aims at, by which pages colour bars. */
const TARGET = 0.6;

/** No executor is active any more when the application has ended, though nobody removed it. */
export function executorMemory(store: AppStore, since: number): ExecutorMemory[] {
  const ended = store.application.endTime !== undefined;
  return (
    [...store.nodes.executors.values()]
      .map((executor) => ({ executor, samples: executor.samples.since(since) }))
      // A driver of which nothing was measured is left out: one of an event log, or of another engine.
      .filter(({ executor, samples }) => executor.id !== "driver" || samples.length > 0)
      .map(({ executor, samples }) => {
        const column = (gauge: keyof typeof GAUGE): number[] => samples.map((sample) => sample[GAUGE[gauge]]!);
        return {
          executorId: executor.id,
          isActive: executor.isActive && !ended,
          limit: executor.limit,
          // A driver's limit is that of its heap.
          targetAt: executor.id === "driver" ? 0 : executor.limit * TARGET,
          pausesAt: executor.pausesAt,
          time: column("time"),
          rss: column("rss"),
          storage: column("storage"),
          execution: column("execution"),
          heap: column("heap"),
          spilled: column("spilled"),
          disk: column("disk"),
          cpu: column("cpu"),
          activeTasks: column("activeTasks"),
          paused: samples.at(-1)?.[GAUGE.paused] === 1,
        };
      })
  );
}

/** Datasets of which something is cached. */
export function storageList(store: AppStore): RDDStorageInfo[] {
  return [...store.nodes.rdds.values()].map((rdd) => rddStorage(store, rdd)).filter((rdd) => rdd.numCachedPartitions > 0);
}

export function rddStorage(store: AppStore, rdd: RddEntry): RDDStorageInfo {
  const { info, blocks } = rdd;
  const told = blocks.size > 0;
  let memoryUsed = told ? 0 : info.memSize;
  let diskUsed = told ? 0 : info.diskSize;
  const byExecutor = new Map<string, { memory: number; disk: number; onHeap: number; offHeap: number }>();
  const partitions = [...blocks].map(([blockName, places]) => {
    const all: BlockPlace[] = [...places.values()];
    for (const [executorId, place] of places) {
      const sums = byExecutor.get(executorId) ?? { memory: 0, disk: 0, onHeap: 0, offHeap: 0 };
      sums.memory += place.memory;
      sums.disk += place.disk;
      sums[place.offHeap ? "offHeap" : "onHeap"] += place.memory;
      byExecutor.set(executorId, sums);
    }
    const memory = all.reduce((sum, place) => sum + place.memory, 0);
    const disk = all.reduce((sum, place) => sum + place.disk, 0);
    memoryUsed += memory;
    diskUsed += disk;
    return {
      blockName,
      storageLevel: rdd.level,
      memoryUsed: memory,
      diskUsed: disk,
      executors: [...places.keys()],
    };
  });
  const dataDistribution = [...byExecutor].map(([id, sums]) => {
    const executor = store.nodes.executors.get(id);
    const left = (max: number, used: number): number => Math.max(0, max - used);
    return {
      address: executor?.hostPort ?? id,
      memoryUsed: sums.memory,
      memoryRemaining: left(executor?.maxMemory ?? 0, executor?.memoryUsed ?? 0),
      diskUsed: sums.disk,
      onHeapMemoryUsed: sums.onHeap,
      offHeapMemoryUsed: sums.offHeap,
      onHeapMemoryRemaining: left(executor?.maxOnHeap ?? 0, executor?.usedOnHeap ?? 0),
      offHeapMemoryRemaining: left(executor?.maxOffHeap ?? 0, executor?.usedOffHeap ?? 0),
    };
  });
  return {
    id: rdd.id,
    name: info.name,
    numPartitions: info.numPartitions,
    numCachedPartitions: told ? blocks.size : info.numCachedPartitions,
    storageLevel: rdd.level,
    memoryUsed,
    diskUsed,
    ...(told ? { dataDistribution, partitions: partitions.sort((a, b) => partition(a.blockName) - partition(b.blockName)) } : {}),
  };
}

function partition(blockName: string): number {
  return Number(blockName.slice(blockName.lastIndexOf("_") + 1));
}

export function environmentInfo(store: AppStore): ApplicationEnvironmentInfo {
  const { environment } = store;
  const runtime = environment?.runtime ?? {};
  const redactor = new Redactor(environment?.sparkProperties ?? {});
  const pairs = (of: Readonly<Record<string, string>> | undefined): [string, string][] =>
    Object.entries(redactor.properties(of ?? {})).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    runtime: {
      javaVersion: runtime["Java Version"] ?? runtime["Node Version"] ?? "",
      javaHome: runtime["Java Home"] ?? "",
      scalaVersion: runtime["Scala Version"] ?? runtime["V8 Version"] ?? "",
    },
    sparkProperties: pairs(environment?.sparkProperties),
    hadoopProperties: pairs(environment?.hadoopProperties),
    systemProperties: pairs(environment?.systemProperties),
    metricsProperties: pairs(environment?.metricsProperties),
    classpathEntries: pairs(environment?.classpathEntries),
    resourceProfiles: [...store.resourceProfiles.values()].map(({ id, executorResources, taskResources }) => ({
      id,
      executorResources: { ...executorResources },
      taskResources: { ...taskResources },
    })),
  };
}

/** Of one that serves its blocks on no port, as those of a local master, it is no more than a name; Dask's of workers in its own process are such, too. */
export function addressOf({ id, host, hostPort }: Pick<ExecutorEntry, "id" | "host" | "hostPort">): string {
  return hostPort === host ? `${host}/${id}` : hostPort;
}

/** The address of an executor, or its id where it is forgotten. */
export function workerAddress(store: AppStore, executorId: string): string {
  const executor = store.nodes.executors.get(executorId);
  return executor === undefined ? executorId : addressOf(executor);
}
