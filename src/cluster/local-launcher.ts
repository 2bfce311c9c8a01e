/**
 * Executors of local masters: child processes of the driver on the same machine, over a unix socket. Passes on what they
 * print, tells why they ended, and replaces those that ended by themselves.
 */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import type { ResourceAddresses } from "../common/resources";
import type { ExecutorExit, Launcher, LauncherHandlers } from "../driver/endpoint/launcher";
import { CONFIGURATION_VARIABLE } from "../executor/process/options";
import { parseAddress } from "../wire/address";
import { SECRET_FILE_VARIABLE, SECRET_VARIABLE } from "../wire/auth";
import { withAllocator } from "./allocator";
import { executorNodeOptions } from "./executor-options";
import { exitReason } from "./exit-reason";

export interface LocalLauncherOptions {
  /** The bundle whose entry calls `executorMain`. */
  readonly executorFile: string;
  readonly applicationId: string;
  /** Number of executors at first and at most; `setTotal` changes how many there are. */
  readonly executors: number;
  readonly coresPerExecutor: number;
  readonly memoryBytes: number;
  /** Of each executor. */
  readonly resources: ResourceAddresses;
  /** Why no executor can have what it needs; null where it can. */
  readonly lacking: string | null;
  /** Text of the driver endpoint's address. */
  readonly driverUrl: string;
  readonly secret: string;
  /** The application's settings; spark.executorEnv.NAME become variables of the executors. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Name of this machine for locality. */
  readonly host: string;
  /** Text of the address on which executor `id` listens for others, and of the driver's block server. */
  readonly blockListen: (executorId: string) => string;
  readonly driverBlocks?: string;
  /** Options of Node for the executors, beside those that the launcher gives. */
  readonly nodeOptions?: readonly string[];
  /** Where executors print; default: the driver's own descriptors. */
  readonly stdout?: NodeJS.WritableStream;
  readonly stderr?: NodeJS.WritableStream;
  readonly handlers: LauncherHandlers;
}

interface Child {
  readonly process: ChildProcess;
  registered: boolean;
  stderrTail: string;
  /** The driver asked for its end. */
  dismissed: boolean;
  readonly gone: Promise<void>;
}

const TAIL = 16 * 1024;
/** Executors that end before they register, one after the other, before the launcher gives up. While another works it goes on. */
const MAX_FALSE_STARTS = 4;
/** Pause before the replacement of one that did not register, ms; longer with each, up to the second. */
const RESTART_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
const EXECUTOR_ENV = "spark.executorEnv.";
const CHILD_LOG = /^(?:<--- |==== |\[\d+:0x[0-9a-f]+\]|#|FATAL ERROR: |\s*\d+: 0x[0-9a-f]+)/;

export class LocalLauncher implements Launcher {
  readonly #children = new Map<string, Child>();
  #nextId = 0;
  #total: number;
  #falseStarts = 0;
  #ending = false;
  #stopping = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(private readonly options: LocalLauncherOptions) {
    this.#total = options.executors;
  }

  get processes(): ReadonlyMap<string, number> {
    return new Map([...this.#children].map(([id, child]) => [id, child.process.pid ?? 0]));
  }

  start(): void {
    this.#fill();
  }

  registered(executorId: string): void {
    const child = this.#children.get(executorId);
    if (child !== undefined) child.registered = true;
    this.#falseStarts = 0;
  }

  setTotal(total: number): void {
    // The master names as many as there can be.
    this.#total = Math.min(total, this.options.executors);
    this.#fill();
  }

  replace(executorId: string, _reason: string): void {
    const child = this.#children.get(executorId);
    if (child === undefined) return;
    child.dismissed = true;
    child.process.kill("SIGKILL");
  }

  ending(): void {
    this.#ending = true;
  }

  /** Asks all to end without waiting for it: at the exit of this process. */
  abandon(): void {
    this.#stopping = true;
    for (const child of this.#children.values()) child.process.kill("SIGTERM");
  }

  async stop(graceMs = 2000): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    const children = [...this.#children.values()];
    for (const child of children) {
      child.dismissed = true;
      child.process.kill("SIGTERM");
    }
    const timer = setTimeout(() => {
      for (const child of children) child.process.kill("SIGKILL");
    }, graceMs);
    // The children do not keep the process alive; waiting for their end must.
    const alive = setInterval(() => undefined, 2 ** 30);
    await Promise.all(children.map((child) => child.gone));
    clearInterval(alive);
    clearTimeout(timer);
  }

  #fill(): void {
    const { lacking, handlers } = this.options;
    if (lacking !== null) return handlers.awaited(lacking);
    while (!this.#stopping && this.#children.size < this.#total) this.#spawn();
  }

  #spawn(): void {
    const { options } = this;
    const id = String(this.#nextId++);
    const args = [
      ...executorNodeOptions(options.coresPerExecutor),
      ...(options.nodeOptions ?? []),
      options.executorFile,
      "--driver-url",
      options.driverUrl,
      "--executor-id",
      id,
      "--app-id",
      options.applicationId,
      "--cores",
      String(options.coresPerExecutor),
      "--memory",
      `${options.memoryBytes}b`,
      "--hostname",
      options.host,
      "--block-listen",
      options.blockListen(id),
      "--owner-pid",
      String(process.pid),
      ...(Object.keys(options.resources).length === 0 ? [] : ["--resources", JSON.stringify(options.resources)]),
      ...(options.driverBlocks === undefined ? [] : ["--driver-blocks", options.driverBlocks]),
    ];
    const process_ = spawn(process.execPath, args, {
      env: this.#environment(),
      stdio: ["pipe", options.stdout === undefined ? "inherit" : "pipe", "pipe"],
    });
    const child: Child = {
      process: process_,
      registered: false,
      stderrTail: "",
      dismissed: false,
      gone: new Promise((resolve) => void process_.once("close", () => resolve())),
    };
    this.#children.set(id, child);
    // The child reads its secret to the end of its standard input. One that is gone already is told by its exit.
    process_.stdin!.on("error", () => undefined);
    process_.stdin!.end(options.secret);
    if (options.stdout !== undefined) process_.stdout!.pipe(options.stdout, { end: false });
    process_.stderr!.on("data", (chunk: Buffer) => this.#printed(child, chunk));
    process_.on("error", (error) => this.#ended(id, child, null, null, `the process cannot be started: ${error.message}`));
    // "close" comes when standard error has been read to its end: the last words are complete.
    process_.on("close", (code, signal) => this.#ended(id, child, code, signal, null));
    // A driver that has nothing else to do may end: `stop` is for orderly ends, and the executors notice.
    process_.unref();
    for (const stream of [process_.stdin, process_.stdout, process_.stderr]) (stream as { unref?(): void } | null)?.unref?.();
  }

  #environment(): NodeJS.ProcessEnv {
    const { configuration } = this.options;
    const environment: NodeJS.ProcessEnv = withAllocator(process.env);
    delete environment[SECRET_VARIABLE];
    delete environment["NODE_OPTIONS"];
    for (const [key, value] of Object.entries(configuration)) {
      if (key.startsWith(EXECUTOR_ENV)) environment[key.slice(EXECUTOR_ENV.length)] = value;
    }
    environment[SECRET_FILE_VARIABLE] = "-";
    environment[CONFIGURATION_VARIABLE] = JSON.stringify(configuration);
    return environment;
  }

  #printed(child: Child, chunk: Buffer): void {
    child.stderrTail = (child.stderrTail + chunk.toString("utf8")).slice(-TAIL);
    const text = chunk.toString("utf8");
    // V8's dump of a full heap says nothing to users: the reason is told in words.
    if (CHILD_LOG.test(text.trimStart())) return;
    // One that was on its way when the application ended finds no driver: nobody needs to know.
    if ((this.#ending || this.#stopping) && !child.registered) return;
    (this.options.stderr ?? process.stderr).write(chunk);
  }

  /** One that was killed left the socket of its block server. */
  #removeSocket(id: string): void {
    const address = parseAddress(this.options.blockListen(id));
    if (address.kind === "unix") rmSync(address.path, { force: true });
  }

  #ended(id: string, child: Child, code: number | null, signal: string | null, failed: string | null): void {
    if (this.#children.get(id) !== child) return;
    this.#children.delete(id);
    this.#removeSocket(id);
    const exit: ExecutorExit =
      failed === null ? exitReason(code, signal, child.stderrTail) : { code, signal, reason: failed, outOfMemory: false };
    if (this.#stopping) return;
    const { handlers } = this.options;
    if (!child.dismissed) handlers.executorExited(id, exit);
    const early = !child.dismissed && !child.registered;
    if (early) this.#falseStarts++;
    const alone = ![...this.#children.values()].some(({ registered }) => registered);
    if (early && alone && this.#falseStarts >= MAX_FALSE_STARTS) {
      handlers.gaveUp(`executors end as soon as they have started: ${exit.reason}`);
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#fill();
      },
      early ? Math.min(LONGEST_PAUSE, RESTART_PAUSE * 2 ** (this.#falseStarts - 1)) : 0,
    );
    this.#timers.add(timer);
  }
}
