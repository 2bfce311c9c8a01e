/**
 * Why a stage is slow, in words with figures. Each finding estimates what it costs: milliseconds of the stage's wall clock
 * that would not have passed without it.
 */
import { formatBytes, formatDuration } from "../../common/units";
import type { Finding, StageFindings } from "../api-types";
import type { StageEntry } from "../store/entries";
import { FAILED, METRIC_KEYS, type MetricKey, RUNNING, SUCCESS, type TaskTable } from "../store/task-table";
import { countText } from "./format";

const MOST_TASKS = 10;
/** Of the time that tasks took: less is not worth a word. */
const NOTABLE = 0.1;

interface Facts {
  readonly stage: StageEntry;
  readonly now: number;
  readonly table: TaskTable;
  /** Wall clock of the stage so far, and the time of all its tasks together, ms. */
  readonly wall: number;
  readonly taskTime: number;
  /** Tasks that ran at once, about. */
  readonly width: number;
  readonly done: readonly number[];
  readonly median: number;
}

export function stageFindings(stage: StageEntry, now: number): StageFindings {
  const facts = factsOf(stage, now);
  const findings = [
    skew,
    straggler,
    spill,
    fetchWait,
    gc,
    schedulerDelay,
    deserialise,
    retries,
    smallTasks,
    lowParallelism,
    largeResult,
    speculation,
  ]
    .flatMap((rule) => rule(facts) ?? [])
    .sort((a, b) => b.cost - a.cost);
  return { stageId: stage.id, attempt: stage.attempt, findings };
}

function factsOf(stage: StageEntry, now: number): Facts {
  const { tasks: table, info } = stage;
  const end = info.completionTime ?? now;
  const wall = Math.max(0, end - (stage.firstTaskLaunched ?? info.submissionTime ?? end));
  const taskTime = [...stage.executors.values()].reduce((sum, executor) => sum + executor.taskTime, 0);
  const durations = table.sorted((row) => table.duration(row, now));
  return {
    stage,
    now,
    table,
    wall,
    taskTime,
    width: Math.max(1, wall === 0 ? 1 : taskTime / wall),
    done: table.rows(SUCCESS),
    median: durations.length === 0 ? 0 : durations[Math.floor(durations.length / 2)]!,
  };
}

function total({ stage }: Facts, key: MetricKey): number {
  return stage.totals[METRIC_KEYS.indexOf(key)]!;
}

function worst({ table }: Facts, rows: readonly number[], value: (row: number) => number): number[] {
  return [...rows]
    .sort((a, b) => value(b) - value(a))
    .slice(0, MOST_TASKS)
    .map((row) => table.fact(row, "taskId"));
}

function read(table: TaskTable, row: number): number {
  return (
    table.metric(row, "shuffleLocalBytesRead") + table.metric(row, "shuffleRemoteBytesRead") + table.metric(row, "inputBytes")
  );
}

/** Some tasks have far more to read than the others. */
function skew(facts: Facts): Finding | null {
  const { table, done, median, wall, now } = facts;
  if (done.length < 4) return null;
  const bytes = table.sorted((row) => read(table, row));
  const middle = bytes[Math.floor(bytes.length / 2)]!;
  const most = bytes.at(-1)!;
  if (most < 64 * 1024 || most < 4 * Math.max(1, middle)) return null;
  const large = done.filter((row) => read(table, row) >= 4 * Math.max(1, middle));
  const longest = Math.max(...large.map((row) => table.duration(row, now)));
  const cost = Math.max(0, longest - 2 * median);
  if (cost < NOTABLE * wall) return null;
  return {
    kind: "skew",
    severity: cost > wall / 2 ? "serious" : "warning",
    text: `The largest task read ${formatBytes(most)}, the median one ${formatBytes(middle)}; ${large.length === 1 ? "the largest" : `the longest of the ${countText(large.length)} large tasks`} ran ${formatDuration(longest)} against a median of ${formatDuration(median)}.`,
    advice:
      "Few keys have most of the records: aggregate before the join, add a random part to the key, or use more partitions. For DataFrames adaptive execution splits skewed joins (spark.sql.adaptive.skewJoin.*).",
    cost,
    figures: { largestBytes: most, medianBytes: middle, longestMs: longest, medianMs: median, tasks: large.length },
    taskIds: worst(facts, large, (row) => read(table, row)),
  };
}

/** Tasks that take long though they read no more than others. */
function straggler(facts: Facts): Finding | null {
  const { table, median, wall, now, stage } = facts;
  const rows = [...facts.done, ...table.rows(RUNNING)];
  if (rows.length < 4 || median === 0) return null;
  const bytes = table.sorted((row) => read(table, row));
  const middle = bytes[Math.floor(bytes.length / 2)] ?? 0;
  const slow = rows.filter(
    (row) => table.duration(row, now) > Math.max(3 * median, median + 100) && read(table, row) < 4 * Math.max(1, middle),
  );
  if (slow.length === 0 || slow.length > rows.length / 4) return null;
  const longest = Math.max(...slow.map((row) => table.duration(row, now)));
  const cost = Math.max(0, longest - 2 * median);
  if (cost < NOTABLE * wall) return null;
  const places = new Set(slow.map((row) => table.executorId(row)));
  // One slow task says nothing of its executor.
  const where = slow.length > 1 && places.size === 1 && stage.executors.size > 1 ? `, all on executor ${[...places][0]}` : "";
  return {
    kind: "straggler",
    severity: cost > wall / 2 ? "serious" : "warning",
    text: `${slow.length === 1 ? "One task" : `${countText(slow.length)} tasks`} ran up to ${formatDuration(longest)} while the median is ${formatDuration(median)}, without reading more than others${where}.`,
    advice:
      where === ""
        ? "Look at the thread stacks or the profile of the executor while such a task runs: some records cost more than others, or it waits for something outside. spark.speculation=true runs a second copy."
        : "That executor's machine is slower or busier than the others; spark.speculation=true runs a second copy elsewhere.",
    cost,
    figures: { tasks: slow.length, longestMs: longest, medianMs: median },
    taskIds: worst(facts, slow, (row) => table.duration(row, now)),
  };
}

function spill(facts: Facts): Finding | null {
  const { table, width } = facts;
  const disk = total(facts, "diskBytesSpilled");
  if (disk === 0) return null;
  const rows = table.rows().filter((row) => table.metric(row, "diskBytesSpilled") > 0);
  const peak = Math.max(0, ...rows.map((row) => table.metric(row, "peakExecutionMemory")));
  // Written once and read once, at about 200 MB/s.
  const cost = (2 * disk) / 200_000 / width;
  return {
    kind: "spill",
    severity: cost > facts.wall / 4 ? "serious" : "warning",
    text: `${countText(rows.length)} tasks wrote ${formatBytes(disk)} to disk because memory was short (the largest held ${formatBytes(peak)}).`,
    advice:
      "Give executors more memory (--executor-memory), fewer slots each, or use more partitions so that each task holds less.",
    cost,
    figures: { bytes: disk, tasks: rows.length, peakBytes: peak },
    taskIds: worst(facts, rows, (row) => table.metric(row, "diskBytesSpilled")),
  };
}

/** A part of the time of all tasks that went to something else than the user's work. */
function share(
  facts: Facts,
  kind: Finding["kind"],
  time: number,
  text: (share: string, time: string) => string,
  advice: string,
  value: (row: number) => number,
): Finding | null {
  const { taskTime, width, table } = facts;
  if (taskTime < 200 || time < NOTABLE * taskTime) return null;
  const part = Math.min(1, time / taskTime);
  return {
    kind,
    severity: part > 0.4 ? "serious" : part > 0.2 ? "warning" : "info",
    text: text(`${Math.round(100 * part)} %`, formatDuration(time)),
    advice,
    cost: time / width,
    figures: { ms: time, share: part },
    taskIds: worst(facts, table.rows(SUCCESS), value),
  };
}

function fetchWait(facts: Facts): Finding | null {
  const { table } = facts;
  const remote = total(facts, "shuffleRemoteBytesRead");
  return share(
    facts,
    "fetchWait",
    total(facts, "shuffleFetchWaitTime"),
    (part, time) =>
      `Tasks waited ${time} for shuffle data, ${part} of their time (${formatBytes(remote)} came from other executors).`,
    "The network or the disks of other executors are the limit: shuffle less (combine before the shuffle, broadcast the small side), or put executors closer together.",
    (row) => table.metric(row, "shuffleFetchWaitTime"),
  );
}

function gc(facts: Facts): Finding | null {
  const { table } = facts;
  return share(
    facts,
    "gc",
    total(facts, "jvmGcTime"),
    (part, time) => `Garbage collection took ${time}, ${part} of the tasks' time.`,
    "Too many objects for the heap of a slot: give more memory, hold less in groups, or use DataFrames, whose rows are no objects.",
    (row) => table.metric(row, "jvmGcTime"),
  );
}

function deserialise(facts: Facts): Finding | null {
  const { table } = facts;
  return share(
    facts,
    "deserialise",
    total(facts, "executorDeserializeTime"),
    (part, time) => `Opening the tasks' code and captured values took ${time}, ${part} of their time.`,
    "Functions capture something large: make it a broadcast variable, so that each executor gets it once.",
    (row) => table.metric(row, "executorDeserializeTime"),
  );
}

function schedulerDelay(facts: Facts): Finding | null {
  const { table } = facts;
  const delay = facts.done.reduce((sum, row) => sum + table.schedulerDelay(row), 0);
  return share(
    facts,
    "schedulerDelay",
    delay,
    (part, time) => `Tasks waited ${time} between driver and slot, ${part} of their time.`,
    "The driver is busy (user code on its main thread?), or tasks are so short that their administration counts: use fewer, larger partitions.",
    (row) => table.schedulerDelay(row),
  );
}

function retries(facts: Facts): Finding | null {
  const { stage, table, width, now } = facts;
  if (stage.failedTasks === 0) return null;
  const rows = table.rows(FAILED);
  const lost = rows.reduce((sum, row) => sum + table.duration(row, now), 0);
  const error = rows.length === 0 ? "" : (table.error(rows[0]!) ?? "").split("\n")[0]!;
  return {
    kind: "retries",
    severity: stage.failedTasks > stage.info.numTasks / 10 ? "serious" : "warning",
    text: `${countText(stage.failedTasks)} ${stage.failedTasks === 1 ? "attempt of a task" : "attempts of tasks"} failed and took ${formatDuration(lost)}${error === "" ? "" : `; the first said: ${error.slice(0, 200)}`}.`,
    advice: "See the errors of the failed tasks, and the logs of their executors.",
    cost: lost / width,
    figures: { failed: stage.failedTasks, ms: lost },
    taskIds: worst(facts, rows, (row) => table.duration(row, now)),
  };
}

function smallTasks(facts: Facts): Finding | null {
  const { done, median, taskTime, width } = facts;
  if (done.length < 200 || median > 5) return null;
  return {
    kind: "smallTasks",
    severity: "info",
    text: `${countText(done.length)} tasks of ${median < 1 ? "less than 1 ms" : formatDuration(median)} at the median: their administration costs about as much as their work.`,
    advice: "Use fewer partitions (coalesce, repartition, spark.default.parallelism).",
    cost: taskTime / width / 2,
    figures: { tasks: done.length, medianMs: median },
    taskIds: [],
  };
}

function lowParallelism(facts: Facts): Finding | null {
  const { stage, wall, taskTime } = facts;
  if (wall < 2000 || stage.info.numTasks > 2 || taskTime < wall / 2) return null;
  return {
    kind: "lowParallelism",
    severity: "info",
    text: `The stage has ${stage.info.numTasks === 1 ? "one task" : `${stage.info.numTasks} tasks`} and took ${formatDuration(wall)}: further slots have nothing of it to do.`,
    advice: "Use more partitions where the data comes from (minPartitions, repartition), or a file format that can be cut.",
    cost: wall / 2,
    figures: { tasks: stage.info.numTasks, wallMs: wall },
    taskIds: [],
  };
}

function largeResult(facts: Facts): Finding | null {
  const { table, done } = facts;
  const bytes = total(facts, "resultSize");
  if (bytes < 64 * 2 ** 20) return null;
  const waited = done.reduce((sum, row) => sum + table.gettingResultTime(row), 0);
  return {
    kind: "largeResult",
    severity: bytes > 2 ** 29 ? "warning" : "info",
    text: `Results of ${formatBytes(bytes)} went to the driver${waited > 0 ? `, which took ${formatDuration(waited)} to fetch` : ""}.`,
    advice: "Write large results to files, or take a part of them (take, limit, toLocalIterator).",
    cost: waited / facts.width,
    figures: { bytes, ms: waited },
    taskIds: worst(facts, done, (row) => table.metric(row, "resultSize")),
  };
}

function speculation({ stage }: Facts): Finding | null {
  const { numTasks, completed } = stage.speculation;
  if (numTasks === 0) return null;
  return {
    kind: "speculation",
    severity: "info",
    text: `${countText(numTasks)} ${numTasks === 1 ? "task" : "tasks"} got a second copy; ${countText(completed)} of the copies ended first.`,
    advice: "",
    cost: 0,
    figures: { copies: numTasks, won: completed },
    taskIds: [],
  };
}
