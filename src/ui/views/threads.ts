/** Threads of an executor as Spark's REST API gives those of a JVM. */
import type { ThreadStackTrace } from "../api-types";

export function threadStack(
  thread: { readonly name: string; readonly state: string; readonly stack: string; readonly taskId: number | null },
  index: number,
  mapStack: (stack: string) => string,
): ThreadStackTrace {
  const stack = thread.stack === "" ? [] : mapStack(thread.stack).split("\n");
  const task = thread.taskId === null ? "" : ` (task ${thread.taskId})`;
  return {
    threadId: index,
    threadName: `${thread.name}${task}`,
    threadState: thread.state === "running" ? "RUNNABLE" : "WAITING",
    stackTrace: { elems: stack.map((line) => line.replace(/^\s*at /, "")).filter((line) => line !== "") },
    blockedByLock: "",
    holdingLocks: [],
    synchronizers: [],
    monitors: [],
    suspended: false,
    // It runs, but V8 could not stop it: native code, or a wait inside of the engine.
    inNative: thread.state === "running" && stack.length === 0,
    isDaemon: true,
    priority: 5,
  };
}
