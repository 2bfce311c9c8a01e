/** Pages of a master and a worker: their state as the API has it, logs of known processes only, notices of change. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Identity, LogText, MasterState, WorkerState } from "../../src/ui/api-types";
import type { MasterView, WorkerView } from "../../src/ui/cluster-state";
import { startDaemonUi } from "../../src/ui/daemon-ui";
import { certs } from "../../src/cli/certs";
import { workerLog } from "../../src/ui/server/log-files";
import { textOfPages } from "../../src/ui/server/peer-pages";
import { pagesTls, type TlsFiles } from "../../src/wire/tls";
import type * as Cluster from "../../src/cluster/state";

const COMMON = { version: "0", webFolder: "/nowhere", host: "127.0.0.1", port: 0, portRetries: 0, allowedHosts: [] };
const MIB = 2 ** 20;

// What the daemons tell fits what the pages take.
const fits: [(state: Cluster.MasterState) => MasterView, (state: Cluster.WorkerState) => WorkerView] = [
  (state) => state,
  (state) => state,
];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "daemon-ui-"));
  mkdirSync(join(directory, "app-1", "0"), { recursive: true });
  writeFileSync(join(directory, "app-1/0/stderr"), "line 1\nline 2\n");
  writeFileSync(join(directory, "secret"), "hunter2");
});
afterAll(() => rmSync(directory, { recursive: true }));

const worker = {
  id: "worker-1-7078",
  host: "alpha",
  webUrl: "http://alpha:8081",
  cores: 4,
  coresUsed: 2,
  memory: 1024 * MIB,
  memoryUsed: 512 * MIB,
  resources: { gpu: ["0", "1"] },
  resourcesUsed: { gpu: ["1"] },
};

test("a master shows workers and applications; what dead workers had does not count", async () => {
  expect(fits).toHaveLength(2);
  const view: MasterView = {
    url: "firesteel://alpha:7077",
    startTime: 1,
    status: "ALIVE",
    activeMaster: "firesteel://alpha:7077",
    workers: [
      { ...worker, state: "ALIVE", lastHeartbeat: 5 },
      { ...worker, id: "worker-2", state: "DEAD", lastHeartbeat: 2 },
    ],
    activeApplications: [
      {
        id: "app-1",
        name: "sums",
        user: "me",
        state: "RUNNING",
        submitTime: 10,
        endTime: 40,
        coresGranted: 2,
        coresMax: null,
        memoryPerExecutor: 512 * MIB,
        resourcesPerExecutor: { gpu: 1 },
        waitingFor: null,
        webUrl: null,
        executors: [{ cores: 2, memory: 512 * MIB }],
        most: { cores: 3, executors: 2 },
      },
    ],
    completedApplications: [
      {
        id: "app-0",
        name: "ended",
        user: "me",
        state: "FINISHED",
        submitTime: 10,
        endTime: 40,
        coresGranted: 0,
        coresMax: null,
        memoryPerExecutor: MIB,
        resourcesPerExecutor: {},
        waitingFor: null,
        webUrl: null,
        executors: [],
        most: { cores: 4, executors: 2 },
      },
    ],
    activeDrivers: [],
    completedDrivers: [
      {
        id: "driver-1",
        state: "FAILED",
        submitTime: 1,
        cores: 1,
        memory: MIB,
        workerId: null,
        restarts: 2,
        message: "no",
        mainFile: "a.ts",
      },
    ],
    refusedConnections: 3,
  };
  let shown = view;
  const ui = await startDaemonUi({ ...COMMON, kind: "master", reverseProxy: false, stateOf: () => shown });
  try {
    const state = (await (await fetch(`${ui.url}/api/firesteel/v1/master`)).json()) as MasterState;
    expect(state).toMatchObject({ cores: 4, coresUsed: 2, memoryMb: 1024, memoryUsedMb: 512, status: "ALIVE" });
    expect(state.workers[0]).toMatchObject({ id: "worker-1-7078", webUiAddress: "http://alpha:8081" });
    expect(state.activeApplications[0]).toMatchObject({ cores: 2, duration: 30, executors: 1, memoryPerExecutorMb: 512 });
    expect(state.completedApplications[0]).toMatchObject({ id: "app-0", cores: 4, coresGranted: 4, executors: 2 });
    expect(state.completedDrivers[0]).toMatchObject({ error: "no", restarts: 2 });
    expect((await (await fetch(`${ui.url}/api/firesteel/v1/identity`)).json()) as Identity).toMatchObject({
      kind: "master",
      title: view.url,
    });
    expect(state.refusedConnections).toBe(3);
    const prometheus = await (await fetch(`${ui.url}/metrics/prometheus`)).text();
    expect(prometheus).toContain("# TYPE firesteel_master_workers_alive gauge\nfiresteel_master_workers_alive 1\n");
    expect(prometheus).toContain(
      "# HELP firesteel_master_refused_connections_total Callers that were refused.\n" +
        "# TYPE firesteel_master_refused_connections_total counter\nfiresteel_master_refused_connections_total 3\n",
    );
    expect(await (await fetch(`${ui.url}/metrics/master/json`)).json()).toMatchObject({
      gauges: { "master.aliveWorkers": { value: 1 } },
    });
    // As Spark's master tells it.
    const ofSpark = async (path: string): Promise<unknown> => (await fetch(`${ui.url}${path}`)).json();
    expect(await ofSpark("/json/")).toMatchObject({
      url: view.url,
      status: "ALIVE",
      aliveworkers: 1,
      coresused: 2,
      workers: [
        {
          id: "worker-1-7078",
          coresfree: 2,
          memoryfree: 512,
          webuiaddress: "http://alpha:8081",
          state: "ALIVE",
          resources: { gpu: { name: "gpu", addresses: ["0", "1"] } },
          resourcesused: { gpu: { name: "gpu", addresses: ["1"] } },
          resourcesfree: { gpu: { name: "gpu", addresses: ["0"] } },
        },
        { state: "DEAD" },
      ],
      resources: [{ gpu: { name: "gpu", addresses: ["0", "1"] } }],
      resourcesused: [{ gpu: { name: "gpu", addresses: ["1"] } }],
      activeapps: [
        {
          id: "app-1",
          cores: 2,
          memoryperexecutor: 512,
          resourcesperexecutor: [{ name: "gpu", amount: 1 }],
          submitdate: "Thu Jan 01 00:00:00 UTC 1970",
          duration: 30,
        },
      ],
      completeddrivers: [{ id: "driver-1", worker: "None", mainclass: "a.ts", state: "FAILED" }],
    });
    expect(await ofSpark("/json/clusterutilization")).toMatchObject({ coresutilization: 50, memoryutilization: 50 });
    expect(await ofSpark("/json/aliveworkers")).toEqual({ aliveworkers: 1 });
    expect(await ofSpark("/json/nothing")).toEqual({ nothing: "" });
    // Plain pages say, too, why an application waits and what became of a driver.
    const [application] = view.activeApplications;
    shown = { ...view, activeApplications: [{ ...application!, state: "WAITING", waitingFor: "no worker has 9 cores." }] };
    const rows = (await (await fetch(`${ui.url}/plain`)).text()).replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
    expect(rows).toContain("app-1 sums WAITING no worker has 9 cores. app-0 ended FINISHED");
    expect(rows).toContain("driver-1 a.ts FAILED no");
    expect((await fetch(`${ui.url}/api/firesteel/v1/worker`)).status).toBe(404);
    expect((await fetch(`${ui.url}/api/v1/applications`)).status).toBe(404);
  } finally {
    await ui.close();
  }
});

test("a worker shows pieces of the logs of processes that it knows, and of nothing else", async () => {
  const process = {
    appId: "app-1",
    id: "0",
    name: "sums",
    cores: 2,
    memory: MIB,
    resources: { gpu: ["1"] },
    state: "RUNNING",
    startTime: 1,
    message: "",
    directory: join(directory, "app-1/0"),
    logsRemoved: null,
  };
  const view: WorkerView = {
    ...worker,
    startTime: 1,
    masterUrl: null,
    masterWebUrl: "http://alpha:8080",
    connected: false,
    executors: [process],
    finishedExecutors: [
      { ...process, id: "1", state: "EXITED", directory: join(directory, "app-1/1"), logsRemoved: Date.UTC(2026, 10, 23, 19) },
      { ...process, id: "2", state: "EXITED", directory: join(directory, "app-1/2") },
    ],
    drivers: [],
    finishedDrivers: [],
  };
  const ui = await startDaemonUi({ ...COMMON, kind: "worker", stateOf: () => view });
  try {
    const state = (await (await fetch(`${ui.url}/api/firesteel/v1/worker`)).json()) as WorkerState;
    expect(state).toMatchObject({ connected: false, masterUrl: "", masterUiUrl: "http://alpha:8080" });
    expect(await (await fetch(`${ui.url}/json/`)).json()).toMatchObject({
      id: "worker-1-7078",
      masterwebuiurl: "http://alpha:8080",
      resources: { gpu: { name: "gpu", addresses: ["0", "1"] } },
      resourcesused: { gpu: { name: "gpu", addresses: ["1"] } },
      executors: [
        {
          id: 0,
          appid: "app-1",
          memory: 1,
          resources: { gpu: { name: "gpu", addresses: ["1"] } },
          appdesc: { name: "sums", resourcesperexecutor: [{ name: "gpu", amount: 1 }] },
        },
      ],
    });
    const logs = `${ui.url}/api/firesteel/v1/logs`;
    const log = async (query: string): Promise<LogText> =>
      (await (await fetch(`${logs}/${state.executors[0]!.logs}${query}`)).json()) as LogText;
    expect(await log("?stream=stderr")).toEqual({ name: "sums stderr", size: 14, offset: 0, text: "line 1\nline 2\n" });
    expect(await log("?stream=stderr&length=7")).toMatchObject({ offset: 7, text: "line 2\n" });
    expect(await log("?stream=stderr&offset=0&length=6")).toMatchObject({ text: "line 1" });
    expect(await log("?stream=stdout")).toMatchObject({ size: 0, text: "" });
    // As the driver's pages ask for it, by the link that the executor told.
    const link = `${ui.url}/#/logs/app-1%2F0?stream=stderr`;
    expect(await workerLog(link, null, 7)).toMatchObject({ offset: 7, text: "line 2\n" });
    await expect(workerLog(link.replace("app-1", "app-9"), 0, 7)).rejects.toThrow(/worker at .* says: There is no process app-9/);
    await expect(workerLog("http://127.0.0.1:1/#/logs/a?stream=stderr", 0, 7)).rejects.toThrow(/cannot be reached/);
    // Of a folder that is gone nobody says that nothing was written there.
    const gone = async (id: string): Promise<unknown> => {
      const reply = await fetch(`${logs}/app-1/${id}?stream=stdout`);
      return [reply.status, ((await reply.json()) as { error: string }).error];
    };
    expect(await gone("1")).toEqual([404, expect.stringMatching(/^The logs were removed at 2026-11-23 19:00:00 UTC: .*cleanup/)]);
    expect(await gone("2")).toEqual([404, expect.stringMatching(/^The folder of these logs is gone/)]);
    await expect(workerLog(link.replace("%2F0", "%2F1"), 0, 7)).rejects.toMatchObject({ status: 404 });
    for (const path of ["app-2/0", "..%2f../secret", "app-1/..%2f..%2fsecret"])
      expect((await fetch(`${logs}/${path}?stream=stdout`)).status).toBe(404);
    expect((await fetch(`${logs}/app-1/0?stream=..%2f..%2fsecret`)).status).toBe(400);
  } finally {
    await ui.close();
  }
});

test("with TLS pages are served by HTTPS, and pages of others are asked for by it", async () => {
  const say = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  certs(join(directory, "own"), { days: "1" });
  certs(join(directory, "other"), { days: "1" });
  say.mockRestore();
  const [tls, strange] = ["own", "other"].map((folder) => ({
    cert: join(directory, folder, "cert.pem"),
    key: join(directory, folder, "key.pem"),
    ca: join(directory, folder, "ca.pem"),
  })) as [TlsFiles, TlsFiles];
  const settings: Record<string, string> = { "spark.ssl.certChain": tls.cert, "spark.ssl.privateKey": tls.key, "spark.ssl.trustStore": tls.ca }; // prettier-ignore
  expect(pagesTls((key) => settings[key], "standalone")).toEqual(tls);
  expect(pagesTls((key) => ({ ...settings, "spark.ssl.ui.enabled": "false" })[key], "ui")).toBeNull();
  expect(pagesTls(() => undefined, "ui")).toBeNull();

  const process_ = { appId: "app-1", id: "0", name: "sums", cores: 1, memory: MIB, resources: {}, state: "RUNNING", startTime: 1, message: "", directory: join(directory, "app-1/0"), logsRemoved: null }; // prettier-ignore
  const view: WorkerView = { ...worker, startTime: 1, masterUrl: null, masterWebUrl: null, connected: true, executors: [process_], finishedExecutors: [], drivers: [], finishedDrivers: [] }; // prettier-ignore
  const behind = await startDaemonUi({ ...COMMON, tls, kind: "worker", stateOf: () => view });
  const workers: MasterView["workers"] = [{ ...worker, id: "w-1", webUrl: behind.url, state: "ALIVE", lastHeartbeat: 5 }];
  const none = {
    activeApplications: [],
    completedApplications: [],
    activeDrivers: [],
    completedDrivers: [],
    refusedConnections: 0,
  };
  const state: MasterView = {
    url: "firesteel://alpha:7077",
    startTime: 1,
    status: "ALIVE",
    activeMaster: null,
    workers,
    ...none,
  };
  const ui = await startDaemonUi({ ...COMMON, tls, kind: "master", reverseProxy: true, stateOf: () => state });
  try {
    expect([ui.url, behind.url]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^https:/)]);
    expect((await textOfPages(`${ui.url}/health`, 10_000, tls)).status).toBe(200);
    const proxied = await textOfPages(`${ui.url}/proxy/w-1/api/firesteel/v1/worker`, 10_000, tls);
    expect(JSON.parse(proxied.body)).toMatchObject({ id: "worker-1-7078" });
    expect(await workerLog(`${behind.url}/#/logs/app-1%2F0?stream=stderr`, null, 7, tls)).toMatchObject({ text: "line 2\n" });
    await expect(textOfPages(`${ui.url}/health`, 10_000, strange)).rejects.toThrow();
    await expect(fetch(ui.url.replace("https", "http"))).rejects.toThrow();
  } finally {
    await ui.close();
    await behind.close();
  }
});

test("below the master's pages those of a worker can be looked at, and nothing else can be reached", async () => {
  const view: WorkerView = {
    ...worker,
    startTime: 1,
    masterUrl: null,
    masterWebUrl: null,
    connected: true,
    executors: [],
    finishedExecutors: [],
    drivers: [],
    finishedDrivers: [],
  };
  const behind = await startDaemonUi({ ...COMMON, kind: "worker", stateOf: () => view });
  const workers: MasterView["workers"] = [
    { ...worker, id: "w-1", webUrl: behind.url, state: "ALIVE", lastHeartbeat: 5 },
    { ...worker, id: "w-2", webUrl: "http://127.0.0.1:1", state: "ALIVE", lastHeartbeat: 5 },
    { ...worker, id: "w-3", webUrl: null, state: "ALIVE", lastHeartbeat: 5 },
  ];
  const none = {
    activeApplications: [],
    completedApplications: [],
    activeDrivers: [],
    completedDrivers: [],
    refusedConnections: 0,
  };
  const state: MasterView = {
    url: "firesteel://alpha:7077",
    startTime: 1,
    status: "ALIVE",
    activeMaster: null,
    workers,
    ...none,
  };
  const ui = await startDaemonUi({ ...COMMON, kind: "master", reverseProxy: true, stateOf: () => state });
  try {
    const told = (await (await fetch(`${ui.url}/api/firesteel/v1/master`)).json()) as MasterState;
    expect(told.workers.map(({ webUiAddress }) => webUiAddress)).toEqual(["proxy/w-1/", "proxy/w-2/", ""]);
    const there = await fetch(`${ui.url}/proxy/w-1/api/firesteel/v1/worker?x=1`);
    expect((await there.json()) as WorkerState).toMatchObject({ id: "worker-1-7078", connected: true });
    expect(there.headers.get("content-security-policy")).toContain("default-src 'none'");
    const bare = await fetch(`${ui.url}/proxy/w-1`, { redirect: "manual" });
    expect([bare.status, bare.headers.get("location")]).toEqual([302, "w-1/"]);
    const statuses = ["w-2/", "w-3/", "w-4/", "127.0.0.1:1/", "w-1/api/nothing"].map(
      async (path) => (await fetch(`${ui.url}/proxy/${path}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([502, 404, 404, 404, 404]);
    expect((await fetch(`${ui.url}/proxy/w-1/x`, { method: "POST" })).status).toBe(403);
  } finally {
    await ui.close();
    await behind.close();
  }
});
