/** The user interface of a standalone daemon: its state as pages and as JSON, and the logs of what it runs. */
import type { PageAccess } from "../common/page-access";
import { SPARK_VERSION } from "../common/spark-version";
import type { TlsFiles } from "../wire/tls";
import type { Identity, LogText, MasterState, WorkerState } from "./api-types";
import { masterState, type MasterView, workerState, type WorkerView } from "./cluster-state";
import { addIdentity } from "./server/api-firesteel";
import { HttpServer } from "./server/http-server";
import { logPiece } from "./server/log-files";
import { addMasterJson, addWorkerJson } from "./server/spark-daemon-json";
import { daemonMetrics } from "./server/metrics-json";
import { html, page, type Part, table } from "./server/plain-html";
import { type DaemonMetric, daemonText, metricsReply } from "./server/prometheus";
import { HttpError, integer, json, type Reply, Routes } from "./server/routes";
import { StaticFiles } from "./server/static-files";

export type DaemonUiOptions = {
  readonly version: string;
  readonly webFolder: string;
  readonly host: string;
  /** 0 for any; when it is taken the next ones are tried. */
  readonly port: number;
  readonly portRetries: number;
  readonly allowedHosts: readonly string[];
  readonly tls?: TlsFiles | null;
  readonly access?: PageAccess | null;
} & (
  | { readonly kind: "master"; readonly reverseProxy: boolean; stateOf(): MasterView }
  | { readonly kind: "worker"; stateOf(): WorkerView }
);

/** How often it is looked whether something has changed, ms. */
const LOOK_EVERY = 500;

export interface RunningDaemonUi {
  /** "http://host:8080", "https://…" with TLS. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Rejects with a ClusterError when no port can be had. */
export async function startDaemonUi(options: DaemonUiOptions): Promise<RunningDaemonUi> {
  const { host, port, portRetries, allowedHosts, tls = null, access = null, webFolder, version, kind } = options;
  const routes = new Routes();
  addIdentity(routes, () => identityOf(options, version));
  const state = (): MasterState | WorkerState =>
    options.kind === "master" ? masterState(options.stateOf(), options.reverseProxy) : workerState(options.stateOf());
  routes.get(`/api/firesteel/v1/${kind}`, () => json(state()));
  routes.get("/plain", ({ path }) => plainPage(state(), path));
  routes.get("/health", () => json({ status: "ok" }));
  // Healthy is who answers; ready is who can be given work: a worker has a master. What restarts processes asks for the former.
  routes.get("/ready", () => {
    const [ready, status] = readiness(options);
    return json({ status }, ready ? 200 : 503);
  });
  routes.get("/metrics/prometheus", () => metricsReply(metricsText(state(), kind)));
  // Spark's master has two paths.
  for (const path of kind === "master" ? ["/metrics/json", "/metrics/master/json"] : ["/metrics/json"])
    routes.get(path, () => daemonMetrics(state()));
  if (options.kind === "master") addMasterJson(routes, () => masterState(options.stateOf(), options.reverseProxy));
  else addWorkerJson(routes, () => workerState(options.stateOf()));
  if (options.kind === "worker") addLogs(routes, () => options.stateOf());
  // The state is the daemon's own, which tells of no changes: it is compared.
  let seen = "";
  let changes = 0;
  let lookedAt = 0;
  const versions = {
    version: (topic: string): number => {
      if (topic !== "cluster") return 0;
      if (Date.now() - lookedAt < LOOK_EVERY) return changes;
      lookedAt = Date.now();
      const now = JSON.stringify(state());
      if (now !== seen) changes++;
      seen = now;
      return changes;
    },
  };
  const server = new HttpServer(
    {
      host,
      port,
      portRetries,
      allowedHosts,
      tls,
      access,
      files: new StaticFiles(webFolder),
      versions: (application) => Promise.resolve(application === null ? versions : null),
      ...(options.kind === "master" && options.reverseProxy ? { proxied: (id: string) => pagesOf(id, options.stateOf()) } : {}),
      background: true,
    },
    routes,
  );
  const bound = await server.listen();
  return { url: server.urlAt(bound), port: bound, close: () => server.close() };
}

/** Where the pages of a worker or of a running application are. */
function pagesOf(id: string, { workers, activeApplications }: MasterView): string | null {
  return [...workers, ...activeApplications].find((one) => one.id === id)?.webUrl ?? null;
}

function readiness(options: DaemonUiOptions): [ready: boolean, status: string] {
  if (options.kind === "master") return [true, options.stateOf().status];
  return options.stateOf().connected ? [true, "connected"] : [false, "there is no master"];
}

function identityOf(options: DaemonUiOptions, version: string): Identity {
  const common = { kind: options.kind, version, sparkVersion: SPARK_VERSION, killEnabled: false };
  if (options.kind === "master") return { ...common, title: options.stateOf().url, links: [] };
  const { id, masterWebUrl } = options.stateOf();
  return { ...common, title: id, links: masterWebUrl === null ? [] : [{ label: "Master", href: masterWebUrl }] };
}

/** Only of processes that the worker knows: no path of a request reaches the file system. */
function addLogs(routes: Routes, stateOf: () => WorkerView): void {
  routes.get("/api/firesteel/v1/logs/:owner/:id", async ({ parameters, query }) => {
    const { executors, finishedExecutors, drivers, finishedDrivers } = stateOf();
    const found = [...executors, ...finishedExecutors, ...drivers, ...finishedDrivers].find(
      (one) => (one.appId ?? "driver") === parameters["owner"] && one.id === parameters["id"],
    );
    if (found === undefined) throw new HttpError(404, `There is no process ${parameters["owner"]}/${parameters["id"]}.`);
    if (found.logsRemoved !== null)
      throw new HttpError(
        404,
        `The logs were removed at ${new Date(found.logsRemoved).toISOString().slice(0, 19).replace("T", " ")} UTC: nothing had been written to the folder for the time of spark.worker.cleanup.appDataTtl.`,
      );
    const stream = query.get("stream") ?? "stderr";
    if (stream !== "stdout" && stream !== "stderr") throw new HttpError(400, `stream must be stdout or stderr, not "${stream}".`);
    const offset = query.get("offset");
    const length = Math.min(2 ** 20, integer(query.get("length"), "length", 65_536));
    const piece = await logPiece(found.directory, stream, offset === null ? null : integer(offset, "offset", 0), length);
    const log: LogText = { name: `${found.name} ${stream}`, ...piece };
    return json(log);
  });
}

/** For browsers without JavaScript. */
function plainPage(state: MasterState | WorkerState, path: string): Reply {
  const cores = (one: { cores: number; coresUsed: number }): string => `${one.coresUsed} / ${one.cores}`;
  const to = (url: string | null | undefined, text: string): Part =>
    url === null || url === undefined ? text : html`<a href="${url}">${text}</a>`;
  if (!("workers" in state)) {
    const rows = state.executors.map(({ id, applicationName, cores, memoryMb }) => [
      id,
      applicationName,
      cores,
      `${memoryMb} MiB`,
    ]);
    return page(
      path,
      "Worker",
      html`<p>${state.id}: ${cores(state)} cores in use</p>
        ${table(["Executor", "Application", "Cores", "Memory"], rows, "No executor runs.")}`,
    );
  }
  const workers = state.workers.map((one) => [
    to(one.webUiAddress, one.id),
    one.state,
    cores(one),
    `${one.memoryUsedMb} / ${one.memoryMb} MiB`,
  ]);
  const applications = [...state.activeApplications, ...state.completedApplications].map((one) => [
    to(one.uiUrl, one.id),
    one.name,
    one.state,
    one.waitingFor,
  ]);
  const drivers = [...state.activeDrivers, ...state.completedDrivers].map((one) => [one.id, one.mainFile, one.state, one.error]);
  return page(
    path,
    "Master",
    html`<p>${state.url}: ${cores(state)} cores in use</p>
      <h2>Workers</h2>
      ${table(["Worker", "State", "Cores", "Memory"], workers, "There is no worker.")}
      <h2>Applications</h2>
      ${table(["Application", "Name", "State", "Waits because"], applications, "There is no application.")}
      ${
        drivers.length === 0
          ? null
          : html`<h2>Drivers</h2>
              ${table(["Driver", "Program", "State", "Why"], drivers, "")}`
      }`,
  );
}

function metricsText(state: MasterState | WorkerState, kind: string): string {
  const gauges: DaemonMetric[] = [
    ["cores", "Cores that executors may have.", state.cores],
    ["cores_used", "Cores that executors have.", state.coresUsed],
    ["memory_mebibytes", "Memory that executors may have.", state.memoryMb],
    ["memory_used_mebibytes", "Memory that executors have.", state.memoryUsedMb],
  ];
  const counters: DaemonMetric[] = [];
  if ("workers" in state) {
    gauges.push(
      ["workers_alive", "Workers that are there.", state.workers.filter(({ state: of }) => of === "ALIVE").length],
      [
        "applications_running",
        "Applications that run.",
        state.activeApplications.filter((one) => one.state === "RUNNING").length,
      ],
      [
        "applications_waiting",
        "Applications that wait for cores.",
        state.activeApplications.filter((one) => one.state === "WAITING").length,
      ],
    );
    counters.push(["refused_connections_total", "Callers that were refused.", state.refusedConnections]);
  } else
    gauges.push(
      ["executors", "Executors that run.", state.executors.length],
      ["connected", "1 while there is a master.", state.connected ? 1 : 0],
    );
  return daemonText(`firesteel_${kind}`, gauges, counters);
}
