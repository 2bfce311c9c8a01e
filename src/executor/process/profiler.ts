/**
 * V8's sampling profiler in the task threads of this executor, through the inspector: threads need not take part, and pay
 * nothing while it is off. What was sampled is merged into one call tree.
 */
import type { Session } from "node:inspector";
import { type CallTree, CallTreeBuilder, type ProfileNode } from "../../common/call-tree";

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly error?: { readonly message: string };
  readonly result?: { readonly profile?: { readonly nodes: readonly ProfileNode[] } };
}

/** A thread that is in native code does not answer until it comes back; what it tells then is in what is read next. */
const TIMEOUT_MS = 3000;

export class Profiler {
  #session: Session | null = null;
  readonly #threads = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  #nextId = 1;
  #interval = 0;
  #tree = new CallTreeBuilder();
  #from = 0;

  /** @param intervalMicros between two samples of a thread. A profiler that runs begins anew. */
  async start(intervalMicros: number): Promise<void> {
    this.stop();
    const { Session: InspectorSession } = require("node:inspector") as typeof import("node:inspector");
    this.#interval = intervalMicros;
    this.#tree = new CallTreeBuilder();
    this.#from = Date.now();
    const session = new InspectorSession();
    session.connect();
    this.#session = session;
    session.on("NodeWorker.attachedToWorker", ({ params }) => {
      if (!params.workerInfo.title.includes("task-thread-")) return;
      this.#threads.add(params.sessionId);
      this.#begin(params.sessionId);
    });
    session.on("NodeWorker.detachedFromWorker", ({ params }) => this.#threads.delete(params.sessionId));
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      const answer = JSON.parse(params.message) as Answer;
      const key = `${params.sessionId}/${answer.id}`;
      if (answer.result?.profile !== undefined) this.#tree.add(answer.result.profile.nodes);
      this.#waiting.get(key)?.();
      this.#waiting.delete(key);
    });
    // Threads that start later are told of too.
    await new Promise<void>((resolve, reject) =>
      session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) =>
        error === null ? resolve() : reject(error),
      ),
    );
  }

  /** What was sampled since the start, but for what threads that have not answered after `timeout` ms will tell. Samples go on. */
  async read(timeout = TIMEOUT_MS): Promise<CallTree> {
    await Promise.all(
      [...this.#threads].map(async (thread) => {
        const answered = this.#ask(thread, "Profiler.stop", timeout);
        this.#tell(thread, "Profiler.start");
        await answered;
      }),
    );
    return { intervalMicros: this.#interval, from: this.#from, to: Date.now(), ...this.#tree.columns() };
  }

  stop(): void {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    for (const thread of this.#threads) post(session, thread, { id: this.#nextId++, method: "Profiler.disable" });
    this.#threads.clear();
    this.#waiting.clear();
    session.post("NodeWorker.disable");
    session.disconnect();
  }

  #begin(thread: string): void {
    this.#tell(thread, "Profiler.enable");
    this.#tell(thread, "Profiler.setSamplingInterval", { interval: this.#interval });
    this.#tell(thread, "Profiler.start");
    // Code that was optimized before knows nothing of the functions that were inlined into it: it is optimized anew. To begin
    // precise coverage throws optimized code away.
    this.#tell(thread, "Profiler.startPreciseCoverage", { callCount: false, detailed: false });
    this.#tell(thread, "Profiler.stopPreciseCoverage");
  }

  #tell(thread: string, method: string, params?: object): number {
    const id = this.#nextId++;
    if (this.#session !== null) post(this.#session, thread, { id, method, ...(params === undefined ? {} : { params }) });
    return id;
  }

  /** Resolves when the thread has answered, or does not. */
  #ask(thread: string, method: string, timeout: number): Promise<void> {
    return new Promise((resolve) => {
      const key = `${thread}/${this.#tell(thread, method)}`;
      const timer = setTimeout(() => {
        this.#waiting.delete(key);
        resolve();
      }, timeout);
      this.#waiting.set(key, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function post(session: Session, sessionId: string, message: object): void {
  session.post("NodeWorker.sendMessageToWorker", { sessionId, message: JSON.stringify(message) });
}
