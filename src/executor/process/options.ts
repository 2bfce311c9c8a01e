/** How an executor process is told what it is: options on its command line, settings and the secret in its environment. */
import { hostname } from "node:os";
import { parseArgs } from "node:util";
import { UsageError } from "../../common/errors";
import type { ResourceAddresses } from "../../common/resources";
import { parseBytes } from "../../common/units";
import { parseAddress } from "../../wire/address";
import type { Endpoint } from "../../storage/block-address";
import { endpointOf } from "../../wire/block-messages";
import type { TlsFiles } from "../../wire/tls";

/** The application's settings as JSON, so that storage and threads can start before the driver has answered. */
export const CONFIGURATION_VARIABLE = "FIRESTEEL_CONFIGURATION";

export interface ExecutorOptions {
  readonly driverUrl: string;
  readonly executorId: string;
  readonly applicationId: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Name of this host for locality. */
  readonly host: string;
  /** Where to listen for other executors. */
  readonly blockListen: Endpoint;
  /** The process that started this one and owns its files: when that ends, so does this. Null for one that stands by itself. */
  readonly ownerPid: number | null;
  /** Who that is. A worker's other executors of the application go on without this one. */
  readonly owner: "driver" | "worker";
  /** Directories of this host for data, in place of the application's spark.local.dir; null: those are taken. */
  readonly localDir: string | null;
  /** For connections to the driver and between executors; null: not encrypted. */
  readonly tls: TlsFiles | null;
  /** Where its output can be seen: "http://worker:8081/#/logs/app-1%2F0"; null: nowhere. */
  readonly logUrl: string | null;
  /** Addresses that this executor's tasks share. */
  readonly resources: ResourceAddresses;
  /** Settings known before the driver told them; null when it must be asked first. */
  readonly configuration: Readonly<Record<string, string>> | null;
  /** The driver's block server, where it is known before the driver told it. */
  readonly driverBlocks: Endpoint | null;
}

/** Reads options and environment; takes the settings out of `env`. Throws a UsageError that names what is wrong. */
export function parseExecutorOptions(args: readonly string[], env: NodeJS.ProcessEnv): ExecutorOptions {
  const { values } = parse(args);
  const configuration = env[CONFIGURATION_VARIABLE];
  delete env[CONFIGURATION_VARIABLE];
  const required = (name: keyof typeof values): string => {
    const value = values[name];
    if (typeof value !== "string" || value === "") throw new UsageError("MISSING_OPTION", `firesteel executor needs --${name}.`);
    return value;
  };
  const cores = Number(values.cores ?? "1");
  if (!Number.isInteger(cores) || cores < 1)
    throw new UsageError("INVALID_OPTION", `--cores must be a positive integer, not "${values.cores}".`);
  const driverUrl = required("driver-url");
  const pid = values["owner-pid"] ?? values["worker-pid"];
  parseAddress(driverUrl);
  return {
    driverUrl,
    executorId: required("executor-id"),
    applicationId: required("app-id"),
    cores,
    memoryBytes: parseBytes(values.memory ?? "1g", "--memory", "m"),
    host: values.hostname ?? hostname(),
    blockListen: endpointOf(values["block-listen"] ?? "127.0.0.1:0"),
    ownerPid: pid === undefined ? null : Number(pid),
    owner: values["worker-pid"] === undefined ? "driver" : "worker",
    localDir: values["local-dir"] ?? null,
    tls: values["tls-ca"] === undefined ? null : { cert: required("tls-cert"), key: required("tls-key"), ca: required("tls-ca") },
    logUrl: values["log-url"] ?? null,
    resources: parseResources(values.resources ?? "{}"),
    configuration: configuration === undefined ? null : parseConfiguration(configuration),
    driverBlocks: values["driver-blocks"] === undefined ? null : endpointOf(values["driver-blocks"]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        "driver-url": { type: "string" },
        "executor-id": { type: "string" },
        "app-id": { type: "string" },
        cores: { type: "string" },
        memory: { type: "string" },
        hostname: { type: "string" },
        "block-listen": { type: "string" },
        "driver-blocks": { type: "string" },
        "owner-pid": { type: "string" },
        "worker-pid": { type: "string" },
        "local-dir": { type: "string" },
        "log-url": { type: "string" },
        resources: { type: "string" },
        "tls-cert": { type: "string" },
        "tls-key": { type: "string" },
        "tls-ca": { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError("INVALID_OPTION", error instanceof Error ? error.message : String(error));
  }
}

/** JSON of an object: names with lists of addresses. */
function parseResources(text: string): ResourceAddresses {
  return JSON.parse(text) as ResourceAddresses;
}

function parseConfiguration(text: string): Readonly<Record<string, string>> {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null)
    throw new UsageError("INVALID_OPTION", `${CONFIGURATION_VARIABLE} must be a JSON object.`);
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
}
