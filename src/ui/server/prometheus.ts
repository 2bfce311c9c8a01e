/** Text format 0.0.4: `/metrics/prometheus`, and `/metrics/executors/prometheus` with the names and the order of Spark's. */
import { SPARK_VERSION } from "../../common/spark-version";
import type { AppStore } from "../store/app-store";
import { executorList } from "../views/executors";
import { applicationSummary } from "../views/application";
import type { Reply } from "./routes";

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  /** `labels` null: none, and no braces. */
  readonly samples: { readonly labels: Readonly<Record<string, string>> | null; readonly value: number }[];
}

export function prometheusText(store: AppStore, now: number): string {
  const application = { application_id: store.application.id, application_name: store.application.name };
  const summary = applicationSummary(store, now);
  const families: Family[] = [];
  const add = (name: string, type: Family["type"], help: string, samples: Family["samples"]): void =>
    void families.push({ name: `firesteel_${name}`, type, help, samples });
  const one = (value: number, labels: Readonly<Record<string, string>> = {}): Family["samples"][number] => ({
    labels: { ...application, ...labels },
    value,
  });
  const byState = (states: Readonly<Record<string, number>>): Family["samples"] =>
    Object.entries(states).map(([state, value]) => one(value, { state }));

  add("jobs", "gauge", "Jobs that are remembered, by state.", byState(summary.jobs));
  add("stages", "gauge", "Stage attempts that are remembered, by state.", byState(summary.stages));
  add("queries", "gauge", "SQL executions that are remembered, by state.", byState(summary.sql));
  add("tasks_active", "gauge", "Tasks that run now.", [one(summary.tasks.active)]);
  add("tasks_ended_total", "counter", "Tasks that have ended, by outcome.", [
    one(store.totals.complete, { outcome: "success" }),
    one(store.totals.failed, { outcome: "failed" }),
    one(store.totals.killed, { outcome: "killed" }),
  ]);
  add("application_start_time_seconds", "gauge", "When the application started, seconds since the epoch.", [
    one(summary.startTime / 1000),
  ]);

  const executors = executorList(store, true);
  const each = (value: (executor: (typeof executors)[number]) => number): Family["samples"] =>
    executors.map((executor) => one(value(executor), { executor_id: executor.id }));
  add(
    "executor_active",
    "gauge",
    "1 while the executor is there.",
    each((e) => (e.isActive ? 1 : 0)),
  );
  add(
    "executor_cores",
    "gauge",
    "Slots for tasks.",
    each((e) => e.totalCores),
  );
  add(
    "executor_tasks_active",
    "gauge",
    "Tasks that run now on the executor.",
    each((e) => e.activeTasks),
  );
  add(
    "executor_tasks_completed_total",
    "counter",
    "Tasks that succeeded on the executor.",
    each((e) => e.completedTasks),
  );
  add(
    "executor_tasks_failed_total",
    "counter",
    "Tasks that failed on the executor.",
    each((e) => e.failedTasks),
  );
  add(
    "executor_task_seconds_total",
    "counter",
    "Time that tasks took on the executor.",
    each((e) => e.totalDuration / 1000),
  );
  add(
    "executor_gc_seconds_total",
    "counter",
    "Garbage collection during tasks.",
    each((e) => e.totalGCTime / 1000),
  );
  add(
    "executor_input_bytes_total",
    "counter",
    "Bytes read from sources.",
    each((e) => e.totalInputBytes),
  );
  add(
    "executor_shuffle_read_bytes_total",
    "counter",
    "Bytes read from shuffles.",
    each((e) => e.totalShuffleRead),
  );
  add(
    "executor_shuffle_write_bytes_total",
    "counter",
    "Bytes written for shuffles.",
    each((e) => e.totalShuffleWrite),
  );
  add(
    "executor_storage_memory_bytes",
    "gauge",
    "Memory that cached blocks take.",
    each((e) => e.memoryUsed),
  );
  add(
    "executor_storage_memory_max_bytes",
    "gauge",
    "The most that cached blocks may take.",
    each((e) => e.maxMemory),
  );
  add(
    "executor_storage_disk_bytes",
    "gauge",
    "Disk that cached blocks take.",
    each((e) => e.diskUsed),
  );
  add(
    "executor_blocks",
    "gauge",
    "Cached partitions.",
    each((e) => e.rddBlocks),
  );
  const latest = [...store.nodes.executors.values()].flatMap((executor) => {
    const sample = executor.samples.since(0).at(-1);
    return sample === undefined || !executor.isActive ? [] : [{ id: executor.id, sample }];
  });
  const sampled = (at: number): Family["samples"] => latest.map(({ id, sample }) => one(sample[at]!, { executor_id: id }));
  add("executor_resident_memory_bytes", "gauge", "Resident memory of the executor's process.", sampled(1));
  add("executor_heap_bytes", "gauge", "JavaScript heap in use.", sampled(4));
  add("executor_paused", "gauge", "1 while no further task begins there, as its memory is short.", sampled(9));
  add("executor_cpu_cores", "gauge", "Cores that the executor kept busy lately.", sampled(7));
  add("process_resident_memory_bytes", "gauge", "Resident memory of the process that answers.", [one(process.memoryUsage.rss())]);
  return families.map(familyText).join("");
}

/** A figure of a daemon without labels; the names of counters end in "_total". */
export type DaemonMetric = readonly [name: string, help: string, value: number];

/** What a daemon tells of itself. @param prefix of the names: "firesteel_master". */
export function daemonText(prefix: string, gauges: readonly DaemonMetric[], counters: readonly DaemonMetric[] = []): string {
  const family = (type: Family["type"], [name, help, value]: DaemonMetric): string =>
    familyText({ name: `${prefix}_${name}`, help, type, samples: [{ labels: null, value }] });
  return [...gauges.map((one) => family("gauge", one)), ...counters.map((one) => family("counter", one))].join("");
}

/** The reply with such a text. */
export function metricsReply(body: string): Reply {
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body };
}

/** Figures of executors under the names that Spark gives them, without comments, as there. */
export function executorsPrometheusText(store: AppStore): string {
  const { id, name } = store.application;
  const lines = [`spark_info{version="${SPARK_VERSION}", revision=""} 1.0\n`];
  for (const executor of executorList(store, false)) {
    const labels = labelText({ application_id: id, application_name: name, executor_id: executor.id }, ", ");
    const add = (metric: string, value: number): void => void lines.push(`metrics_executor_${metric}{${labels}} ${value}\n`);
    add("rddBlocks", executor.rddBlocks);
    add("memoryUsed_bytes", executor.memoryUsed);
    add("diskUsed_bytes", executor.diskUsed);
    add("totalCores", executor.totalCores);
    add("maxTasks", executor.maxTasks);
    add("activeTasks", executor.activeTasks);
    add("failedTasks_total", executor.failedTasks);
    add("completedTasks_total", executor.completedTasks);
    add("totalTasks_total", executor.totalTasks);
    add("totalDuration_seconds_total", executor.totalDuration / 1000);
    add("totalGCTime_seconds_total", executor.totalGCTime / 1000);
    add("totalInputBytes_bytes_total", executor.totalInputBytes);
    add("totalShuffleRead_bytes_total", executor.totalShuffleRead);
    add("totalShuffleWrite_bytes_total", executor.totalShuffleWrite);
    add("maxMemory_bytes", executor.maxMemory);
    for (const [metric, value] of Object.entries(executor.memoryMetrics ?? {})) add(`${metric}_bytes`, value);
    const peaks = Object.entries(executor.peakMemoryMetrics ?? {});
    const ofKind = (kind: RegExp): [string, number][] => peaks.filter(([metric]) => kind.test(metric));
    for (const [metric, value] of ofKind(/Memory$/)) add(`${metric}_bytes`, value);
    for (const [metric, value] of ofKind(/GCCount$/)) add(`${metric}_total`, value);
    for (const [metric, value] of ofKind(/(?:Minor|Major|Concurrent)GCTime$/)) add(`${metric}_seconds_total`, value / 1000);
  }
  return lines.join("");
}

function familyText({ name, help, type, samples }: Family): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => `${name}${labels === null ? "" : `{${labelText(labels)}}`} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>, between = ","): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`)
    .join(between);
}
