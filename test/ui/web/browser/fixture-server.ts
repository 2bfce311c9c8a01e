/** Servers for the browser tests: the real HTTP server and views over made-up events, one for each kind of page. */
import type { HistoryEntry, Identity, MasterState, Profile, UiKind, WorkerState } from "../../../../src/ui/api-types";
import { addApiFiresteel, addIdentity } from "../../../../src/ui/server/api-firesteel";
import { addApiV1 } from "../../../../src/ui/server/api-v1";
import { addPlainPages } from "../../../../src/ui/server/plain";
import type { Applications } from "../../../../src/ui/server/applications";
import { HttpServer } from "../../../../src/ui/server/http-server";
import { json, Routes } from "../../../../src/ui/server/routes";
import { StaticFiles } from "../../../../src/ui/server/static-files";
import { reportHtml } from "../../../../src/ui/report/report";
import { AppStore, DEFAULT_LIMITS } from "../../../../src/ui/store/app-store";
import { applicationInfo } from "../../../../src/ui/views/application";
import type { ListenerEvent, TaskStartEvent } from "../../../../src/events/listener-events";
import { Application, application } from "./fixture-events";
import { longApplication } from "./fixture-long";

export interface Served {
  readonly url: string;
  readonly store: AppStore;
  /** Applies further events, as a running application would. */
  apply(events: readonly ListenerEvent[]): void;
  /** Starts of tasks that have not ended. */
  running(): TaskStartEvent[];
  /** POSTs that came: "jobs/3/kill". */
  readonly killed: string[];
  report(): Promise<string>;
  close(): Promise<void>;
}

/** @param tasks of the long stage, and how many of them have ended. */
export async function serve(kind: UiKind, webFolder: string, tasks = 400, ended = 290): Promise<Served> {
  return serveEvents(
    kind,
    webFolder,
    kind === "driver" || kind === "history" ? application(Date.now() - 62_000, { tasks, ended }).events : [],
  );
}

/** Many short jobs and a long one, stages that failed for a long reason, more functions than colours. */
export async function serveLong(webFolder: string): Promise<Served> {
  return serveEvents("driver", webFolder, longApplication(Date.now() - 612_000).events);
}

/** An application of which nothing has happened but its start. */
export async function serveNew(webFolder: string): Promise<Served> {
  const app = new Application(Date.now() - 2000);
  return serveEvents(
    "driver",
    webFolder,
    app.events.filter(({ type }) => !/^(ExecutorAdded|BlockManagerAdded)$/.test(type)),
  );
}

async function serveEvents(kind: UiKind, webFolder: string, events: readonly ListenerEvent[]): Promise<Served> {
  const store = new AppStore(DEFAULT_LIMITS);
  for (const event of events) store.apply(event);
  const killed: string[] = [];
  const applications: Applications = {
    list: () => [applicationInfo(store)],
    find: (id) => Promise.resolve(id === store.application.id ? store : null),
    ...(kind === "driver" ? { control: control(killed) } : {}),
  };
  const routes = new Routes();
  addApiV1(routes, applications);
  addPlainPages(routes, applications);
  addApiFiresteel(routes, applications, (one) => reportHtml(one, webFolder, "0.1.0"));
  routes.get("/api/firesteel/v1/history", () => json(history(store)));
  routes.get("/api/firesteel/v1/master", () => json(master()));
  routes.get("/api/firesteel/v1/worker", () => json(worker()));
  routes.get("/api/firesteel/v1/logs/:directory/:id", () =>
    json({ name: "stderr", size: 40, offset: 0, text: "2026-11-21T08:00:01Z INFO executor ready\n" }),
  );
  const server = new HttpServer(
    {
      host: "127.0.0.1",
      port: 0,
      portRetries: 0,
      allowedHosts: [],
      files: new StaticFiles(webFolder),
      versions: () => Promise.resolve(store),
      background: true,
    },
    routes,
  );
  addIdentity(routes, (): Identity => {
    const titles = {
      driver: store.application.name,
      history: "History",
      master: "firesteel://10.0.0.4:7077",
      worker: "worker-20261121080000-10.0.0.5-40001",
    };
    return {
      kind,
      title: titles[kind],
      version: "0.1.0",
      sparkVersion: "4.2.1",
      killEnabled: kind === "driver",
      links: kind === "driver" ? [{ label: "Master", href: "http://10.0.0.4:8080" }] : [],
      ...(kind === "driver" ? { applicationId: store.application.id, token: server.gate.token } : {}),
    };
  });
  const port = await server.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    apply: (more) => {
      for (const event of more) store.apply(event);
    },
    running: () => {
      const ended = new Set(events.flatMap((event) => (event.type === "TaskEnd" ? [event.taskInfo.taskId] : [])));
      return events.filter((event): event is TaskStartEvent => event.type === "TaskStart" && !ended.has(event.taskInfo.taskId));
    },
    killed,
    report: () => reportHtml(store, webFolder, "0.1.0"),
    close: () => server.close(),
  };
}

function control(killed: string[]): NonNullable<Applications["control"]> {
  let sampling = true;
  const stack = [
    "score (file:///home/ada/churn/train.ts:81:14)",
    "Array.map (<anonymous>)",
    "gradient (file:///home/ada/churn/train.ts:64:22)",
    "loop (generated:12:5)",
  ];
  const thread = (id: number, name: string, elems: string[], state = "RUNNABLE") => ({
    threadId: id,
    threadName: name,
    threadState: state,
    stackTrace: { elems },
    blockedByLock: "",
    holdingLocks: [],
    synchronizers: [],
    monitors: [],
    suspended: false,
    inNative: false,
    isDaemon: true,
    priority: 5,
  });
  return {
    threads: () =>
      Promise.resolve([
        thread(1, "task thread 1 (task 312)", stack),
        thread(2, "task thread 2 (task 315)", stack.slice(2)),
        thread(3, "task thread 3", [], "WAITING"),
      ]),
    executorIds: () => ["1", "2", "3", "4"],
    killJob: (id) => killed.push(`jobs/${id}`) > 0,
    killStage: (id) => killed.push(`stages/${id}`) > 0,
    profile: () => Promise.resolve(profile(sampling)),
    startProfile: () => Promise.resolve(void (sampling = true)),
    stopProfile: () => Promise.resolve(void (sampling = false)),
    log: (_executor, _stream, offset) => {
      const text = Array.from(
        { length: 400 },
        (_, i) => `2026-11-21T08:00:${String(i % 60).padStart(2, "0")}Z INFO block rdd_2_${i} stored in memory\n`,
      ).join("");
      const from = offset ?? Math.max(0, text.length - 8000);
      return Promise.resolve({ size: text.length, offset: from, text: text.slice(from) });
    },
  };
}

function profile(running: boolean): Profile {
  const tree: [name: string, location: string, user: boolean, parent: number, self: number][] = [
    ["(root)", "", false, -1, 0],
    ["runTask", "executor.js:120", false, 0, 40],
    ["loop", "generated", false, 1, 210],
    ["gradient", "file:///home/ada/churn/train.ts:64", true, 2, 2400],
    ["dot", "file:///home/ada/churn/linear.ts:12", true, 3, 3900],
    ["score", "file:///home/ada/churn/train.ts:81", true, 3, 900],
    ["exp", "", false, 5, 480],
    ["write", "shuffle/combine-writer.ts:77", false, 1, 620],
    ["hash", "shuffle/string-index.ts:40", false, 7, 350],
    ["(garbage collector)", "", false, 0, 260],
    ["norm", "file:///home/ada/churn/linear.ts:31", true, 5, 18],
    ["clip", "file:///home/ada/churn/linear.ts:40", true, 5, 16],
    ["log", "", false, 5, 15],
  ];
  const total = tree.map(([, , , , self]) => self);
  for (let i = tree.length - 1; i > 0; i--) total[tree[i]![3]] = total[tree[i]![3]]! + total[i]!;
  return {
    running,
    intervalMicros: 10_000,
    samples: total[0]!,
    from: Date.now() - 60_000,
    to: Date.now(),
    executors: ["1", "2", "3", "4"],
    functions: tree.map(([name]) => name),
    locations: tree.map(([, location]) => location),
    user: tree.map(([, , user]) => user),
    parent: tree.map(([, , , parent]) => parent),
    function: tree.map((_, i) => i),
    self: tree.map(([, , , , self]) => self),
    total,
  };
}

function history(store: AppStore): HistoryEntry[] {
  const names = ["Customer churn: nightly training", "Orders by city", "Word count", "PageRank of the wiki", "Flights: delays"];
  const start = Date.UTC(2026, 10, 20, 22);
  return Array.from({ length: 10_000 }, (_, i): HistoryEntry => {
    const startTime = start - i * 431_000;
    const incomplete = i % 57 === 3;
    return {
      id: i === 0 ? store.application.id : `app-2026112008${String(i).padStart(6, "0")}-${String(i % 10_000).padStart(4, "0")}`,
      attemptId: null,
      name: names[i % names.length]!,
      user: ["ada", "grace", "edsger"][i % 3]!,
      startTime,
      endTime: incomplete ? null : startTime + 45_000 + (i % 97) * 4000,
      lastUpdated: startTime + 45_000 + (i % 97) * 4000,
      completed: !incomplete,
      sparkVersion: i % 11 === 0 ? "4.2.1" : "firesteel 0.1.0",
      logSize: 40_000 + i * 917,
      ...(i === 8 ? { error: "line 12 is cut off" } : {}),
    };
  });
}

function master(): MasterState {
  const now = Date.now();
  return {
    url: "firesteel://10.0.0.4:7077",
    status: "ALIVE",
    activeMaster: "firesteel://10.0.0.4:7077",
    startTime: now - 7_200_000,
    cores: 48,
    coresUsed: 28,
    memoryMb: 98_304,
    memoryUsedMb: 40_960,
    workers: [5, 6, 7].map((host, i) => ({
      id: `worker-2026112108000${i}-10.0.0.${host}-40001`,
      host: `10.0.0.${host}`,
      webUiAddress: `http://10.0.0.${host}:8081`,
      state: i === 2 ? "DEAD" : "ALIVE",
      cores: 16,
      coresUsed: [16, 12, 0][i]!,
      memoryMb: 32_768,
      memoryUsedMb: [24_576, 16_384, 0][i]!,
      resources: i === 0 ? { gpu: ["0", "1"] } : {},
      resourcesUsed: i === 0 ? { gpu: ["0"] } : {},
      lastHeartbeat: now - [2000, 9000, 190_000][i]!,
    })),
    activeApplications: [
      {
        id: "app-20261121080000-0007",
        name: "Customer churn: nightly training",
        user: "ada",
        state: "RUNNING",
        cores: 28,
        coresGranted: 28,
        memoryPerExecutorMb: 2048,
        resourcesPerExecutor: {},
        waitingFor: null,
        executors: 7,
        startTime: now - 62_000,
        duration: 62_000,
        uiUrl: "http://10.0.0.4:4040",
      },
      {
        id: "app-20261121080130-0008",
        name: "Orders by city",
        user: "grace",
        state: "WAITING",
        cores: 32,
        coresGranted: 0,
        memoryPerExecutorMb: 4096,
        resourcesPerExecutor: { fpga: 1 },
        waitingFor: "no worker has 1 fpga (spark.executor.resource.fpga.amount); it waits for one that has.",
        executors: 0,
        startTime: now - 12_000,
        duration: 12_000,
        uiUrl: null,
      },
    ],
    completedApplications: [
      {
        id: "app-20261121070000-0006",
        name: "Word count",
        user: "edsger",
        state: "FINISHED",
        cores: 8,
        coresGranted: 8,
        memoryPerExecutorMb: 1024,
        resourcesPerExecutor: {},
        waitingFor: null,
        executors: 4,
        startTime: now - 5_000_000,
        duration: 41_200,
        uiUrl: null,
      },
      {
        id: "app-20261121065000-0005",
        name: "Flights: delays",
        user: "ada",
        state: "FAILED",
        cores: 8,
        coresGranted: 0,
        memoryPerExecutorMb: 1024,
        resourcesPerExecutor: {},
        waitingFor: null,
        executors: 0,
        startTime: now - 5_600_000,
        duration: 9_800,
        uiUrl: null,
      },
    ],
    activeDrivers: [
      {
        id: "driver-20261121080000-0001",
        state: "RUNNING",
        workerId: "worker-20261121080000-10.0.0.5-40001",
        cores: 1,
        memoryMb: 1024,
        mainFile: "train.ts",
        submitTime: now - 63_000,
        restarts: 0,
      },
    ],
    completedDrivers: [
      {
        id: "driver-20261121073000-0000",
        state: "FAILED",
        workerId: "worker-20261121070000-10.0.0.9-40001",
        cores: 1,
        memoryMb: 1024,
        mainFile: "programs/flights/delays-of-all-airports.ts",
        submitTime: now - 3_063_000,
        restarts: 2,
        error: "exited with code 1",
      },
    ],
    refusedConnections: 3,
  };
}

function worker(): WorkerState {
  const now = Date.now();
  const executor = {
    id: "1",
    applicationId: "app-20261121080000-0007",
    applicationName: "Customer churn: nightly training",
    state: "RUNNING",
    cores: 4,
    memoryMb: 2048,
    resources: { gpu: ["0"] },
    startTime: now - 60_000,
    logs: "app-20261121080000-0007/1",
    logsRemoved: null,
  };
  return {
    id: "worker-20261121080000-10.0.0.5-40001",
    url: "firesteel://10.0.0.5:40001",
    masterUrl: "firesteel://10.0.0.4:7077",
    masterUiUrl: "http://10.0.0.4:8080",
    connected: true,
    startTime: now - 7_200_000,
    cores: 16,
    coresUsed: 8,
    memoryMb: 32_768,
    memoryUsedMb: 4096,
    resources: { gpu: ["0", "1"] },
    executors: [executor, { ...executor, id: "2", resources: { gpu: ["1"] }, logs: "app-20261121080000-0007/2" }],
    finishedExecutors: [
      {
        ...executor,
        id: "0",
        applicationName: "Word count",
        applicationId: "app-20261121070000-0006",
        state: "EXITED",
        exit: "its application has ended; exited with code 0",
        logs: "app-20261121070000-0006/0",
      },
      {
        ...executor,
        id: "0",
        applicationName: "Flights: delays",
        applicationId: "app-20261114065000-0005",
        state: "EXITED",
        startTime: now - 7_100_000,
        exit: "exited with code 52: out of memory: 2,071 MiB are resident",
        logs: "app-20261114065000-0005/0",
        logsRemoved: now - 600_000,
      },
    ],
    drivers: [],
    finishedDrivers: [],
  };
}
