/**
 * What scripts for Dask's scheduler ask of its dashboard's port, under its paths and field names: counts of tasks, who the scheduler and its workers are;
 * and letting workers go, which needs the token as everything does that changes something. Stages of jobs that run are its tasks, executors its workers.
 */
import { countsOf } from "../../common/resources";
import type { AppStore } from "../store/app-store";
import type { ExecutorEntry } from "../store/entries";
import { EVENT_SOCKET_PATH } from "./event-socket";
import { addressOf } from "../views/executors";
import { errorReply, HttpError, json, type Reply, type Routes } from "./routes";

export interface Cluster {
  readonly store: AppStore;
  /** The pages' own port. */
  port(): number;
  /** How many executors there are to be. */
  wanted(): number;
  /**
   * Lets executors go once what runs there has ended and what they hold has moved; nothing takes their places. Resolves when they are gone, or when it
   * takes long. Rejects with an HttpError where that cannot be asked for.
   */
  retire(executorIds: readonly string[]): Promise<void>;
}

export function addDaskJson(routes: Routes, cluster: Cluster): void {
  const { store } = cluster;
  routes.get("/json/counts.json", () => json(counts(store, cluster.wanted())));
  routes.get("/json/identity.json", () => json(identity(store, cluster.port())));
  routes.get("/api/v1/get_workers", () => {
    const workers = executorsOf(store).map((executor) => ({ name: executor.id, address: addressOf(executor) }));
    return json({ num_workers: workers.length, workers });
  });
  routes.get("/api/v1/adaptive_target", () => json({ workers: cluster.wanted() }));
  routes.post("/api/v1/retire_workers", ({ body }) => retired(cluster, body));
  routes.get(EVENT_SOCKET_PATH, () => ({
    ...errorReply(426, "This is a websocket: ask with Upgrade: websocket."),
    headers: { upgrade: "websocket", connection: "Upgrade" },
  }));
  routes.get("/sitemap.json", () => json({ paths: routes.paths() }));
}

/** Addresses of those that work now. */
export function workersOf(store: AppStore): string[] {
  return executorsOf(store).map(addressOf);
}

function executorsOf(store: AppStore): ExecutorEntry[] {
  return [...store.nodes.executors.values()].filter(({ id, isActive }) => isActive && id !== "driver");
}

/** As Dask answers: by address, those that were let go. What is not there is passed over. */
async function retired(cluster: Cluster, body: string): Promise<Reply> {
  const { n, workers } = wantedToGo(body);
  const all = executorsOf(cluster.store);
  const going =
    n > 0
      ? all.sort((a, b) => a.activeTasks - b.activeTasks || heldBy(a) - heldBy(b)).slice(0, n)
      : all.filter((one) => workers.includes(addressOf(one)) || workers.includes(one.id));
  if (going.length > 0) await cluster.retire(going.map(({ id }) => id));
  const workerInfos = going.map((executor) => {
    return [addressOf(executor), { ...workerInfo(executor), status: executor.isActive ? "closing_gracefully" : "closed" }];
  });
  return json(Object.fromEntries(workerInfos));
}

function heldBy({ memoryUsed, diskUsed }: ExecutorEntry): number {
  return memoryUsed + diskUsed;
}

const RETIRE_BODY = 'It must be {"n": 1}, or {"workers": [...]} with addresses or names.';

function wantedToGo(body: string): { readonly n: number; readonly workers: readonly string[] } {
  let given: unknown;
  try {
    given = JSON.parse(body);
  } catch (error) {
    throw new HttpError(400, `What was sent is not JSON: ${(error as Error).message}. ${RETIRE_BODY}`);
  }
  const { n = 0, workers = [] } = (given ?? {}) as { n?: unknown; workers?: unknown };
  if (typeof n !== "number" || !Number.isSafeInteger(n) || n < 0)
    throw new HttpError(400, `n must be a whole number of at least 0, not ${JSON.stringify(n)}. ${RETIRE_BODY}`);
  if (!Array.isArray(workers) || workers.some((one) => typeof one !== "string" && typeof one !== "number"))
    throw new HttpError(400, `workers must be an array of addresses or names, not ${JSON.stringify(workers)}. ${RETIRE_BODY}`);
  return { n, workers: workers.map(String) };
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
    hosts: new Set(executors.map(({ host }) => host)).size,
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
  return {
    type: "Scheduler",
    id: application.id,
    address: driver?.hostPort ?? "",
    services: { dashboard: port },
    started: application.startTime / 1000,
    n_workers: executors.length,
    total_threads: executors.reduce((total, { totalCores }) => total + totalCores, 0),
    total_memory: executors.reduce((total, { limit }) => total + limit, 0),
    workers: Object.fromEntries(executors.map((executor) => [addressOf(executor), workerInfo(executor)])),
  };
}

function workerInfo(executor: ExecutorEntry): object {
  const { latest } = executor;
  const { time = executor.addTime, rss = 0, storage = 0, cpu = 0, paused = false } = latest ?? {};
  return {
    type: "Worker",
    id: executor.id,
    name: executor.id,
    host: executor.host,
    nthreads: executor.totalCores,
    memory_limit: executor.limit,
    last_seen: time / 1000,
    status: paused ? "paused" : "running",
    // Where it keeps what it spills; several are divided by commas.
    local_directory: executor.attributes["localDirectory"] ?? "",
    services: {},
    resources: countsOf(executor.resources),
    nanny: null,
    metrics: {
      time: time / 1000,
      // Percent of a core, as Dask has it.
      cpu: cpu * 100,
      memory: rss,
      managed_bytes: storage,
      spilled_bytes: { memory: 0, disk: executor.spilled },
      executing: executor.activeTasks,
      task_counts: { memory: executor.rddBlocks, executing: executor.activeTasks },
      // Bytes a second of its machine; absent where the system does not tell.
      num_fds: latest?.openFiles,
      host_net_io: rates(latest?.hostNetRead, latest?.hostNetWrite),
      host_disk_io: rates(latest?.hostDiskRead, latest?.hostDiskWrite),
    },
  };
}

function rates(read: number | undefined, write: number | undefined): object | undefined {
  return read === undefined ? undefined : { read_bps: read, write_bps: write };
}
