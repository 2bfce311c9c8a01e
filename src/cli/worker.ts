/** `firesteel worker`: runs until a signal ends it, or its master does. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { cleanupConfig, decommissionConfig } from "../cluster/daemon-config";
import { checkReach, clusterSecret } from "../cluster/secret";
import { WorkerDaemon } from "../cluster/worker/worker-daemon";
import { WORKER_UI_PORT } from "../common/cluster-config-entries";
import { parseClusterMaster } from "../common/cluster-master";
import { UsageError } from "../common/errors";
import { parseBytes } from "../common/units";
import { containerMemoryLimit } from "../storage/container-limit";
import { tlsFiles } from "../wire/tls";
import { announce, daemonSettings, endOnSignals, hostOf, UNSECURED } from "./daemon-options";
import type { Pages } from "./daemon-pages";
import { openPages } from "./daemon-pages";

interface WorkerCommandOptions {
  readonly cores?: string;
  readonly memory?: string;
  readonly workDir?: string;
}

const GIB = 2 ** 30;

export async function worker(command: Command, url: string): Promise<void> {
  const options = command.opts<WorkerCommandOptions>();
  const { get, read } = daemonSettings(command);
  const masters = parseClusterMaster(url);
  const secret = clusterSecret(get);
  const host = hostOf(command, secret);
  await checkReach(host, secret, "The worker");
  if (secret.length === 0) announce(`firesteel worker: ${UNSECURED}`);
  const daemon = new WorkerDaemon({
    masters,
    host,
    cores: coresOption(options.cores),
    memory: memoryOption(options.memory),
    workDirectory: resolve(options.workDir ?? "work"),
    secret,
    tls: tlsFiles(get),
    executorFile: join(__dirname, "executor.js"),
    cliFile: join(__dirname, "cli.js"),
    conf: get,
    cleanup: cleanupConfig(read),
  });
  // From here on: a process that is the first of its container gets no signal that it does not handle.
  const decommission = decommissionConfig(read);
  const open: { pages?: Pages } = {};
  endOnSignals(async (signal) => {
    await open.pages?.close();
    if (signal !== "SIGTERM" || !decommission.enabled) return daemon.stop(`it was ended by ${signal}`);
    daemon.decommission(`it was ended by ${signal}`, decommission.withinMs);
    return daemon.ended;
  });
  // The master is told where they are when the worker joins it.
  const where = { host, port: WORKER_UI_PORT };
  const pages = (open.pages = await openPages(command, { get, read }, where, {
    kind: "worker",
    stateOf: () => daemon.stateOf(),
  }));
  daemon.webUrl = pages.url;
  await daemon.start();
  const { id, cores, memory } = daemon.stateOf();
  announce(`firesteel worker ${id}: ${cores} cores, ${Math.round(memory / 2 ** 20)} MiB`);
  if (pages.url !== "") announce(`firesteel worker: dashboard at ${pages.url}`);
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
