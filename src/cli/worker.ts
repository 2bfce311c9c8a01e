/** `firesteel worker`: runs until a signal ends it, or its master does. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { cleanupConfig, decommissionConfig } from "../cluster/daemon-config";
import { checkReach, clusterSecret } from "../cluster/secret";
import { WorkerDaemon } from "../cluster/worker/worker-daemon";
import { parseClusterMaster } from "../common/cluster-master";
import { ClusterError, UsageError } from "../common/errors";
import { parseBytes } from "../common/units";
import { containerMemoryLimit } from "../storage/container-limit";
import { tlsFiles } from "../wire/tls";
import { announce, daemonSettings, endOnSignals, hostOf, UNSECURED } from "./daemon-options";
import { openPages } from "./daemon-pages";

interface WorkerCommandOptions {
  readonly cores?: string;
  readonly memory?: string;
  readonly workDir?: string;
}

const GIB = 2 ** 30;

export async function worker(command: Command, url: string): Promise<void> {
  const options = command.opts<WorkerCommandOptions>();
  const { get } = daemonSettings(command);
  const masters = parseClusterMaster(url);
  const secret = clusterSecret(get);
  const host = hostOf(command, secret);
  await checkReach(host, secret, "The worker");
  if (secret.length === 0) announce(`firesteel worker: ${UNSECURED}`);
  // The master is told where they are when the worker joins it.
  const running: { daemon?: WorkerDaemon } = {};
  const stateOf = (): ReturnType<WorkerDaemon["stateOf"]> => {
    if (running.daemon === undefined) throw new ClusterError("NOT_STARTED", "The worker is about to start.");
    return running.daemon.stateOf();
  };
  const where = { host, portKey: "spark.worker.ui.port", fallback: 8081 };
  const pages = await openPages(command, get, where, { kind: "worker", stateOf });
  const started = await WorkerDaemon.start({
    masters,
    host,
    cores: coresOption(options.cores),
    memory: memoryOption(options.memory),
    workDirectory: resolve(options.workDir ?? "work"),
    secret,
    tls: tlsFiles(get),
    webUrl: pages.url,
    executorFile: join(__dirname, "executor.js"),
    cliFile: join(__dirname, "cli.js"),
    conf: get,
    cleanup: cleanupConfig(get),
  });
  running.daemon = started;
  const { id, cores, memory } = started.stateOf();
  announce(`firesteel worker ${id}: ${cores} cores, ${Math.round(memory / 2 ** 20)} MiB`);
  if (pages.url !== "") announce(`firesteel worker: dashboard at ${pages.url}`);
  const decommission = decommissionConfig(get);
  endOnSignals(async (signal) => {
    await pages.close();
    if (signal !== "SIGTERM" || !decommission.enabled) return started.stop(`it was ended by ${signal}`);
    started.decommission(`it was ended by ${signal}`, decommission.withinMs);
    return started.ended;
  });
}

function coresOption(text: string | undefined): number {
  if (text === undefined) return availableParallelism();
  const cores = Number(text);
  if (!Number.isInteger(cores) || cores < 1)
    throw new UsageError("INVALID_OPTION", `--cores must be a positive integer, not "${text}".`);
  return cores;
}

/** Without the option, all but 1 GiB of what the machine or container has, and at least half of it. */
function memoryOption(text: string | undefined): number {
  if (text !== undefined) return parseBytes(text, "--memory", "m");
  const all = containerMemoryLimit();
  return Math.floor(Math.max(all - GIB, all / 2));
}
