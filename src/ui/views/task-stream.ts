/** Tasks as bars over time, and how far running stages are. */
import type { StageProgress, TaskStream } from "../api-types";
import type { AppStore } from "../store/app-store";
import type { StageEntry } from "../store/entries";
import { Interner, STATUS_NAMES } from "../store/task-table";

/** More bars than that cannot be told apart on a screen. */
const MOST_TASKS = 100_000;

interface Row {
  readonly stage: StageEntry;
  readonly row: number;
  readonly start: number;
}

/** All tasks of a stage attempt; evenly drawn where there are too many. */
export function stageTaskStream(stage: StageEntry, limit = MOST_TASKS): TaskStream {
  const rows = stage.tasks.rows().map((row) => ({ stage, row, start: stage.tasks.fact(row, "launch") }));
  const total = rows.length + stage.tasks.dropped;
  const step = rows.length / limit;
  const drawn = rows.length <= limit ? rows : Array.from({ length: limit }, (_, i) => rows[Math.floor(i * step)]!);
  return stream(drawn, total, rows.length > limit);
}

/** The newest tasks of all stages: those that ended after `since`, or run. */
export function taskStream(store: AppStore, since: number, limit: number): TaskStream {
  const rows: Row[] = [];
  for (const stage of store.work.stages.values()) {
    if (stage.status !== "ACTIVE" && stage.activeTasks === 0 && stage.lastEvent <= since) continue;
    const { tasks } = stage;
    for (let row = 0; row < tasks.length; row++) {
      const finish = tasks.fact(row, "finish");
      if (finish === 0 || finish > since) rows.push({ stage, row, start: tasks.fact(row, "launch") });
    }
  }
  rows.sort((a, b) => a.start - b.start);
  return stream(rows.slice(-Math.min(limit, MOST_TASKS)), rows.length, false);
}

function stream(rows: readonly Row[], total: number, sampled: boolean): TaskStream {
  const names = new Interner();
  const executors = new Interner();
  const slots = new Slots();
  const result: TaskStream = {
    total,
    sampled,
    names: names.texts,
    executors: executors.texts,
    stageId: [],
    attempt: [],
    taskId: [],
    index: [],
    executor: [],
    slot: [],
    name: [],
    start: [],
    end: [],
    parts: {
      schedulerDelay: [],
      deserialise: [],
      fetchWait: [],
      compute: [],
      shuffleWrite: [],
      serialise: [],
      gettingResult: [],
      gc: [],
    },
    status: [],
    speculative: [],
  };
  const { parts } = result;
  for (const { stage, row, start } of rows) {
    const { tasks } = stage;
    const executorId = tasks.executorId(row);
    const end = tasks.fact(row, "finish");
    const run = tasks.metric(row, "executorRunTime");
    const wait = Math.min(run, tasks.metric(row, "shuffleFetchWaitTime"));
    const write = Math.min(run - wait, tasks.metric(row, "shuffleWriteTimeNs") / 1e6);
    result.stageId.push(stage.id);
    result.attempt.push(stage.attempt);
    result.taskId.push(tasks.fact(row, "taskId"));
    result.index.push(tasks.fact(row, "index"));
    result.executor.push(executors.of(executorId));
    result.slot.push(slots.of(executorId, start, end));
    result.name.push(names.of(stage.info.name));
    result.start.push(start);
    result.end.push(end);
    parts.schedulerDelay.push(tasks.schedulerDelay(row));
    parts.deserialise.push(tasks.metric(row, "executorDeserializeTime"));
    parts.fetchWait.push(wait);
    parts.compute.push(Math.max(0, run - wait - write));
    parts.shuffleWrite.push(write);
    parts.serialise.push(tasks.metric(row, "resultSerializationTime"));
    parts.gettingResult.push(tasks.gettingResultTime(row));
    parts.gc.push(tasks.metric(row, "jvmGcTime"));
    result.status.push(STATUS_NAMES[tasks.fact(row, "status")]!);
    result.speculative.push(tasks.fact(row, "speculative") === 1);
  }
  return result;
}

/** Rows of an executor: a task takes the first one that is free when it starts. */
class Slots {
  readonly #busyUntil = new Map<string, number[]>();

  of(executorId: string, start: number, end: number): number {
    let slots = this.#busyUntil.get(executorId);
    if (slots === undefined) this.#busyUntil.set(executorId, (slots = []));
    let slot = slots.findIndex((until) => until <= start);
    if (slot < 0) slot = slots.length;
    slots[slot] = end === 0 ? Infinity : end;
    return slot;
  }
}

/** A stage that ended is shown for so long, ms. */
const SHOWN_AFTER_END = 10_000;

/** Stages that run, and those that have just ended, the oldest first. */
export function stageProgress(store: AppStore, now: number): StageProgress[] {
  const progress: StageProgress[] = [];
  for (const stage of store.work.stages.values()) {
    const { info } = stage;
    const ended = info.completionTime ?? null;
    if (info.submissionTime === undefined) continue;
    if (stage.status !== "ACTIVE" && (ended === null || now - ended > SHOWN_AFTER_END)) continue;
    const done = stage.numCompletedIndices;
    const began = stage.firstTaskLaunched ?? info.submissionTime;
    progress.push({
      stageId: stage.id,
      attempt: stage.attempt,
      name: info.name,
      jobIds: [...stage.jobIds],
      status: stage.status,
      numTasks: info.numTasks,
      numDone: done,
      numRunning: stage.activeTasks,
      numFailed: stage.failedTasks,
      submissionTime: info.submissionTime,
      completionTime: ended,
      remaining: stage.status !== "ACTIVE" || done === 0 ? null : Math.round(((now - began) / done) * (info.numTasks - done)),
    });
  }
  return progress.sort((a, b) => a.submissionTime - b.submissionTime || a.stageId - b.stageId);
}
