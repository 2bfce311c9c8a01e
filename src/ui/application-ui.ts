/** The user interface of one application that runs in this process: its store, fed by the context, and its server. */
import { EventEmitter, once } from "node:events";
import { writeFileSync } from "node:fs";
import type { ProfileTree, StoryEvent, TaskStreamRecord } from "../events/diagnostics";
import type { EventOf, ListenerEvent } from "../events/listener-events";
import { SPARK_VERSION } from "../common/spark-version";
import { DataError } from "../common/errors";
import type { ApplicationInfo, Identity, Profile, ThreadStackTrace } from "./api-types";
import { DriverProcess } from "./driver-process";
import { mergeProfiles, profileTree } from "./profile";
import { clusterState, type ClusterState } from "./report/cluster-state";
import { reportHtml } from "./report/report";
import { addApiFiresteel, addIdentity } from "./server/api-firesteel";
import { addPageAddresses } from "./server/page-addresses";
import { addPlainPages } from "./server/plain";
import { addApiV1 } from "./server/api-v1";
import type { ApplicationControl, Applications } from "./server/applications";
import { log } from "../common/log";
import type { PageAccess } from "../common/page-access";
import type { TlsFiles } from "../wire/tls";
import { workerLog } from "./server/log-files";
import { HttpServer } from "./server/http-server";
import { applicationMetrics } from "./server/metrics-json";
import { executorsPrometheusText, metricsReply, prometheusText } from "./server/prometheus";
import { addDaskJson, workersOf } from "./server/dask-json";
import { HttpError, json, Routes } from "./server/routes";
import { StaticFiles } from "./server/static-files";
import { AppStore, type Limits } from "./store/app-store";
import { applicationInfo } from "./views/application";
import { story, taskRecord, taskRecords } from "./views/task-records";
import { threadStack } from "./views/threads";

/** What an interface may ask of, or do to, the application. */
export interface ApplicationPort {
  /** What the slots of an executor do now. */
  threads(executorId: string): Promise<readonly { name: string; state: string; stack: string; taskId: number | null }[]>;
  executorIds(): readonly string[];
  /** How many there are to be. */
  wantedExecutors(): number;
  cancelJob(jobId: number): void;
  cancelStage(stageId: number): void;
  /** Lets executors go for good once what runs there has ended and what they hold has moved. */
  retireExecutors(executorIds: readonly string[]): void;
  /** There is one, which is not let go. */
  readonly executorsStay: boolean;
  /** Milliseconds between the heartbeats of all executors from now on. */
  beatEvery(ms: number): void;
  /** The call tree as JSON, for "stop" and "read". */
  profile(executorId: string, what: "start" | "stop" | "read"): Promise<string>;
  /** A stack trace with the lines of the user's sources. */
  mapStack(stack: string): string;
}

export interface ApplicationUiOptions {
  readonly version: string;
  /** Directory of the web application's files. */
  readonly webFolder: string;
  readonly limits: Limits;
  readonly host: string;
  readonly port: number;
  readonly portRetries: number;
  readonly allowedHosts: readonly string[];
  readonly tls?: TlsFiles | null;
  readonly access?: PageAccess | null;
  readonly framedBy: readonly string[];
  readonly killEnabled: boolean;
  /** Before the names of `/metrics/json`; "" for the application's id. */
  readonly metricsNamespace: string;
  readonly profileAtOnce: boolean;
  /** Between two samples of the driver. */
  readonly profileIntervalMicros: number;
  /** As configured, and while somebody looks on. */
  readonly heartbeatMs: number;
  readonly application: ApplicationPort;
}

/** As Spark calls it among the executors. */
const DRIVER = "driver";
const WATCHED_HEARTBEAT_MS = 1000;
const WATCH_CHECK_MS = 5000;
/** Who lets executors go is answered after so long, though they may still be about it. */
const RETIRE_WAIT_MS = 60_000;
/** The driver measures itself at most so often, when somebody looks. */
const DRIVER_SAMPLE_MS = 1000;

export class ApplicationUi implements Applications {
  readonly #store: AppStore;
  #server: HttpServer | undefined;
  #watching: NodeJS.Timeout | undefined;
  #beat: number;
  #profiling = false;
  #profile: { readonly at: number; readonly trees: ReadonlyMap<string, string> } = { at: 0, trees: new Map() };
  #profileVersion = 0;
  readonly control: ApplicationControl;
  readonly #driver = new DriverProcess();
  #driverSampledAt = 0;
  /** Who hears of each task that ends. */
  readonly #followers = new Set<(task: TaskStreamRecord) => void>();
  /** Executors that were removed, by id. */
  readonly #gone = new EventEmitter().setMaxListeners(0);

  constructor(private readonly options: ApplicationUiOptions) {
    this.#store = new AppStore(options.limits);
    this.#store.apply({ type: "LogStart", sparkVersion: SPARK_VERSION });
    this.#beat = options.heartbeatMs;
    this.control = this.#control();
    if (options.profileAtOnce) void this.control.startProfile().catch((error: unknown) => notProfiled("the application", error));
  }

  apply(event: ListenerEvent): void {
    if (event.type === "TaskEnd" && this.#followers.size > 0) this.#taskEnded(event);
    else this.#store.apply(event);
    if (event.type === "ExecutorRemoved") this.#gone.emit(event.executorId);
    // One that joins later takes part.
    if (event.type !== "ExecutorAdded" || !this.#profiling) return;
    const { executorId } = event;
    void this.options.application
      .profile(executorId, "start")
      .catch((error: unknown) => notProfiled(`executor ${executorId}`, error));
  }

  #taskEnded(event: EventOf<"TaskEnd">): void {
    const { stageId, stageAttemptId, taskInfo } = event;
    const stage = this.#store.work.stage(stageId, stageAttemptId);
    const row = stage?.tasks.runningRow(taskInfo.taskId) ?? -1;
    this.#store.apply(event);
    // One that is told again, as lost with its executor, has ended before; with many others it may be forgotten at once.
    if (stage === undefined || row < 0 || stage.tasks.fact(row, "taskId") !== taskInfo.taskId) return;
    const record = taskRecord(this.#store, stage, row);
    for (const follower of this.#followers) follower(record);
  }

  list(): ApplicationInfo[] {
    return [applicationInfo(this.#store)];
  }

  find(id: string): Promise<AppStore | null> {
    this.#sampleDriver();
    return Promise.resolve(id === this.#store.application.id ? this.#store : null);
  }

  async listen(): Promise<string> {
    const { host, port, portRetries, allowedHosts, tls = null, access = null, framedBy, webFolder } = this.options;
    const routes = new Routes();
    let bound = port;
    addIdentity(routes, () => this.#identity());
    addApiV1(routes, this);
    addPlainPages(routes, this);
    addApiFiresteel(routes, this, (store) => reportHtml(store, webFolder, this.options.version));
    addPageAddresses(routes);
    routes.get("/health", () => json({ status: "ok" }));
    // Dask's path is the shorter one.
    for (const path of ["/metrics/prometheus", "/metrics"])
      routes.get(path, () => metricsReply(prometheusText(this.#store, Date.now())));
    routes.get("/metrics/executors/prometheus", () => metricsReply(executorsPrometheusText(this.#store)));
    addDaskJson(routes, {
      store: this.#store,
      port: () => bound,
      wanted: () => this.options.application.wantedExecutors(),
      retire: (executorIds) => this.#retire(executorIds),
    });
    routes.get("/metrics/json", () => applicationMetrics(this.#store, Date.now(), this.options.metricsNamespace));
    const versions = {
      version: (topic: Parameters<AppStore["version"]>[0]) =>
        topic === "profile" ? this.#profileVersion : this.#store.version(topic),
    };
    const server = new HttpServer(
      {
        host,
        port,
        portRetries,
        allowedHosts,
        tls,
        access,
        framedBy,
        files: new StaticFiles(webFolder),
        versions: (application) =>
          Promise.resolve(application === null || application === this.#store.application.id ? versions : null),
        observed: {
          versions,
          workers: () => workersOf(this.#store),
          onTask: (follower) => {
            this.#followers.add(follower);
            return () => void this.#followers.delete(follower);
          },
        },
        watched: () => this.#watch(),
        background: true,
      },
      routes,
    );
    bound = await server.listen();
    this.#server = server;
    this.#watching = setInterval(() => this.#watch(), WATCH_CHECK_MS).unref();
    return server.urlAt(bound);
  }

  /** @param page opened at first; the one about all where it is absent. */
  async writeReport(path: string, page?: string): Promise<void> {
    const { webFolder, version } = this.options;
    const html = await reportHtml(this.#store, webFolder, version, this.#profiling ? await this.#read() : undefined, page);
    try {
      writeFileSync(path, html);
    } catch (cause) {
      throw new DataError("REPORT_NOT_WRITABLE", `The report ${path} cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  /** @param from ms since the epoch, as `to` */
  taskRecords(from: number, to: number, count: number): TaskStreamRecord[] {
    return taskRecords(this.#store, from, to, count);
  }

  story(stageId: number, partition: number): StoryEvent[] {
    return story(this.#store, stageId, partition);
  }

  /** What was sampled, of all executors or one process; null where nothing samples. */
  async profile(executorId?: string): Promise<ProfileTree | null> {
    return this.#profiling ? profileTree(await this.#read(executorId)) : null;
  }

  clusterState(): Promise<ClusterState> {
    const { version, application } = this.options;
    this.#sampleDriver();
    return clusterState(this.#store, {
      version,
      wantedExecutors: application.wantedExecutors(),
      executorIds: this.control.executorIds(),
      threads: (executorId) => this.control.threads(executorId),
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#watching);
    this.#driver.close();
    await this.#server?.close();
  }

  async #retire(executorIds: readonly string[]): Promise<void> {
    if (!this.options.killEnabled)
      throw new HttpError(403, "spark.ui.killEnabled is false: executors cannot be let go from here.");
    const { application } = this.options;
    if (application.executorsStay) throw new HttpError(409, "The only executor of local[N] stays as long as the application.");
    const signal = AbortSignal.timeout(RETIRE_WAIT_MS);
    const gone = executorIds.map((id) => once(this.#gone, id, { signal }).catch(() => undefined));
    application.retireExecutors(executorIds);
    await Promise.all(gone);
  }

  /** While somebody looks on, executors tell more often how they are. */
  #watch(): void {
    const wanted =
      (this.#server?.watchers ?? 0) > 0 ? Math.min(WATCHED_HEARTBEAT_MS, this.options.heartbeatMs) : this.options.heartbeatMs;
    if (wanted !== this.#beat) this.options.application.beatEvery((this.#beat = wanted));
    if (this.#profiling) this.#profileVersion++;
    this.#sampleDriver();
  }

  #sampleDriver(): void {
    if (performance.now() - this.#driverSampledAt < DRIVER_SAMPLE_MS) return;
    this.#driverSampledAt = performance.now();
    this.#store.apply(this.#driver.sample());
  }

  #identity(): Identity {
    const { application } = this.#store;
    return {
      kind: "driver",
      title: application.name,
      applicationId: application.id,
      version: this.options.version,
      sparkVersion: application.sparkVersion || SPARK_VERSION,
      ...(this.#server === undefined ? {} : { token: this.#server.gate.token }),
      killEnabled: this.options.killEnabled,
      links: [],
    };
  }

  #control(): ApplicationControl {
    const { application, killEnabled } = this.options;
    return {
      executorIds: () => [DRIVER, ...application.executorIds()],
      threads: async (executorId): Promise<ThreadStackTrace[]> =>
        (await (executorId === DRIVER ? this.#driver.threads() : application.threads(executorId))).map((thread, i) =>
          threadStack(thread, i, (stack) => application.mapStack(stack)),
        ),
      killJob: (jobId) => {
        const runs = killEnabled && this.#store.work.jobs.get(jobId)?.status === "RUNNING";
        if (runs) application.cancelJob(jobId);
        return runs;
      },
      killStage: (stageId) => {
        const runs = killEnabled && this.#store.work.latest(stageId)?.status === "ACTIVE";
        if (runs) application.cancelStage(stageId);
        return runs;
      },
      profile: (executorId) => this.#read(executorId),
      startProfile: async () => {
        this.#profiling = true;
        this.#profileVersion++;
        await Promise.all([
          this.#driver.startProfile(this.options.profileIntervalMicros),
          ...application.executorIds().map((id) => application.profile(id, "start")),
        ]);
      },
      stopProfile: async () => {
        await this.#collect("stop");
        this.#profiling = false;
      },
      log: async (executorId, stream, offset, length) => {
        const link = this.#store.nodes.executors.get(executorId)?.logUrls[stream];
        return link === undefined ? null : workerLog(link, offset, length, this.options.tls);
      },
    };
  }

  async #read(executorId?: string): Promise<Profile> {
    // Several pages, and each executor's own profile, are answered by one question.
    if (this.#profiling && Date.now() - this.#profile.at > 1000) await this.#collect("read");
    const { trees } = this.#profile;
    const wanted = [...trees].filter(([id]) => (executorId === undefined ? id !== DRIVER : id === executorId));
    return mergeProfiles(this.#profiling, wanted, (stack) => this.options.application.mapStack(stack));
  }

  async #collect(what: "read" | "stop"): Promise<void> {
    const { application } = this.options;
    const trees = new Map(this.#profile.trees);
    await Promise.all(
      [DRIVER, ...application.executorIds()].map(async (id) => {
        // One that is gone or too busy keeps what it told before.
        const told = id === DRIVER ? this.#driver.readProfile(what === "stop") : application.profile(id, what);
        const tree = await told.catch(() => "");
        if (tree !== "") trees.set(id, tree);
      }),
    );
    this.#profile = { at: Date.now(), trees };
    this.#profileVersion++;
  }
}

function notProfiled(what: string, error: unknown): void {
  log.warn(`The profile of ${what} was not begun: ${error instanceof Error ? error.message : String(error)}`);
}
