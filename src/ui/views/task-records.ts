/** Tasks one by one, as Dask's task stream and stories have them. */
import type { StoryEvent, TaskAction, TaskStreamRecord } from "../../events/diagnostics";
import type { AppStore } from "../store/app-store";
import type { StageEntry } from "../store/entries";
import { KILLED, RUNNING, SUCCESS } from "../store/task-table";
import { workerAddress } from "./executors";

/** The task of a row, which has ended. */
export function taskRecord(store: AppStore, stage: StageEntry, row: number): TaskStreamRecord {
  const { tasks } = stage;
  const run = tasks.metric(row, "executorRunTime");
  const transfer = Math.min(run, tasks.metric(row, "shuffleFetchWaitTime"));
  const write = Math.min(run - transfer, tasks.metric(row, "shuffleWriteTimeNs") / 1e6);
  const parts: readonly (readonly [TaskAction, number])[] = [
    ["deserialize", tasks.metric(row, "executorDeserializeTime")],
    ["transfer", transfer],
    ["compute", run - transfer - write],
    ["disk-write", write],
  ];
  // What it waits for a slot is before all of them.
  let time = tasks.fact(row, "launch") + tasks.schedulerDelay(row);
  const startstops = parts.flatMap(([action, ms]) => {
    const start = time;
    time += ms;
    return ms > 0 || action === "compute" ? [{ action, start: start / 1000, stop: time / 1000 }] : [];
  });
  return {
    key: keyOf(stage, row),
    task: stage.info.name,
    attempt: tasks.fact(row, "attempt"),
    worker: workerAddress(store, tasks.executorId(row)),
    status: statusOf(stage, row),
    nbytes: tasks.metric(row, "resultSize"),
    startstops,
  };
}

/** Tasks that ended after `from` and up to `to`, ms; the newest `count` of them, in the order of their ends. */
export function taskRecords(store: AppStore, from: number, to: number, count: number): TaskStreamRecord[] {
  const found: { readonly stage: StageEntry; readonly row: number; readonly finish: number }[] = [];
  for (const stage of store.work.stages.values())
    for (const row of stage.tasks.rows()) {
      const finish = stage.tasks.fact(row, "finish");
      if (finish > from && finish <= to) found.push({ stage, row, finish });
    }
  found.sort((a, b) => a.finish - b.finish);
  return found.slice(Math.max(0, found.length - count)).map(({ stage, row }) => taskRecord(store, stage, row));
}

/** What happened to a partition in all attempts of its stage, the oldest first. */
export function story(store: AppStore, stageId: number, partition: number): StoryEvent[] {
  const attempts = [...store.work.stages.values()].filter(({ id }) => id === stageId);
  return attempts
    .flatMap((stage) =>
      stage.tasks.rows().flatMap((row) => (partitionOf(stage, row) === partition ? eventsOf(store, stage, row) : [])),
    )
    .sort((a, b) => a.time - b.time);
}

/** By key, of the first `most` partitions that were tried. */
export function stories(store: AppStore, stage: StageEntry, most: number): Record<string, StoryEvent[]> {
  const found = new Map<string, StoryEvent[]>();
  for (const row of stage.tasks.rows()) {
    const key = keyOf(stage, row);
    const events = found.get(key);
    if (events !== undefined) events.push(...eventsOf(store, stage, row));
    else if (found.size < most) found.set(key, eventsOf(store, stage, row));
  }
  for (const events of found.values()) events.sort((a, b) => a.time - b.time);
  return Object.fromEntries(found);
}

function eventsOf(store: AppStore, stage: StageEntry, row: number): StoryEvent[] {
  const { tasks } = stage;
  const common = {
    key: keyOf(stage, row),
    attempt: tasks.fact(row, "attempt"),
    taskId: tasks.fact(row, "taskId"),
    speculative: tasks.fact(row, "speculative") === 1,
    worker: workerAddress(store, tasks.executorId(row)),
  };
  const launched = { time: tasks.fact(row, "launch") / 1000, event: "launched", ...common } as const;
  if (tasks.fact(row, "status") === RUNNING) return [launched];
  const error = tasks.error(row);
  const time = tasks.fact(row, "finish") / 1000;
  return [launched, { time, event: statusOf(stage, row), ...common, ...(error === undefined ? {} : { error }) }];
}

function partitionOf({ tasks }: StageEntry, row: number): number {
  return tasks.fact(row, "partition");
}

function keyOf(stage: StageEntry, row: number): string {
  return `${stage.id}.${stage.attempt}:${partitionOf(stage, row)}`;
}

function statusOf({ tasks }: StageEntry, row: number): TaskStreamRecord["status"] {
  const status = tasks.fact(row, "status");
  if (status === SUCCESS) return "OK";
  return status === KILLED ? "killed" : "error";
}
