/** What every group of a context's methods builds on: its start and end, what it is, and what runs behind it. */
import { userInfo } from "node:os";
import { inspect } from "node:util";
import { checkApplicationResources, checkSettings } from "../../common/check-settings";
import { SparkConf } from "../../common/conf";
import { APP_NAME, DEFAULT_PARALLELISM, LOG_LEVEL, MASTER } from "../../common/config-entries";
import { UsageError } from "../../common/errors";
import { log, setLogLevel } from "../../common/log";
import { version } from "../../common/version";
import type { ContextPort } from "../../rdd";
import { setDriverFiles } from "../../rdd/shared/spark-files";
import { TRAVEL } from "../../rdd/shared/travel";
import type { Application } from "../application";
import { openingEvents } from "../opening-events";
import type { ContextCompanion, ExecutorGroup } from "../platform";
import { platform } from "../platform";
import type { SparkContext } from "../spark-context";
import { StatusTracker } from "../status-tracker";
import { ContextRuntime } from "./context-runtime";

const active: SparkContext[] = [];

/** Contexts of this process that were not stopped, the oldest first. */
export function activeContexts(): readonly SparkContext[] {
  return active;
}

/** What runs behind a context: for the groups of its methods. */
export let runtimeOf: (context: SparkContext) => ContextRuntime;

/** What shows a context: for the groups of its methods. */
export let companionBehind: (context: SparkContext) => ContextCompanion;

/** What the layers above make datasets with: not for users. */
export function portOf(context: SparkContext): ContextPort {
  return runtimeOf(context).port;
}

/** For what shows a context: inspections of its executors, and letting them go. */
export function controlOf(
  context: SparkContext,
): Pick<Application, "threadDump" | "inspect" | "executors" | "wantedExecutors" | "retireExecutors" | "heartbeats"> {
  return runtimeOf(context).application;
}

/** Where its executors come from. */
export function executorsOf(context: SparkContext): ExecutorGroup {
  return runtimeOf(context).group;
}

setDriverFiles(() => {
  const latest = active.at(-1);
  return latest === undefined ? undefined : runtimeOf(latest).files;
});

export class ContextBase {
  readonly startTime: number = Date.now();
  readonly applicationId: string;
  /** Answers about jobs, stages and executors at this moment. */
  readonly statusTracker: StatusTracker;
  readonly #runtime: ContextRuntime;
  readonly #companion: ContextCompanion;

  static {
    runtimeOf = (context) => context.#runtime;
    companionBehind = (context) => context.#companion;
  }

  constructor(conf?: SparkConf);
  constructor(master: string, appName: string, conf?: SparkConf);
  constructor(first?: SparkConf | string, appName?: string, given?: SparkConf) {
    const conf = (first instanceof SparkConf ? first : (given ?? new SparkConf())).clone();
    if (typeof first === "string") conf.setMaster(first);
    if (appName !== undefined) conf.setAppName(appName);
    conf.setIfMissing(MASTER.key, MASTER.defaultText);
    conf.setIfMissing(APP_NAME.key, programName());
    applyLogLevel(conf);
    for (const warning of [...checkSettings(conf.getAll()), ...checkApplicationResources(conf.getAll())]) log.warn(warning);
    const context = this as unknown as SparkContext;
    const runtime = new ContextRuntime(conf, context);
    this.#runtime = runtime;
    this.applicationId = runtime.group.applicationId;
    this.statusTracker = new StatusTracker(runtime.application, runtime.bus);
    this.#companion = platform().contextStarted(context);
    for (const event of openingEvents(this, conf, runtime.taskCpus)) runtime.bus.post(event);
    runtime.started();
    active.push(context);
    for (const path of list(conf.get("spark.files"))) context.addFile(path);
    for (const path of list(conf.get("spark.archives"))) context.addArchive(path);
  }

  toString(): string {
    return `SparkContext (${this.appName} on ${this.master})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  get master(): string {
    return this.#runtime.conf.read(MASTER);
  }

  get appName(): string {
    return this.#runtime.conf.read(APP_NAME);
  }

  get version(): string {
    return version;
  }

  get sparkUser(): string {
    return userInfo().username;
  }

  get isLocal(): boolean {
    return /^local(\[|$)/.test(this.master);
  }

  get isStopped(): boolean {
    return this.#runtime.stopped !== null;
  }

  /** Partitions of parallelize and of shuffles that follow no parent: spark.default.parallelism, else all cores. */
  get defaultParallelism(): number {
    const { conf, group } = this.#runtime;
    return conf.read(DEFAULT_PARALLELISM) ?? (this.isLocal ? group.cores : Math.max(2, group.cores));
  }

  get defaultMinPartitions(): number {
    return Math.min(2, this.defaultParallelism);
  }

  /** A copy of the settings; changing it changes nothing here. */
  getConf(): SparkConf {
    return this.#runtime.conf.clone();
  }

  /**
   * Address of the dashboard once its port is open: from the start with `spark.ui.enabled=true`, otherwise after a job has run
   * for a second, or `openUi` was called.
   */
  get uiWebUrl(): string | undefined {
    return this.#companion.uiWebUrl;
  }

  /** Opens the dashboard's port now; resolves with its address. Rejects with a UsageError when `spark.ui.enabled` is false. */
  openUi(): Promise<string> {
    this.#runtime.port.assertRunning("openUi");
    return this.#companion.openUi();
  }

  /** Writes the dashboard with all that is known so far to one HTML file that needs no server and no other file. */
  async performanceReport(path: string): Promise<void> {
    this.#runtime.port.assertRunning("performanceReport");
    await this.#runtime.bus.flush();
    await this.#companion.writeReport(path);
  }

  /**
   * Cancels what runs and ends the executors; resolves when no process and no file of the application is left. A second
   * call is harmless.
   */
  stop(exitCode = 0): Promise<void> {
    this.#runtime.stopped ??= this.#stop(exitCode);
    return this.#runtime.stopped;
  }

  async #stop(exitCode: number): Promise<void> {
    active.splice(active.indexOf(this as unknown as SparkContext), 1);
    await this.#runtime.stop(exitCode, this.#companion.stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Contexts do not travel to tasks. */
  [TRAVEL](): { refuse: string } {
    return {
      refuse: "a SparkContext cannot be used inside of a function that runs in tasks; take what is needed into a variable first",
    };
  }
}

function applyLogLevel(conf: SparkConf): void {
  const level = conf.read(LOG_LEVEL);
  if (level !== "" && !setLogLevel(level))
    throw new UsageError("INVALID_CONF_VALUE", `${LOG_LEVEL.key} must be a log level such as WARN, not "${level}".`);
}

function programName(): string {
  const file = process.argv[1];
  return file === undefined ? "firesteel" : file.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
