/**
 * `firesteel.local.inProcess=true`: runs tasks in the driver's own thread, one after the other, so that a debugger stops at
 * breakpoints in user functions. The scheduler, the task binaries and the functions' capture are the same as always: a
 * function runs as a copy, under its own file and lines, with the values it captured.
 *
 * For debugging only. There is no isolation: a loop, `process.exit` or a full heap in a task is the program's own, and while
 * a function runs nothing else does. One task at a time, whatever N is in local[N]; cached partitions stay in memory at
 * every storage level; remote files (s3://) cannot be read.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ClusterError, InternalError, UsageError } from "../../common/errors";
import { log } from "../../common/log";
import { openTaskRunner } from "../../rdd/exec/thread-runner";
import { failureOf } from "../../rdd/exec/task-failure";
import { isThenable } from "../../rdd/pipeline/source";
import type { StageProgram, TaskOutput, TaskRunner } from "../../rdd/task-runner";
import type { BroadcastHub } from "../../storage";
import { fileSystemId } from "../../storage/block-address";
import { encryptLocalData, localDataIsEncrypted, localDataKey } from "../../storage/local-data";
import { CommitDenied, newTaskMetrics, TaskKilled } from "../../storage/task-env";
import type { MapOutputWritten, TaskBarrier, TaskEnv, TaskInfo, TaskMetrics } from "../../storage/task-env";
import type { BackendHandlers, ExecutorBackend } from "../backend";
import type {
  Inspection,
  LaunchTask,
  RegisteredExecutor,
  Removal,
  TaskSetInfo,
  TaskUpdate,
  ThreadState,
} from "../endpoint/types";
import type { ExecutorGroup } from "../platform";
import { TaskStore } from "./task-store";

const EXECUTOR = "driver";
const HOST = "localhost";

export interface InProcessOptions {
  readonly group: ExecutorGroup;
  /** The exports of firesteel, which user functions import. */
  readonly engine: object;
  readonly broadcasts: BroadcastHub;
  /** Bytes that a task may hold outside of the heap before it spills. */
  readonly memoryBytes: number;
  conf(key: string): string | undefined;
}

interface Attempt {
  readonly set: TaskSetInfo;
  readonly task: LaunchTask;
  readonly metrics: TaskMetrics;
  startedAt: number;
  /** Why it was told to end. */
  killed: string | null;
  /** Its temporary files. */
  readonly files: string[];
}

export class InProcess implements ExecutorBackend {
  readonly expectedCores = 1;
  readonly #runner: TaskRunner;
  readonly #programs = new Map<string, StageProgram>();
  readonly #queue: Attempt[] = [];
  readonly #store: TaskStore;
  #handlers: BackendHandlers | undefined;
  #running: Attempt | null = null;
  #alive: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(private readonly options: InProcessOptions) {
    const { group, engine, broadcasts, memoryBytes } = options;
    this.#runner = openTaskRunner(engine);
    // Contexts of one process have one key, as what one of them wrote must stay readable when another starts.
    if (!localDataIsEncrypted()) encryptLocalData(localDataKey(group.secret, (key) => options.conf(key)));
    this.#store = new TaskStore({
      executorId: EXECUTOR,
      directory: join(group.directory, "tasks"),
      memoryBytes,
      namedBytes: (id) => broadcasts.bytesOf(id),
      numMaps: (shuffleId) => this.#numMaps(shuffleId),
      blockChanged: (update) => this.#handlers?.blockUpdates(EXECUTOR, [update]),
    });
  }

  get maxFailures(): number | null {
    return this.options.group.maxFailures;
  }

  start(handlers: BackendHandlers): void {
    this.#handlers = handlers;
    const executor: RegisteredExecutor = {
      executorId: EXECUTOR,
      host: HOST,
      cores: this.expectedCores,
      pid: process.pid,
      queueCapacity: 1,
      blockAddress: { executorId: EXECUTOR, host: HOST, endpoint: { path: "" }, fileSystem: fileSystemId(), directories: [] },
      memoryBytes: this.options.memoryBytes,
      storageBytes: this.options.memoryBytes,
      attributes: {},
      logUrls: {},
      resources: {},
      survivors: { mapOutputs: [], blocks: [] },
    };
    setImmediate(() => {
      if (!this.#stopped) handlers.executorRegistered(executor);
    });
  }

  launch(_executorId: string, set: TaskSetInfo, tasks: readonly LaunchTask[]): void {
    for (const task of tasks) this.#queue.push({ set, task, metrics: newTaskMetrics(), startedAt: 0, killed: null, files: [] });
    this.#soon();
  }

  /** Never from within a call of the scheduler, and with a turn of the event loop between tasks. */
  #soon(): void {
    setImmediate(() => this.#next());
  }

  #next(): void {
    if (this.#running !== null || this.#stopped) return;
    const attempt = this.#queue.shift();
    if (attempt === undefined) return;
    this.#running = attempt;
    attempt.startedAt = Date.now();
    let output: TaskOutput | Promise<TaskOutput>;
    try {
      output = this.#program(attempt.set).run(attempt.task.payload ?? null, this.#env(attempt));
    } catch (error) {
      this.#ended(attempt, this.#failed(attempt, error));
      return;
    }
    if (!isThenable(output)) return this.#ended(attempt, this.#finished(attempt, output));
    output.then(
      (settled) => this.#ended(attempt, this.#finished(attempt, settled)),
      (error: unknown) => this.#ended(attempt, this.#failed(attempt, error)),
    );
  }

  #ended(attempt: Attempt, update: TaskUpdate): void {
    if (this.#running !== attempt) return; // it was given up while it waited for a promise
    this.#running = null;
    for (const path of attempt.files) rmSync(path, { recursive: true, force: true });
    this.#handlers!.taskUpdates(EXECUTOR, [update]);
    this.#soon();
  }

  #program({ binaryId, binary }: TaskSetInfo): StageProgram {
    let program = this.#programs.get(binaryId);
    if (program === undefined) this.#programs.set(binaryId, (program = this.#runner.loadStage(binaryId, binary)));
    return program;
  }

  #times(attempt: Attempt): {
    readonly taskId: number;
    readonly startedAt: number;
    readonly finishedAt: number;
    readonly metrics: TaskMetrics;
  } {
    const { task, startedAt, metrics } = attempt;
    const finishedAt = Date.now();
    metrics.executorRunTime = startedAt === 0 ? 0 : finishedAt - startedAt;
    return { taskId: task.taskId, startedAt, finishedAt, metrics };
  }

  #finished(attempt: Attempt, output: TaskOutput): TaskUpdate {
    if (output.kind === "kept") throw new InternalError("A task in the driver keeps its result.");
    if (output.kind === "result") attempt.metrics.resultSize = output.bytes.length;
    return {
      state: "finished",
      ...this.#times(attempt),
      accumulators: output.accumulators ?? [],
      output:
        output.kind === "result" ? { kind: "result", bytes: output.bytes } : { kind: "map", status: statusOf(output.output) },
    };
  }

  #failed(attempt: Attempt, error: unknown): TaskUpdate {
    if (attempt.killed !== null) return this.#killed(attempt, attempt.killed);
    return { state: "failed", ...this.#times(attempt), failure: failureOf(error, (thrown) => this.#runner.encodeThrown(thrown)) };
  }

  #killed(attempt: Attempt, reason: string): TaskUpdate {
    return { state: "killed", ...this.#times(attempt), reason };
  }

  #env(attempt: Attempt): TaskEnv {
    const { set, task, metrics } = attempt;
    const { taskId, partition } = task;
    const { jobId, stageId, stageAttempt, numPartitions, cpus, localProperties } = set;
    const info: TaskInfo = {
      jobId,
      stageId,
      stageAttempt,
      partition,
      attempt: task.attempt,
      taskId,
      numPartitions,
      cpus,
      executorId: EXECUTOR,
      host: HOST,
      localProperties,
    };
    const store = this.#store;
    return {
      info,
      metrics,
      conf: (key) => this.options.conf(key),
      values: this.#runner.values,
      memory: store.memory(metrics),
      blocks: store.blocks(this.#runner.values),
      shuffle: store.shuffle(info, metrics),
      directory: store.directory,
      resources: () => task.resources ?? {},
      tempFile: (purpose) => {
        const path = store.newPath(purpose);
        attempt.files.push(path);
        return path;
      },
      interrupted: () => attempt.killed !== null,
      checkInterrupted: () => {
        if (attempt.killed !== null) throw new TaskKilled("The task was told to stop.");
      },
      requestCommit: () => {
        const granted = this.#handlers!.commitTask({
          executorId: EXECUTOR,
          stageId,
          stageAttempt,
          partition,
          attempt: task.attempt,
          taskId,
        });
        if (granted !== true)
          throw new CommitDenied(`Another attempt of partition ${partition} of stage ${stageId} has the permission to commit.`);
      },
      ...(set.barrier === undefined ? {} : { barrier: this.#barrier(attempt, set.barrier.addresses) }),
    };
  }

  #barrier({ set, task }: Attempt, addresses: readonly string[]): TaskBarrier {
    let round = 0;
    const meet = (kind: "barrier" | "allGather", message: string): Promise<readonly string[]> =>
      this.#handlers!.barrier({
        executorId: EXECUTOR,
        taskSetId: set.id,
        partition: task.partition,
        attempt: task.attempt,
        taskId: task.taskId,
        round: round++,
        kind,
        message,
      });
    return {
      addresses,
      barrier: () => meet("barrier", "").then(() => undefined),
      allGather: (message) => meet("allGather", message),
    };
  }

  #numMaps(shuffleId: number): number | null {
    try {
      const answer = this.#handlers!.mapOutputs(shuffleId);
      return "executorOf" in answer ? answer.executorOf.length : null;
    } catch (error) {
      if (error instanceof ClusterError) return null;
      throw error;
    }
  }

  /** A function that runs cannot be stopped; a task that waits for a promise by then is given up. */
  kill(_executorId: string, taskId: number, reason: string): void {
    const queued = this.#queue.findIndex((attempt) => attempt.task.taskId === taskId);
    if (queued >= 0) {
      const [attempt] = this.#queue.splice(queued, 1) as [Attempt];
      this.#later(this.#killed(attempt, reason));
      return;
    }
    const running = this.#running;
    if (running === null || running.task.taskId !== taskId) return;
    running.killed = reason;
    setImmediate(() => this.#ended(running, this.#killed(running, reason)));
  }

  recall(_executorId: string, taskIds: readonly number[]): void {
    for (const taskId of taskIds) {
      const queued = this.#queue.findIndex((attempt) => attempt.task.taskId === taskId);
      if (queued < 0) continue;
      this.#queue.splice(queued, 1);
      this.#later({ state: "recalled", taskId });
    }
  }

  #later(update: TaskUpdate): void {
    setImmediate(() => {
      if (!this.#stopped) this.#handlers!.taskUpdates(EXECUTOR, [update]);
    });
  }

  forget(removal: Removal): void {
    if ("rdd" in removal) this.#store.removeRdd(removal.rdd);
    else if ("shuffle" in removal) this.#store.removeShuffle(removal.shuffle);
    else if ("block" in removal) this.#store.removeBlock(removal.block);
    else if ("binary" in removal) this.#programs.delete(removal.binary);
  }

  /** The store itself knows where map outputs are. */
  invalidateMapOutputs(): void {}

  mapOutputOffsets(status: Uint8Array): Float64Array {
    return new Float64Array(status.buffer);
  }

  /** Whoever asks runs in the thread that is asked about: between tasks. */
  threadDump(): Promise<readonly ThreadState[]> {
    return Promise.resolve([]);
  }

  inspect(_executorId: string, { profile }: Inspection): Promise<string> {
    if (profile === undefined) return Promise.resolve("");
    return Promise.reject(
      new UsageError("NOT_IN_PROCESS", "firesteel.local.inProcess=true: profile the program itself, node --cpu-prof."),
    );
  }

  fetchResult(): Promise<Uint8Array> {
    return Promise.reject(new InternalError("Results of tasks in the driver's thread are never kept elsewhere."));
  }

  release(): void {
    log.warn("tasks run in the driver's thread (firesteel.local.inProcess): there is no executor to release");
  }

  decommission(): void {
    // There are no others.
  }

  replace(): void {
    this.release();
  }

  readonly total = 1;

  setTotal(): void {}

  keepAlive(active: boolean): void {
    if (active) this.#alive ??= setInterval(() => undefined, 2 ** 30);
    else {
      clearInterval(this.#alive);
      this.#alive = undefined;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.length = 0;
    this.keepAlive(false);
    this.options.group.dispose();
  }
}

/** What the driver keeps of a map output: its offsets. */
function statusOf({ offsets }: MapOutputWritten): Uint8Array {
  return new Uint8Array(offsets.slice().buffer);
}

/** Throws a UsageError for masters whose tasks run elsewhere. */
export function checkInProcess(master: string): void {
  if (/^local(\[[^\]]*\])?$/.test(master)) return;
  throw new UsageError(
    "IN_PROCESS_MASTER",
    `firesteel.local.inProcess runs tasks in the driver's own thread: the master must be local or local[N], not ${master}.`,
  );
}
