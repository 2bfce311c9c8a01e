/** Everything that can happen to a master, and what it then wants done. Plain data in both directions. */
import type { ResourceAddresses, ResourceAmounts } from "../../common/resources";
import type { ExecutorStatus } from "../state";

/** A worker as it registers. */
export interface WorkerFacts {
  readonly id: string;
  readonly host: string;
  readonly cores: number;
  readonly memory: number;
  readonly webUrl: string;
  readonly decommissioning: boolean;
  readonly resources: ResourceAddresses;
}

/** An application as it registers. What it leaves open is null. */
export interface ApplicationFacts {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly driverUrl: string;
  /** Base64. */
  readonly salt: string;
  readonly coresMax: number | null;
  readonly executorCores: number | null;
  readonly executorMemory: number | null;
  readonly executorResources: ResourceAmounts;
  readonly executorLimit: number | null;
  readonly executorEnv: Readonly<Record<string, string>>;
  readonly nodeOptions: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  readonly webUrl: string;
  readonly startTime: number;
}

export interface DriverFacts {
  readonly archive: string;
  readonly mainFile: string;
  readonly args: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  readonly cores: number;
  readonly memory: number;
  readonly supervise: boolean;
  readonly name: string;
  readonly submitTime: number;
  readonly restarts: number;
}

/** An executor that somebody says exists: its worker, or its application. */
export interface ExecutorClaim {
  readonly appId: string;
  readonly executorId: string;
  readonly workerId: string;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAddresses;
}

export interface ExecutorEnd {
  readonly state: ExecutorStatus;
  readonly reason: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly outOfMemory: boolean;
}

export type MasterEvent =
  /** Also when it comes back: `executors` and `drivers` are then all that it runs. */
  | {
      readonly type: "WorkerRegistered";
      readonly worker: WorkerFacts;
      readonly executors: readonly ExecutorClaim[];
      readonly drivers: readonly { readonly id: string; readonly facts: DriverFacts }[];
      /** Applications whose files may be in its local directories. */
      readonly dataOf: readonly string[];
    }
  /** Its connection is gone; it may come back. */
  | { readonly type: "WorkerDisconnected"; readonly workerId: string }
  /** It was not heard of for spark.worker.timeout. */
  | { readonly type: "WorkerLost"; readonly workerId: string; readonly reason: string }
  /** It says that it goes: now, or `later`, when what it holds has moved. */
  | { readonly type: "WorkerLeaving"; readonly workerId: string; readonly reason: string; readonly later: boolean }
  | { readonly type: "ExecutorRunning"; readonly workerId: string; readonly appId: string; readonly executorId: string }
  | {
      readonly type: "ExecutorEnded";
      readonly workerId: string;
      readonly appId: string;
      readonly executorId: string;
      readonly end: ExecutorEnd;
    }
  | {
      readonly type: "DriverEnded";
      readonly workerId: string;
      readonly driverId: string;
      readonly state: "FINISHED" | "KILLED" | "FAILED" | "ERROR";
      readonly message: string;
    }
  /** Also when it comes back: `held` are then the executors that it works with. */
  | { readonly type: "ApplicationRegistered"; readonly app: ApplicationFacts; readonly held: readonly ExecutorClaim[] }
  | { readonly type: "ApplicationDisconnected"; readonly appId: string }
  | { readonly type: "ApplicationPages"; readonly appId: string; readonly webUrl: string }
  /** It ended, or did not come back in time. */
  | { readonly type: "ApplicationEnded"; readonly appId: string; readonly state: "FINISHED" | "FAILED" | "KILLED" }
  | { readonly type: "ExecutorsRequested"; readonly appId: string; readonly total: number }
  | {
      readonly type: "ExecutorsDismissed";
      readonly appId: string;
      readonly executorIds: readonly string[];
      readonly reason: string;
    }
  | { readonly type: "DriverSubmitted"; readonly driverId: string; readonly facts: DriverFacts }
  | { readonly type: "DriverKillRequested"; readonly driverId: string }
  /** The time of a `WakeAt` has come. */
  | { readonly type: "Tick" };

export interface ExecutorPlace {
  readonly executorId: string;
  readonly workerId: string;
  readonly host: string;
  readonly cores: number;
  readonly memory: number;
  readonly resources: ResourceAddresses;
}

/** What a restarted master must know. Those of the same key replace each other; `null` removes. */
export type JournalEntry =
  | { readonly key: `app ${string}`; readonly value: { readonly facts: ApplicationFacts; readonly nextExecutor: number } | null }
  | {
      readonly key: `driver ${string}`;
      readonly value: { readonly facts: DriverFacts; readonly workerId: string | null; readonly order: number } | null;
    };

export type MasterCommand =
  | { readonly type: "LaunchExecutor"; readonly workerId: string; readonly app: ApplicationFacts; readonly place: ExecutorPlace }
  | {
      readonly type: "KillExecutor";
      readonly workerId: string;
      readonly appId: string;
      readonly executorId: string;
      readonly reason: string;
    }
  | { readonly type: "LaunchDriver"; readonly workerId: string; readonly driverId: string; readonly facts: DriverFacts }
  | { readonly type: "StopDriver"; readonly workerId: string; readonly driverId: string }
  /** To one worker, or to every one: nothing of the application will run again. */
  | { readonly type: "CleanUp"; readonly appId: string; readonly workerId: string | null }
  /** Whether the application's registration holds, and what it may count on. */
  | { readonly type: "Accepted"; readonly appId: string; readonly cores: number }
  | { readonly type: "TellAdded"; readonly appId: string; readonly place: ExecutorPlace }
  | {
      readonly type: "TellUpdated";
      readonly appId: string;
      readonly executorId: string;
      readonly end: ExecutorEnd;
      readonly workerLost: boolean;
    }
  /** Why the application has no executor; null when it has one, or wants none. Both sides take it as null when the application registers. */
  | { readonly type: "TellWaiting"; readonly appId: string; readonly reason: string | null }
  /** A worker that somebody works with has not registered: if it does not within the timeout it is lost. */
  | { readonly type: "ExpectWorker"; readonly workerId: string }
  | { readonly type: "Persist"; readonly entry: JournalEntry }
  /** No driver needs the archive any more. */
  | { readonly type: "ForgetArchive"; readonly archive: string }
  | { readonly type: "WakeAt"; readonly time: number }
  | { readonly type: "Log"; readonly level: "info" | "warn"; readonly message: string };
