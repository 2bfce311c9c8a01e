/**
 * What a master and a worker tell of themselves (the shapes of cluster/state.ts, as far as pages need them), as the answers of
 * the API.
 */
import type { ResourceAddresses, ResourceAmounts } from "../common/resources";
import type { MasterApplication, MasterDriver, MasterState, WorkerDriver, WorkerExecutor, WorkerState } from "./api-types";

interface ExecutorView {
  readonly cores: number;
  readonly memory: number;
}

interface ApplicationView {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly state: MasterApplication["state"];
  readonly submitTime: number;
  readonly endTime: number | null;
  readonly coresGranted: number;
  readonly coresMax: number | null;
  readonly memoryPerExecutor: number;
  readonly resourcesPerExecutor: ResourceAmounts;
  readonly waitingFor: string | null;
  readonly webUrl: string | null;
  readonly executors: readonly ExecutorView[];
  readonly most: { readonly cores: number; readonly executors: number };
}

interface DriverView {
  readonly id: string;
  readonly state: string;
  readonly submitTime: number;
  readonly cores: number;
  readonly memory: number;
  readonly workerId: string | null;
  readonly restarts: number;
  readonly message: string;
  readonly mainFile: string;
}

export interface MasterView {
  readonly url: string;
  readonly startTime: number;
  readonly status: MasterState["status"];
  readonly activeMaster: string | null;
  readonly workers: readonly {
    readonly id: string;
    readonly host: string;
    readonly webUrl: string | null;
    readonly cores: number;
    readonly coresUsed: number;
    readonly memory: number;
    readonly memoryUsed: number;
    readonly resources: ResourceAddresses;
    readonly resourcesUsed: ResourceAddresses;
    readonly state: MasterState["workers"][number]["state"];
    readonly lastHeartbeat: number;
  }[];
  readonly activeApplications: readonly ApplicationView[];
  readonly completedApplications: readonly ApplicationView[];
  readonly activeDrivers: readonly DriverView[];
  readonly completedDrivers: readonly DriverView[];
  /** Callers that were refused since the start. */
  readonly refusedConnections: number;
}

interface ProcessView {
  readonly appId: string | null;
  readonly id: string;
  readonly name: string;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAddresses;
  readonly state: string;
  readonly startTime: number;
  readonly message: string;
  readonly directory: string;
  readonly logsRemoved: number | null;
}

export interface WorkerView {
  readonly id: string;
  readonly host: string;
  readonly startTime: number;
  readonly masterUrl: string | null;
  readonly masterWebUrl: string | null;
  readonly connected: boolean;
  readonly cores: number;
  readonly coresUsed: number;
  readonly memory: number;
  readonly memoryUsed: number;
  readonly resources: ResourceAddresses;
  readonly executors: readonly ProcessView[];
  readonly finishedExecutors: readonly ProcessView[];
  readonly drivers: readonly ProcessView[];
  readonly finishedDrivers: readonly ProcessView[];
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** @param proxied whether pages of workers and applications are shown below the master's own */
export function masterState(view: MasterView, proxied: boolean): MasterState {
  const link = (one: { readonly id: string; readonly webUrl: string | null }): string | null =>
    proxied && one.webUrl !== null ? `proxy/${one.id}/` : one.webUrl;
  const alive = view.workers.filter(({ state }) => state === "ALIVE");
  const total = (of: (worker: MasterView["workers"][number]) => number): number => alive.reduce((sum, one) => sum + of(one), 0);
  return {
    url: view.url,
    status: view.status,
    activeMaster: view.activeMaster,
    startTime: view.startTime,
    cores: total(({ cores }) => cores),
    coresUsed: total(({ coresUsed }) => coresUsed),
    memoryMb: mebibytes(total(({ memory }) => memory)),
    memoryUsedMb: mebibytes(total(({ memoryUsed }) => memoryUsed)),
    workers: view.workers.map((worker) => ({
      id: worker.id,
      host: worker.host,
      webUiAddress: link(worker) ?? "",
      state: worker.state,
      cores: worker.cores,
      coresUsed: worker.coresUsed,
      memoryMb: mebibytes(worker.memory),
      memoryUsedMb: mebibytes(worker.memoryUsed),
      resources: worker.resources,
      resourcesUsed: worker.resourcesUsed,
      lastHeartbeat: worker.lastHeartbeat,
    })),
    activeApplications: view.activeApplications.map((one) => application(one, link(one))),
    completedApplications: view.completedApplications.map(endedApplication),
    activeDrivers: view.activeDrivers.map(driver),
    completedDrivers: view.completedDrivers.map(driver),
    refusedConnections: view.refusedConnections,
  };
}

function application(view: ApplicationView, uiUrl: string | null): MasterApplication {
  return {
    id: view.id,
    name: view.name,
    user: view.user,
    state: view.state,
    cores: view.coresMax ?? view.coresGranted,
    coresGranted: view.coresGranted,
    memoryPerExecutorMb: mebibytes(view.memoryPerExecutor),
    resourcesPerExecutor: view.resourcesPerExecutor,
    waitingFor: view.waitingFor,
    executors: view.executors.length,
    startTime: view.submitTime,
    duration: Math.max(0, (view.endTime ?? Date.now()) - view.submitTime),
    uiUrl,
  };
}

/** What it has at its end is nothing; what it had says more. */
function endedApplication(view: ApplicationView): MasterApplication {
  const { cores, executors } = view.most;
  return { ...application(view, null), cores: view.coresMax ?? cores, coresGranted: cores, executors };
}

function driver(view: DriverView): MasterDriver {
  return {
    id: view.id,
    state: view.state,
    workerId: view.workerId,
    cores: view.cores,
    memoryMb: mebibytes(view.memory),
    mainFile: view.mainFile,
    submitTime: view.submitTime,
    restarts: view.restarts,
    ...(view.message === "" ? {} : { error: view.message }),
  };
}

export function workerState(view: WorkerView): WorkerState {
  return {
    id: view.id,
    url: `firesteel://${view.host}`,
    masterUrl: view.masterUrl ?? "",
    masterUiUrl: view.masterWebUrl,
    connected: view.connected,
    startTime: view.startTime,
    cores: view.cores,
    coresUsed: view.coresUsed,
    memoryMb: mebibytes(view.memory),
    memoryUsedMb: mebibytes(view.memoryUsed),
    resources: view.resources,
    executors: view.executors.map(executor),
    finishedExecutors: view.finishedExecutors.map(executor),
    drivers: view.drivers.map(ofDriver),
    finishedDrivers: view.finishedDrivers.map(ofDriver),
  };
}

function logsOf(view: ProcessView): string {
  return `${encodeURIComponent(view.appId ?? "driver")}/${encodeURIComponent(view.id)}`;
}

function executor(view: ProcessView): WorkerExecutor {
  return {
    id: view.id,
    applicationId: view.appId ?? "",
    applicationName: view.name,
    state: view.state,
    cores: view.cores,
    memoryMb: mebibytes(view.memory),
    resources: view.resources,
    startTime: view.startTime,
    logs: logsOf(view),
    logsRemoved: view.logsRemoved,
    ...(view.message === "" ? {} : { exit: view.message }),
  };
}

function ofDriver(view: ProcessView): WorkerDriver {
  return {
    id: view.id,
    state: view.state,
    cores: view.cores,
    memoryMb: mebibytes(view.memory),
    mainFile: view.name,
    logs: logsOf(view),
    logsRemoved: view.logsRemoved,
    ...(view.message === "" ? {} : { exit: view.message }),
  };
}
