/**
 * The task threads of an executor: gives them tasks, gathers what they report, ends tasks that must stop, and replaces
 * threads that are gone or spoilt. A spare thread is kept loaded, so that a replacement costs no start-up.
 *
 * Ending a task is a ladder: a flag that its loops look at; after a grace the thread is terminated; a thread that does
 * not go (native code that does not return) costs the process.
 */
import type { ResourceLimits } from "node:worker_threads";
import { withEngineNamed } from "../../common/engine-folder";
import type { ResourceAddresses } from "../../common/resources";
import { afterRunning } from "../../common/running-time";
import type { TaskFailure } from "../../wire/failure";
import { describeThrown, firstLine } from "../../wire/failure";
import { REPORT_RECYCLE } from "../shared/messages";
import type { TaskSetData } from "../shared/messages";
import { SetBoardWriter } from "../shared/set-board";
import { TaskQueueWriter } from "../shared/task-queue";
import type { Progress } from "../shared/thread-cells";
import { NO_TASK } from "../shared/thread-cells";
import type { TaskEnd } from "../thread/update-writer";
import { STATE_FAILED, STATE_KILLED, STATE_RECALLED, STATE_STARTED, UpdateWriter } from "../thread/update-writer";
import { newTaskMetrics } from "../../storage/task-env";
import { IdleStart } from "./idle-start";
import { TaskThreadHandle } from "./task-thread";
import { stacksOf } from "./thread-dump";

export interface PoolOptions {
  readonly threadFile: string;
  readonly slots: number;
  readonly limits: ResourceLimits;
  /** Between asking a task to stop and ending its thread: when the thread is to be interrupted, and otherwise; ms. */
  readonly killGraceMs: number;
  readonly gentleKillGraceMs: number;
}

export interface PoolHandlers {
  /** Encoded TaskUpdates, in order. */
  updates(updates: Uint8Array[]): void;
  /** Answers a call of a thread. `taskId` is NO_TASK between tasks. */
  call(slot: number, taskId: number, op: string, args: unknown): unknown;
  taskEnded(slot: number, taskId: number): void;
  /** The process cannot go on. */
  fatal(reason: string): void;
}

/** What every thread is told when it gets its slot. */
export interface ThreadIdentity {
  readonly executorId: string;
  readonly host: string;
  readonly storage: unknown;
  readonly conf: Readonly<Record<string, string>>;
}

export interface PoolTask {
  readonly taskId: number;
  readonly taskSet: number;
  readonly partition: number;
  readonly attempt: number;
  readonly payload: Uint8Array | null;
  readonly resources: ResourceAddresses;
}

interface Kill {
  readonly reason: string;
  timer: NodeJS.Timeout;
}

/**
 * A terminated thread must be gone after this, ms of running time. To take its heap apart takes 0.04 s for 200 MiB and 0.5 s for 3 GiB; on a
 * machine with six times as many busy threads as cores it took up to 1 s.
 */
const TERMINATE_TIMEOUT = 2000;
const TICK = 20;
/** Tasks that run for longer are reported as started, ms. */
const LONG_TASK = 10;
/** Threads that end before they are loaded, one after the other, before the executor gives up. */
const MAX_FALSE_STARTS = 3;
/** A task that a thread has just taken may not have its name in the thread's cells yet. */
const LOOK_AGAIN = 2;

export class ThreadPool {
  readonly #queue = new TaskQueueWriter();
  readonly #board = new SetBoardWriter();
  readonly #writer = new UpdateWriter();
  readonly #threads = new Set<TaskThreadHandle>();
  readonly #freeSlots: number[] = [];
  /** Everything launched and not reported. */
  readonly #tasks = new Map<number, PoolTask>();
  /** Tasks that found the queue full, oldest first. */
  #waiting = new Map<number, PoolTask>();
  readonly #kills = new Map<number, Kill>();
  readonly #barrierSets = new Set<number>();
  #outgoing: Uint8Array[] = [];
  #notice: { readonly id: 0; readonly sets: number[]; readonly binaries: string[] } | null = null;
  #identity: ThreadIdentity | null = null;
  #nextThread = 0;
  #falseStarts = 0;
  #tick: NodeJS.Timeout | null = null;
  #pumping = false;
  #stopped = false;
  readonly #spareStart = new IdleStart(
    () => this.#tasks.size > 0,
    () => this.#keepSpare(),
  );

  constructor(
    private readonly options: PoolOptions,
    private readonly handlers: PoolHandlers,
  ) {
    for (let slot = 0; slot < options.slots; slot++) {
      this.#freeSlots.push(slot);
      this.#spawn();
    }
  }

  /** Threads take tasks from now on. */
  activate(identity: ThreadIdentity): void {
    this.#identity = identity;
    for (const thread of this.#threads) this.#giveSlot(thread);
  }

  launch(tasks: readonly PoolTask[]): void {
    for (const task of tasks) {
      this.#tasks.set(task.taskId, task);
      if (this.#waiting.size > 0 || !this.#push(task)) this.#waiting.set(task.taskId, task);
    }
    this.#queue.announce();
    this.#tick ??= setInterval(() => this.#look(), TICK);
    this.#spareStart.arm();
  }

  /** Before its tasks are launched. */
  addSet(set: TaskSetData): void {
    this.#board.write(set);
    if (set.barrier !== null) this.#barrierSets.add(set.id);
  }

  /** While paused no thread begins a task; what runs goes on, and what waits can be called back. */
  pause(paused: boolean): void {
    if (paused) this.#queue.close();
    else this.#queue.open();
  }

  /** Are there tasks that must all run at once? */
  get hasBarrierTasks(): boolean {
    return this.#barrierSets.size > 0;
  }

  #push(task: PoolTask): boolean {
    return this.#queue.push(task, this.#board.placeOf(task.taskSet));
  }

  resourcesOf(taskId: number): ResourceAddresses {
    return this.#tasks.get(taskId)?.resources ?? {};
  }

  payloadOf(taskId: number): Uint8Array | null {
    return this.#tasks.get(taskId)?.payload ?? null;
  }

  kill(taskId: number, interruptThread: boolean, reason: string): void {
    if (!this.#tasks.has(taskId)) return;
    if (this.#takeBack(taskId)) {
      this.#tasks.delete(taskId);
      this.#tell({ taskId, state: STATE_KILLED, startedAt: 0, finishedAt: Date.now(), killReason: reason });
      return;
    }
    this.#stopRunning(taskId, interruptThread, reason);
  }

  recall(taskIds: readonly number[]): void {
    for (const taskId of taskIds) {
      if (!this.#tasks.has(taskId) || !this.#takeBack(taskId)) continue;
      this.#tasks.delete(taskId);
      this.#tell({ taskId, state: STATE_RECALLED, startedAt: 0, finishedAt: 0 });
    }
  }

  forgetSet(id: number): void {
    this.#board.forget(id);
    this.#barrierSets.delete(id);
    this.#forgotten().sets.push(id);
  }

  forgetBinary(id: string): void {
    this.#forgotten().binaries.push(id);
  }

  /** What this turn of the event loop forgets: threads are told of all of it at once. */
  #forgotten(): { readonly id: 0; readonly sets: number[]; readonly binaries: string[] } {
    if (this.#notice === null) {
      const notice = (this.#notice = { id: 0, sets: [], binaries: [] });
      queueMicrotask(() => {
        this.#notice = null;
        for (const thread of this.#threads) thread.notice(notice);
      });
    }
    return this.#notice;
  }

  /** Threads without work look whether something of theirs was removed. */
  nudge(): void {
    this.#queue.wakeAll();
  }

  running(): { readonly taskId: number; readonly startedAt: number; readonly metrics: Progress }[] {
    const found = [];
    for (const thread of this.#threads) {
      const taskId = thread.cells.currentTask;
      if (taskId !== NO_TASK) found.push({ taskId, startedAt: thread.cells.startedAt, metrics: thread.cells.progress() });
    }
    return found;
  }

  /** Threads that run a task, by the name that inspectors know. */
  runningThreads(): { readonly title: string; readonly taskId: number }[] {
    return [...this.#threads]
      .map(({ title, cells }) => ({ title, taskId: cells.currentTask }))
      .filter(({ taskId }) => taskId !== NO_TASK);
  }

  /** What every slot does, with the stacks of those that run. */
  async dump(): Promise<{ readonly name: string; readonly state: string; readonly stack: string; readonly taskId: number }[]> {
    const seen = [...this.#threads]
      .filter((thread) => thread.slot !== null)
      .map((thread) => ({ thread, taskId: thread.cells.currentTask }));
    const running = new Set(seen.filter(({ taskId }) => taskId !== NO_TASK).map(({ thread }) => thread.title));
    const stacks = running.size === 0 ? new Map<string, string>() : await stacksOf(running);
    return seen.map(({ thread, taskId }) => ({
      name: `slot ${thread.slot}`,
      state: taskId === NO_TASK ? "idle" : thread.cells.awaiting ? "awaiting" : "running",
      stack: withEngineNamed(stacks.get(thread.title) ?? ""),
      taskId: taskId === NO_TASK ? 0 : taskId,
    }));
  }

  stop(): void {
    this.#stopped = true;
    if (this.#tick !== null) clearInterval(this.#tick);
    this.#spareStart.stop();
    for (const kill of this.#kills.values()) clearTimeout(kill.timer);
    for (const thread of this.#threads) thread.terminate("the executor ends");
  }

  #spawn(): void {
    const { threadFile, limits } = this.options;
    const thread = new TaskThreadHandle(
      { file: threadFile, thread: this.#nextThread++, queue: this.#queue.buffer, board: this.#board.buffer, limits },
      {
        loaded: (one) => {
          this.#falseStarts = 0;
          this.#giveSlot(one);
        },
        wake: () => this.#pump(),
        report: (one, taskId, tag, report) => {
          this.#reported(one, taskId, tag, report);
          this.#flush();
        },
        call: (one, op, args) => this.handlers.call(one.slot ?? -1, one.cells.currentTask, op, args),
        exited: (one, code, error) => this.#exited(one, code, error),
      },
    );
    this.#threads.add(thread);
  }

  #giveSlot(thread: TaskThreadHandle): void {
    if (this.#identity === null || !thread.isLoaded || thread.slot !== null || thread.ending !== null) return;
    const slot = this.#freeSlots.shift();
    if (slot === undefined) return; // it is the spare
    thread.activate({ type: "activate", slot, ...this.#identity });
    if (!thread.reports.arm()) this.#pump();
  }

  /** Has as many threads without a slot as there are slots without a thread, and one to spare. */
  #keepSpare(): void {
    if (this.#stopped) return;
    let unassigned = 0;
    for (const thread of this.#threads) if (thread.slot === null && thread.ending === null) unassigned++;
    for (; unassigned < this.#freeSlots.length + 1; unassigned++) this.#spawn();
  }

  /** Takes reports until there are none, with a turn of the event loop between, so that many make one message. */
  readonly #pump = (): void => {
    if (this.#pumping) return;
    this.#pumping = true;
    this.#pumpOnce();
  };

  readonly #pumpOnce = (): void => {
    let count = 0;
    for (const thread of this.#threads) count += this.#drain(thread);
    this.#refill();
    this.#flush();
    if (count > 0) {
      setImmediate(this.#pumpOnce);
      return;
    }
    for (const thread of this.#threads) {
      if (!thread.reports.arm()) {
        setImmediate(this.#pumpOnce);
        return;
      }
    }
    this.#pumping = false;
  };

  #drain(thread: TaskThreadHandle): number {
    return thread.reports.drain((taskId, tag, report) => this.#reported(thread, taskId, tag, report));
  }

  #reported(thread: TaskThreadHandle, taskId: number, tag: number, report: Uint8Array): void {
    if (this.#tasks.has(taskId)) {
      this.#settled(thread, taskId);
      this.#outgoing.push(report);
    }
    if (tag === REPORT_RECYCLE) this.#retire(thread, "a task left handles open or changed shared state");
  }

  #settled(thread: TaskThreadHandle, taskId: number): void {
    this.#tasks.delete(taskId);
    this.#queue.forget(taskId);
    const kill = this.#kills.get(taskId);
    if (kill !== undefined) {
      clearTimeout(kill.timer);
      this.#kills.delete(taskId);
    }
    if (thread.slot !== null) this.handlers.taskEnded(thread.slot, taskId);
  }

  #refill(): void {
    for (const [taskId, task] of this.#waiting) {
      if (!this.#push(task)) break;
      this.#waiting.delete(taskId);
    }
    this.#queue.announce();
  }

  #tell(end: TaskEnd): void {
    this.#outgoing.push(Buffer.from(this.#writer.encode(end)));
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return;
    const updates = this.#outgoing;
    this.#outgoing = [];
    this.handlers.updates(updates);
  }

  #takeBack(taskId: number): boolean {
    if (this.#waiting.delete(taskId)) return true;
    return this.#queue.recall(taskId);
  }

  #threadOf(taskId: number): TaskThreadHandle | undefined {
    for (const thread of this.#threads) if (thread.cells.currentTask === taskId) return thread;
    return undefined;
  }

  #stopRunning(taskId: number, interruptThread: boolean, reason: string): void {
    const before = this.#kills.get(taskId);
    if (before !== undefined) clearTimeout(before.timer);
    const thread = this.#threadOf(taskId);
    const grace = interruptThread ? this.options.killGraceMs : this.options.gentleKillGraceMs;
    const again = (): void => this.#stopRunning(taskId, interruptThread, reason);
    const timer = setTimeout(
      thread === undefined ? again : () => this.#endThreadOf(taskId, reason),
      thread === undefined ? LOOK_AGAIN : grace,
    );
    this.#kills.set(taskId, { reason, timer });
    thread?.cells.stop(taskId);
  }

  #endThreadOf(taskId: number, reason: string): void {
    const thread = this.#threadOf(taskId);
    if (thread === undefined || !this.#tasks.has(taskId)) return;
    this.#retire(thread, reason);
  }

  #retire(thread: TaskThreadHandle, reason: string): void {
    if (thread.ending !== null) return;
    thread.terminate(reason);
    afterRunning(TERMINATE_TIMEOUT, () => {
      if (!thread.isGone) this.handlers.fatal(`a task thread did not end within ${TERMINATE_TIMEOUT} ms (${reason})`);
    });
  }

  #exited(thread: TaskThreadHandle, code: number, error: Error | null): void {
    this.#drain(thread);
    this.#threads.delete(thread);
    if (this.#stopped) return;
    const current = thread.cells.currentTask;
    if (current !== NO_TASK && this.#tasks.has(current)) this.#lostTask(thread, current, code, error);
    const requeued = this.#queue.releaseClaims(thread.thread).flatMap((id) => this.#tasks.get(id) ?? []);
    this.#waiting = new Map([...requeued.map((task): [number, PoolTask] => [task.taskId, task]), ...this.#waiting]);
    this.#refill();
    this.#flush();
    if (thread.slot !== null) this.#freeSlots.push(thread.slot);
    if (!thread.isLoaded && ++this.#falseStarts >= MAX_FALSE_STARTS) {
      this.handlers.fatal(`task threads do not start: ${error?.message ?? `exit code ${code}`}`);
      return;
    }
    for (const spare of this.#threads) this.#giveSlot(spare);
    this.#keepSpare();
  }

  #lostTask(thread: TaskThreadHandle, taskId: number, code: number, error: Error | null): void {
    const kill = this.#kills.get(taskId);
    const base = { taskId, startedAt: thread.cells.startedAt, finishedAt: Date.now(), metrics: newTaskMetrics() };
    this.#settled(thread, taskId);
    if (kill !== undefined) this.#tell({ ...base, state: STATE_KILLED, killReason: kill.reason });
    else this.#tell({ ...base, state: STATE_FAILED, failure: this.#whyGone(thread, code, error) });
  }

  #whyGone(thread: TaskThreadHandle, code: number, error: Error | null): TaskFailure {
    const called = thread.cells.calledExitCode;
    if (error !== null && (error as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY") {
      const limit = this.options.limits.maxOldGenerationSizeMb;
      const heap = `the ${limit} MiB of JavaScript heap that a task thread has`;
      const description = `out of memory: the task needs more than ${heap} (spark.executor.memory, cores)`;
      return { kind: "outOfMemory", description, error: null, fetch: null };
    }
    if (error !== null) {
      const info = describeThrown(error);
      return { kind: "threadEnded", description: `the task's thread ended: ${firstLine(info)}`, error: info, fetch: null };
    }
    const description =
      called !== null
        ? `the function called process.exit(${called})`
        : thread.cells.awaiting
          ? "the function's promise can never settle: nothing is left that it could wait for"
          : `the task's thread ended with exit code ${code}`;
    return { kind: "threadEnded", description, error: null, fetch: null };
  }

  #look(): void {
    if (this.#tasks.size === 0) {
      clearInterval(this.#tick!);
      this.#tick = null;
      return;
    }
    const now = Date.now();
    for (const thread of this.#threads) {
      const taskId = thread.cells.currentTask;
      const { startedAt } = thread.cells;
      if (taskId === NO_TASK || taskId === thread.announced || now - startedAt < LONG_TASK || !this.#tasks.has(taskId)) continue;
      thread.announced = taskId;
      this.#tell({ taskId, state: STATE_STARTED, startedAt, finishedAt: 0 });
    }
  }
}
