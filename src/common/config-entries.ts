/**
 * The settings that the engine itself reads: key, default, meaning, and how the text is understood. Spark's keys keep
 * Spark's names, defaults and units; keys of our own begin with `firesteel.`. docs/configuration.md is generated from here.
 */
import { UsageError } from "./errors";
import { parseBytes, parseDuration } from "./units";

export interface ConfigEntry<T> {
  readonly key: string;
  readonly defaultText: string;
  readonly doc: string;
  parse(text: string, key: string): T;
}

const entries: ConfigEntry<unknown>[] = [];

function define<T>(key: string, defaultText: string, doc: string, parse: (text: string, key: string) => T): ConfigEntry<T> {
  const entry = { key, defaultText, doc, parse };
  entries.push(entry);
  return entry;
}

function invalid(key: string, text: string, wanted: string): never {
  throw new UsageError("INVALID_CONF_VALUE", `${key} must be ${wanted}, not "${text}".`, { parameters: { key, value: text } });
}

const text = (key: string, value: string, doc: string) => define(key, value, doc, (v) => v);
const bytes = (key: string, value: string, doc: string) => define(key, value, doc, (v, k) => parseBytes(v, k));
const milliseconds = (key: string, value: string, doc: string) => define(key, value, doc, (v, k) => parseDuration(v, k));
const seconds = (key: string, value: string, doc: string) => define(key, value, doc, (v, k) => parseDuration(v, k, "s"));
const flag = (key: string, value: boolean, doc: string) =>
  define(key, String(value), doc, (v, k) => (/^true$/i.test(v) ? true : /^false$/i.test(v) ? false : invalid(k, v, "true or false")));
const integer = (key: string, value: number | "", doc: string, min = 0) =>
  define(key, String(value), doc, (v, k) => {
    const n = Number(v);
    return v.trim() !== "" && Number.isSafeInteger(n) && n >= min ? n : invalid(k, v, `an integer of at least ${min}`);
  });
const optionalInteger = (key: string, doc: string, min = 1) =>
  define(key, "", doc, (v, k) => {
    if (v === "") return undefined;
    const n = Number(v);
    return Number.isSafeInteger(n) && n >= min ? n : invalid(k, v, `an integer of at least ${min}`);
  });
const fraction = (key: string, value: number, doc: string) =>
  define(key, String(value), doc, (v, k) => (Number(v) >= 0 && Number(v) <= 1 && v.trim() !== "" ? Number(v) : invalid(k, v, "a number from 0 to 1")));
const decimal = (key: string, value: number, doc: string) =>
  define(key, String(value), doc, (v, k) => (Number.isFinite(Number(v)) && v.trim() !== "" ? Number(v) : invalid(k, v, "a number")));

export const APP_NAME = text("spark.app.name", "", "The application's name in logs and user interfaces; default: the program's file name.");
export const MASTER = text("spark.master", "local[*]", "Where tasks run: local, local[N], local[N,F], local[*], local[*,F], local-cluster[n,cores,memoryMiB].");
export const DEFAULT_PARALLELISM = optionalInteger("spark.default.parallelism", "Partitions of parallelize and of shuffles with no parent to follow; default: all cores, at least 2 on a cluster.");
export const LOCAL_DIR = text("spark.local.dir", "", "Comma list of directories for shuffle, spill and disk blocks; default: the system's temporary directory.");
export const EXECUTOR_MEMORY = define("spark.executor.memory", "1g", "All memory of one executor process: shared arena, V8 heaps and a reserve.", (v, k) => parseBytes(v, k, "m"));
export const EXECUTOR_CORES = optionalInteger("spark.executor.cores", "Task slots (threads) per executor.");
export const TASK_CPUS = integer("spark.task.cpus", 1, "Slots one task occupies.", 1);
export const TASK_MAX_FAILURES = integer("spark.task.maxFailures", 4, "Failures of one task after which its job fails.", 1);
export const STAGE_MAX_ATTEMPTS = integer("spark.stage.maxConsecutiveAttempts", 4, "Consecutive attempts of a stage, after lost map outputs, before its job fails.", 1);
export const LOCALITY_WAIT = seconds("spark.locality.wait", "3s", "How long a task waits for a place close to its data, per level.");
export const SCHEDULER_MODE = text("spark.scheduler.mode", "FIFO", "FIFO or FAIR among the jobs of this application.");
export const SCHEDULER_POOLS = text("firesteel.scheduler.pools", "", "Fair pools as JSON: {\"pool\": {\"weight\": 1, \"minShare\": 0, \"schedulingMode\": \"FIFO\"}}.");
export const TASKS_AHEAD = optionalInteger("firesteel.scheduler.tasksAhead", "Short tasks queued at an executor beyond its free slots; default: chosen from measured task times.", 0);
export const SPECULATION = flag("spark.speculation", false, "Start second copies of tasks that are far slower than the rest of their stage.");
export const SPECULATION_INTERVAL = milliseconds("spark.speculation.interval", "100ms", "How often slow tasks are looked for.");
export const SPECULATION_MULTIPLIER = decimal("spark.speculation.multiplier", 3, "How many times slower than the median a task must be.");
export const SPECULATION_QUANTILE = fraction("spark.speculation.quantile", 0.9, "Fraction of a stage's tasks that must be done first.");
export const SPECULATION_MIN_RUNTIME = milliseconds("spark.speculation.minTaskRuntime", "100ms", "Tasks that ran for less are never speculated.");
export const EXCLUDE_ON_FAILURE = flag("spark.excludeOnFailure.enabled", false, "Keep tasks away from executors and hosts on which they failed.");
export const EXCLUDE_TIMEOUT = define("spark.excludeOnFailure.timeout", "1h", "How long an executor stays excluded for the whole application.", (v, k) => parseDuration(v, k));
export const EXCLUDE_TASK_ATTEMPTS_PER_EXECUTOR = integer("spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", 1, "Attempts of one task on one executor before it is excluded for that task.", 1);
export const EXCLUDE_TASK_ATTEMPTS_PER_NODE = integer("spark.excludeOnFailure.task.maxTaskAttemptsPerNode", 2, "Attempts of one task on one host before it is excluded for that task.", 1);
export const EXCLUDE_STAGE_FAILED_TASKS_PER_EXECUTOR = integer("spark.excludeOnFailure.stage.maxFailedTasksPerExecutor", 2, "Different failed tasks of a stage on one executor before it is excluded for the stage.", 1);
export const EXCLUDE_STAGE_FAILED_EXECUTORS_PER_NODE = integer("spark.excludeOnFailure.stage.maxFailedExecutorsPerNode", 2, "Excluded executors of a stage on one host before the host is.", 1);
export const EXCLUDE_APP_FAILED_TASKS_PER_EXECUTOR = integer("spark.excludeOnFailure.application.maxFailedTasksPerExecutor", 2, "Different failed tasks over successful task sets before an executor is excluded for the application.", 1);
export const EXCLUDE_APP_FAILED_EXECUTORS_PER_NODE = integer("spark.excludeOnFailure.application.maxFailedExecutorsPerNode", 2, "Excluded executors on one host before the host is.", 1);
export const DYNAMIC_ALLOCATION = flag("spark.dynamicAllocation.enabled", false, "Let the number of executors follow the work.");
export const BARRIER_SYNC_TIMEOUT = seconds("spark.barrier.sync.timeout", "365d", "How long barrier() waits for the other tasks.");
export const BARRIER_CHECK_INTERVAL = seconds("spark.scheduler.barrier.maxConcurrentTasksCheck.interval", "15s", "Between two looks whether a barrier stage fits the cluster.");
export const BARRIER_CHECK_MAX_FAILURES = integer("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", 40, "Looks before a barrier job that needs more slots than there are fails.", 0);
export const NETWORK_TIMEOUT = seconds("spark.network.timeout", "120s", "An executor not heard of for so long is lost.");
export const HEARTBEAT_INTERVAL = milliseconds("spark.executor.heartbeatInterval", "10s", "Between two heartbeats of an executor.");
export const DRIVER_HOST = text("spark.driver.host", "127.0.0.1", "Address that executors on other hosts reach the driver by.");
export const DRIVER_BIND_ADDRESS = text("spark.driver.bindAddress", "127.0.0.1", "Address that the driver listens on when executors are on other hosts.");
export const DRIVER_PORT = integer("spark.driver.port", 0, "Port of the driver for executors; 0 picks a free one.", 0);
export const CLEANER_INTERVAL = define("spark.cleaner.periodicGC.interval", "30min", "Between two garbage collections of the driver, by which shuffle files, cached partitions and broadcasts that no handle stands for are found and freed.", (v, k) => Math.max(1, parseDuration(v, k)));
export const MAX_RESULT_SIZE = bytes("spark.driver.maxResultSize", "1g", "Limit for all results of one action together; 0 for none.");
export const MAX_DIRECT_RESULT_SIZE = bytes("spark.task.maxDirectResultSize", "1m", "Results longer than this are kept by the executor until the driver fetches them.");
export const SHUFFLE_COMPRESS = flag("spark.shuffle.compress", false, "Compress shuffle segments; pays where disks or the network are slow (docs/adr/0007).");
export const SHUFFLE_SPILL_COMPRESS = flag("spark.shuffle.spill.compress", false, "Compress what shuffles spill to disk.");
export const IO_COMPRESSION_CODEC = text("spark.io.compression.codec", "snappy", "Codec of compressed shuffle segments and spill files: snappy or none.");
export const EVENT_LOG_ENABLED = flag("spark.eventLog.enabled", false, "Write the application's events, one JSON object a line.");
export const EVENT_LOG_DIR = text("spark.eventLog.dir", "/tmp/firesteel-events", "Directory of event logs.");
export const LOG_LEVEL = text("spark.log.level", "", "Level of the driver's and executors' logs: ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF; default WARN.");
export const SHOW_CONSOLE_PROGRESS = flag("spark.ui.showConsoleProgress", true, "A progress bar per running stage when standard error is a terminal.");
export const LOCAL_IN_PROCESS = flag("firesteel.local.inProcess", false, "Run tasks inside the driver's own thread, for breakpoints in user functions. No isolation.");
export const ASYNC_MAX_IN_FLIGHT = integer("firesteel.async.maxInFlight", 16, "Promises of a user function awaited at the same time in one task.", 1);
export const TASK_REAPER_GRACE = milliseconds("firesteel.task.killGrace", "100ms", "Time between asking a task to stop and ending its thread.");

/** Settings renamed since: the old key is understood as the new one. */
const DEPRECATED: Readonly<Record<string, string>> = {
  "spark.blacklist.enabled": "spark.excludeOnFailure.enabled",
  "spark.akka.timeout": "spark.network.timeout",
};

export function deprecatedKey(key: string): string {
  return DEPRECATED[key] ?? key;
}

/** All entries, for documentation and for telling executors the effective settings. */
export function configEntries(): readonly ConfigEntry<unknown>[] {
  return entries;
}

/** Whether a setting's value must not be shown (Spark's spark.redaction.regex default, plus ours). */
export function isSecretKey(key: string): boolean {
  return /secret|password|token|access[.]?key|credential/i.test(key);
}
