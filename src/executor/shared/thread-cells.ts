/** What one task thread and the main thread tell each other without messages: what runs, what is to stop, what is answered. */
import type { TaskMetrics } from "../../storage/task-env";

/** Id of the running task, NO_TASK when none does. Written by the thread. */
const CURRENT = 0;
/** Id of the task that is to stop. Written by the main thread. */
const STOP = 1;
/** Number of the last answered call. Written by the main thread; the thread waits on it. */
const ANSWERED = 2;
/** Grows with every message that waits in the call port besides answers. */
const NOTICES = 3;
/** Bits of THREAD_FLAGS. Written by the thread. */
const FLAGS = 4;
const EXIT_CODE = 5;
const STARTED_AT = 4; // as Float64, as what follows
/** What the running task has done so far. Written by the thread. */
const PROGRESS = 5;
const BYTES = 96;

/** The counters of a running task that heartbeats tell. */
export type Progress = Pick<
  TaskMetrics,
  | "inputBytes"
  | "inputRecords"
  | "shuffleRecordsRead"
  | "shuffleRecordsWritten"
  | "memoryBytesSpilled"
  | "diskBytesSpilled"
  | "peakExecutionMemory"
>;

/** No task has this id. */
export const NO_TASK = 0xffff_ffff;

/** The user's code called process.exit. */
const EXIT_CALLED = 1;
/** The running task waits for a promise. */
const AWAITING = 2;

export class ThreadCells {
  readonly #words: Int32Array;
  readonly #times: Float64Array;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.#words = new Int32Array(buffer);
    this.#times = new Float64Array(buffer);
    if (Atomics.load(this.#words, STOP) === 0 && Atomics.load(this.#words, CURRENT) === 0) {
      Atomics.store(this.#words, STOP, NO_TASK | 0);
      Atomics.store(this.#words, CURRENT, NO_TASK | 0);
    }
  }

  get currentTask(): number {
    return Atomics.load(this.#words, CURRENT) >>> 0;
  }

  /** When the current task began, ms since the epoch. */
  get startedAt(): number {
    return this.#times[STARTED_AT]!;
  }

  /** Thread: tells how far the running task is. Cheap enough for every chunk. */
  progressed(metrics: TaskMetrics): void {
    const times = this.#times;
    times[PROGRESS] = metrics.inputBytes;
    times[PROGRESS + 1] = metrics.inputRecords;
    times[PROGRESS + 2] = metrics.shuffleRecordsRead;
    times[PROGRESS + 3] = metrics.shuffleRecordsWritten;
    times[PROGRESS + 4] = metrics.memoryBytesSpilled;
    times[PROGRESS + 5] = metrics.diskBytesSpilled;
    times[PROGRESS + 6] = metrics.peakExecutionMemory;
  }

  /** Main thread: the same counters of the running task, as it told them last. */
  progress(): Progress {
    const times = this.#times;
    return {
      inputBytes: times[PROGRESS]!,
      inputRecords: times[PROGRESS + 1]!,
      shuffleRecordsRead: times[PROGRESS + 2]!,
      shuffleRecordsWritten: times[PROGRESS + 3]!,
      memoryBytesSpilled: times[PROGRESS + 4]!,
      diskBytesSpilled: times[PROGRESS + 5]!,
      peakExecutionMemory: times[PROGRESS + 6]!,
    };
  }

  begin(taskId: number, now: number): void {
    this.#times[STARTED_AT] = now;
    this.#times.fill(0, PROGRESS);
    Atomics.store(this.#words, FLAGS, 0);
    Atomics.store(this.#words, CURRENT, taskId | 0);
  }

  end(): void {
    Atomics.store(this.#words, CURRENT, NO_TASK | 0);
  }

  /** Main thread: the task is to stop. Wakes the thread if it waits for an answer. */
  stop(taskId: number): void {
    Atomics.store(this.#words, STOP, taskId | 0);
    Atomics.notify(this.#words, ANSWERED);
  }

  stopping(taskId: number): boolean {
    return Atomics.load(this.#words, STOP) === (taskId | 0);
  }

  /**
   * Main thread: the answer to call number `call` is in the port. Calls that a killed task gave up may be answered after those of the
   * next task, which would wait for ever if the number went back.
   */
  answered(call: number): void {
    if (call > Atomics.load(this.#words, ANSWERED)) Atomics.store(this.#words, ANSWERED, call);
    Atomics.notify(this.#words, ANSWERED);
  }

  lastAnswered(): number {
    return Atomics.load(this.#words, ANSWERED);
  }

  /** Sleeps while the last answer is number `seen`. May wake without cause. */
  waitForAnswer(seen: number): void {
    Atomics.wait(this.#words, ANSWERED, seen);
  }

  /** Main thread: a notice is in the call port. */
  noticed(): void {
    Atomics.add(this.#words, NOTICES, 1);
  }

  get notices(): number {
    return Atomics.load(this.#words, NOTICES);
  }

  exitCalled(code: number): void {
    this.#words[EXIT_CODE] = code;
    Atomics.or(this.#words, FLAGS, EXIT_CALLED);
  }

  /** The code that the user's code gave to process.exit; null when it did not call it. */
  get calledExitCode(): number | null {
    return Atomics.load(this.#words, FLAGS) & EXIT_CALLED ? this.#words[EXIT_CODE]! : null;
  }

  set awaiting(on: boolean) {
    if (on) Atomics.or(this.#words, FLAGS, AWAITING);
    else Atomics.and(this.#words, FLAGS, ~AWAITING);
  }

  get awaiting(): boolean {
    return (Atomics.load(this.#words, FLAGS) & AWAITING) !== 0;
  }
}
