/**
 * Which task holds most memory outside of the engine's own, when there is too much of it: its thread's JavaScript heap and its Buffers. A thread
 * can be asked while it runs, at its next loop iteration or call; one inside native code does not answer.
 */
import type { Session } from "node:inspector";

/** How long threads may take to answer, ms: on a busy machine they wait for a processor. */
const WITHIN_MS = 3000;
const LOOK_MS = 20;
const HELD = "(({ heapTotal, external }) => heapTotal + external)(globalThis.process.memoryUsage())";

interface Answer {
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

export interface RunningThread {
  readonly title: string;
  readonly taskId: number;
}

/**
 * The task's id; null when not all threads answer in time, which is over when `pressing` says so: the one that does not answer may be the
 * one.
 */
export async function greediest(threads: readonly RunningThread[], pressing: () => boolean): Promise<number | null> {
  if (threads.length <= 1) return threads[0]?.taskId ?? null;
  const { Session: InspectorSession } = require("node:inspector") as typeof import("node:inspector");
  const session = new InspectorSession();
  session.connect();
  const held = await ask(session, threads, pressing);
  if (held.size < threads.length) return null;
  return [...held].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** Bytes by task. */
function ask(session: Session, threads: readonly RunningThread[], pressing: () => boolean): Promise<ReadonlyMap<number, number>> {
  const held = new Map<number, number>();
  const attached = new Map<string, number>();
  return new Promise((resolve) => {
    const asked = performance.now();
    const timer = setInterval(() => {
      if (!pressing() && performance.now() - asked < WITHIN_MS) return;
      clearInterval(timer);
      resolve(held);
    }, LOOK_MS);
    session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) => {
      const thread = threads.find(({ title }) => workerInfo.title.includes(title));
      if (thread === undefined) return;
      attached.set(sessionId, thread.taskId);
      const message = JSON.stringify({ id: 1, method: "Runtime.evaluate", params: { expression: HELD, returnByValue: true } });
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
    });
    session.on("NodeWorker.receivedMessageFromWorker", ({ params: { sessionId, message } }) => {
      const taskId = attached.get(sessionId);
      if (taskId === undefined) return;
      held.set(taskId, Number((JSON.parse(message) as Answer).result?.result?.value ?? 0));
      if (held.size < threads.length) return;
      clearInterval(timer);
      resolve(held);
    });
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  });
}
