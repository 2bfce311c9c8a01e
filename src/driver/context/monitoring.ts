/** What is going on in a context: listeners, pools, cached datasets, logs. */
import { LOG_LEVEL } from "../../common/config-entries";
import { UsageError } from "../../common/errors";
import { setLogLevel } from "../../common/log";
import type { SparkListener } from "../../events/spark-listener";
import type { CachedPartitionsInfo } from "../../rdd";
import { type PoolInfo, poolInfo } from "../pools";
import type { SparkContext } from "../spark-context";
import type { TaskProfiles } from "../task-profiles";
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

  /**
   * Prints where the time of tasks went, one table for each dataset that stages have computed since the last call: functions by the
   * time in themselves, as V8's profiler sampled it (every millisecond). Needs spark.python.profile=true.
   */
  showProfiles(): void;

  /**
   * Writes the profiles of all datasets into a directory, as `rdd_<id>.cpuprofile` files for Chrome's developer tools and other
   * viewers, and forgets them; resolves with the files.
   */
  dumpProfiles(directory: string): Promise<string[]>;
}

function profilesOf(context: SparkContext, call: string): TaskProfiles {
  const { profiles } = runtimeOf(context);
  if (profiles === null)
    throw new UsageError(
      "INCORRECT_CONF_FOR_PROFILE",
      `${call}: tasks are not profiled; set spark.python.profile=true before the context is made.`,
    );
  return profiles;
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
  showProfiles() {
    for (const text of profilesOf(this, "showProfiles").texts()) console.log(text);
  },
  dumpProfiles(directory) {
    return profilesOf(this, "dumpProfiles").dump(directory);
  },
};
