/** Text format 0.0.4: `/metrics/prometheus`, and `/metrics/executors/prometheus` with the names and the order of Spark's. */
import { SPARK_VERSION } from "../../common/spark-version";
import type { AppStore } from "../store/app-store";
import { GAUGE } from "../store/entries";
import { executorList } from "../views/executors";
import { applicationSummary } from "../views/application";
import type { Reply } from "./routes";

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
}

/** `labels` null: none, and no braces. */
interface Sample {
  readonly labels: Readonly<Record<string, string>> | null;
  readonly value: number;
}

type Executor = ReturnType<typeof executorList>[number];

type ExecutorMetric = readonly [name: string, type: Family["type"], help: string, value: (executor: Executor) => number];

const EXECUTOR_METRICS: readonly ExecutorMetric[] = [
  ["active", "gauge", "1 while the executor is there.", (e) => (e.isActive ? 1 : 0)],
  ["cores", "gauge", "Slots for tasks.", (e) => e.totalCores],
  ["tasks_active", "gauge", "Tasks that run now on the executor.", (e) => e.activeTasks],
  ["tasks_completed_total", "counter", "Tasks that succeeded on the executor.", (e) => e.completedTasks],
  ["tasks_failed_total", "counter", "Tasks that failed on the executor.", (e) => e.failedTasks],
  ["task_seconds_total", "counter", "Time that tasks took on the executor.", (e) => e.totalDuration / 1000],
  ["gc_seconds_total", "counter", "Garbage collection during tasks.", (e) => e.totalGCTime / 1000],
  ["input_bytes_total", "counter", "Bytes read from sources.", (e) => e.totalInputBytes],
  ["shuffle_read_bytes_total", "counter", "Bytes read from shuffles.", (e) => e.totalShuffleRead],
  ["shuffle_write_bytes_total", "counter", "Bytes written for shuffles.", (e) => e.totalShuffleWrite],
  ["storage_memory_bytes", "gauge", "Memory that cached blocks take.", (e) => e.memoryUsed],
  ["storage_memory_max_bytes", "gauge", "The most that cached blocks may take.", (e) => e.maxMemory],
  ["storage_disk_bytes", "gauge", "Disk that cached blocks take.", (e) => e.diskUsed],
  ["blocks", "gauge", "Cached partitions.", (e) => e.rddBlocks],
];

/** Of the last sample of an executor that is there. */
const SAMPLED_METRICS: readonly (readonly [name: string, gauge: keyof typeof GAUGE, help: string])[] = [
  ["resident_memory_bytes", "rss", "Resident memory of the executor's process."],
  ["heap_bytes", "heap", "JavaScript heap in use."],
  ["paused", "paused", "1 while no further task begins there, as its memory is short."],
  ["cpu_cores", "cpu", "Cores that the executor kept busy lately."],
];

/** What an application tells of itself and its executors, each figure with the application's id and name as labels. */
export function prometheusText(store: AppStore, now: number): string {
  const application = { application_id: store.application.id, application_name: store.application.name };
  const one = (value: number, labels: Readonly<Record<string, string>> = {}): Sample => ({
    labels: { ...application, ...labels },
    value,
  });
  return [...applicationFamilies(store, now, one), ...executorFamilies(store, one), processFamily(one)].map(familyText).join("");
}

type OneSample = (value: number, labels?: Readonly<Record<string, string>>) => Sample;

function applicationFamilies(store: AppStore, now: number, one: OneSample): Family[] {
  const { jobs, stages, sql, tasks, startTime } = applicationSummary(store, now);
  const { complete, failed, killed } = store.totals;
  const byState = (states: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(states).map(([state, value]) => one(value, { state }));
  const ended = [one(complete, { outcome: "success" }), one(failed, { outcome: "failed" }), one(killed, { outcome: "killed" })];
  return [
    family("jobs", "gauge", "Jobs that are remembered, by state.", byState(jobs)),
    family("stages", "gauge", "Stage attempts that are remembered, by state.", byState(stages)),
    family("queries", "gauge", "SQL executions that are remembered, by state.", byState(sql)),
    family("tasks_active", "gauge", "Tasks that run now.", [one(tasks.active)]),
    family("tasks_ended_total", "counter", "Tasks that have ended, by outcome.", ended),
    family("application_start_time_seconds", "gauge", "When the application started, seconds since the epoch.", [
      one(startTime / 1000),
    ]),
  ];
}

function executorFamilies(store: AppStore, one: OneSample): Family[] {
  const executors = executorList(store, true);
  const sampled = [...store.nodes.executors.values()].flatMap((executor) => {
    const sample = executor.samples.last;
    return sample === undefined || !executor.isActive ? [] : [{ id: executor.id, sample }];
  });
  const counted = EXECUTOR_METRICS.map(([name, type, help, value]) => {
    const samples = executors.map((executor) => one(value(executor), { executor_id: executor.id }));
    return family(`executor_${name}`, type, help, samples);
  });
  const measured = SAMPLED_METRICS.map(([name, gauge, help]) => {
    const samples = sampled.map(({ id, sample }) => one(sample[GAUGE[gauge]]!, { executor_id: id }));
    return family(`executor_${name}`, "gauge", help, samples);
  });
  return [...counted, ...measured];
}

function processFamily(one: OneSample): Family {
  const resident = one(process.memoryUsage.rss());
  return family("process_resident_memory_bytes", "gauge", "Resident memory of the process that answers.", [resident]);
}

function family(name: string, type: Family["type"], help: string, samples: readonly Sample[]): Family {
  return { name: `firesteel_${name}`, type, help, samples };
}

/** A figure of a daemon without labels; the names of counters end in "_total". */
export type DaemonMetric = readonly [name: string, help: string, value: number];

/** What a daemon tells of itself. @param prefix of the names: "firesteel_master". */
export function daemonText(prefix: string, gauges: readonly DaemonMetric[], counters: readonly DaemonMetric[] = []): string {
  const text = (type: Family["type"], [name, help, value]: DaemonMetric): string =>
    familyText({ name: `${prefix}_${name}`, help, type, samples: [{ labels: null, value }] });
  return [...gauges.map((one) => text("gauge", one)), ...counters.map((one) => text("counter", one))].join("");
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
