/**
 * `/metrics/json`: what Spark's MetricsServlet answers, in the format of Dropwizard's metrics 4, for agents that read it. Names are Spark's where it
 * has them: `<namespace>.<instance>.<source>.<metric>`.
 */
import type { MasterState, WorkerState } from "../api-types";
import type { AppStore } from "../store/app-store";
import { GAUGE } from "../store/entries";
import { applicationSummary } from "../views/application";
import { executorList } from "../views/executors";
import { json, type Reply } from "./routes";

type Values = Readonly<Record<string, number>>;

const MIB = 2 ** 20;

/** @param namespace "" for the application's id (`spark.metrics.namespace`). */
export function applicationMetrics(store: AppStore, now: number, namespace: string): Reply {
  const prefix = namespace === "" ? store.application.id : namespace;
  const summary = applicationSummary(store, now);
  const { jobs, stages, tasks } = summary;
  const executors = executorList(store, true);
  const sum = (pick: (executor: (typeof executors)[number]) => number): number =>
    executors.reduce((total, one) => (one.isActive ? total + pick(one) : total), 0);
  const [most, used] = [sum(({ maxMemory }) => maxMemory), sum(({ memoryUsed }) => memoryUsed)];
  const mib = (bytes: number): number => Math.round(bytes / MIB);
  const gauges: Record<string, number> = {
    "driver.DAGScheduler.job.activeJobs": jobs.active,
    "driver.DAGScheduler.job.allJobs": jobs.active + jobs.succeeded + jobs.failed,
    "driver.DAGScheduler.stage.failedStages": stages.failed,
    "driver.DAGScheduler.stage.runningStages": stages.active,
    "driver.DAGScheduler.stage.waitingStages": stages.pending,
    "driver.BlockManager.memory.maxMem_MB": mib(most),
    "driver.BlockManager.memory.memUsed_MB": mib(used),
    "driver.BlockManager.memory.remainingMem_MB": mib(most - used),
    "driver.BlockManager.disk.diskSpaceUsed_MB": mib(sum(({ diskUsed }) => diskUsed)),
    "driver.ExecutorAllocationManager.executors.numberAllExecutors": summary.executors.active,
  };
  const counters: Record<string, number> = {
    "driver.appStatus.jobs.succeededJobs": jobs.succeeded,
    "driver.appStatus.jobs.failedJobs": jobs.failed,
    "driver.appStatus.stages.completedStages": stages.complete,
    "driver.appStatus.stages.failedStages": stages.failed,
    "driver.appStatus.stages.skippedStages": stages.skipped,
    "driver.appStatus.tasks.completedTasks": tasks.complete,
    "driver.appStatus.tasks.failedTasks": tasks.failed,
    "driver.appStatus.tasks.killedTasks": tasks.killed,
  };
  for (const executor of executors) {
    const { id } = executor;
    if (id === "driver") continue;
    gauges[`${id}.executor.threadpool.activeTasks`] = executor.activeTasks;
    gauges[`${id}.executor.threadpool.completeTasks`] = executor.completedTasks;
    gauges[`${id}.executor.threadpool.maxPool_size`] = executor.maxTasks;
    const latest = store.nodes.executors.get(id)?.samples.last;
    if (latest !== undefined) {
      gauges[`${id}.ExecutorMetrics.ProcessTreeJVMRSSMemory`] = latest[GAUGE.rss]!;
      gauges[`${id}.ExecutorMetrics.JVMHeapMemory`] = latest[GAUGE.heap]!;
    }
    counters[`${id}.executor.jvmGCTime`] = executor.totalGCTime;
    counters[`${id}.executor.runTime`] = executor.totalDuration;
    counters[`${id}.executor.bytesRead`] = executor.totalInputBytes;
    counters[`${id}.executor.shuffleTotalBytesRead`] = executor.totalShuffleRead;
    counters[`${id}.executor.shuffleBytesWritten`] = executor.totalShuffleWrite;
  }
  return answer(named(prefix, gauges), named(prefix, counters));
}

export function daemonMetrics(state: MasterState | WorkerState): Reply {
  if ("workers" in state) {
    return answer(
      {
        "master.workers": state.workers.length,
        "master.aliveWorkers": state.workers.filter((one) => one.state === "ALIVE").length,
        "master.apps": state.activeApplications.length,
        "master.waitingApps": state.activeApplications.filter((one) => one.state === "WAITING").length,
      },
      {},
    );
  }
  return answer(
    {
      "worker.executors": state.executors.length,
      "worker.coresUsed": state.coresUsed,
      "worker.coresFree": state.cores - state.coresUsed,
      "worker.memUsed_MB": state.memoryUsedMb,
      "worker.memFree_MB": state.memoryMb - state.memoryUsedMb,
    },
    {},
  );
}

function named(prefix: string, values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function answer(gauges: Values, counters: Values): Reply {
  const each = <T>(values: Values, make: (value: number) => T): Record<string, T> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, make(value)]));
  return json({
    version: "4.0.0",
    gauges: each(gauges, (value) => ({ value })),
    counters: each(counters, (count) => ({ count })),
    histograms: {},
    meters: {},
    timers: {},
  });
}
