/** The settings that the scheduler looks at, by Spark's keys, with Spark's defaults. Times in ms. */
import { UsageError } from "../../common/errors";
import { executorResources, NO_RESOURCES, taskResources, type ResourceAmounts } from "../../common/resources";
import { parseBytes, parseDuration } from "../../common/units";

export interface SchedulerConfig {
  /** `spark.task.maxFailures`, 4: attempts of one task that may fail before the job fails. */
  readonly taskMaxFailures: number;
  /** `spark.task.cpus`, 1. */
  readonly taskCpus: number;
  /** `spark.task.resource.<name>.amount`: whole addresses, or parts of one that several tasks share. */
  readonly taskResources: ResourceAmounts;
  /** `spark.stage.maxConsecutiveAttempts`, 4. */
  readonly stageMaxAttempts: number;
  /** How long a failed stage waits for more failures of the same cause before it is tried again, 200 (Spark's constant). */
  readonly resubmitDelay: number;
  /** `spark.scheduler.mode`, FIFO. */
  readonly mode: "FIFO" | "FAIR";
  /** Pools by name, from `spark.scheduler.allocation.file` or made on first use. */
  readonly pools: Readonly<Record<string, PoolConfig>>;
  /** `spark.locality.wait` and `.process`, `.node`, 3 s. */
  readonly localityWaitProcess: number;
  readonly localityWaitNode: number;
  /** `firesteel.scheduler.workStealing`, true; null = off. */
  readonly workStealing: WorkStealingConfig | null;
  /** `spark.shuffle.reduceLocality.enabled`, true. */
  readonly reduceLocality: boolean;
  /** `spark.driver.maxResultSize`, 1 GiB; 0 = no bound. */
  readonly maxResultSize: number;
  /** `firesteel.scheduler.tasksAhead`: most tasks queued per core beyond the running ones when tasks are short, 512; 0 = never. */
  readonly tasksAhead: number;
  /** Tasks are queued ahead only while their mean run time is below this, 20. */
  readonly tasksAheadBelow: number;
  /** A queued task that waited this long is recalled when another executor is idle, 100. */
  readonly recallAfter: number;
  readonly speculation: SpeculationConfig | null;
  readonly exclusion: ExclusionConfig | null;
  readonly allocation: AllocationConfig | null;
  /** `spark.barrier.sync…maxConcurrentTasksCheck.interval` 15 s and `.maxFailures` 40. */
  readonly barrierCheckInterval: number;
  readonly barrierCheckMaxFailures: number;
  /** `spark.scheduler.minRegisteredResourcesRatio` of `expectedCores`, waited for at most `maxRegisteredResourcesWaitingTime` (30 s). 0 = start at once. */
  readonly minRegisteredRatio: number;
  readonly expectedCores: number;
  readonly maxRegisteredWait: number;
  /** `spark.starvation.timeout`, 15 s: how often to say why nothing runs. */
  readonly starvationInterval: number;
}

export interface PoolConfig {
  readonly mode: "FIFO" | "FAIR";
  readonly weight: number;
  readonly minShare: number;
}

export interface WorkStealingConfig {
  /** `firesteel.scheduler.bandwidth`, 100 MiB/s: bytes a second from one executor to another. */
  readonly bandwidth: number;
}

export interface SpeculationConfig {
  /** `spark.speculation.interval`, 100. */
  readonly interval: number;
  /** `.multiplier`, 3: times the median. */
  readonly multiplier: number;
  /** `.quantile`, 0.9: part of the tasks that must be done. */
  readonly quantile: number;
  /** `.minTaskRuntime`, 100. */
  readonly minTaskRuntime: number;
  /** `.task.duration.threshold`; null = none. Speculates in stages that fit on one executor too, whatever was finished. */
  readonly durationThreshold: number | null;
  /** `.efficiency.enabled`, true; `.processRateMultiplier`, 0.75; `.longRunTaskFactor`, 2. */
  readonly efficiency: { readonly processRateMultiplier: number; readonly longRunTaskFactor: number } | null;
}

/** `spark.excludeOnFailure.*`. */
export interface ExclusionConfig {
  readonly maxTaskAttemptsPerExecutor: number;
  readonly maxTaskAttemptsPerNode: number;
  readonly stageMaxFailedTasksPerExecutor: number;
  readonly stageMaxFailedExecutorsPerNode: number;
  readonly applicationMaxFailedTasksPerExecutor: number;
  readonly applicationMaxFailedExecutorsPerNode: number;
  /** `timeout`, 1 h. */
  readonly timeout: number;
  readonly killExcludedExecutors: boolean;
}

/** `spark.dynamicAllocation.*`. */
export interface AllocationConfig {
  readonly minExecutors: number;
  readonly maxExecutors: number;
  readonly initialExecutors: number;
  /** 60 s. */
  readonly executorIdleTimeout: number;
  /** Infinity. */
  readonly cachedExecutorIdleTimeout: number;
  /** 1 s. */
  readonly schedulerBacklogTimeout: number;
  readonly sustainedSchedulerBacklogTimeout: number;
  readonly executorAllocationRatio: number;
  /** Keep executors whose map outputs are needed (`shuffleTracking.enabled`, true), for at most `shuffleTracking.timeout`. */
  readonly shuffleTracking: boolean;
  readonly shuffleTrackingTimeout: number;
  /** Cores of an executor to come (`spark.executor.cores`), and its resources (`spark.executor.resource.<name>.amount`). */
  readonly executorCores: number;
  readonly executorResources: ResourceAmounts;
}

export const DEFAULT_CONFIG: SchedulerConfig = {
  taskMaxFailures: 4,
  taskCpus: 1,
  taskResources: NO_RESOURCES,
  stageMaxAttempts: 4,
  resubmitDelay: 200,
  mode: "FIFO",
  pools: {},
  localityWaitProcess: 3000,
  localityWaitNode: 3000,
  workStealing: { bandwidth: 100 * 2 ** 20 },
  reduceLocality: true,
  maxResultSize: 2 ** 30,
  tasksAhead: 512,
  tasksAheadBelow: 20,
  recallAfter: 100,
  speculation: null,
  exclusion: null,
  allocation: null,
  barrierCheckInterval: 15_000,
  barrierCheckMaxFailures: 40,
  minRegisteredRatio: 0,
  expectedCores: 0,
  maxRegisteredWait: 30_000,
  starvationInterval: 15_000,
};

export const DEFAULT_SPECULATION: SpeculationConfig = {
  interval: 100,
  multiplier: 3,
  quantile: 0.9,
  minTaskRuntime: 100,
  durationThreshold: null,
  efficiency: { processRateMultiplier: 0.75, longRunTaskFactor: 2 },
};

export const DEFAULT_EXCLUSION: ExclusionConfig = {
  maxTaskAttemptsPerExecutor: 1,
  maxTaskAttemptsPerNode: 2,
  stageMaxFailedTasksPerExecutor: 2,
  stageMaxFailedExecutorsPerNode: 2,
  applicationMaxFailedTasksPerExecutor: 2,
  applicationMaxFailedExecutorsPerNode: 2,
  timeout: 3_600_000,
  killExcludedExecutors: false,
};

export const DEFAULT_ALLOCATION: AllocationConfig = {
  minExecutors: 0,
  maxExecutors: Infinity,
  initialExecutors: 0,
  executorIdleTimeout: 60_000,
  cachedExecutorIdleTimeout: Infinity,
  schedulerBacklogTimeout: 1000,
  sustainedSchedulerBacklogTimeout: 1000,
  executorAllocationRatio: 1,
  shuffleTracking: true,
  shuffleTrackingTimeout: Infinity,
  executorCores: 1,
  executorResources: NO_RESOURCES,
};

type Get = (key: string) => string | undefined;
type Settings = readonly (readonly [key: string, value: string])[];

/**
 * Reads the settings. `pools` come from the allocation file, which the caller reads; `settings` are all, among which
 * resources are found: their names are the user's. Throws a UsageError that names the key for a value that is not of its form.
 */
export function schedulerConfig(
  get: Get,
  pools: Readonly<Record<string, PoolConfig>> = {},
  settings: Settings = [],
): SchedulerConfig {
  const d = DEFAULT_CONFIG;
  const wait = time(get, "spark.locality.wait", 3000);
  const mode = (get("spark.scheduler.mode") ?? "FIFO").toUpperCase();
  if (mode !== "FIFO" && mode !== "FAIR") throw invalid("spark.scheduler.mode", mode, "FIFO or FAIR");
  return {
    taskMaxFailures: integer(get, "spark.task.maxFailures", d.taskMaxFailures, 1),
    taskCpus: integer(get, "spark.task.cpus", d.taskCpus, 1),
    taskResources: taskResources(settings),
    stageMaxAttempts: integer(get, "spark.stage.maxConsecutiveAttempts", d.stageMaxAttempts, 1),
    resubmitDelay: d.resubmitDelay,
    mode,
    pools,
    localityWaitProcess: time(get, "spark.locality.wait.process", wait),
    localityWaitNode: time(get, "spark.locality.wait.node", wait),
    workStealing: flag(get, "firesteel.scheduler.workStealing", true) ? workStealingConfig(get) : null,
    reduceLocality: flag(get, "spark.shuffle.reduceLocality.enabled", d.reduceLocality),
    maxResultSize: bytes(get, "spark.driver.maxResultSize", d.maxResultSize),
    tasksAhead: integer(get, "firesteel.scheduler.tasksAhead", d.tasksAhead, 0),
    tasksAheadBelow: d.tasksAheadBelow,
    recallAfter: d.recallAfter,
    speculation: flag(get, "spark.speculation", false) ? speculationConfig(get) : null,
    exclusion: flag(get, "spark.excludeOnFailure.enabled", false) ? exclusionConfig(get) : null,
    allocation: flag(get, "spark.dynamicAllocation.enabled", false) ? allocationConfig(get, settings) : null,
    barrierCheckInterval: time(get, "spark.scheduler.barrier.maxConcurrentTasksCheck.interval", d.barrierCheckInterval),
    barrierCheckMaxFailures: integer(
      get,
      "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures",
      d.barrierCheckMaxFailures,
      1,
    ),
    minRegisteredRatio: ratio(get, "spark.scheduler.minRegisteredResourcesRatio", d.minRegisteredRatio),
    expectedCores: d.expectedCores,
    maxRegisteredWait: time(get, "spark.scheduler.maxRegisteredResourcesWaitingTime", d.maxRegisteredWait),
    starvationInterval: time(get, "spark.starvation.timeout", d.starvationInterval),
  };
}

function workStealingConfig(get: Get): WorkStealingConfig {
  const key = "firesteel.scheduler.bandwidth";
  const bandwidth = bytes(get, key, 100 * 2 ** 20);
  if (bandwidth <= 0) throw invalid(key, get(key)!, "a number of bytes above 0");
  return { bandwidth };
}

function speculationConfig(get: Get): SpeculationConfig {
  const d = DEFAULT_SPECULATION;
  const prefix = "spark.speculation.";
  return {
    interval: time(get, `${prefix}interval`, d.interval),
    multiplier: decimal(get, `${prefix}multiplier`, d.multiplier),
    quantile: ratio(get, `${prefix}quantile`, d.quantile),
    minTaskRuntime: time(get, `${prefix}minTaskRuntime`, d.minTaskRuntime),
    durationThreshold:
      get(`${prefix}task.duration.threshold`) === undefined ? null : time(get, `${prefix}task.duration.threshold`, 0),
    efficiency: flag(get, `${prefix}efficiency.enabled`, true)
      ? {
          processRateMultiplier: decimal(get, `${prefix}efficiency.processRateMultiplier`, 0.75),
          longRunTaskFactor: decimal(get, `${prefix}efficiency.longRunTaskFactor`, 2),
        }
      : null,
  };
}

function exclusionConfig(get: Get): ExclusionConfig {
  const d = DEFAULT_EXCLUSION;
  const prefix = "spark.excludeOnFailure.";
  return {
    maxTaskAttemptsPerExecutor: integer(get, `${prefix}task.maxTaskAttemptsPerExecutor`, d.maxTaskAttemptsPerExecutor, 1),
    maxTaskAttemptsPerNode: integer(get, `${prefix}task.maxTaskAttemptsPerNode`, d.maxTaskAttemptsPerNode, 1),
    stageMaxFailedTasksPerExecutor: integer(get, `${prefix}stage.maxFailedTasksPerExecutor`, d.stageMaxFailedTasksPerExecutor, 1),
    stageMaxFailedExecutorsPerNode: integer(get, `${prefix}stage.maxFailedExecutorsPerNode`, d.stageMaxFailedExecutorsPerNode, 1),
    applicationMaxFailedTasksPerExecutor: integer(
      get,
      `${prefix}application.maxFailedTasksPerExecutor`,
      d.applicationMaxFailedTasksPerExecutor,
      1,
    ),
    applicationMaxFailedExecutorsPerNode: integer(
      get,
      `${prefix}application.maxFailedExecutorsPerNode`,
      d.applicationMaxFailedExecutorsPerNode,
      1,
    ),
    timeout: time(get, `${prefix}timeout`, d.timeout),
    killExcludedExecutors: flag(get, `${prefix}killExcludedExecutors`, d.killExcludedExecutors),
  };
}

function allocationConfig(get: Get, settings: Settings): AllocationConfig {
  const d = DEFAULT_ALLOCATION;
  const prefix = "spark.dynamicAllocation.";
  const minExecutors = integer(get, `${prefix}minExecutors`, d.minExecutors, 0);
  const backlog = time(get, `${prefix}schedulerBacklogTimeout`, d.schedulerBacklogTimeout);
  return {
    minExecutors,
    maxExecutors: integer(get, `${prefix}maxExecutors`, d.maxExecutors, 1),
    initialExecutors: Math.max(integer(get, `${prefix}initialExecutors`, minExecutors, 0), minExecutors),
    executorIdleTimeout: time(get, `${prefix}executorIdleTimeout`, d.executorIdleTimeout),
    cachedExecutorIdleTimeout: time(get, `${prefix}cachedExecutorIdleTimeout`, d.cachedExecutorIdleTimeout),
    schedulerBacklogTimeout: backlog,
    sustainedSchedulerBacklogTimeout: time(get, `${prefix}sustainedSchedulerBacklogTimeout`, backlog),
    executorAllocationRatio: ratio(get, `${prefix}executorAllocationRatio`, d.executorAllocationRatio),
    shuffleTracking: flag(get, `${prefix}shuffleTracking.enabled`, d.shuffleTracking),
    shuffleTrackingTimeout: time(get, `${prefix}shuffleTracking.timeout`, d.shuffleTrackingTimeout),
    executorCores: integer(get, "spark.executor.cores", d.executorCores, 1),
    executorResources: executorResources(settings),
  };
}

function invalid(key: string, value: string, wanted: string): UsageError {
  return new UsageError("INVALID_CONF_VALUE", `The value '${value}' of ${key} is not ${wanted}.`, {
    parameters: { confName: key, confValue: value },
  });
}

function integer(get: Get, key: string, fallback: number, least: number): number {
  const text = get(key);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least)
    throw invalid(key, text, `an integer of at least ${least}`);
  return value;
}

function decimal(get: Get, key: string, fallback: number): number {
  const text = get(key);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) throw invalid(key, text, "a number of at least 0");
  return value;
}

function ratio(get: Get, key: string, fallback: number): number {
  const value = decimal(get, key, fallback);
  if (value > 1) throw invalid(key, String(value), "a number from 0 to 1");
  return value;
}

function flag(get: Get, key: string, fallback: boolean): boolean {
  const text = get(key)?.trim().toLowerCase();
  if (text === undefined) return fallback;
  if (text !== "true" && text !== "false") throw invalid(key, text, "true or false");
  return text === "true";
}

function time(get: Get, key: string, fallback: number): number {
  const text = get(key);
  if (text === undefined) return fallback;
  return /^infinity$/i.test(text.trim()) ? Infinity : parseDuration(text, key, bareUnit(key));
}

/** The unit of a number without one: ms for these of Spark's keys, else seconds. */
function bareUnit(key: string): "ms" | "s" {
  return /^spark\.(locality\.wait|speculation\.|starvation\.timeout|excludeOnFailure\.timeout|scheduler\.maxRegisteredResourcesWaitingTime)/.test(
    key,
  )
    ? "ms"
    : "s";
}

function bytes(get: Get, key: string, fallback: number): number {
  const text = get(key);
  return text === undefined ? fallback : parseBytes(text, key);
}
