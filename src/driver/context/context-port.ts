/** A context as datasets see it. */
import { driverClasses } from "../../closure/driver-classes";
import { freeze, freezeValue } from "../../closure/freeze";
import { configEntries } from "../../common/config-entries";
import { UsageError } from "../../common/errors";
import type { ContextPort } from "../../rdd";
import type { JobCall } from "../../rdd/context-port";
import { userCallSite } from "../call-site";
import { JOB_TAGS } from "../local-properties";
import type { SparkContext } from "../spark-context";
import type { ContextRuntime } from "./context-runtime";

const defaults = new Map(configEntries().map((entry) => [entry.key, entry.defaultText]));

export function contextPort(runtime: ContextRuntime, context: SparkContext): ContextPort {
  const { application, broadcasts, bus, conf, files, group, persisted, properties } = runtime;
  let rddIds = 0;
  let shuffleIds = 0;
  let sharedIds = 0;
  const propertiesOf = (job: JobCall): Record<string, string> => {
    // A query's own tags stand beside those of the program.
    const tags = [properties.get(JOB_TAGS), job.properties?.[JOB_TAGS]].filter((some) => some !== undefined && some !== "");
    return {
      ...files.properties,
      ...properties.all(),
      ...job.properties,
      ...(tags.length === 0 ? {} : { [JOB_TAGS]: tags.join(",") }),
    };
  };
  return {
    context,
    applicationId: group.applicationId,
    fileSystems: runtime.fileSystems,
    nextRddId: () => rddIds++,
    nextShuffleId: () => shuffleIds++,
    nextSharedVariableId: () => sharedIds++,
    conf: (key) => conf.get(key) ?? (defaults.get(key) || undefined),
    isSet: (key) => conf.contains(key),
    get defaultParallelism() {
      return context.defaultParallelism;
    },
    get defaultMinPartitions() {
      return context.defaultMinPartitions;
    },
    executorCores: () => [...application.executors.values()].map(({ cores }) => cores),
    values: driverClasses,
    freeze: (value, callName) =>
      typeof value === "function" ? freeze(value, { name: callName }) : freezeValue(value, { name: callName }),
    callSite: userCallSite,
    assertRunning: (call) => {
      if (context.isStopped) throw stopped(call);
    },
    runJob: (job) => (context.isStopped ? Promise.reject(stopped(job.scope)) : application.runJob(job, propertiesOf(job))),
    writeShuffle: (job) =>
      context.isStopped ? Promise.reject(stopped(job.scope)) : application.writeShuffle(job, propertiesOf(job)),
    persisted: (node) => void persisted.set(node.id, new WeakRef(node)),
    unpersisted: async (rddId) => {
      persisted.delete(rddId);
      application.unpersist(rddId);
    },
    releaseShuffle: async (shuffleId) => application.tell({ type: "ShuffleReleased", shuffleId }),
    get checkpointDir() {
      return runtime.checkpointDir;
    },
    storageInfo: (rddId) => application.blocks.cached(rddId),
    publishBroadcast: (id, bytes) => {
      runtime.serveBlocks();
      broadcasts.put(`broadcast_${id}`, bytes);
    },
    removeBroadcast: async (id, destroy) => {
      if (destroy) broadcasts.remove(`broadcast_${id}`);
      application.forget({ broadcast: `broadcast_${id}` });
    },
    wantsEvent: (type) => bus.wants(type),
    registerAccumulator: (accumulator) => runtime.registerAccumulator(accumulator),
    postEvent: (event) => bus.post(event),
    postEventLate: (type, make) => bus.postLate(type, make),
  };
}

function stopped(call: string): UsageError {
  return new UsageError("CONTEXT_STOPPED", `${call} cannot be called: the SparkContext was stopped.`);
}
