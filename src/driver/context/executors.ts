/** The executors of a context: which there are, and how many there are to be. */
import { LOCAL_IN_PROCESS } from "../../common/config-entries";
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
import { parseDuration } from "../../common/units";
import type { SparkContext } from "../spark-context";
import { runtimeOf } from "./context-base";

export interface ExecutorMethods {
  getExecutorIds(): string[];

  /** By executor: the most that cached blocks may take, and what of it is free, in bytes. */
  getExecutorMemoryStatus(): Map<string, readonly [maximum: number, remaining: number]>;

  /**
   * From now on there are to be so many executors. There are never more than the master has room for, nor fewer than live: see
   * `killExecutors`. With dynamic allocation its own next decision counts again. False on local[N], where there is just one.
   */
  requestTotalExecutors(total: number): boolean;

  /** As `requestTotalExecutors`, beside those that are wanted already. */
  requestExecutors(additional: number): boolean;

  /**
   * Ends executors for good; `requestExecutors` gives others. What they held is computed again where it is needed. True where
   * all of them were there; false on local[N].
   */
  killExecutors(executorIds: readonly string[]): boolean;
  killExecutor(executorId: string): boolean;

  /**
   * Replaces executors one after the other, as Dask's `restart_workers` does with all at once: for fresh processes after days of work, while jobs go on.
   * Each takes nothing new, ends its tasks, moves its cached blocks and map outputs to others, and ends; the next waits until
   * another one has registered in its place. Resolves when all are replaced. What the only executor there is has in memory is computed again
   * where it is needed. With dynamic allocation none is waited for: its own decisions tell how many there are to be.
   *
   * @throws {ClusterError} EXECUTOR_NOT_REPLACED where none came in time; the executors after it stay as they are.
   */
  restartExecutors(options?: RestartOptions): Promise<void>;
}

export interface RestartOptions {
  /** Default: all that there are now. Those that are gone by their turn are passed over. */
  readonly executorIds?: readonly string[];
  /**
   * How long one may take to end its tasks and move what it holds, and how long the one in its place may take to come; a number is in seconds.
   * Tasks that still run by then are run again elsewhere. Default 120s.
   */
  readonly timeout?: string | number;
}

export const executorMethods: ExecutorMethods & ThisType<SparkContext> = {
  getExecutorIds() {
    return [...runtimeOf(this).application.executors.keys()];
  },
  getExecutorMemoryStatus() {
    const { blocks, executors } = runtimeOf(this).application;
    return new Map(
      [...executors].map(([id, { storageBytes }]) => [
        id,
        [storageBytes, Math.max(0, storageBytes - blocks.memoryOf(id))] as const,
      ]),
    );
  },
  requestTotalExecutors(total) {
    const { application, port } = runtimeOf(this);
    port.assertRunning("requestTotalExecutors");
    if (!Number.isSafeInteger(total) || total < 0)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `requestTotalExecutors: the number must be a whole one of at least 0, got ${total}.`,
      );
    if (this.isLocal) return unsupported("requestTotalExecutors");
    application.requestExecutors(total);
    return true;
  },
  requestExecutors(additional) {
    return this.requestTotalExecutors(runtimeOf(this).application.wantedExecutors + additional);
  },
  killExecutors(executorIds) {
    const { application, port } = runtimeOf(this);
    port.assertRunning("killExecutors");
    if (this.isLocal) return unsupported("killExecutors");
    return application.killExecutors(executorIds);
  },
  killExecutor(executorId) {
    return this.killExecutors([executorId]);
  },
  async restartExecutors({ executorIds, timeout = "120s" }: RestartOptions = {}) {
    const { application, port } = runtimeOf(this);
    port.assertRunning("restartExecutors");
    const withinMs = parseDuration(String(timeout), "restartExecutors: timeout", "s");
    if (!(withinMs > 0))
      throw new UsageError("INVALID_ARGUMENT", `restartExecutors: timeout must be more than 0, not ${timeout}.`);
    if (this.getConf().read(LOCAL_IN_PROCESS))
      throw new UsageError("NOT_IN_PROCESS", "firesteel.local.inProcess=true: there is no executor to restart but this process.");
    await application.restartExecutors(executorIds ?? this.getExecutorIds(), withinMs);
  },
};

/** As Spark says it. */
function unsupported(call: string): boolean {
  log.warn(`${call} does nothing on local[N]: its only executor stays`);
  return false;
}
