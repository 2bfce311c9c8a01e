/** `firesteel submit` where the driver runs on a worker: `--deploy-mode cluster`, `--status`, `--kill`. */
import { basename, resolve } from "node:path";
import type { RequestedDriver } from "../cluster/master/client-desk";
import { packProgram } from "../cluster/program/archive";
import type { DriverState } from "../cluster/program/submit-client";
import { SubmitClient } from "../cluster/program/submit-client";
import { clusterSecret, isClusterSecret } from "../cluster/secret";
import { parseClusterMaster } from "../common/cluster-master";
import { UsageError } from "../common/errors";
import type { Settings } from "../common/submit-options";
import { parseBytes } from "../common/units";
import { tlsFiles } from "../wire/tls";

const OVER: readonly string[] = ["FINISHED", "KILLED", "FAILED", "ERROR", "NOT_FOUND"];
const POLL = 500;
const KILL_PATIENCE = 10_000;
/** These hold here and not on the worker, which has its own. */
const STAYS = /^spark\.(?:master$|submit\.deployMode$|ssl\.(?!ui\.)|jars\.|driver\.(?:host|bindAddress|port)$)/;

/** What a driver is by the settings it was submitted with. Throws a UsageError for numbers that are none. */
export function driverRequest(
  file: string,
  args: readonly string[],
  settings: ReadonlyMap<string, string>,
  supervise: boolean,
): RequestedDriver {
  const cores = Number(settings.get("spark.driver.cores") ?? 1);
  if (!Number.isInteger(cores) || cores < 1)
    throw new UsageError(
      "INVALID_CONF_VALUE",
      `spark.driver.cores must be a positive integer, not "${settings.get("spark.driver.cores")}".`,
    );
  return {
    mainFile: resolve(file),
    args: [...args],
    settings: Object.fromEntries([...settings].filter(([key]) => !STAYS.test(key) && !isClusterSecret(key))),
    cores,
    memory: parseBytes(settings.get("spark.driver.memory") ?? "1g", "spark.driver.memory", "m"),
    supervise,
    name: settings.get("spark.app.name") ?? basename(file).replace(/\.[^.]+$/, ""),
  };
}

export async function submitDriver(settings: Settings, file: string, args: readonly string[], supervise: boolean): Promise<void> {
  const get = (key: string): string | undefined => settings.get(key)?.value;
  const archive = packProgram(file, get);
  const values = new Map([...settings].map(([key, { value }]) => [key, value]));
  const client = clientOf(settings);
  const { memory, ...request } = driverRequest(file, args, values, supervise);
  const driverId = await client.submit({ ...request, args: [...request.args], memoryBytes: memory }, archive);
  process.stdout.write(`${driverId}\n`);
  if (get("spark.standalone.submit.waitAppCompletion") !== "true") return;
  const state = await waitUntil(client, driverId, Infinity);
  process.stderr.write(`firesteel: ${described(state)}\n`);
  if (state.state !== "FINISHED") process.exitCode = 1;
}

export async function driverStatus(settings: Settings, driverId: string): Promise<void> {
  const state = await clientOf(settings).status(driverId);
  process.stdout.write(`${described(state)}\n`);
  if (state.state === "NOT_FOUND") process.exitCode = 1;
}

export async function killDriver(settings: Settings, driverId: string): Promise<void> {
  const client = clientOf(settings);
  const first = await client.kill(driverId);
  const state = OVER.includes(first.state) ? first : await waitUntil(client, driverId, KILL_PATIENCE);
  process.stdout.write(`${described(state)}\n`);
  if (!OVER.includes(state.state) || state.state === "NOT_FOUND") process.exitCode = 1;
}

function clientOf(settings: Settings): SubmitClient {
  const get = (key: string): string | undefined => settings.get(key)?.value;
  const master = get("spark.master");
  if (master === undefined)
    throw new UsageError(
      "MASTER_MISSING",
      "Drivers are known to the master of their cluster: say which by --master firesteel://host:port.",
    );
  return new SubmitClient({
    masters: parseClusterMaster(master),
    secret: clusterSecret(get),
    tls: get("spark.ssl.trustStore") === undefined ? tlsFiles(get) : { ca: get("spark.ssl.trustStore")! },
  });
}

async function waitUntil(client: SubmitClient, driverId: string, patience: number): Promise<DriverState> {
  const end = Date.now() + patience;
  for (;;) {
    const state = await client.status(driverId);
    if (OVER.includes(state.state) || Date.now() > end) return state;
    await new Promise((resolve_) => setTimeout(resolve_, POLL));
  }
}

function described({ driverId, state, workerId, workerHost, message, restarts }: DriverState): string {
  const where = workerId === "" ? "" : ` on ${workerId}${workerHost === "" ? "" : ` (${workerHost})`}`;
  const again = restarts === 0 ? "" : `, started again ${restarts} ${restarts === 1 ? "time" : "times"}`;
  return `${driverId}: ${state}${where}${again}${message === "" ? "" : `: ${message}`}`;
}
