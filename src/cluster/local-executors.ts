/** Executors of local masters, for the driver's platform port; they can be started before the program is even loaded. */
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SparkConf } from "../common/conf";
import { EXECUTOR_MEMORY, LOCAL_IN_PROCESS, MASTER } from "../common/config-entries";
import { parseLocalMaster } from "../common/local-master";
import { amountsText, executorResources, type ResourceAddresses } from "../common/resources";
import type { ExecutorGroup } from "../driver/platform";
import type { LauncherHandlers } from "../driver/endpoint/launcher";
import { minimumExecutorMemory, planMemory } from "../storage/memory-plan";
import { LocalDirectories, localRoots, removeApplication } from "../storage/local-directories";
import { socketPathFits } from "../wire/address";
import { newSecret } from "../wire/auth";
import { LocalLauncher } from "./local-launcher";
import { discoverResources } from "./resource-discovery";

/** Settings by which executors differ from each other before the driver tells them anything. */
function launchKey(conf: SparkConf): string {
  return JSON.stringify(conf.getAll().filter(([key]) => !/^spark\.(app\.|submit\.|driver\.|ui\.|eventLog\.)/.test(key)));
}

class LocalExecutors implements ExecutorGroup {
  readonly applicationId = `local-${Date.now()}-${randomBytes(3).toString("hex")}`;
  readonly secret = newSecret();
  readonly directory: string;
  readonly driverListen: string;
  readonly blocksListen: string;
  readonly tls = null;
  readonly cores: number;
  readonly maxFailures: number | null;
  readonly key: string;
  readonly #directories: LocalDirectories;
  readonly #executorRoots: readonly string[];
  readonly #launcher: LocalLauncher;
  #handlers: LauncherHandlers | null = null;
  #started = false;
  /** What happened before a context took the executors over. */
  readonly #early: ((handlers: LauncherHandlers) => void)[] = [];

  constructor(conf: SparkConf, executorFile: string) {
    const master = parseLocalMaster(conf.read(MASTER));
    this.key = launchKey(conf);
    this.maxFailures = master.maxFailures;
    this.cores = master.executors * master.coresPerExecutor;
    const memoryBytes = executorMemory(conf, master.workerMemoryBytes, master.coresPerExecutor);
    planMemory({ executorMemory: memoryBytes, slots: master.coresPerExecutor, conf: (key) => conf.get(key) });
    this.#executorRoots = localRoots((key) => conf.get(key));
    this.#directories = LocalDirectories.create({ roots: [tmpdir()], appId: this.applicationId, executorId: "driver" });
    const directory = (this.directory = this.#directories.directories[0]!);
    const listen = (name: string): string => {
      const path = join(directory, `${name}.sock`);
      return process.platform !== "win32" && socketPathFits(path) ? `unix:${path}` : "127.0.0.1:0";
    };
    this.driverListen = listen("driver");
    this.blocksListen = listen("blocks");
    this.#launcher = new LocalLauncher({
      executorFile,
      applicationId: this.applicationId,
      executors: master.executors,
      coresPerExecutor: master.coresPerExecutor,
      memoryBytes,
      ...localResources(conf.getAll()),
      driverUrl: this.driverListen,
      driverBlocks: this.blocksListen,
      secret: this.secret,
      configuration: Object.fromEntries(conf.getAll()),
      host: "localhost",
      blockListen: (executorId) => listen(`executor-${executorId}`),
      // Beside progress bars, all that goes to the terminal must come through this process.
      ...(process.stderr.isTTY ? { stdout: process.stdout } : {}),
      nodeOptions: (conf.get("spark.executor.extraNodeOptions") ?? "").split(/\s+/).filter((word) => word !== ""),
      handlers: {
        executorExited: (executorId, exit) => this.#tell((handlers) => handlers.executorExited(executorId, exit)),
        decommissioning: (executorId, reason) => this.#tell((handlers) => handlers.decommissioning(executorId, reason)),
        awaited: (reason) => this.#tell((handlers) => handlers.awaited(reason)),
        gaveUp: (reason) => this.#tell((handlers) => handlers.gaveUp(reason)),
      },
    });
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    process.once("exit", this.#abandon);
    this.#launcher.start();
  }

  launch(handlers: LauncherHandlers): LocalLauncher {
    this.#handlers = handlers;
    this.start();
    for (const tell of this.#early.splice(0)) tell(handlers);
    return this.#launcher;
  }

  dispose(): void {
    process.off("exit", this.#abandon);
    this.#directories.remove();
    // Executors that were killed, or had no room for the file that names their owner, have left theirs.
    removeApplication(this.#executorRoots, this.applicationId);
  }

  /** The process ends without having stopped its context: the executors remove their own files. */
  readonly #abandon = (): void => {
    this.#launcher.abandon();
    this.#directories.remove();
  };

  /** For executors that nobody took over. */
  async discard(): Promise<void> {
    await this.#launcher.stop(0);
    this.dispose();
  }

  #tell(event: (handlers: LauncherHandlers) => void): void {
    if (this.#handlers === null) this.#early.push(event);
    else event(this.#handlers);
  }
}

/**
 * Each executor stands for a worker of its own, as in Spark, and has the first of what this machine tells to have: executors of one machine
 * have the same.
 */
function localResources(settings: readonly (readonly [key: string, value: string])[]): {
  readonly resources: ResourceAddresses;
  readonly lacking: string | null;
} {
  const needs = Object.entries(executorResources(settings));
  if (needs.length === 0) return { resources: {}, lacking: null };
  const has = discoverResources(settings);
  const lacking = needs.filter(([name, amount]) => (has[name]?.length ?? 0) < amount);
  return {
    resources: Object.fromEntries(needs.map(([name, amount]) => [name, has[name]?.slice(0, amount) ?? []])),
    lacking:
      lacking.length === 0
        ? null
        : `this machine has not ${amountsText(Object.fromEntries(lacking))} for an executor (spark.worker.resource.<name>.amount and .discoveryScript ` +
          "say what it has).",
  };
}

/** `spark.executor.memory`, else the worker's (local-cluster), else 1 GiB or what that many threads need at least. */
function executorMemory(conf: SparkConf, workerMemory: number | null, slots: number): number {
  if (conf.contains(EXECUTOR_MEMORY.key)) return conf.read(EXECUTOR_MEMORY);
  return workerMemory ?? Math.max(conf.read(EXECUTOR_MEMORY), minimumExecutorMemory(slots));
}

/** The command line and the engine are bundles of their own: what the one started, the other takes over. */
const PRELAUNCHED = Symbol.for("firesteel.prelaunched");
const holder = globalThis as { [PRELAUNCHED]?: LocalExecutors };

function takePrelaunched(): LocalExecutors | undefined {
  const taken = holder[PRELAUNCHED];
  delete holder[PRELAUNCHED];
  return taken;
}

/** Starts the executors that a program with these settings will most likely ask for. Errors wait for the program. */
export function prelaunchLocal(conf: SparkConf, executorFile: string): void {
  if (conf.read(LOCAL_IN_PROCESS)) return;
  try {
    const executors = new LocalExecutors(conf, executorFile);
    executors.start();
    holder[PRELAUNCHED] = executors;
  } catch {
    // The context says what is wrong, if the program makes one with these settings.
  }
}

/** The program did not want them. */
export async function discardPrelaunched(): Promise<void> {
  await takePrelaunched()?.discard();
}

/** The executors of a context: those started ahead where they are what it asks for. */
export function localExecutors(conf: SparkConf, executorFile: string): ExecutorGroup {
  const ahead = takePrelaunched();
  if (ahead !== undefined && ahead.key === launchKey(conf)) return ahead;
  void ahead?.discard();
  return new LocalExecutors(conf, executorFile);
}
