/**
 * A task thread: takes tasks from the executor's queue, runs them one at a time, and reports what became of them. Between
 * two tasks the event loop turns once, so that rejections nobody handled are found; a thread without work sleeps in
 * Atomics.wait.
 */
import { parentPort, workerData } from "node:worker_threads";
import { MAX_DIRECT_RESULT_SIZE } from "../../common/config-entries";
import { garbageCollector } from "../../common/garbage";
import { parseBytes } from "../../common/units";
import { failureOf } from "../../rdd/exec/task-failure";
import type { StageProgram, TaskOutput } from "../../rdd/task-runner";
import { newTaskMetrics, TaskKilled } from "../../storage/task-env";
import type { TaskInfo, TaskMetrics } from "../../storage/task-env";
import type { OpenThread, TaskStorage, ThreadParts } from "../ports";
import type { TaskSetData, ThreadData, ThreadMessage } from "../shared/messages";
import { OP_KEEP_RESULT, OP_PAYLOAD, OP_TASK_SET, REPORT_ENDED, REPORT_RECYCLE } from "../shared/messages";
import { MAX_REPORT, ReportWriter } from "../shared/report-ring";
import { SetBoardReader } from "../shared/set-board";
import type { QueuedTask } from "../shared/task-queue";
import { TaskQueueReader } from "../shared/task-queue";
import { ThreadCells } from "../shared/thread-cells";
import { reviveThrown } from "../shared/thrown";
import { HostPort } from "./host-port";
import { printDirectly } from "./output";
import { watchSharedState } from "./shared-state";
import { openEnvironment } from "./task-environment";
import { threadCpuClock, threadGcClock } from "./thread-clock";
import type { TaskEnd } from "./update-writer";
import { STATE_FAILED, STATE_FINISHED, STATE_KILLED, UpdateWriter } from "./update-writer";

// Bound before any user code can replace them.
const { setImmediate: onNextTurn } = globalThis;
const wallClock = Date.now;

/** Below this the time of collections is too short to be told, ms. */
const LONG_TASK = 5;

interface LoadedSet {
  readonly data: TaskSetData;
  readonly program: StageProgram;
}

/** A task between its begin and its report. */
interface Attempt {
  readonly task: QueuedTask;
  readonly startedAt: number;
  readonly cpuAtStart: number;
  readonly metrics: TaskMetrics;
  storage: TaskStorage | null;
}

/**
 * Entry point of the thread's bundle. Returns at once; the thread lives until its main thread ends it. `firstRest` is called once, when
 * the thread has run a task and has nothing to do.
 */
export function threadMain(openThread: OpenThread, firstRest?: () => void): void {
  new TaskThread(workerData as ThreadData, openThread, firstRest).start();
}

class TaskThread {
  readonly #cells: ThreadCells;
  readonly #queue: TaskQueueReader;
  readonly #board: SetBoardReader;
  readonly #reports: ReportWriter;
  readonly #writer = new UpdateWriter();
  readonly #host: HostPort;
  readonly #port = parentPort!;
  readonly #sets = new Map<number, LoadedSet>();
  readonly #programs = new Map<string, StageProgram>();
  #unchanged: () => boolean = () => true;
  readonly #cpu = threadCpuClock();
  /** Reading the clock costs a system call: what happens between two tasks counts for the second one. */
  #cpuAtLastEnd = this.#cpu();
  readonly #gc = threadGcClock();
  #parts: ThreadParts | null = null;
  #identity = { executorId: "", host: "" };
  #resourcesAtRest = 0;
  #current: Attempt | null = null;
  /** A rejection or exception outside of the task's own flow. */
  #stray: { readonly thrown: unknown; readonly what: string } | null = null;
  #retired = false;
  #worked = false;
  #gaveBack = false;
  #collect: (() => void) | null = null;

  constructor(
    data: ThreadData,
    private readonly openThread: OpenThread,
    private firstRest: (() => void) | undefined,
  ) {
    this.#cells = new ThreadCells(data.cells);
    this.#queue = new TaskQueueReader(data.queue, data.thread);
    this.#board = new SetBoardReader(data.board);
    this.#reports = new ReportWriter(data.reports);
    this.#host = new HostPort(data.calls, this.#port, this.#cells, {
      forgetSet: (id) => void this.#sets.delete(id),
      forgetBinary: (id) => void this.#programs.delete(id),
    });
  }

  start(): void {
    printDirectly();
    this.#watchExits();
    this.#unchanged = watchSharedState();
    this.#port.on("message", (message: ThreadMessage) => {
      if (message.type === "activate") this.#activate(message);
      else this.#host.settled(message.id, message.value, message.error === undefined ? undefined : reviveThrown(message.error));
    });
    this.#port.postMessage({ type: "loaded" });
  }

  #activate(message: Extract<ThreadMessage, { type: "activate" }>): void {
    const { slot, executorId, host, storage, conf } = message;
    this.#identity = { executorId, host };
    this.#parts = this.openThread({ calls: this.#host.calls, slot, executorId, storage, conf: (key) => conf[key] });
    this.#conf = conf;
    this.#maxDirectResult = parseBytes(
      conf[MAX_DIRECT_RESULT_SIZE.key] ?? MAX_DIRECT_RESULT_SIZE.defaultText,
      MAX_DIRECT_RESULT_SIZE.key,
    );
    this.#port.unref();
    // Counted where the counts after tasks are taken: what is listed depends on the phase of the event loop.
    onNextTurn(() => {
      this.#resourcesAtRest = openResources();
      this.#next();
    });
  }

  #conf: Readonly<Record<string, string>> = {};
  #maxDirectResult = Infinity;

  #watchExits(): void {
    const exit = process.exit.bind(process);
    process.exit = (code?: number | string | null): never => {
      this.#cells.exitCalled(Number(code ?? process.exitCode ?? 0) || 0);
      return exit(code);
    };
    process.on("uncaughtException", (thrown) => this.#strayed(thrown, "uncaught in a callback: "));
    process.on("unhandledRejection", (thrown) => this.#strayed(thrown, "unhandled rejection: "));
  }

  #strayed(thrown: unknown, what: string): void {
    this.#stray ??= { thrown, what };
    // A synchronous task's report comes with the next turn anyway; one that waits for a promise may wait for ever.
    const attempt = this.#current;
    if (attempt !== null && this.#cells.awaiting) this.#ended(attempt, null, undefined);
  }

  /** Runs tasks until one is asynchronous or the queue is empty, with a turn of the event loop after each. */
  readonly #next = (): void => {
    if (this.#retired) return this.#sleepForEver();
    this.#host.readNotices();
    const task = this.#queue.take((taskId) => this.#cells.begin(taskId, wallClock()));
    if (task === null) {
      this.#parts!.storage.tidy();
      this.#giveBackMemory();
      this.#wakeMain();
      if (this.#worked) this.#rested();
      this.#queue.sleepUntilTask();
      onNextTurn(this.#next);
      return;
    }
    this.#run(task);
  };

  /** Once in each pause: what ended tasks left is garbage that nobody else would collect while this thread sleeps. */
  #giveBackMemory(): void {
    const paused = this.#queue.closed;
    if (paused && !this.#gaveBack) (this.#collect ??= garbageCollector())();
    this.#gaveBack = paused;
  }

  #rested(): void {
    this.firstRest?.();
    this.firstRest = undefined;
  }

  #run(task: QueuedTask): void {
    this.#worked = true;
    const attempt: Attempt = {
      task,
      startedAt: this.#cells.startedAt,
      cpuAtStart: this.#cpuAtLastEnd,
      metrics: newTaskMetrics(),
      storage: null,
    };
    this.#gc.start();
    this.#current = attempt;
    this.#stray = null;
    let output: TaskOutput | Promise<TaskOutput>;
    try {
      output = this.#begin(attempt);
    } catch (error) {
      this.#afterTurns(attempt, () => this.#ended(attempt, null, { error }));
      return;
    }
    if (!isPromise(output)) {
      this.#afterTurns(attempt, () => this.#ended(attempt, output, undefined));
      return;
    }
    this.#cells.awaiting = true;
    output.then(
      (settled) => this.#afterTurns(attempt, () => this.#ended(attempt, settled, undefined)),
      (error: unknown) => this.#afterTurns(attempt, () => this.#ended(attempt, null, { error })),
    );
  }

  /** One turn of the event loop finds rejections that nobody handled; observers of collections take three. */
  #afterTurns(attempt: Attempt, end: () => void): void {
    if (wallClock() - attempt.startedAt < LONG_TASK) onNextTurn(end);
    else onNextTurn(() => onNextTurn(() => onNextTurn(end)));
  }

  #begin(attempt: Attempt): TaskOutput | Promise<TaskOutput> {
    const { task, metrics } = attempt;
    if (this.#cells.stopping(task.taskId)) throw new TaskKilled("The task was told to stop.");
    const { data, program } = this.#loadSet(task);
    const { runner, storage } = this.#parts!;
    const info: TaskInfo = {
      jobId: data.jobId,
      stageId: data.stageId,
      stageAttempt: data.stageAttempt,
      partition: task.partition,
      attempt: task.attempt,
      taskId: task.taskId,
      numPartitions: data.numPartitions,
      cpus: data.cpus,
      localProperties: data.localProperties,
      ...this.#identity,
    };
    const opened = openEnvironment({
      info,
      metrics,
      values: runner.values,
      set: data,
      storage,
      host: this.#host,
      cells: this.#cells,
      conf: (key) => this.#conf[key],
      maxDirectResult: this.#maxDirectResult,
    });
    attempt.storage = opened.storage;
    const payload = task.payloadElsewhere ? (this.#host.call(OP_PAYLOAD, task.taskId) as Uint8Array) : task.payload;
    metrics.executorDeserializeTime = wallClock() - attempt.startedAt;
    return program.run(payload, opened.env);
  }

  #loadSet({ taskSet: id, setPlace }: QueuedTask): LoadedSet {
    const known = this.#sets.get(id);
    if (known !== undefined) return known;
    const data = this.#board.read(setPlace) ?? (this.#host.call(OP_TASK_SET, id) as TaskSetData);
    let program = this.#programs.get(data.binaryId);
    if (program === undefined) {
      program = this.#parts!.runner.loadStage(data.binaryId, new Uint8Array(data.binary));
      this.#programs.set(data.binaryId, program);
    }
    const loaded = { data, program };
    this.#sets.set(id, loaded);
    return loaded;
  }

  #ended(attempt: Attempt, output: TaskOutput | null, thrown: { readonly error: unknown } | undefined): void {
    if (this.#current !== attempt) return; // a stray error ended it before
    this.#current = null;
    this.#cells.awaiting = false;
    this.#host.abandon();
    let failed = thrown;
    let what = "";
    if (failed === undefined && this.#stray !== null) {
      failed = { error: this.#stray.thrown };
      what = this.#stray.what;
    }
    failed = this.#close(attempt) ?? failed;
    const finishedAt = wallClock();
    const { metrics, startedAt, task } = attempt;
    metrics.executorRunTime = Math.max(0, finishedAt - startedAt - metrics.executorDeserializeTime);
    this.#cpuAtLastEnd = this.#cpu();
    metrics.executorCpuTimeNs = this.#cpuAtLastEnd - attempt.cpuAtStart;
    metrics.jvmGcTime = this.#gc.spent();
    const base = { taskId: task.taskId, startedAt, finishedAt, metrics };
    const end = failed === undefined ? this.#finished(base, output!) : this.#failed(base, failed.error, what);
    const recycle = this.#stray !== null || openResources() > this.#resourcesAtRest || !this.#unchanged();
    this.#report(task.taskId, recycle ? REPORT_RECYCLE : REPORT_ENDED, this.#writer.encode(end));
    this.#cells.end();
    this.#retired = recycle;
    this.#next();
  }

  /** Gives back what the task held. An error of that counts only if the task had none. */
  #close(attempt: Attempt): { readonly error: unknown } | undefined {
    this.#host.closing = true;
    try {
      attempt.storage?.close();
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      this.#host.closing = false;
    }
  }

  #finished(base: Omit<TaskEnd, "state">, output: TaskOutput): TaskEnd {
    const { accumulators } = output;
    const common = accumulators === undefined ? base : { ...base, accumulators };
    if (output.kind === "map")
      return { ...common, state: STATE_FINISHED, mapStatus: this.#writer.encodeMapStatus(output.output) };
    if (output.kind === "kept") {
      base.metrics!.resultSize = output.bytes;
      return { ...common, state: STATE_FINISHED, keptResult: output.bytes };
    }
    const { bytes } = output;
    const { length } = bytes;
    base.metrics!.resultSize = length;
    if (bytes.length <= this.#maxDirectResult) return { ...common, state: STATE_FINISHED, result: bytes };
    try {
      // The output's memory is its own: encoders do not write into pools.
      this.#host.call(OP_KEEP_RESULT, bytes, [bytes.buffer as ArrayBuffer]);
    } catch (error) {
      return this.#failed(base, error, "");
    }
    return { ...common, state: STATE_FINISHED, keptResult: length };
  }

  #failed(base: Omit<TaskEnd, "state">, error: unknown, what: string): TaskEnd {
    if (this.#cells.stopping(base.taskId)) return { ...base, state: STATE_KILLED, killReason: "" };
    const { runner } = this.#parts!;
    return { ...base, state: STATE_FAILED, failure: failureOf(error, (thrown) => runner.encodeThrown(thrown), what) };
  }

  #report(taskId: number, tag: number, report: Uint8Array): void {
    if (report.length > MAX_REPORT) {
      const own = new Uint8Array(report);
      this.#port.postMessage({ type: "report", taskId, tag, report: own }, [own.buffer]);
      return;
    }
    while (!this.#reports.write(taskId, tag, report)) {
      this.#wakeMain();
      this.#reports.waitForRoom();
    }
    this.#wakeMain();
  }

  #wakeMain(): void {
    if (this.#reports.takeWake()) this.#port.postMessage({ type: "wake" });
  }

  /** The main thread has been told to replace this thread and will end it. */
  #sleepForEver(): void {
    this.#wakeMain();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
}

function isPromise(output: TaskOutput | Promise<TaskOutput>): output is Promise<TaskOutput> {
  return typeof (output as { then?: unknown }).then === "function";
}

/** Things that keep an event loop alive, other than the immediate that runs this. */
function openResources(): number {
  let count = 0;
  for (const name of process.getActiveResourcesInfo()) if (name !== "Immediate") count++;
  return count;
}
