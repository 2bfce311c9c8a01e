/** Answers about the application as a whole. */
import type { ApplicationInfo, ApplicationSummary, TimelineEvent } from "../api-types";
import type { AppStore } from "../store/app-store";
import { dateText } from "./format";

/** @param lastUpdated of a log that is not being written by this process: when it changed last. */
export function applicationInfo(store: AppStore, lastUpdated?: number): ApplicationInfo {
  const { id, name, user, startTime, endTime, attemptId, sparkVersion } = store.application;
  const updated = lastUpdated ?? endTime ?? Date.now();
  const end = endTime ?? -1;
  return {
    id,
    name,
    attempts: [
      {
        ...(attemptId === undefined ? {} : { attemptId }),
        startTime: dateText(startTime),
        endTime: dateText(end),
        lastUpdated: dateText(updated),
        duration: Math.max(0, (endTime ?? updated) - startTime),
        sparkUser: user,
        completed: endTime !== undefined,
        appSparkVersion: sparkVersion,
        startTimeEpoch: startTime,
        endTimeEpoch: end,
        lastUpdatedEpoch: updated,
      },
    ],
  };
}

export function applicationSummary(store: AppStore, now: number): ApplicationSummary {
  const { application, work, nodes, queries, searches, environment, totals, bytes } = store;
  const { jobs, stages: counted } = work.counts;
  const stages = [...work.stages.values()];
  // In Spark's local mode the driver runs the tasks.
  const executors = [...nodes.executors.values()].filter(({ id, totalTasks }) => id !== "driver" || totalTasks > 0);
  const completed = application.endTime !== undefined;
  // Nobody removes those that were there until the application's end.
  const active = completed ? [] : executors.filter(({ isActive }) => isActive);
  const found = [...searches.searches.values()];
  const count = <T>(items: readonly T[], matches: (item: T) => boolean): number => items.filter(matches).length;
  const properties = environment?.sparkProperties ?? {};
  return {
    id: application.id,
    name: application.name,
    user: application.user,
    startTime: application.startTime,
    endTime: application.endTime ?? null,
    completed,
    schedulingMode: properties["spark.scheduler.mode"] ?? "FIFO",
    lastUpdated: application.endTime ?? Math.max(store.lastEventTime, Math.min(now, store.lastEventTime)),
    jobs: { active: jobs.RUNNING, succeeded: jobs.SUCCEEDED, failed: jobs.FAILED },
    stages: {
      active: counted.ACTIVE,
      pending: counted.PENDING,
      complete: counted.COMPLETE,
      skipped: counted.SKIPPED,
      failed: counted.FAILED,
    },
    tasks: { active: completed ? 0 : stages.reduce((sum, stage) => sum + stage.activeTasks, 0), ...totals },
    executors: {
      active: active.length,
      removed: executors.length - active.length,
      cores: active.reduce((sum, one) => sum + one.totalCores, 0),
    },
    sql: { running: queries.counts.RUNNING, completed: queries.counts.COMPLETED, failed: queries.counts.FAILED },
    searches: {
      running: count(found, ({ status }) => status === "RUNNING"),
      completed: count(found, ({ status }) => status !== "RUNNING"),
    },
    inputBytes: bytes.input,
    outputBytes: bytes.output,
    shuffleReadBytes: bytes.shuffleRead,
    shuffleWriteBytes: bytes.shuffleWrite,
    spilledBytes: bytes.spilled,
    runtime: {
      ...environment?.runtime,
      ...(properties["spark.master"] === undefined ? {} : { Master: properties["spark.master"] }),
    },
  };
}

/** Executors that came and went, and jobs, by time. */
export function timeline(store: AppStore): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  for (const executor of store.nodes.executors.values()) {
    const moment = { id: executor.id, end: null, status: "" as const };
    const label = `Executor ${executor.id}`;
    events.push({ kind: "executorAdded", ...moment, label: `${label} on ${executor.hostPort}`, start: executor.addTime });
    if (executor.removeTime !== undefined)
      events.push({
        kind: "executorRemoved",
        ...moment,
        label: `${label}: ${executor.removeReason ?? ""}`,
        start: executor.removeTime,
      });
  }
  for (const job of store.work.jobs.values())
    events.push({
      kind: "job",
      id: String(job.id),
      label: job.description ?? job.name,
      start: job.submissionTime,
      end: job.completionTime ?? null,
      status: job.status === "RUNNING" ? "running" : job.status === "SUCCEEDED" ? "succeeded" : "failed",
    });
  return events.sort((a, b) => a.start - b.start);
}
