/**
 * A driver endpoint in this process and real executors of `local-cluster` in theirs. Bundles are built once a test file,
 * into a temporary directory. Tasks are JavaScript text (fixtures/thread.ts).
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { build } from "esbuild";
import { LocalLauncher } from "../../src/cluster/local-launcher";
import { DriverEndpoint } from "../../src/driver/endpoint/driver-endpoint";
import type { ExecutorExit } from "../../src/driver/endpoint/launcher";
import type {
  BarrierQuestion,
  EndpointHandlers,
  LaunchTask,
  RegisteredExecutor,
  TaskSetInfo,
  TaskUpdate,
} from "../../src/driver/endpoint/types";
import { newSecret } from "../../src/wire/auth";

const SOURCE = join(__dirname, "fixtures");

/** Builds executor.js, thread.js and grpc.js; returns their directory. */
export async function buildExecutor(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), "firesteel-bundle-"));
  await build({
    entryPoints: {
      ...Object.fromEntries(
        ["executor", "thread", "storage-executor", "storage-thread"].map((name) => [name, join(SOURCE, `${name}.ts`)]),
      ),
      grpc: join(SOURCE, "../../../src/wire/grpc-bundle.ts"),
    },
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    outdir,
    logLevel: "warning",
    external: ["./grpc.js", "snappy"],
    alias: { "firesteel-grpc": "./grpc.js" },
  });
  return outdir;
}

export interface HarnessOptions {
  readonly executors?: number;
  readonly cores?: number;
  readonly memoryMiB?: number;
  readonly networkTimeoutMs?: number;
  readonly conf?: Readonly<Record<string, string>>;
  /** The executor's bundle: "executor" has a storage that holds nothing, "storage-executor" the real one. */
  readonly bundle?: "executor" | "storage-executor";
  /** What the driver answers and does besides what the harness does. */
  readonly handlers?: Partial<EndpointHandlers>;
}

/** What became of a task, once it is over. */
export type Ended = Exclude<TaskUpdate, { state: "started" }>;

export class Harness {
  readonly directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));
  readonly lost: { id: string; reason: string }[] = [];
  readonly exits: { id: string; exit: ExecutorExit }[] = [];
  readonly started: number[] = [];
  readonly live = new Map<string, RegisteredExecutor>();
  stdout = "";
  stderr = "";
  heartbeats = 0;
  endpoint!: DriverEndpoint;
  launcher!: LocalLauncher;
  readonly secret = newSecret();
  /** Of this harness alone: test files that run at the same time must not see each other's directories. */
  readonly applicationId = `app-test-${process.pid}-${Date.now()}`;
  readonly #waiting = new Map<number, { resolve(ended: Ended): void; executorId: string }>();
  readonly #watchers = new Set<() => void>();
  #nextTask = 0;
  #nextSet = 0;

  constructor(
    private readonly bundles: string,
    private readonly options: HarnessOptions = {},
  ) {}

  async start(): Promise<this> {
    const { executors = 1, cores = 2, memoryMiB = 512, networkTimeoutMs = 120_000, conf = {} } = this.options;
    const socket = join(this.directory, "driver.sock");
    const configuration = { "test.tmp": this.directory, "spark.executor.heartbeatInterval": "100ms", ...conf };
    this.endpoint = new DriverEndpoint({
      applicationId: this.applicationId,
      secret: Buffer.from(this.secret),
      configuration,
      networkTimeoutMs,
      exitReasonGraceMs: 1000,
      handlers: {
        executorRegistered: (executor) => {
          this.live.set(executor.executorId, executor);
          this.launcher.registered(executor.executorId);
          this.#changed();
        },
        executorLost: (id, { reason }) => {
          this.lost.push({ id, reason });
          this.live.delete(id);
          for (const [taskId, waiting] of this.#waiting) {
            if (waiting.executorId !== id) continue;
            this.#waiting.delete(taskId);
            waiting.resolve({
              state: "killed",
              taskId,
              startedAt: 0,
              finishedAt: 0,
              metrics: {} as never,
              reason: `executor lost: ${reason}`,
            });
          }
          this.launcher.replace(id, reason);
          this.#changed();
        },
        heartbeat: () => void this.heartbeats++,
        taskUpdates: (_id, updates) => {
          for (const update of updates) this.#update(update);
        },
        mapOutputsMoved: () => undefined,
        evacuated: () => undefined,
        blockUpdates: () => undefined,
        mapOutputs: () => {
          throw new Error("no map outputs in this test");
        },
        blockLocations: () => [],
        commitTask: () => false,
        barrier: (_question: BarrierQuestion) => Promise.reject(new Error("no barrier in this test")),
        ...this.options.handlers,
      },
    });
    this.launcher = new LocalLauncher({
      executorFile: join(this.bundles, `${this.options.bundle ?? "executor"}.js`),
      applicationId: this.applicationId,
      executors,
      coresPerExecutor: cores,
      memoryBytes: memoryMiB * 2 ** 20,
      resources: {},
      lacking: null,
      driverUrl: `unix:${socket}`,
      secret: this.secret,
      configuration,
      host: "localhost",
      blockListen: () => "127.0.0.1:0",
      stdout: this.#capture((text) => (this.stdout += text)),
      stderr: this.#capture((text) => (this.stderr += text)),
      handlers: {
        executorExited: (id, exit) => {
          this.exits.push({ id, exit });
          this.endpoint.executorExited(id, exit.reason);
        },
        decommissioning: () => undefined,
        awaited: () => undefined,
        gaveUp: (reason) => this.lost.push({ id: "-", reason }),
      },
    });
    this.launcher.start();
    await this.endpoint.start({ kind: "unix", path: socket });
    await this.until(() => this.live.size === executors);
    return this;
  }

  /** A task set whose tasks run `source`, the body of a function of (payload, env, require). */
  set(source: string, more: Partial<TaskSetInfo> = {}): TaskSetInfo {
    const id = this.#nextSet++;
    return {
      id,
      binaryId: `binary-${id}`,
      binary: Buffer.from(source),
      jobId: 0,
      stageId: id,
      stageAttempt: 0,
      numPartitions: 1,
      cpus: 1,
      localProperties: {},
      ...more,
    };
  }

  /** Runs one task on an executor (the first by default). */
  run(
    source: string | TaskSetInfo,
    task: Partial<LaunchTask> = {},
    executorId = this.executorId(),
  ): { readonly taskId: number; readonly ended: Promise<Ended> } {
    const [one] = this.runAll(source, [task], executorId);
    return one!;
  }

  runAll(
    source: string | TaskSetInfo,
    tasks: readonly Partial<LaunchTask>[],
    executorId = this.executorId(),
  ): { taskId: number; ended: Promise<Ended> }[] {
    const set = typeof source === "string" ? this.set(source, { numPartitions: tasks.length }) : source;
    const launches = tasks.map((task, partition) => ({ taskId: this.#nextTask++, partition, attempt: 0, ...task }));
    const running = launches.map(({ taskId }) => ({
      taskId,
      ended: new Promise<Ended>((resolve) => void this.#waiting.set(taskId, { resolve, executorId })),
    }));
    this.endpoint.launchTasks(executorId, set, launches);
    return running;
  }

  /** The JSON value that `source` returns; throws what it failed with. */
  async value(source: string, task: Partial<LaunchTask> = {}): Promise<unknown> {
    const ended = await this.run(source, task).ended;
    if (ended.state !== "finished" || ended.output.kind !== "result") throw new Error(`task ended: ${JSON.stringify(ended)}`);
    return JSON.parse(Buffer.from(ended.output.bytes).toString());
  }

  /** Why the task failed. */
  async failure(source: string): Promise<{ kind: string; description: string; error: { name: string; message: string } | null }> {
    const ended = await this.run(source).ended;
    if (ended.state === "failed") return ended.failure;
    throw new Error(`task ended: ${JSON.stringify(ended)}`);
  }

  executorId(): string {
    const [id] = this.live.keys();
    if (id === undefined) throw new Error("there is no executor");
    return id;
  }

  async until(condition: () => boolean, timeoutMs = 120_000): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearInterval(poll);
        clearTimeout(timer);
        this.#watchers.delete(check);
        resolve();
      };
      const check = (): void => {
        if (condition()) done();
      };
      const poll = setInterval(check, 10);
      const timer = setTimeout(() => {
        clearInterval(poll);
        reject(
          new Error(`waited in vain for ${condition.toString()}\nlost: ${JSON.stringify(this.lost)}\nstderr: ${this.stderr}`),
        );
      }, timeoutMs);
      this.#watchers.add(check);
    });
  }

  async stop(): Promise<void> {
    await this.endpoint.stop();
    await this.launcher.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Directories of executors that are left. */
  leftFiles(): string[] {
    return readdirSync(this.directory).filter((name) => name.startsWith("executor-"));
  }

  #update(update: TaskUpdate): void {
    if (update.state === "started") {
      this.started.push(update.taskId);
      return this.#changed();
    }
    const waiting = this.#waiting.get(update.taskId);
    this.#waiting.delete(update.taskId);
    waiting?.resolve(update);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #capture(add: (text: string) => void): Writable {
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        add(chunk.toString());
        done();
      },
    });
  }
}

/** Whether a process lives. A zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
