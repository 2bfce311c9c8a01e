/**
 * What scripts for Dask's scheduler ask of its dashboard's port, under its paths and field names: counts of tasks, who the scheduler and its workers are.
 * Stages of jobs that run are its tasks, executors its workers. `retire_workers` is not here: nothing is changed without a token.
 */
import type { AppStore } from "../store/app-store";
import type { ExecutorEntry } from "../store/entries";
import { json, type Routes } from "./routes";

export interface Cluster {
  readonly store: AppStore;
  /** The pages' own port. */
  port(): number;
  /** How many executors there are to be. */
  wanted(): number;
}

export function addDaskJson(routes: Routes, cluster: Cluster): void {
  const { store } = cluster;
  routes.get("/json/counts.json", () => json(counts(store, cluster.wanted())));
  routes.get("/json/identity.json", () => json(identity(store, cluster.port())));
  routes.get("/api/v1/get_workers", () => {
    const workers = executorsOf(store).map(({ id, hostPort }) => ({ name: id, address: hostPort }));
    return json({ num_workers: workers.length, workers });
  });
  routes.get("/api/v1/adaptive_target", () => json({ desired_workers: cluster.wanted() }));
  routes.get("/sitemap.json", () => json({ paths: routes.paths() }));
}

function executorsOf(store: AppStore): ExecutorEntry[] {
  return [...store.nodes.executors.values()].filter(({ id, isActive }) => isActive && id !== "driver");
}

function counts(store: AppStore, wanted: number): Readonly<Record<string, number>> {
  const executors = executorsOf(store);
  const sum = (of: (executor: ExecutorEntry) => number): number => executors.reduce((total, one) => total + of(one), 0);
  const stages = [...store.work.stages.values()];
  const processing = stages.reduce((total, { activeTasks }) => total + activeTasks, 0);
  // Tasks of stages that wait for others, and those of stages that run which no slot has taken.
  const left = (status: string): number =>
    stages
      .filter((stage) => stage.status === status)
      .reduce(
        (total, { info, activeTasks, numCompletedIndices }) =>
          total + Math.max(0, info.numTasks - activeTasks - numCompletedIndices),
        0,
      );
  const [queued, waiting] = [left("ACTIVE"), left("PENDING")];
  const { complete, failed, killed } = store.totals;
  return {
    bytes: sum(({ memoryUsed, diskUsed }) => memoryUsed + diskUsed),
    clients: 1,
    cores: sum(({ totalCores }) => totalCores),
    erred: failed,
    hosts: new Set(executors.map(({ hostPort }) => hostPort.replace(/:\d+$/, ""))).size,
    idle: executors.filter(({ activeTasks }) => activeTasks === 0).length,
    memory: sum(({ rddBlocks }) => rddBlocks),
    processing,
    released: complete,
    saturated: executors.filter(({ activeTasks, totalCores }) => activeTasks >= totalCores).length,
    tasks: complete + failed + killed + processing + queued + waiting,
    unrunnable: executors.length === 0 ? queued : 0,
    waiting,
    waiting_data: 0,
    workers: executors.length,
    desired_workers: wanted,
  };
}

function identity(store: AppStore, port: number): object {
  const { application } = store;
  const executors = executorsOf(store);
  const driver = store.nodes.executors.get("driver");
  const latest = (executor: ExecutorEntry): readonly number[] => executor.samples.since(0).at(-1) ?? [];
  return {
    type: "Scheduler",
    id: application.id,
    address: driver?.hostPort ?? "",
    services: { dashboard: port },
    started: application.startTime / 1000,
    n_workers: executors.length,
    total_threads: executors.reduce((total, { totalCores }) => total + totalCores, 0),
    total_memory: executors.reduce((total, { limit }) => total + limit, 0),
    workers: Object.fromEntries(
      executors.map((executor) => {
        const [time = executor.addTime, rss = 0, storage = 0, , , spilled = 0, , cpu = 0, , paused = 0] = latest(executor);
        return [
          executor.hostPort,
          {
            type: "Worker",
            id: executor.id,
            name: executor.id,
            host: executor.hostPort.replace(/:\d+$/, ""),
            nthreads: executor.totalCores,
            memory_limit: executor.limit,
            last_seen: time / 1000,
            status: paused === 1 ? "paused" : "running",
            resources: {},
            metrics: {
              // Percent of a core, as Dask has it.
              cpu: cpu * 100,
              memory: rss,
              managed_bytes: storage,
              spilled_bytes: { disk: spilled },
              executing: executor.activeTasks,
              task_counts: { memory: executor.rddBlocks, executing: executor.activeTasks },
            },
          },
        ];
      }),
    ),
  };
}
