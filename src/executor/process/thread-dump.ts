/**
 * Stacks of task threads while they run, whatever their code does: V8's inspector interrupts a thread at its next loop
 * iteration or call. A thread inside native code, or one that waits, cannot be interrupted and shows no stack.
 */
import type { Session } from "node:inspector";

/** How long to wait for the threads that can answer, ms. */
const TIMEOUT = 2000;

interface CallFrame {
  readonly functionName: string;
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number };
}

/** Id of the request after whose answer a thread does not pause any more. */
const DISABLED = 2;

interface WorkerMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly callFrames?: readonly CallFrame[]; readonly scriptId?: string; readonly url?: string };
}

/** By session and script: frames have no file names of their own. */
type Scripts = Map<string, string>;

let running: Promise<ReadonlyMap<string, string>> | null = null;

/**
 * By thread title ("task-thread-3."): frames, innermost first. Pauses each thread for a moment. One at a time: who asks
 * meanwhile gets the same answer.
 */
export function stacksOf(titles: ReadonlySet<string>, timeout = TIMEOUT): Promise<ReadonlyMap<string, string>> {
  running ??= new ThreadDump(titles).collect(timeout).finally(() => (running = null));
  return running;
}

/**
 * A thread that is told to pause, and whose session goes before it does, pauses for ever (Node 20 to 24). So the
 * session stays until every thread has confirmed that it is debugged no longer; one inside native code does so when it is back.
 */
class ThreadDump {
  readonly #session: Session;
  readonly #stacks = new Map<string, string>();
  /** Sessions of threads that may still pause: their titles. */
  readonly #debugged = new Map<string, string>();
  readonly #scripts: Scripts = new Map();
  #complete = (): void => {};
  #released = (): void => {};

  constructor(private readonly titles: ReadonlySet<string>) {
    const { Session: InspectorSession } = require("node:inspector") as typeof import("node:inspector");
    this.#session = new InspectorSession();
  }

  /** Of the threads that answer in time. */
  async collect(timeout: number): Promise<ReadonlyMap<string, string>> {
    const session = this.#session;
    session.connect();
    session.on("NodeWorker.attachedToWorker", ({ params }) => {
      const title = [...this.titles].find((one) => params.workerInfo.title.includes(one));
      if (title === undefined) return;
      this.#debugged.set(params.sessionId, title);
      this.#send(params.sessionId, "Debugger.enable");
      this.#send(params.sessionId, "Debugger.pause");
    });
    session.on("NodeWorker.detachedFromWorker", ({ params }) => this.#release(params.sessionId));
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) =>
      this.#received(params.sessionId, JSON.parse(params.message) as WorkerMessage),
    );
    await new Promise<void>((resolve) => {
      this.#complete = resolve;
      setTimeout(resolve, timeout).unref();
      session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
    });
    const released = new Promise<void>((resolve) => (this.#released = resolve));
    for (const sessionId of this.#debugged.keys()) this.#send(sessionId, "Debugger.disable", DISABLED);
    if (this.#debugged.size === 0) this.#released();
    void released.then(() => {
      session.post("NodeWorker.disable");
      session.disconnect();
    });
    return this.#stacks;
  }

  #received(sessionId: string, { id, method, params }: WorkerMessage): void {
    const title = this.#debugged.get(sessionId);
    if (title === undefined) return;
    if (id === DISABLED) return this.#release(sessionId);
    if (method === "Debugger.scriptParsed") this.#scripts.set(`${sessionId}/${params?.scriptId}`, params?.url ?? "");
    if (method !== "Debugger.paused") return;
    const frames = params?.callFrames ?? [];
    const url = ({ location }: CallFrame): string | undefined => this.#scripts.get(`${sessionId}/${location.scriptId}`);
    this.#stacks.set(title, frames.map((frame) => frameText(frame, url(frame))).join("\n"));
    this.#send(sessionId, "Debugger.resume");
    if (this.#stacks.size === this.titles.size) this.#complete();
  }

  #release(sessionId: string): void {
    this.#debugged.delete(sessionId);
    if (this.#debugged.size === 0) this.#released();
  }

  #send(sessionId: string, method: string, id = 1): void {
    this.#session.post("NodeWorker.sendMessageToWorker", { sessionId, message: JSON.stringify({ id, method }) });
  }
}

function frameText({ functionName, location }: CallFrame, url = ""): string {
  const place = `${url}:${location.lineNumber + 1}:${location.columnNumber + 1}`;
  return `    at ${functionName === "" ? "<anonymous>" : functionName} (${place})`;
}
