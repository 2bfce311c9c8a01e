/** `/metrics/prometheus`: text format 0.0.4. Names and labels of Spark's own endpoint (`/metrics/executors/prometheus`) where it has them. */
import type { AppStore } from "../store/app-store";
import { executorList } from "../views/executors";
import { applicationSummary } from "../views/application";

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
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

function familyText({ name, help, type, samples }: Family): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels, value }) => `${name}{${labelText(labels)}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`)
    .join(",");
}
