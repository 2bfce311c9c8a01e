/** The main thread's handle of one task thread: its worker, shared memory and ports. Knows nothing of other threads. */
import type { ResourceLimits } from "node:worker_threads";
import { MessageChannel, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { CallAnswer, CallMessage, ForgetNotice, ThreadData, ThreadMessage, ThreadReport } from "../shared/messages";
import { ReportReader } from "../shared/report-ring";
import { NO_TASK, ThreadCells } from "../shared/thread-cells";
import { thrownData } from "../shared/thrown";

export interface ThreadHandlers {
  loaded(thread: TaskThreadHandle): void;
  /** There is something in the ring. */
  wake(): void;
  /** A report too long for the ring. */
  report(thread: TaskThreadHandle, taskId: number, tag: number, report: Uint8Array): void;
  /** Answers a call of the thread; what it throws is thrown there. */
  call(thread: TaskThreadHandle, op: string, args: unknown): unknown;
  /** The thread is gone. `error` is what ended it, if something did. */
  exited(thread: TaskThreadHandle, code: number, error: Error | null): void;
}

export interface ThreadOptions {
  /** The bundle whose entry calls `threadMain`. */
  readonly file: string;
  readonly thread: number;
  readonly queue: SharedArrayBuffer;
  readonly board: SharedArrayBuffer;
  readonly limits: ResourceLimits;
}

export class TaskThreadHandle {
  readonly thread: number;
  readonly cells = new ThreadCells();
  readonly reports = new ReportReader();
  /** The slot it works for; null for one that is kept in reserve. */
  slot: number | null = null;
  isLoaded = false;
  isGone = false;
  /** Why it is being ended; null while it is not. */
  ending: string | null = null;
  /** The last task that was reported as started. */
  announced = NO_TASK;
  readonly #worker: Worker;
  readonly #calls: MessagePort;
  #error: Error | null = null;

  constructor(options: ThreadOptions, handlers: ThreadHandlers) {
    this.thread = options.thread;
    const { port1, port2 } = new MessageChannel();
    this.#calls = port1;
    const data: ThreadData = {
      thread: options.thread,
      cells: this.cells.buffer,
      reports: this.reports.buffer,
      queue: options.queue,
      board: options.board,
      calls: port2,
    };
    this.#worker = new Worker(options.file, {
      workerData: data,
      transferList: [port2],
      resourceLimits: options.limits,
      name: this.title,
    });
    port1.on("message", (call: CallMessage) => void this.#answer(call, handlers));
    this.#worker.on("message", (message: ThreadReport) => {
      if (message.type === "wake") handlers.wake();
      else if (message.type === "report") handlers.report(this, message.taskId, message.tag, message.report);
      else if (message.type === "call") void this.#settle(message, handlers);
      else {
        this.isLoaded = true;
        handlers.loaded(this);
      }
    });
    this.#worker.on("error", (error: Error) => {
      this.#error = error;
    });
    this.#worker.on("exit", (code) => {
      this.isGone = true;
      port1.close();
      handlers.exited(this, code, this.#error);
    });
  }

  /** How inspectors and profilers call the thread. */
  get title(): string {
    return `task-thread-${this.thread}.`;
  }

  activate(message: Extract<ThreadMessage, { type: "activate" }>): void {
    this.slot = message.slot;
    this.#worker.postMessage(message);
  }

  /** Ends the thread, wherever its code is. `exited` follows, unless native code does not return. */
  terminate(reason: string): void {
    if (this.ending === null) void this.#worker.terminate();
    this.ending ??= reason;
  }

  /** One in reserve has nothing to forget, and reads no messages: they would gather for as long as it waits. */
  notice(notice: ForgetNotice): void {
    if (this.isGone || this.slot === null) return;
    this.#calls.postMessage(notice);
    this.cells.noticed();
  }

  async #answer(call: CallMessage, handlers: ThreadHandlers): Promise<void> {
    let answer: CallAnswer;
    try {
      const value = handlers.call(this, call.op, call.args);
      answer = { id: call.id, value: value instanceof Promise ? await value : value };
    } catch (error) {
      answer = { id: call.id, error: thrownData(error) };
    }
    if (call.id === 0 || this.isGone) return;
    try {
      this.#calls.postMessage(answer);
    } catch (error) {
      this.#calls.postMessage({ id: call.id, error: thrownData(error) } satisfies CallAnswer); // not cloneable
    }
    this.cells.answered(call.id);
  }

  async #settle(call: Extract<ThreadReport, { type: "call" }>, handlers: ThreadHandlers): Promise<void> {
    let message: ThreadMessage;
    try {
      message = { type: "settled", id: call.id, value: await handlers.call(this, call.op, call.args) };
    } catch (error) {
      message = { type: "settled", id: call.id, error: thrownData(error) };
    }
    if (!this.isGone) this.#worker.postMessage(message);
  }
}
