/**
 * What the driver needs from layers above it: where executor processes come from, and who wants to see a context that
 * starts. The entry point of the package sets it once.
 */
import type { TlsFiles } from "../wire/tls";
import type { SparkConf } from "../common/conf";
import type { ProfilerRecord, ProfileTree, StoryEvent, TaskStreamRecord } from "../events/diagnostics";
import type { Launcher, LauncherHandlers } from "./endpoint/launcher";
import type { SparkContext } from "./spark-context";

/** Executors for one application, about to be started or starting already. */
export interface ExecutorGroup {
  readonly applicationId: string;
  readonly secret: string;
  /** Where the driver is to listen for executors: "unix:/path" or "host:port". */
  readonly driverListen: string;
  /** Where it is to listen for those who fetch broadcasts; null: on the same port. */
  readonly blocksListen: string | null;
  /** For the driver's port; null: not encrypted. */
  readonly tls: TlsFiles | null;
  /** Slots that the application has or can count on; on a cluster it changes. */
  readonly cores: number;
  /** Attempts of a task before its job fails, where the master URL names it. */
  readonly maxFailures: number | null;
  /** Starts the executors if they do not start already. @param address where the driver listens, once it does */
  launch(handlers: LauncherHandlers, address: Promise<string>): Launcher;
  /** The dashboard's port is open: for who lists applications. */
  dashboardAt?(url: string): void;
  /** A directory of the driver's for files of this application. */
  readonly directory: string;
  /** Removes it with all that is in it. */
  dispose(): void;
}

export interface Platform {
  /** The exports of the package: what user functions import. */
  readonly engine: object;
  /** Throws a UsageError for a master URL that is none of its own. */
  executors(conf: SparkConf): ExecutorGroup;
  /** Called before the context tells its first event. */
  contextStarted(context: SparkContext): ContextCompanion;
  /** A page, whole in itself, of what profilers recorded. */
  profilePage(records: readonly ProfilerRecord[]): string;
}

/** What shows a context to people. */
export interface ContextCompanion {
  /** Address of the dashboard, once its port is open. */
  readonly uiWebUrl: string | undefined;
  /** Opens the port if it is not open; resolves with the address. */
  openUi(): Promise<string>;
  /** @param page opened at first, as "/individual/task-stream" */
  writeReport(path: string, page?: string): Promise<void>;
  /** Tasks that ended after `from` and up to `to`, ms since the epoch: the newest `count` of them. */
  taskRecords(from: number, to: number, count: number): Promise<TaskStreamRecord[]>;
  story(stageId: number, partition: number): Promise<StoryEvent[]>;
  /** What was sampled, of all executors or one process; null where nothing samples. */
  profile(executorId?: string): Promise<ProfileTree | null>;
  /** All that is known now, to be written as JSON. */
  clusterState(): Promise<object>;
  /** The context stops. */
  stop(): Promise<void>;
}

let current: Platform | undefined;

export function setPlatform(platform: Platform): void {
  current = platform;
}

export function platform(): Platform {
  if (current === undefined)
    throw new Error("firesteel's driver was loaded without its entry point: import the package, not a file of it");
  return current;
}
