/**
 * Where executors come from. A launcher starts executor processes for one application, tells of those that ended by
 * themselves, and replaces them; what runs in them is the driver's affair.
 */

export interface Launcher {
  /** Starts the executors; returns at once. */
  start(): void;
  /** The executor registered: its end is not a failure to start. To be called for each `executorRegistered` of the endpoint. */
  registered(executorId: string): void;
  /** From now on there are to be so many executors. More are started; there are fewer as executors end. */
  setTotal(total: number): void;
  /**
   * Ends one executor's process now (SIGKILL), because the driver gave it up, and starts another in its place unless it
   * is one too many. Unknown ids are ignored: the process may have ended meanwhile.
   */
  replace(executorId: string, reason: string): void;
  /** The driver is about to leave: what executors that only start say of it is not passed on. */
  ending(): void;
  /** Ends all executors: asks, then kills after `graceMs`. Resolves when no process and no file of theirs is left. */
  stop(graceMs?: number): Promise<void>;
  /** Ids of the processes that live. */
  readonly processes: ReadonlyMap<string, number>;
}

export interface LauncherHandlers {
  /** The process of an executor ended, registered or not, though nobody asked it to. */
  executorExited(executorId: string, exit: ExecutorExit): void;
  /** The host of an executor goes away soon: nothing new is to run on it, and what it holds is to be moved. */
  decommissioning(executorId: string, reason: string): void;
  /** Why no executor can be had at the moment, in words for users; null when that is over. */
  awaited(reason: string | null): void;
  /** No executor can be had any more: they end before they register, again and again. `reason` quotes the last one. */
  gaveUp(reason: string): void;
}

export interface ExecutorExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** "out of memory: …", "killed by SIGKILL", "exited with code 3", with its last words where they help. */
  readonly reason: string;
  readonly outOfMemory: boolean;
}
