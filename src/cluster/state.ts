/**
 * What a master or a worker shows of itself: plain data, as it is now, for pages and tests. Times are milliseconds since the
 * epoch, sizes bytes; what is not known is null.
 */

import type { ResourceAddresses, ResourceAmounts } from "../common/resources";

export type WorkerStatus = "ALIVE" | "DECOMMISSIONED" | "DEAD" | "UNKNOWN";
export type ApplicationStatus = "WAITING" | "RUNNING" | "FINISHED" | "FAILED" | "KILLED" | "UNKNOWN";
export type DriverStatus = "SUBMITTED" | "RUNNING" | "RELAUNCHING" | "FINISHED" | "KILLED" | "FAILED" | "ERROR" | "UNKNOWN";
export type ExecutorStatus = "LAUNCHING" | "RUNNING" | "KILLED" | "FAILED" | "LOST" | "EXITED" | "DECOMMISSIONED";

export interface WorkerInfo {
  readonly id: string;
  readonly host: string;
  readonly webUrl: string | null;
  readonly cores: number;
  readonly coresUsed: number;
  readonly memory: number;
  readonly memoryUsed: number;
  readonly resources: ResourceAddresses;
  readonly resourcesUsed: ResourceAddresses;
  readonly state: WorkerStatus;
  readonly lastHeartbeat: number;
}

export interface ExecutorInfo {
  readonly appId: string;
  readonly id: string;
  readonly workerId: string;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAddresses;
  readonly state: ExecutorStatus;
}

export interface ApplicationInfo {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly state: ApplicationStatus;
  readonly submitTime: number;
  readonly endTime: number | null;
  readonly coresGranted: number;
  /** Null: no bound. */
  readonly coresMax: number | null;
  /** Null: all that a worker has free. */
  readonly coresPerExecutor: number | null;
  readonly memoryPerExecutor: number;
  readonly resourcesPerExecutor: ResourceAmounts;
  /** Why it has no executor; null when it has one, or wants none. */
  readonly waitingFor: string | null;
  /** Executors wanted at most; null: no bound. */
  readonly executorLimit: number | null;
  readonly webUrl: string | null;
  readonly executors: readonly ExecutorInfo[];
  /** What it had at once, since this master knows it. */
  readonly most: { readonly cores: number; readonly executors: number };
}

export interface DriverInfo {
  readonly id: string;
  readonly name: string;
  readonly state: DriverStatus;
  readonly submitTime: number;
  readonly cores: number;
  readonly memory: number;
  readonly workerId: string | null;
  readonly supervised: boolean;
  readonly restarts: number;
  /** Why it failed, or waits. */
  readonly message: string;
  readonly mainFile: string;
}

/** What `stateOf` of a master gives. */
export interface MasterState {
  readonly kind: "master";
  /** "firesteel://host:7077". */
  readonly url: string;
  readonly startTime: number;
  readonly status: "ALIVE" | "STANDBY";
  /** "firesteel://host:port" of the master that is active; null while none is. */
  readonly activeMaster: string | null;
  readonly workers: readonly WorkerInfo[];
  /** In order of submission. */
  readonly activeApplications: readonly ApplicationInfo[];
  /** The latest first. */
  readonly completedApplications: readonly ApplicationInfo[];
  readonly activeDrivers: readonly DriverInfo[];
  readonly completedDrivers: readonly DriverInfo[];
  /** Callers that were refused since the start: wrong secret, wrong version, or not our protocol. */
  readonly refusedConnections: number;
}

/** A process that a worker runs or ran; its output is in `directory`. */
export interface WorkerProcess {
  readonly appId: string | null;
  /** Of the executor in its application, or of the driver. */
  readonly id: string;
  readonly name: string;
  readonly pid: number | null;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAddresses;
  readonly state: ExecutorStatus | DriverStatus;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly message: string;
  /** Holds "stdout" and "stderr", and rolled ones beside them. */
  readonly directory: string;
  /** When the worker removed the directory; null while it has not. */
  readonly logsRemoved: number | null;
}

/** What `stateOf` of a worker gives. */
export interface WorkerState {
  readonly kind: "worker";
  readonly id: string;
  readonly host: string;
  readonly startTime: number;
  readonly masterUrl: string | null;
  readonly masterWebUrl: string | null;
  readonly connected: boolean;
  readonly decommissioning: boolean;
  readonly cores: number;
  readonly coresUsed: number;
  readonly memory: number;
  readonly memoryUsed: number;
  readonly resources: ResourceAddresses;
  readonly workDirectory: string;
  readonly executors: readonly WorkerProcess[];
  readonly finishedExecutors: readonly WorkerProcess[];
  readonly drivers: readonly WorkerProcess[];
  readonly finishedDrivers: readonly WorkerProcess[];
}

/** What pages read. */
export interface StatePort<State> {
  stateOf(): State;
}
