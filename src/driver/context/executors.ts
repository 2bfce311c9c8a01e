/** The executors of a context: which there are, and how many there are to be. */
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
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
};

/** As Spark says it. */
function unsupported(call: string): boolean {
  log.warn(`${call} does nothing on local[N]: its only executor stays`);
  return false;
}
