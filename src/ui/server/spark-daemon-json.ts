/** `/json` of masters and workers, with the paths, names and units of Spark's standalone daemons: what scripts and monitoring of those read. Memory is in MiB. */
import { countsOf, type ResourceAddresses, type ResourceAmounts } from "../../common/resources";
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
  const withResources = state.workers.filter(({ state: of, resources }) => of === "ALIVE" && Object.keys(resources).length > 0);
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
      resources: informations(worker.resources),
      resourcesused: informations(worker.resourcesUsed),
      resourcesfree: informations(without(worker.resources, worker.resourcesUsed)),
      state: worker.state,
      lastheartbeat: worker.lastHeartbeat,
    })),
    aliveworkers: state.workers.filter(({ state: of }) => of === "ALIVE").length,
    cores: state.cores,
    coresused: state.coresUsed,
    memory: state.memoryMb,
    memoryused: state.memoryUsedMb,
    resources: withResources.map(({ resources }) => informations(resources)),
    resourcesused: withResources.map(({ resourcesUsed }) => informations(resourcesUsed)),
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
    resourcesperexecutor: requirements(one.resourcesPerExecutor),
    resourcesperslave: requirements(one.resourcesPerExecutor),
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
    resources: informations(state.resources),
    resourcesused: informations(usedBy(state.executors)),
    executors: state.executors.map(executor),
    finishedexecutors: state.finishedExecutors.map(executor),
  };
}

function executor(one: WorkerExecutor): object {
  const amounts = countsOf(one.resources);
  return {
    id: Number(one.id),
    memory: one.memoryMb,
    resources: informations(one.resources),
    appid: one.applicationId,
    appdesc: {
      name: one.applicationName,
      cores: one.cores,
      memoryperexecutor: one.memoryMb,
      resourcesperexecutor: requirements(amounts),
      memoryperslave: one.memoryMb,
      resourcesperslave: requirements(amounts),
    },
  };
}

function informations(resources: ResourceAddresses): object {
  return Object.fromEntries(Object.entries(resources).map(([name, addresses]) => [name, { name, addresses }]));
}

function requirements(amounts: ResourceAmounts): object[] {
  return Object.entries(amounts).map(([name, amount]) => ({ name, amount }));
}

function without(all: ResourceAddresses, used: ResourceAddresses): ResourceAddresses {
  const left = ([name, addresses]: [string, readonly string[]]): [string, readonly string[]] => [
    name,
    addresses.filter((address) => used[name]?.includes(address) !== true),
  ];
  return Object.fromEntries(Object.entries(all).map(left));
}

function usedBy(executors: readonly WorkerExecutor[]): ResourceAddresses {
  const used: Record<string, string[]> = {};
  for (const { resources } of executors)
    for (const [name, addresses] of Object.entries(resources)) (used[name] ??= []).push(...addresses);
  return used;
}

/** As Java prints a Date: "Sun Nov 22 21:42:52 UTC 2026". */
function dateOf(time: number): string {
  const [, day, date, month, year, clock] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(new Date(time).toUTCString())!;
  return `${day} ${month} ${date} ${clock} UTC ${year}`;
}
