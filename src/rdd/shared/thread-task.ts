/**
 * The task that runs in this thread. Kept where every copy of firesteel in the thread finds it: user code may have loaded
 * another one than the worker that runs it.
 */
import type { TaskEnv } from "../../storage/task-env";

export interface ThreadTask {
  readonly env: TaskEnv;
  /** Run when the task has ended, last added first. `error` is undefined where it succeeded. */
  readonly completed: ((error: unknown) => void)[];
}

const SLOT = Symbol.for("firesteel.task");
const home = globalThis as { [SLOT]?: ThreadTask | undefined };

export function threadTask(): ThreadTask | undefined {
  return home[SLOT];
}

export function setThreadTask(task: ThreadTask | undefined): void {
  home[SLOT] = task;
}
