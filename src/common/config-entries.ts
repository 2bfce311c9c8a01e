/**
 * The settings that the engine itself reads: key, default, meaning, and how the text is understood. Spark's keys keep
 * Spark's names, defaults and units; keys of our own begin with `firesteel.`. docs/configuration.md is generated from here.
 */
import "./access-entries";
import "./cluster-config-entries";
import type { ConfigEntry } from "./config-entry";
import {
  beginSection,
  define,
  definedEntries,
  text,
  bytes,
  milliseconds,
  seconds,
  flag,
  integer,
  optionalInteger,
  optionalMilliseconds,
  choice,
  fraction,
  decimal,
} from "./config-entry";
import { UsageError } from "./errors";
import { parseBytes, parseDuration } from "./units";

export type { ConfigEntry };

const LEVELS = ["ALL", "TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "OFF"];

beginSection("Application");
export const APP_NAME = text(
  "spark.app.name",
  "",
  "The application's name in logs and user interfaces; default: the program's file name.",
);
export const MASTER = text(
  "spark.master",
  "local[*]",
  "Where tasks run: local, local[N], local[N,F], local[*], local[*,F], local-cluster[n,cores,memoryMiB].",
);
export const DEFAULT_PARALLELISM = optionalInteger(
  "spark.default.parallelism",
  "Partitions of parallelize and of shuffles with no parent to follow; default: all cores, at least 2 on a cluster.",
);
text(
  "spark.local.dir",
  "",
  "Comma list of directories for shuffle, spill and disk blocks; default: the system's temporary directory.",
);
text("spark.files", "", "Comma list of files that tasks read by SparkFiles.get(name).");
text("spark.archives", "", "Comma list of archives, unpacked for tasks; file#name names the folder.");
define("spark.driver.memory", "", "Heap of the driver's process; it holds for programs started by firesteel submit.", (v, k) =>
  v === "" ? undefined : parseBytes(v, k, "m"),
);
text(
  "spark.driver.extraNodeOptions",
  "",
  "Further options of the driver's Node; they hold for programs started by firesteel submit.",
);

text(
  "spark.jars.packages",
  "",
  "npm packages, name@version with commas between, that the program can import beside those of its node_modules (--packages of firesteel submit).",
);
text("spark.jars.repositories", "", "The npm registry that has them (--repositories); default: npm's own setting.");

beginSection("Executors");
export const EXECUTOR_MEMORY = define(
  "spark.executor.memory",
  "1g",
  "All memory of one executor process: shared arena, V8 heaps and a reserve.",
  (v, k) => parseBytes(v, k, "m"),
);
optionalInteger("spark.executor.cores", "Task slots (threads) per executor.");
optionalInteger("spark.executor.instances", "Executors at most, on a cluster (--num-executors); default: no bound.", 0);
text("spark.executor.extraNodeOptions", "", "Further options of the executors' Node, separated by blanks.");
fraction(
  "spark.memory.fraction",
  0.6,
  "Part of an executor's memory, without its reserve, that execution and cached data share.",
);
fraction("spark.memory.storageFraction", 0.5, "Part of that which cached data keep whatever tasks ask for.");
export const MAX_TASK_MEMORY = define(
  "firesteel.memory.maxPerTask",
  "",
  "The most that a task may hold outside of its heap before its operators spill; default: its share of the executor's memory. A small number makes everything spill that can.",
  (v, k) => (v === "" ? Infinity : parseBytes(v, k)),
);
export const MEMORY_PAUSE_FRACTION = fraction(
  "firesteel.memory.pauseFraction",
  0.84,
  "Part of the resident memory at which an executor is ended, from which on it begins no further task until memory is given back; 1: never.",
);

beginSection("Scheduling");
integer("spark.task.cpus", 1, "Slots one task occupies.", 1);
integer("spark.task.maxFailures", 4, "Failures of one task after which its job fails.", 1);
integer(
  "spark.stage.maxConsecutiveAttempts",
  4,
  "Consecutive attempts of a stage, after lost map outputs, before its job fails.",
  1,
);
milliseconds("spark.locality.wait", "3s", "How long a task waits for a place close to its data, per level.");
optionalMilliseconds("spark.locality.wait.process", "The wait for the process that has the data; default: spark.locality.wait.");
optionalMilliseconds("spark.locality.wait.node", "The wait for its host; default: spark.locality.wait.");
choice("spark.scheduler.mode", "FIFO", ["FIFO", "FAIR"], "FIFO or FAIR among the jobs of this application.");
export const SCHEDULER_POOLS = text(
  "firesteel.scheduler.pools",
  "",
  'Fair pools as JSON: {"pool": {"weight": 1, "minShare": 0, "schedulingMode": "FIFO"}}.',
);
fraction("spark.scheduler.minRegisteredResourcesRatio", 0, "Part of the cores that must be there before the first stage starts.");
milliseconds("spark.scheduler.maxRegisteredResourcesWaitingTime", "30s", "How long that is waited for.");
milliseconds("spark.starvation.timeout", "15s", "How often it is told why nothing runs.");
optionalInteger(
  "firesteel.scheduler.tasksAhead",
  "Short tasks queued at an executor beyond its free slots; default: chosen from measured task times.",
  0,
);
flag(
  "firesteel.scheduler.workStealing",
  true,
  "Slots without work take tasks of executors that would keep them waiting for longer than spark.locality.wait, where moving their input takes no longer than they compute.",
);
bytes("firesteel.scheduler.bandwidth", "100m", "Bytes a second that input is taken to move at between executors.");
flag("spark.speculation", false, "Start second copies of tasks that are far slower than the rest of their stage.");
milliseconds("spark.speculation.interval", "100ms", "How often slow tasks are looked for.");
decimal("spark.speculation.multiplier", 3, "How many times slower than the median a task must be.");
fraction("spark.speculation.quantile", 0.9, "Fraction of a stage's tasks that must be done first.");
milliseconds("spark.speculation.minTaskRuntime", "100ms", "Tasks that ran for less are never speculated.");
optionalMilliseconds(
  "spark.speculation.task.duration.threshold",
  "Tasks that run for longer are speculated in stages too small to compare; default: never.",
);
flag("spark.speculation.efficiency.enabled", true, "Speculate only tasks that also process their records slowly.");
decimal("spark.speculation.efficiency.processRateMultiplier", 0.75, "Tasks below this part of the mean rate are slow.");
decimal(
  "spark.speculation.efficiency.longRunTaskFactor",
  2,
  "Tasks that run so many times longer than the threshold are speculated whatever their rate.",
);
flag("spark.excludeOnFailure.enabled", false, "Keep tasks away from executors and hosts on which they failed.");
define("spark.excludeOnFailure.timeout", "1h", "How long an executor stays excluded for the whole application.", (v, k) =>
  parseDuration(v, k),
);
integer(
  "spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor",
  1,
  "Attempts of one task on one executor before it is excluded for that task.",
  1,
);
integer(
  "spark.excludeOnFailure.task.maxTaskAttemptsPerNode",
  2,
  "Attempts of one task on one host before it is excluded for that task.",
  1,
);
integer(
  "spark.excludeOnFailure.stage.maxFailedTasksPerExecutor",
  2,
  "Different failed tasks of a stage on one executor before it is excluded for the stage.",
  1,
);
integer(
  "spark.excludeOnFailure.stage.maxFailedExecutorsPerNode",
  2,
  "Excluded executors of a stage on one host before the host is.",
  1,
);
integer(
  "spark.excludeOnFailure.application.maxFailedTasksPerExecutor",
  2,
  "Different failed tasks over successful task sets before an executor is excluded for the application.",
  1,
);
integer(
  "spark.excludeOnFailure.application.maxFailedExecutorsPerNode",
  2,
  "Excluded executors on one host before the host is.",
  1,
);
flag(
  "spark.excludeOnFailure.killExcludedExecutors",
  false,
  "End executors that are excluded for the application; others take their places.",
);
flag("spark.dynamicAllocation.enabled", false, "Let the number of executors follow the work.");
integer("spark.dynamicAllocation.minExecutors", 0, "Executors that are kept at least.");
optionalInteger("spark.dynamicAllocation.maxExecutors", "Executors that are asked for at most; default: no bound.");
optionalInteger("spark.dynamicAllocation.initialExecutors", "Executors to begin with; default: the least.", 0);
milliseconds("spark.dynamicAllocation.executorIdleTimeout", "60s", "An executor without tasks for so long is let go.");
optionalMilliseconds("spark.dynamicAllocation.cachedExecutorIdleTimeout", "The same for one with cached data; default: never.");
milliseconds(
  "spark.dynamicAllocation.schedulerBacklogTimeout",
  "1s",
  "Tasks that waited for so long make it ask for more executors.",
);
optionalMilliseconds(
  "spark.dynamicAllocation.sustainedSchedulerBacklogTimeout",
  "Between further requests; default: as the first.",
);
fraction("spark.dynamicAllocation.executorAllocationRatio", 1, "Part of the executors that full parallelism would need.");
flag("spark.dynamicAllocation.shuffleTracking.enabled", true, "Keep executors whose shuffle output is needed.");
optionalMilliseconds("spark.dynamicAllocation.shuffleTracking.timeout", "Let such executors go after so long; default: never.");
export const DECOMMISSION = flag(
  "spark.decommission.enabled",
  false,
  "Executors that are let go move cached blocks and map outputs to others first; workers that are ended by SIGTERM let theirs do so.",
);
export const STORAGE_DECOMMISSION = flag(
  "spark.storage.decommission.enabled",
  true,
  "Move what executors hold when their worker goes away in an orderly way.",
);
export const BARRIER_SYNC_TIMEOUT = seconds(
  "spark.barrier.sync.timeout",
  "365d",
  "How long barrier() waits for the other tasks.",
);
seconds(
  "spark.scheduler.barrier.maxConcurrentTasksCheck.interval",
  "15s",
  "Between two looks whether a barrier stage fits the cluster.",
);
integer(
  "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures",
  40,
  "Looks before a barrier job that needs more slots than there are fails.",
  1,
);

beginSection("Network and results");
export const NETWORK_TIMEOUT = seconds("spark.network.timeout", "120s", "An executor not heard of for so long is lost.");
export const HEARTBEAT_INTERVAL = milliseconds(
  "spark.executor.heartbeatInterval",
  "10s",
  "Between two heartbeats of an executor.",
);
export const CLEANER_INTERVAL = define(
  "spark.cleaner.periodicGC.interval",
  "30min",
  "Between two garbage collections of the driver, by which shuffle files, cached partitions and broadcasts that no handle stands for are found and freed.",
  (v, k) => Math.max(1, parseDuration(v, k)),
);
bytes("spark.driver.maxResultSize", "1g", "Limit for all results of one action together; 0 for none.");
export const MAX_DIRECT_RESULT_SIZE = bytes(
  "spark.task.maxDirectResultSize",
  "1m",
  "Results longer than this are kept by the executor until the driver fetches them.",
);

beginSection("Shuffle and input");
flag("spark.shuffle.compress", false, "Compress shuffle segments; pays where disks or the network are slow (docs/adr/0007).");
flag("spark.shuffle.spill.compress", false, "Compress what shuffles spill to disk.");
export const IO_ENCRYPTION = flag(
  "spark.io.encryption.enabled",
  false,
  "Encrypt what executors write to local disks: map outputs, spills, cached blocks and broadcasts (AES in counter mode).",
);
export const IO_ENCRYPTION_KEY_BITS = choice(
  "spark.io.encryption.keySizeBits",
  "128",
  ["128", "192", "256"],
  "Length of its key: 128, 192 or 256.",
);
text("spark.io.compression.codec", "snappy", "Codec of compressed shuffle segments and spill files: snappy or none.");
flag(
  "spark.shuffle.reduceLocality.enabled",
  true,
  "Run reduce tasks near hosts that hold a fifth of their input, where that is a MiB or more.",
);
export const READ_HOST_LOCAL_DISK = flag(
  "spark.shuffle.readHostLocalDisk",
  true,
  "Read the files of other executors in place where they can be seen, instead of asking these executors for them.",
);
define("spark.reducer.maxSizeInFlight", "48m", "Bytes that a task asks for ahead from other executors.", (v, k) =>
  parseBytes(v, k, "m"),
);
integer("spark.shuffle.io.maxRetries", 3, "New tries after a connection to another executor failed.");
seconds("spark.shuffle.io.retryWait", "5s", "Pause before each.");
integer("spark.rdd.limit.initialNumPartitions", 1, "Partitions that take() looks at first.", 1);
integer("spark.rdd.limit.scaleUpFactor", 4, "How many times more it looks at in each further round.", 2);
flag("spark.hadoop.validateOutputSpecs", true, "Refuse to write into a directory that exists.");
flag("spark.hadoop.mapreduce.input.fileinputformat.input.dir.recursive", false, "Read directories in directories.");

beginSection("Logs and progress");
export const EVENT_LOG_ENABLED = flag("spark.eventLog.enabled", false, "Write the application's events, one JSON object a line.");
export const EVENT_LOG_DIR = text("spark.eventLog.dir", "/tmp/firesteel-events", "Directory of event logs.");
export const EVENT_LOG_COMPRESS = flag("spark.eventLog.compress", true, "Compress event logs.");
export const EVENT_LOG_CODEC = choice("spark.eventLog.compression.codec", "zstd", ["ZSTD"], "How: zstd.");
export const EVENT_LOG_ROLLING = flag(
  "spark.eventLog.rolling.enabled",
  true,
  "A directory of files for each application instead of one file that grows.",
);
export const EVENT_LOG_MAX_FILE = bytes(
  "spark.eventLog.rolling.maxFileSize",
  "128m",
  "When to begin the next file; at least 10m.",
);
export const EVENT_LOG_BLOCKS = flag("spark.eventLog.logBlockUpdates.enabled", false, "Write every change of a cached block.");
export const LOG_LEVEL = choice(
  "spark.log.level",
  "",
  LEVELS,
  "Level of the driver's and executors' logs: ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF; default WARN.",
);
export const SHOW_CONSOLE_PROGRESS = flag(
  "spark.ui.showConsoleProgress",
  true,
  "A progress bar per running stage when standard error is a terminal.",
);

beginSection("User interface and history");
export const UI_ENABLED = flag(
  "spark.ui.enabled",
  true,
  "Serve the dashboard and the REST API: from the start where this is set to true, otherwise once a job has run for a second.",
);
export const UI_PORT = integer("spark.ui.port", 4040, "Its port; when it is taken, the next one that is free. 0: any.");
export const PORT_RETRIES = integer("spark.port.maxRetries", 16, "Ports tried after the first one.");
export const UI_BIND_ADDRESS = text(
  "firesteel.ui.bindAddress",
  "127.0.0.1",
  "Address that the dashboard listens on: 0.0.0.0 to be reached from other machines.",
);
export const UI_ALLOWED_HOSTS = text(
  "firesteel.ui.allowedHosts",
  "",
  "Host names, with commas between, under which pages may be asked for beside addresses and this host's own name.",
);
export const UI_FRAMED_BY = define(
  "spark.ui.allowFramingFrom",
  "",
  "Origins (https://notebooks.example.org), with commas between, whose pages may show pages of the dashboard in frames, beside its own.",
  (v, k) => originsOf(v, k),
);
export const METRICS_NAMESPACE = text(
  "spark.metrics.namespace",
  "",
  "First part of the names of /metrics/json; ${spark.app.name} stands for the application's name. Default: its id.",
);
export const UI_KILL_ENABLED = flag(
  "spark.ui.killEnabled",
  true,
  "Allow jobs and stages to be killed, and executors to be let go, from pages.",
);
export const UI_RETAINED_JOBS = integer("spark.ui.retainedJobs", 1000, "Jobs that pages remember.", 1);
export const UI_RETAINED_STAGES = integer("spark.ui.retainedStages", 1000, "Stages that pages remember.", 1);
export const UI_RETAINED_TASKS = integer("spark.ui.retainedTasks", 100_000, "Tasks of a stage that pages remember.", 1);
export const UI_RETAINED_EXECUTORS = integer("spark.ui.retainedDeadExecutors", 100, "Executors that are gone and remembered.", 1);
export const UI_RETAINED_EXECUTIONS = integer("spark.sql.ui.retainedExecutions", 1000, "Queries that pages remember.", 1);
define(
  "spark.redaction.regex",
  "(?i)secret|password|token|access[.]?key|credential",
  "Settings and values that are masked in pages and event logs.",
  (v) => v,
);
export const PROFILER_ENABLED = flag(
  "firesteel.profiler.enabled",
  false,
  "Sample the task threads of all executors from the start, instead of when a page asks for it.",
);
export const PROFILER_INTERVAL = milliseconds("firesteel.profiler.interval", "10ms", "Time between two samples of a thread.");
export const TASK_PROFILE = flag(
  "spark.python.profile",
  false,
  "Profile tasks, by the dataset that they compute, for sc.showProfiles() and sc.dumpProfiles(directory). What was not shown is shown when the context stops.",
);
export const TASK_PROFILE_DUMP = text(
  "spark.python.profile.dump",
  "",
  "Directory into which the profiles of tasks are written when the context stops, instead of being shown.",
);

beginSection("firesteel");
export const LOCAL_IN_PROCESS = flag(
  "firesteel.local.inProcess",
  false,
  "Run tasks inside the driver's own thread, for breakpoints in user functions. No isolation.",
);
integer("firesteel.async.maxInFlight", 16, "Promises of a user function awaited at the same time in one task.", 1);
fraction(
  "firesteel.mllib.blockShare",
  0.125,
  "Part of an executor's memory in which it keeps the blocks of training rows of one fit; those beyond are on disk, from which each pass reads them in turn.",
);
fraction(
  "firesteel.mllib.trees.tableShare",
  0.25,
  "Part of an executor's memory up to which a table of binned training rows is given to every task, so that trees grow whole; above it rows stay where they are and trees grow level by level.",
);
const NUMBERS = ["NUMBER", "BIGINT"];
choice(
  "firesteel.sql.longAs",
  "number",
  NUMBERS,
  "What BIGINT values are in rows: numbers, with an error beyond 2^53, or bigints. A session may set it, as all of firesteel.sql.",
);
flag("firesteel.sql.write.rebalance", false, "Rows are moved before each write, so that its files have a sensible size.");
flag(
  "firesteel.sql.rangedScans.enabled",
  true,
  "Tasks over files that are sorted by a column read ranges of it, so that groups and joins by it need no exchange.",
);
bytes(
  "firesteel.sql.readByEachTask.maxBytes",
  "1m",
  "Files of a join's build side up to which each task reads it itself, instead of a broadcast.",
);
integer(
  "firesteel.sql.eagerAggregation.minRows",
  50_000,
  "Rows from which on those of one side of a join may be aggregated before it; 0: always.",
);
integer(
  "firesteel.sql.reduceAggregateInput.minRows",
  50_000,
  "Rows of an aggregate from which on those of groups that a join drops are left out before it; 0: always.",
);
decimal(
  "firesteel.sql.aggregateJoinedRows.minGain",
  4,
  "How many times the joined rows a subquery's aggregate must read to be computed over the joined rows instead.",
);
decimal(
  "firesteel.sql.filterByKnownKeys.minGain",
  4,
  "How many keys the other side of a join must lack for each that it has for rows to be filtered before their exchange; 0: always.",
);
milliseconds("firesteel.task.killGrace", "100ms", "Time between asking a task to stop and ending its thread.");

/** Settings renamed since: the old key is understood as the new one. */
const DEPRECATED: Readonly<Record<string, string>> = {
  "spark.deploy.spreadOutApps": "spark.deploy.spreadOut",
  "spark.blacklist.enabled": "spark.excludeOnFailure.enabled",
  "spark.akka.timeout": "spark.network.timeout",
};

export function deprecatedKey(key: string): string {
  return DEPRECATED[key] ?? key;
}

/** All entries, for documentation and for telling executors the effective settings. */
export function configEntries(): readonly ConfigEntry<unknown>[] {
  return definedEntries();
}

/** Whether a setting's value must not be shown (Spark's spark.redaction.regex default, plus ours). */
export function isSecretKey(key: string): boolean {
  return /secret|password|token|access[.]?key|credential/i.test(key);
}

function originsOf(list: string, key: string): string[] {
  return list
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "")
    .map((origin) => {
      const url = URL.canParse(origin) ? new URL(origin) : null;
      if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
      throw new UsageError(
        "INVALID_CONF_VALUE",
        `${key} must list origins such as https://notebooks.example.org, not "${origin}".`,
        {
          parameters: { key, value: origin },
        },
      );
    });
}
