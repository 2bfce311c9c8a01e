/**
 * A running worker: holds a connection to the master, and starts, watches and ends the processes that it is told to. What happens while
 * there is no connection is told when there is one again.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { resolve } from "node:path";
import type { MasterAddress } from "../../common/cluster-master";
import type { ClusterError } from "../../common/errors";
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
import type { ResourceAddresses } from "../../common/resources";
import { localRoots, removeApplication } from "../../storage/local-directories";
import { encodeResources } from "../../wire/resources";
import type { TlsFiles } from "../../wire/tls";
import type { Messages } from "../../wire/wire";
import { MasterLink, RefusedError } from "../session/master-link";
import type { StatePort, WorkerState } from "../state";
import type { Child } from "./child";
import { ChildSet } from "./child-set";
import { DriverLauncher } from "./driver-launcher";
import { executorEnding } from "./executor-end";
import { launchExecutor } from "./launch-executor";
import { WorkDirectory } from "./work-directory";

export interface WorkerOptions {
  readonly masters: readonly MasterAddress[];
  /** Name or address by which others reach this machine. */
  readonly host: string;
  /** Name or address on which executors and drivers listen. */
  readonly listenHost: string;
  readonly cores: number;
  /** Bytes for executors and drivers together. */
  readonly memory: number;
  /** Custom resources, which executors share out among them. */
  readonly resources: ResourceAddresses;
  readonly workDirectory: string;
  readonly secret: Uint8Array;
  readonly tls: TlsFiles | null;
  /** The bundles whose entries run an executor, and the command line. */
  readonly executorFile: string;
  readonly cliFile: string;
  /** The worker's own settings. */
  readonly conf: (key: string) => string | undefined;
  /** spark.worker.cleanup.*; null: nothing is removed. */
  readonly cleanup: { readonly intervalMs: number; readonly ttlMs: number } | null;
}

/** An executor that was told to end by its driver ends by itself; after this it is killed. */
const EXECUTOR_GRACE = 2000;
const DRIVER_GRACE = 5000;
const DEFAULT_TIMEOUT = 60_000;
const FINISHED_KEPT = 200;

export class WorkerDaemon implements StatePort<WorkerState> {
  readonly id: string;
  readonly startTime = Date.now();
  /** Settles when the worker has ended by itself, after it was decommissioned. */
  readonly ended: Promise<void>;
  /** Where its pages are; told to masters from then on. */
  webUrl = "";
  readonly #link: MasterLink;
  readonly #executors = new ChildSet(FINISHED_KEPT);
  /** Where executors of an application that has not ended kept data: those that were killed left theirs. */
  readonly #dataOf = new Map<string, Set<string>>();
  readonly #drivers: DriverLauncher;
  readonly #work: WorkDirectory;
  /** What could not be told yet, by executor or driver. */
  #untold: { readonly child: Child; readonly message: Messages.ToMaster.$Properties }[] = [];
  #heartbeat: NodeJS.Timeout | null = null;
  #masterUrl: string | null = null;
  #masterWebUrl: string | null = null;
  #registered = false;
  #decommissioning = false;
  #stopping = false;
  #finish!: () => void;
  #firstRegistration: { resolve(): void; reject(error: Error): void } | null = null;

  /** Throws a UsageError when the work directory cannot be had. */
  constructor(private readonly options: WorkerOptions) {
    const stamp = new Date(this.startTime).toISOString().replace(/\D/g, "").slice(0, 14);
    this.id = `worker-${stamp}-${options.host.replace(/[^\w.-]/g, "_")}-${randomBytes(3).toString("hex")}`;
    this.ended = new Promise((resolve_) => (this.#finish = resolve_));
    const directory = resolve(options.workDirectory);
    try {
      mkdirSync(directory, { recursive: true });
    } catch (error) {
      throw new UsageError("WORK_DIRECTORY", `The work directory ${directory} cannot be made: ${(error as Error).message}.`, {
        cause: error,
      });
    }
    this.#work = new WorkDirectory(
      directory,
      options.cleanup,
      (name) => this.#inUse(name),
      (name, time) => {
        for (const children of [this.#executors, this.#drivers.children]) children.folderRemoved(name, time);
      },
    );
    this.#link = new MasterLink(
      { masters: options.masters, role: "worker", secret: options.secret, tls: options.tls, keepAlive: true },
      {
        connected: () => this.#register(),
        message: (message) => this.#message(message),
        disconnected: (reason) => this.#disconnected(reason),
        failed: (error) => this.#failed(error),
      },
    );
    this.#drivers = new DriverLauncher(
      {
        workDirectory: directory,
        masters: options.masters,
        host: options.host,
        listenHost: options.listenHost,
        secret: options.secret,
        tls: options.tls,
        cliFile: options.cliFile,
        ask: (message) => this.#link.send(message),
        changed: (child, message) => this.#tell(child, message),
      },
      FINISHED_KEPT,
    );
  }

  /** Resolves when a master has taken it. Rejects when one refuses it; one that cannot be reached is tried again and again. */
  async start(): Promise<this> {
    await new Promise<void>((resolve_, reject) => {
      this.#firstRegistration = { resolve: resolve_, reject };
      this.#link.start();
    });
    return this;
  }

  stateOf(): WorkerState {
    const { host, cores, memory, resources } = this.options;
    const running = [...this.#executors.running, ...this.#drivers.children.running];
    return {
      kind: "worker",
      id: this.id,
      host,
      startTime: this.startTime,
      masterUrl: this.#masterUrl,
      masterWebUrl: this.#masterWebUrl,
      connected: this.#link.connected,
      decommissioning: this.#decommissioning,
      cores,
      coresUsed: running.reduce((total, { spec }) => total + spec.cores, 0),
      memory,
      memoryUsed: running.reduce((total, { spec }) => total + spec.memory, 0),
      resources,
      workDirectory: this.#work.directory,
      executors: this.#executors.running.map((one) => one.info()),
      finishedExecutors: this.#executors.finished,
      drivers: this.#drivers.children.running.map((one) => one.info()),
      finishedDrivers: this.#drivers.children.finished,
    };
  }

  /** Takes nothing new any more; ends when the executors have ended, whose data moves first, or after `withinMs`. */
  decommission(reason: string, withinMs: number): void {
    if (this.#decommissioning) return;
    this.#decommissioning = true;
    this.#link.send({ workerLeaving: { reason, later: true } });
    const done = (): void => {
      clearTimeout(timer);
      clearInterval(look);
      void this.stop(reason).then(this.#finish);
    };
    const timer = setTimeout(done, withinMs);
    const look = setInterval(() => {
      if (this.#executors.running.length === 0 && this.#drivers.children.running.length === 0) done();
    }, 100);
  }

  /** Ends all that runs here, and tells the master. */
  async stop(reason: string): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#work.stop();
    this.#link.send({ workerLeaving: { reason, later: false } });
    const children = [...this.#executors.running, ...this.#drivers.children.running];
    for (const child of children) child.end("SIGTERM", EXECUTOR_GRACE, reason);
    await Promise.all(children.map((child) => child.ended));
    await this.#link.close();
  }

  #inUse(name: string): boolean {
    return (
      this.#executors.running.some(({ spec }) => spec.appId === name) ||
      this.#drivers.children.running.some(({ spec }) => spec.id === name)
    );
  }

  #register(): void {
    const { host, cores, memory, resources } = this.options;
    const untold = this.#untold.map((one) => one.child);
    const executors = new Set([...this.#executors.running, ...untold.filter((one) => one.spec.appId !== null)]);
    const drivers = new Set([...this.#drivers.children.running, ...untold.filter((one) => one.spec.appId === null)]);
    this.#link.send({
      registerWorker: {
        workerId: this.id,
        host,
        cores,
        memoryBytes: memory,
        webUrl: this.webUrl,
        decommissioning: this.#decommissioning,
        executors: [...executors].map(({ spec }) => ({
          appId: spec.appId!,
          executorId: spec.id,
          cores: spec.cores,
          memoryBytes: spec.memory,
          resources: encodeResources(spec.resources),
        })),
        drivers: [...drivers].map(({ spec }) => ({ driverId: spec.id, description: this.#drivers.descriptionOf(spec.id) })),
        dataOf: [...this.#dataOf.keys()],
        resources: encodeResources(resources),
      },
    });
    for (const { message } of this.#untold) this.#link.send(message);
    this.#untold = [];
  }

  #tell(child: Child, message: Messages.ToMaster.$Properties): void {
    if (this.#stopping) return;
    if (this.#link.connected && this.#registered) this.#link.send(message);
    else this.#untold.push({ child, message });
  }

  #message(message: Messages.FromMaster.$Shape): void {
    log.debug(`the master says: ${Object.keys(message).join(", ")}`);
    if (message.workerRegistered) this.#workerRegistered(message.workerRegistered);
    else if (message.reregister) this.#register();
    else if (message.launchExecutor) this.#launchExecutor(message.launchExecutor);
    else if (message.killExecutor) {
      const { appId, executorId, reason } = message.killExecutor;
      const child = this.#executors.running.find(({ spec }) => spec.appId === appId && spec.id === executorId);
      if (child !== undefined) child.end(null, EXECUTOR_GRACE, reason || "it was given up");
      else if (appId && executorId)
        this.#link.send({ executorChanged: { appId, executorId, state: "KILLED", reason: "it has ended before", exitCode: -1 } });
    } else if (message.launchDriver) {
      if (!this.#stopping) this.#drivers.launch(message.launchDriver.driverId ?? "", message.launchDriver.description ?? {});
    } else if (message.stopDriver) this.#drivers.stop(message.stopDriver.driverId ?? "", DRIVER_GRACE);
    else if (message.blobPiece) this.#drivers.piece(message.blobPiece);
    else if (message.applicationEnded) void this.#cleanUp(message.applicationEnded.appId ?? "");
  }

  #workerRegistered({ masterUrl, masterWebUrl, timeoutMs }: Messages.WorkerRegistered.$Properties): void {
    this.#registered = true;
    this.#masterUrl = masterUrl ?? null;
    this.#masterWebUrl = masterWebUrl || null;
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#link.send({ workerHeartbeat: {} }), (timeoutMs || DEFAULT_TIMEOUT) / 4);
    log.info(`registered with the master at ${this.#masterUrl}`);
    this.#firstRegistration?.resolve();
    this.#firstRegistration = null;
  }

  #disconnected(reason: string): void {
    this.#registered = false;
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    if (!this.#stopping) log.warn(`lost the master: ${reason}; what runs goes on, and the master is tried again`);
  }

  #failed(error: ClusterError): void {
    if (this.#firstRegistration !== null && error instanceof RefusedError) {
      this.#firstRegistration.reject(error);
      this.#firstRegistration = null;
      void this.#link.close();
    } else log.warn(`trying again: ${error.message}`);
  }

  #launchExecutor(message: Messages.LaunchExecutor.$Properties): void {
    if (this.#stopping) return;
    const { secret, tls, host, listenHost, executorFile, conf } = this.options;
    let child: Child;
    try {
      const { webUrl } = this;
      const { directory: workDirectory } = this.#work;
      child = launchExecutor(message, { secret, tls, host, listenHost, executorFile, conf, webUrl, workDirectory });
    } catch (error) {
      const reason = `worker ${this.id} cannot start it: ${(error as Error).message}`;
      log.error(reason);
      const { appId, executorId } = message;
      this.#link.send({
        executorChanged: { appId: appId ?? "", executorId: executorId ?? "", state: "FAILED", reason, exitCode: -1 },
      });
      return;
    }
    this.#executors.add(child);
    const { appId, id: executorId, localRoots: data = [] } = child.spec;
    const known = this.#dataOf.get(appId!) ?? new Set();
    this.#dataOf.set(appId!, known);
    for (const root of data) known.add(root);
    log.info(`executor ${appId}/${executorId} is started: ${child.spec.cores} cores`);
    this.#tell(child, { executorChanged: { appId: appId!, executorId, state: "RUNNING", exitCode: -1 } });
    void child.ended.then((end) => {
      const { state, reason, outOfMemory } = executorEnding(end, child.dismissed);
      child.state = state;
      child.message = reason;
      this.#executors.end(child);
      log.info(`executor ${appId}/${executorId} ended: ${reason}`);
      this.#tell(child, {
        executorChanged: {
          appId: appId!,
          executorId,
          state,
          reason,
          exitCode: end.code ?? -1,
          signal: end.signal ?? "",
          outOfMemory,
        },
      });
    });
  }

  /** The application is over: its executors end, then its files in the local directories go. Logs stay. */
  async #cleanUp(appId: string): Promise<void> {
    const executors = this.#executors.running.filter(({ spec }) => spec.appId === appId);
    for (const child of executors) child.end(null, EXECUTOR_GRACE, "its application has ended");
    const roots = new Set([...localRoots(this.options.conf), tmpdir(), ...(this.#dataOf.get(appId) ?? [])]);
    this.#dataOf.delete(appId);
    await Promise.all(executors.map((child) => child.ended));
    if (/^[\w.-]+$/.test(appId)) removeApplication([...roots], appId);
  }
}
