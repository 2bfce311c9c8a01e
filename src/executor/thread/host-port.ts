/**
 * A task thread's way to its main thread. Synchronous calls block in Atomics.wait until the answer is in the port;
 * asynchronous ones need the thread's event loop.
 */
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort } from "node:worker_threads";
import type { HostCalls } from "../../storage/host-calls";
import { TaskKilled } from "../../storage/task-env";
import type { CallAnswer, CallMessage, ForgetNotice, ThreadReport } from "../shared/messages";
import type { ThreadCells } from "../shared/thread-cells";
import { NO_TASK } from "../shared/thread-cells";
import { reviveThrown } from "../shared/thrown";

/** parentPort, as far as it is needed here. */
export interface ParentPort {
  postMessage(message: ThreadReport, transfer?: readonly ArrayBuffer[]): void;
  ref(): void;
  unref(): void;
}

export interface Notices {
  forgetSet(id: number): void;
  forgetBinary(id: string): void;
}

export class HostPort {
  #nextCall = 1;
  #noticesSeen = 0;
  #nextPending = 1;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  /** Calls made while a task's leases are being closed are answered even if the task was told to stop. */
  closing = false;

  constructor(
    private readonly port: MessagePort,
    private readonly parent: ParentPort,
    private readonly cells: ThreadCells,
    private readonly notices: Notices,
  ) {}

  /** For the storage layer, whose operations have types of their own. */
  get calls(): HostCalls {
    return { call: (op, args) => this.call(op, args) as never, send: (op, args) => this.send(op, args) };
  }

  /**
   * Blocks until answered. `given`: memory that goes to the main thread instead of a copy of it. Throws what the handler
   * threw, or TaskKilled when the running task is told to stop.
   */
  call(op: string, args: unknown, given: readonly ArrayBuffer[] = []): unknown {
    const id = this.#nextCall++;
    this.port.postMessage({ id, op, args } satisfies CallMessage, given);
    for (;;) {
      const seen = this.cells.lastAnswered();
      if (seen === id) return this.#answer(id);
      const task = this.cells.currentTask;
      if (!this.closing && task !== NO_TASK && this.cells.stopping(task)) throw new TaskKilled("The task was told to stop.");
      this.cells.waitForAnswer(seen);
    }
  }

  send(op: string, args: unknown): void {
    this.port.postMessage({ id: 0, op, args } satisfies CallMessage);
  }

  /** Resolves when answered; the thread stays alive meanwhile. */
  ask(op: string, args: unknown): Promise<unknown> {
    const id = this.#nextPending++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.parent.ref();
      this.parent.postMessage({ type: "call", id, op, args });
    });
  }

  settled(id: number, value: unknown, error: Error | undefined): void {
    const waiting = this.#pending.get(id);
    if (waiting === undefined) return;
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.parent.unref();
    if (error === undefined) waiting.resolve(value);
    else waiting.reject(error);
  }

  /** Forgets asynchronous calls of a task that is over. */
  abandon(): void {
    if (this.#pending.size === 0) return;
    this.#pending.clear();
    this.parent.unref();
  }

  /** Reads notices, if there are any. Between tasks. */
  readNotices(): void {
    const count = this.cells.notices;
    if (count === this.#noticesSeen) return;
    this.#noticesSeen = count;
    for (let received = receiveMessageOnPort(this.port); received !== undefined; received = receiveMessageOnPort(this.port)) {
      this.#notice(received.message as CallAnswer);
    }
  }

  #answer(id: number): unknown {
    for (;;) {
      // Answers of calls that were given up, and notices, lie before it.
      const received = receiveMessageOnPort(this.port);
      if (received === undefined) throw new Error(`The answer to call ${id} is missing.`);
      const message = received.message as CallAnswer;
      if (message.id !== id) this.#notice(message);
      else if ("error" in message) throw reviveThrown(message.error);
      else return (message as { value: unknown }).value;
    }
  }

  #notice(message: CallAnswer): void {
    if (message.id !== 0) return;
    const { sets, binaries } = message as ForgetNotice;
    for (const id of sets) this.notices.forgetSet(id);
    for (const id of binaries) this.notices.forgetBinary(id);
  }
}
