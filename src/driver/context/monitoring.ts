/** What is going on in a context: listeners, pools, cached datasets, logs. */
import { LOG_LEVEL } from "../../common/config-entries";
import { UsageError } from "../../common/errors";
import { setLogLevel } from "../../common/log";
import type { SparkListener } from "../../events/listener-bus";
import type { CachedPartitionsInfo } from "../../rdd";
import { type PoolInfo, poolInfo } from "../pools";
import type { SparkContext } from "../spark-context";
import { runtimeOf } from "./context-base";

export interface MonitoringMethods {
  /** From now on `listener` hears of jobs, stages, tasks, executors and blocks. */
  addSparkListener(listener: SparkListener): void;
  removeSparkListener(listener: SparkListener): void;

  /** Resolves when listeners have heard of all that has happened so far. */
  flushListeners(): Promise<void>;

  /** The fair pools that there are by now; none where `spark.scheduler.mode` is FIFO. */
  getAllPools(): PoolInfo[];

  /** The pool of this name, or null. */
  getPoolForName(name: string): PoolInfo | null;

  /** Datasets that are marked to be persisted, by id. */
  getPersistentRDDs(): Map<number, string>;
  getRDDStorageInfo(): ({ readonly id: number; readonly name: string; readonly numPartitions: number } & CachedPartitionsInfo)[];

  /** ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or OFF, for the log of this process and those of all executors, now and later. */
  setLogLevel(level: string): void;
}

export const monitoringMethods: MonitoringMethods & ThisType<SparkContext> = {
  addSparkListener(listener) {
    runtimeOf(this).bus.addListener(listener);
  },
  removeSparkListener(listener) {
    runtimeOf(this).bus.removeListener(listener);
  },
  flushListeners() {
    return runtimeOf(this).bus.flush();
  },
  getAllPools() {
    const { pools } = runtimeOf(this).application.scheduler.dag.tasks;
    return pools.isFair ? pools.pools.map(poolInfo) : [];
  },
  getPoolForName(name) {
    return this.getAllPools().find((pool) => pool.name === name) ?? null;
  },
  getPersistentRDDs() {
    const names = new Map<number, string>();
    for (const [id, reference] of runtimeOf(this).persisted) {
      const node = reference.deref();
      if (node !== undefined) names.set(id, node.toString());
    }
    return names;
  },
  getRDDStorageInfo() {
    const { application, persisted } = runtimeOf(this);
    return [...persisted].flatMap(([id, reference]) => {
      const node = reference.deref();
      const cached = application.blocks.cached(id);
      return node === undefined || cached === undefined
        ? []
        : [{ id, name: node.name, numPartitions: node.numPartitions, ...cached }];
    });
  },
  setLogLevel(level) {
    if (!setLogLevel(level))
      throw new UsageError(
        "INVALID_LOG_LEVEL",
        `setLogLevel: "${level}" is none of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF.`,
      );
    const { application, forExecutors } = runtimeOf(this);
    forExecutors[LOG_LEVEL.key] = level;
    for (const id of application.executors.keys()) void application.inspect(id, { logLevel: level }).catch(() => undefined); // one that is gone meanwhile
  },
};
