/** What the history server and the daemons of a cluster answer, under `/api/firesteel/v1`. */

export interface HistoryEntry {
  id: string;
  attemptId: string | null;
  name: string;
  user: string;
  startTime: number;
  endTime: number | null;
  lastUpdated: number;
  completed: boolean;
  sparkVersion: string;
  /** Bytes of its log. */
  logSize: number;
  /** Why the application cannot be shown, if so. */
  error?: string;
}

export interface MasterState {
  url: string;
  status: "ALIVE" | "STANDBY";
  /** "firesteel://host:port" of the master that is active. */
  activeMaster: string | null;
  startTime: number;
  cores: number;
  coresUsed: number;
  memoryMb: number;
  memoryUsedMb: number;
  workers: MasterWorker[];
  activeApplications: MasterApplication[];
  completedApplications: MasterApplication[];
  activeDrivers: MasterDriver[];
  completedDrivers: MasterDriver[];
  /** Callers that were refused since the start: wrong secret, wrong version, or not our protocol. */
  refusedConnections: number;
}

export interface MasterWorker {
  id: string;
  host: string;
  webUiAddress: string;
  state: "ALIVE" | "DEAD" | "DECOMMISSIONED" | "UNKNOWN";
  cores: number;
  coresUsed: number;
  memoryMb: number;
  memoryUsedMb: number;
  /** Addresses of custom resources by name. */
  resources: Readonly<Record<string, readonly string[]>>;
  resourcesUsed: Readonly<Record<string, readonly string[]>>;
  lastHeartbeat: number;
}

export interface MasterApplication {
  id: string;
  name: string;
  user: string;
  state: "WAITING" | "RUNNING" | "FINISHED" | "FAILED" | "KILLED" | "UNKNOWN";
  cores: number;
  coresGranted: number;
  memoryPerExecutorMb: number;
  /** Amounts by name. */
  resourcesPerExecutor: Readonly<Record<string, number>>;
  /** Why it has no executor; null when it has one, or wants none. */
  waitingFor: string | null;
  executors: number;
  startTime: number;
  /** ms. */
  duration: number;
  uiUrl: string | null;
}

export interface MasterDriver {
  id: string;
  state: string;
  workerId: string | null;
  cores: number;
  memoryMb: number;
  mainFile: string;
  submitTime: number;
  restarts: number;
  error?: string;
}

export interface WorkerState {
  id: string;
  url: string;
  masterUrl: string;
  masterUiUrl: string | null;
  connected: boolean;
  startTime: number;
  cores: number;
  coresUsed: number;
  memoryMb: number;
  memoryUsedMb: number;
  resources: Readonly<Record<string, readonly string[]>>;
  executors: WorkerExecutor[];
  finishedExecutors: WorkerExecutor[];
  drivers: WorkerDriver[];
  finishedDrivers: WorkerDriver[];
}

export interface WorkerExecutor {
  id: string;
  applicationId: string;
  applicationName: string;
  state: string;
  cores: number;
  memoryMb: number;
  resources: Readonly<Record<string, readonly string[]>>;
  startTime: number;
  /** Path of its logs: GET /api/firesteel/v1/logs/<logs>?stream=stdout. */
  logs: string;
  /** When the worker removed them; null while it has not. */
  logsRemoved: number | null;
  exit?: string;
}

export interface WorkerDriver {
  id: string;
  state: string;
  cores: number;
  memoryMb: number;
  mainFile: string;
  logs: string;
  logsRemoved: number | null;
  exit?: string;
}
