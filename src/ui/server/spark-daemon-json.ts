/** `/json` of masters and workers, with the paths, names and units of Spark's standalone daemons: what scripts and monitoring of those read. Memory is in MiB. */
import type { MasterApplication, MasterDriver, MasterState, WorkerExecutor, WorkerState } from "../api-types";
import { json, type Routes } from "./routes";

/** "/json" has all, "/json/<field>" one, "/json/clusterutilization" what is used of the cluster. */
export function addMasterJson(routes: Routes, stateOf: () => MasterState): void {
  routes.get("/json", () => json(masterJson(stateOf())));
  routes.get("/json/:field", ({ parameters }) => {
    const field = parameters["field"]!.toLowerCase();
    const state = stateOf();
    if (field === "clusterutilization") return json(utilization(state));
    return json({ [field]: (masterJson(state) as Readonly<Record<string, unknown>>)[field] ?? "" });
  });
}

export function addWorkerJson(routes: Routes, stateOf: () => WorkerState): void {
  routes.get("/json", () => json(workerJson(stateOf())));
}

function masterJson(state: MasterState): object {
  return {
    url: state.url,
    workers: state.workers.map((worker) => ({
      id: worker.id,
      host: worker.host,
      // Workers listen nowhere but on the port of their pages.
      port: 0,
      webuiaddress: worker.webUiAddress,
      cores: worker.cores,
      coresused: worker.coresUsed,
      coresfree: worker.cores - worker.coresUsed,
      memory: worker.memoryMb,
      memoryused: worker.memoryUsedMb,
      memoryfree: worker.memoryMb - worker.memoryUsedMb,
      resources: {},
      resourcesused: {},
      resourcesfree: {},
      state: worker.state,
      lastheartbeat: worker.lastHeartbeat,
    })),
    aliveworkers: state.workers.filter(({ state: of }) => of === "ALIVE").length,
    cores: state.cores,
    coresused: state.coresUsed,
    memory: state.memoryMb,
    memoryused: state.memoryUsedMb,
    resources: [],
    resourcesused: [],
    activeapps: state.activeApplications.map(application),
    completedapps: state.completedApplications.map(application),
    activedrivers: state.activeDrivers.map(driver),
    completeddrivers: state.completedDrivers.map(driver),
    status: state.status,
  };
}

function application(one: MasterApplication): object {
  return {
    id: one.id,
    starttime: one.startTime,
    name: one.name,
    cores: one.coresGranted,
    user: one.user,
    memoryperexecutor: one.memoryPerExecutorMb,
    memoryperslave: one.memoryPerExecutorMb,
    resourcesperexecutor: [],
    resourcesperslave: [],
    submitdate: dateOf(one.startTime),
    state: one.state,
    duration: one.duration,
  };
}

function driver(one: MasterDriver): object {
  return {
    id: one.id,
    starttime: String(one.submitTime),
    state: one.state,
    cores: one.cores,
    memory: one.memoryMb,
    submitdate: dateOf(one.submitTime),
    worker: one.workerId ?? "None",
    mainclass: one.mainFile,
  };
}

function utilization(state: MasterState): object {
  const percent = (used: number, all: number): number => (all === 0 ? 100 : Math.floor((100 * used) / all));
  return {
    waitingDrivers: state.activeDrivers.filter(({ workerId }) => workerId === null).length,
    cores: state.cores,
    coresused: state.coresUsed,
    coresutilization: percent(state.coresUsed, state.cores),
    memory: state.memoryMb,
    memoryused: state.memoryUsedMb,
    memoryutilization: percent(state.memoryUsedMb, state.memoryMb),
  };
}

function workerJson(state: WorkerState): object {
  return {
    id: state.id,
    masterurl: state.masterUrl,
    masterwebuiurl: state.masterUiUrl ?? "",
    cores: state.cores,
    coresused: state.coresUsed,
    memory: state.memoryMb,
    memoryused: state.memoryUsedMb,
    resources: {},
    resourcesused: {},
    executors: state.executors.map(executor),
    finishedexecutors: state.finishedExecutors.map(executor),
  };
}

function executor(one: WorkerExecutor): object {
  return {
    id: Number(one.id),
    memory: one.memoryMb,
    resources: {},
    appid: one.applicationId,
    appdesc: {
      name: one.applicationName,
      cores: one.cores,
      memoryperexecutor: one.memoryMb,
      resourcesperexecutor: [],
      memoryperslave: one.memoryMb,
      resourcesperslave: [],
    },
  };
}

/** As Java prints a Date: "Sun Nov 22 21:42:52 UTC 2026". */
function dateOf(time: number): string {
  const [, day, date, month, year, clock] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(time).toUTCString())!;
  return `${day} ${month} ${date} ${clock} UTC ${year}`;
}
