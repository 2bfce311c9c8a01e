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

interface WorkerMessage {
  readonly method?: string;
  readonly params?: { readonly callFrames?: readonly CallFrame[]; readonly scriptId?: string; readonly url?: string };
}

/** By session and script: frames have no file names of their own. */
type Scripts = Map<string, string>;

/** By thread title ("task thread 3"): frames, innermost first. Pauses each thread for a moment. */
export async function stacksOf(titles: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const { Session: InspectorSession } = require("node:inspector") as typeof import("node:inspector");
  const session = new InspectorSession();
  session.connect();
  try {
    return await collect(session, titles);
  } finally {
    session.post("NodeWorker.disable");
    session.disconnect();
  }
}

function collect(session: Session, titles: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const stacks = new Map<string, string>();
  const attached = new Map<string, string>();
  const scripts: Scripts = new Map();
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(stacks), TIMEOUT);
    const send = (sessionId: string, method: string): void =>
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message: JSON.stringify({ id: 1, method }) });
    session.on("NodeWorker.attachedToWorker", ({ params }) => {
      const title = [...titles].find((one) => params.workerInfo.title.includes(one));
      if (title === undefined) return;
      attached.set(params.sessionId, title);
      send(params.sessionId, "Debugger.enable");
      send(params.sessionId, "Debugger.pause");
    });
    session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => {
      const title = attached.get(params.sessionId);
      const message = JSON.parse(params.message) as WorkerMessage;
      if (title === undefined) return;
      if (message.method === "Debugger.scriptParsed")
        scripts.set(`${params.sessionId}/${message.params?.scriptId}`, message.params?.url ?? "");
      if (message.method !== "Debugger.paused") return;
      const frames = message.params?.callFrames ?? [];
      stacks.set(
        title,
        frames.map((frame) => frameText(frame, scripts.get(`${params.sessionId}/${frame.location.scriptId}`))).join("\n"),
      );
      send(params.sessionId, "Debugger.resume");
      send(params.sessionId, "Debugger.disable");
      if (stacks.size === titles.size) {
        clearTimeout(timer);
        // The threads get their messages before the session goes.
        setTimeout(() => resolve(stacks), 10);
      }
    });
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  });
}

function frameText({ functionName, location }: CallFrame, url = ""): string {
  const place = `${url}:${location.lineNumber + 1}:${location.columnNumber + 1}`;
  return `    at ${functionName === "" ? "<anonymous>" : functionName} (${place})`;
}
