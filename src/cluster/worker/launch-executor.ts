/** The process of one executor on a worker: its command line, environment and directory. */
import { join } from "node:path";
import { hostPort } from "../../common/cluster-master";
import { UsageError } from "../../common/errors";
import { localRoots } from "../../storage/local-directories";
import { applicationSecret, SECRET_FILE_VARIABLE } from "../../wire/auth";
import { decodeResources } from "../../wire/resources";
import type { TlsFiles } from "../../wire/tls";
import type { Messages } from "../../wire/wire";
import { withAllocator } from "../allocator";
import { executorNodeOptions } from "../executor-options";
import { Child } from "./child";
import { rollingOf } from "./rolling-file";

export interface ExecutorHost {
  readonly secret: Uint8Array;
  readonly tls: TlsFiles | null;
  /** By which others reach the executor, and on which it listens. */
  readonly host: string;
  readonly listenHost: string;
  readonly executorFile: string;
  readonly workDirectory: string;
  /** The worker's pages; "" where it has none. */
  readonly webUrl: string;
  readonly conf: (key: string) => string | undefined;
}

const NAME = /^[\w.-]+$/;

/** Throws when the process cannot be described; one that cannot be started ends at once. */
export function launchExecutor(message: Messages.LaunchExecutor.$Properties, on: ExecutorHost): Child {
  const { appId = "", executorId = "", appName = "", driverUrl = "" } = message as Record<string, string>;
  if (!NAME.test(appId) || !NAME.test(executorId) || appId.startsWith("."))
    throw new UsageError("INVALID_ID", `"${appId}/${executorId}" cannot be the name of a directory.`);
  const configuration = message.configuration ?? {};
  const conf = (key: string): string | undefined => configuration[key] ?? on.conf(key);
  const localDir = on.conf("spark.local.dir");
  const memory = message.memoryBytes ?? 0;
  const cores = message.cores ?? 1;
  const resources = decodeResources(message.resources);
  return new Child({
    appId,
    id: executorId,
    name: appName,
    cores,
    memory,
    resources,
    directory: join(on.workDirectory, appId, executorId),
    localRoots: localRoots(conf),
    args: [
      ...executorNodeOptions(cores),
      ...(message.nodeOptions ?? []),
      on.executorFile,
      "--driver-url",
      driverUrl,
      "--executor-id",
      executorId,
      "--app-id",
      appId,
      "--cores",
      String(cores),
      "--memory",
      `${memory}b`,
      "--hostname",
      on.host,
      "--block-listen",
      hostPort({ host: on.listenHost, port: 0 }),
      "--driver-blocks",
      driverUrl,
      "--worker-pid",
      String(process.pid),
      ...(on.webUrl === "" ? [] : ["--log-url", `${on.webUrl}/#/logs/${encodeURIComponent(`${appId}/${executorId}`)}`]),
      ...(Object.keys(resources).length === 0 ? [] : ["--resources", JSON.stringify(resources)]),
      ...(localDir === undefined ? [] : ["--local-dir", localDir]),
      ...(on.tls === null ? [] : ["--tls-cert", on.tls.cert, "--tls-key", on.tls.key, "--tls-ca", on.tls.ca]),
    ],
    env: withAllocator(childEnvironment({ ...message.executorEnv, [SECRET_FILE_VARIABLE]: "-" })),
    input: applicationSecret(on.secret, message.salt ?? new Uint8Array(0)),
    rolling: rollingOf(conf),
  });
}

/** The environment of what a worker starts: its own without what is only the worker's, and `more`. */
export function childEnvironment(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _options, FIRESTEEL_SUBMIT_ARGS: _submitted, ...inherited } = process.env;
  return { ...inherited, ...more };
}
