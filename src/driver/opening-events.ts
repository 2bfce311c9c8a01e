/** What listeners hear of an application before its first job: who it is, and what it runs with. */
import { hostname } from "node:os";
import type { SparkConf } from "../common/conf";
import { EXECUTOR_MEMORY } from "../common/config-entries";
import { executorResources, taskResources, type ResourceAmounts } from "../common/resources";
import { version } from "../common/version";
import type { ListenerEvent } from "../events/listener-events";

const MIB = 2 ** 20;

export function openingEvents(
  application: {
    readonly appName: string;
    readonly applicationId: string;
    readonly startTime: number;
    readonly sparkUser: string;
  },
  conf: SparkConf,
  taskCpus: number,
): ListenerEvent[] {
  const { appName, applicationId, startTime, sparkUser } = application;
  return [
    { type: "ApplicationStart", appName, appId: applicationId, time: startTime, user: sparkUser },
    {
      type: "BlockManagerAdded",
      time: startTime,
      blockManager: { executorId: "driver", host: hostname(), port: 0 },
      maxMem: 0,
      maxOnHeapMem: 0,
      maxOffHeapMem: 0,
    },
    {
      type: "EnvironmentUpdate",
      runtime: { "Node Version": process.version, "V8 Version": process.versions.v8, "Firesteel Version": version },
      sparkProperties: Object.fromEntries(conf.getAll()),
      hadoopProperties: {},
      systemProperties: {
        "os.name": process.platform,
        "os.arch": process.arch,
        "user.dir": process.cwd(),
        "node.execPath": process.execPath,
        "node.execArgv": process.execArgv.join(" "),
        program: process.argv[1] ?? "",
      },
      metricsProperties: {},
      classpathEntries: {},
    },
    defaultProfile(conf, taskCpus),
  ];
}

/** The one resource profile that there is, as Spark tells of its default one: memory in MiB. */
function defaultProfile(conf: SparkConf, taskCpus: number): ListenerEvent {
  const cores = Number(conf.get("spark.executor.cores") ?? NaN);
  const request = (resourceName: string, amount: number) => ({ resourceName, amount, discoveryScript: "", vendor: "" });
  return {
    type: "ResourceProfileAdded",
    id: 0,
    executorResources: {
      ...(Number.isNaN(cores) ? {} : { cores: request("cores", cores) }),
      memory: request("memory", Math.round(conf.read(EXECUTOR_MEMORY) / MIB)),
      offHeap: request("offHeap", 0),
      ...mapAmounts(executorResources(conf.getAll()), request),
    },
    taskResources: {
      cpus: { resourceName: "cpus", amount: taskCpus },
      ...mapAmounts(taskResources(conf.getAll()), (resourceName, amount) => ({ resourceName, amount })),
    },
  };
}

function mapAmounts<T>(amounts: ResourceAmounts, of: (name: string, amount: number) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, of(name, amount)]));
}
