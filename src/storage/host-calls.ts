/**
 * How a worker thread asks its process's main thread: a call that blocks the thread until it is answered, whatever the
 * answer takes. Arguments and answers are cloned as postMessage does; SharedArrayBuffers are shared.
 */

/** The worker thread's end. */
export interface HostCalls {
  /**
   * Blocks until the main thread answered. Throws what the handler threw: FetchFailed and TaskKilled as such, others as
   * an Error with the same name and message. Throws TaskKilled when the running task is told to stop meanwhile.
   */
  call<T>(op: string, args: unknown): T;
  /** Tells the main thread something; no answer. In order with calls. */
  post(op: string, args: unknown): void;
}

/** Who asks: thread numbers are never used again, `taskId` is null between tasks. */
export interface HostCaller {
  readonly thread: number;
  readonly taskId: number | null;
}

/** May answer at once or later. `caller.taskId` may have been stopped meanwhile: then the answer is dropped. */
export type HostCallHandler = (args: never, caller: HostCaller) => unknown;

/** The main thread's end: one handler for each operation. */
export interface HostCallTable {
  handle(op: string, handler: HostCallHandler): void;
}
