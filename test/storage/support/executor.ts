/**
 * Executors for tests: a real `ExecutorStorage` on the test's thread, real worker threads that run scenarios, and a
 * stand-in for the driver that knows where blocks and map outputs are.
 */
import { buildSync } from "esbuild";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import type { BlockUpdate, MapOutputTable } from "../../../src/storage/ports";
import type { MemoryPlan } from "../../../src/storage/memory-plan";
import { planMemory } from "../../../src/storage/memory-plan";
import { BlockServer, BroadcastHub, ExecutorStorage } from "../../../src/storage";
import type { TaskInfo, TaskMetrics } from "../../../src/storage/task-env";
import type { ScenarioName } from "./scenarios";

const secret = Buffer.from("the secret of the test");

export interface ScenarioOutcome<T> {
  readonly taskId: number;
  readonly result: T;
  readonly metrics: TaskMetrics;
  readonly callsMade: number;
}

/** A failure of a scenario, with the fields of the error that was thrown in the thread. */
export class ScenarioFailure extends Error {
  constructor(readonly fields: Readonly<Record<string, unknown>>) {
    super(`${String(fields["name"])}: ${String(fields["message"])}`);
  }
}

export class TestCluster {
  readonly directory = mkdtempSync(join(tmpdir(), "fs-storage-"));
  readonly executors: TestExecutor[] = [];
  readonly updates: BlockUpdate[] = [];
  readonly hub = new BroadcastHub(64 * 1024);
  /** Map outputs by shuffle: executor and what it wrote. */
  readonly outputs = new Map<number, Map<number, { executor: TestExecutor; offsets: Float64Array; checksums: Uint32Array }>>();
  readonly #bundle = join(this.directory, "worker.js");
  #driver: BlockServer | null = null;
  tables = 0;
  nextTask = 1;

  constructor() {
    buildSync({
      entryPoints: [join(__dirname, "worker.ts")],
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      outfile: this.#bundle,
      logLevel: "error",
    });
  }

  /** An executor with its threads. `plan` overrides parts of a small memory plan. */
  async add(
    options: {
      slots?: number;
      plan?: Partial<MemoryPlan>;
      conf?: Record<string, string>;
      inPlace?: boolean;
      executorId?: string;
    } = {},
  ): Promise<TestExecutor> {
    this.#driver ??= await BlockServer.listen({ path: join(this.directory, "driver.sock") }, { secret, serve: this.hub.serve });
    const executor = new TestExecutor(this, this.#bundle, this.#driver, options);
    this.executors.push(executor);
    await executor.start();
    return executor;
  }

  table(shuffleId: number): MapOutputTable {
    this.tables++;
    const outputs = this.outputs.get(shuffleId);
    if (outputs === undefined) throw new Error(`no shuffle ${shuffleId}`);
    const numMaps = Math.max(...outputs.keys()) + 1;
    const numReducers = [...outputs.values()][0]!.checksums.length;
    const offsets = new Float64Array(numMaps * (numReducers + 1));
    const checksums = new Uint32Array(numMaps * numReducers);
    const owners = new Int32Array(numMaps).fill(-1);
    for (const [map, output] of outputs) {
      offsets.set(output.offsets, map * (numReducers + 1));
      checksums.set(output.checksums, map * numReducers);
      owners[map] = this.executors.indexOf(output.executor);
    }
    return {
      epoch: this.tables,
      numMaps,
      numReducers,
      executors: this.executors.map((executor) => executor.advertised),
      owners,
      offsets,
      checksums,
    };
  }

  /** Runs a map task and keeps what it reports. */
  async writeMap(executor: TestExecutor, shuffleId: number, map: number, sizes: number[], slot = 0): Promise<void> {
    const { result } = await executor.run<{ offsets: Float64Array; checksums: Uint32Array }>(
      "writeMap",
      { shuffleId, map, sizes },
      { slot },
    );
    let outputs = this.outputs.get(shuffleId);
    if (outputs === undefined) this.outputs.set(shuffleId, (outputs = new Map()));
    outputs.set(map, { executor, ...result });
  }

  /** Executors that reported having the block last. */
  holders(id: string): string[] {
    const holders = new Set<string>();
    for (const update of this.updates) {
      if (update.id !== id) continue;
      if (update.level.useDisk || update.level.useMemory) holders.add(update.executorId);
      else holders.delete(update.executorId);
    }
    return [...holders];
  }

  async close(): Promise<void> {
    for (const executor of this.executors) await executor.stop();
    await this.#driver?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export class TestExecutor {
  readonly storage: ExecutorStorage;
  readonly id: string;
  readonly #threads: { worker: Worker; busy: ((error: Error) => void) | null }[] = [];
  readonly #slots: number;
  #stopped = false;

  constructor(
    private readonly cluster: TestCluster,
    private readonly bundle: string,
    driver: BlockServer,
    private readonly options: {
      slots?: number;
      plan?: Partial<MemoryPlan>;
      conf?: Record<string, string>;
      inPlace?: boolean;
      executorId?: string;
    },
  ) {
    this.id = options.executorId ?? String(cluster.executors.length);
    this.#slots = options.slots ?? 1;
    const conf: Record<string, string> = {
      "spark.local.dir": join(cluster.directory, "local"),
      "spark.shuffle.io.retryWait": "10ms",
      ...options.conf,
    };
    const plan = { ...planMemory({ executorMemory: "512m", slots: this.#slots }), ...options.plan };
    this.storage = new ExecutorStorage({
      appId: "app-test",
      executorId: this.id,
      host: "localhost",
      secret,
      plan,
      conf: (key) => conf[key],
      listen: { path: join(cluster.directory, `${this.id}.sock`) },
      driver: driver.endpoint,
      ports: {
        reportTaken: () => undefined,
        reportBlock: (update) => void cluster.updates.push(update),
        peers: async () =>
          cluster.executors.filter((other) => other !== this && !other.stopped).map((other) => other.storage.address),
        blockLocations: async (id) =>
          cluster.executors
            .filter((other) => other !== this && cluster.holders(id).includes(other.id))
            .map((other) => other.storage.address),
        fetchMapOutputs: async (shuffleId) => cluster.table(shuffleId),
      },
    });
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** The address that others are told; without directories unless files may be read in place. */
  get advertised(): ExecutorStorage["address"] {
    return this.options.inPlace === true ? this.storage.address : { ...this.storage.address, directories: [] };
  }

  async start(): Promise<void> {
    await this.storage.start();
    for (let slot = 0; slot < this.#slots; slot++) this.#threads[slot] = this.#newThread(slot);
  }

  #newThread(slot: number): { worker: Worker; busy: ((error: Error) => void) | null } {
    const { port1, port2 } = new MessageChannel();
    const flag = new Int32Array(new SharedArrayBuffer(4));
    port1.on("message", ({ op, args, taskId, answer }: { op: string; args: unknown; taskId: number; answer: boolean }) => {
      const reply = (message: { value?: unknown; error?: unknown }): void => {
        if (!answer) return;
        port1.postMessage(message);
        Atomics.store(flag, 0, 1);
        Atomics.notify(flag, 0);
      };
      void (async () => this.storage.handle({ slot, taskId }, op, args))().then(
        (value) => reply({ value }),
        (error: unknown) => reply({ error }),
      );
    });
    const worker = new Worker(this.bundle, {
      workerData: { shared: this.storage.shared, slot, port: port2, flag },
      transferList: [port2],
    });
    const thread = { worker, busy: null as ((error: Error) => void) | null };
    worker.on("exit", () => {
      port1.close();
      thread.busy?.(new Error("the thread ended"));
    });
    return thread;
  }

  /** Runs one scenario as a task. Rejects with a ScenarioFailure when it throws. */
  run<T = unknown>(
    name: ScenarioName,
    args: object,
    { slot = 0, info = {} }: { slot?: number; info?: Partial<TaskInfo> } = {},
  ): Promise<ScenarioOutcome<T>> {
    const taskId = this.cluster.nextTask++;
    const full: TaskInfo = {
      jobId: 0,
      stageId: 0,
      stageAttempt: 0,
      partition: 0,
      attempt: 0,
      taskId,
      numPartitions: 1,
      cpus: 1,
      executorId: this.id,
      host: "localhost",
      localProperties: {},
      ...info,
    };
    const thread = this.#threads[slot]!;
    return new Promise((resolve, reject) => {
      thread.busy = (error) => {
        this.storage.taskEnded(slot, taskId);
        reject(error);
      };
      thread.worker.once("message", (message: ScenarioOutcome<T> & { failure?: Record<string, unknown> }) => {
        thread.busy = null;
        this.storage.taskEnded(slot, taskId);
        if (message.failure !== undefined) reject(new ScenarioFailure(message.failure));
        else resolve(message);
      });
      thread.worker.postMessage({ info: full, name, args });
    });
  }

  /** Ends a slot's thread as a killed task does, and starts a new one. */
  async killThread(slot: number): Promise<void> {
    await this.#threads[slot]!.worker.terminate();
    this.#threads[slot] = this.#newThread(slot);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
    await this.storage.stop();
  }
}
