/** `firesteel worker`: runs until a signal ends it, its lifetime is over, or its master refuses it. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { cleanupConfig, decommissionConfig } from "../cluster/daemon-config";
import { discoverResources } from "../cluster/resource-discovery";
import { checkReach, clusterSecret } from "../cluster/secret";
import { WorkerDaemon } from "../cluster/worker/worker-daemon";
import { type Lifetime, WorkerSuccession } from "../cluster/worker/worker-succession";
import { WORKER_UI_PORT } from "../common/cluster-config-entries";
import { parseClusterMaster } from "../common/cluster-master";
import { UsageError } from "../common/errors";
import { leave } from "../common/leave";
import { amountsText, countsOf } from "../common/resources";
import { parseBytes, parseDuration } from "../common/units";
import { containerMemoryLimit } from "../storage/container-limit";
import { tlsFiles } from "../wire/tls";
import { announce, daemonSettings, endOnSignals, hostOf, publicHostOf, UNSECURED } from "./daemon-options";
import type { Pages } from "./daemon-pages";
import { openPages } from "./daemon-pages";

interface WorkerCommandOptions {
  readonly cores?: string;
  readonly memory?: string;
  readonly workDir?: string;
  readonly lifetime?: string;
  readonly lifetimeStagger?: string;
  readonly lifetimeRestart?: true;
}

const GIB = 2 ** 30;

export async function worker(command: Command, url: string): Promise<void> {
  const options = command.opts<WorkerCommandOptions>();
  const { get, read, all } = daemonSettings(command);
  const masters = parseClusterMaster(url);
  const secret = clusterSecret(get);
  const listenHost = hostOf(command, secret);
  const host = publicHostOf(command, listenHost);
  await checkReach(listenHost, secret, "The worker");
  if (secret.length === 0) announce(`firesteel worker: ${UNSECURED}`);
  const daemonOptions = {
    masters,
    host,
    listenHost,
    cores: coresOption(options.cores),
    memory: memoryOption(options.memory),
    resources: discoverResources(all),
    workDirectory: resolve(options.workDir ?? "work"),
    secret,
    tls: tlsFiles(get),
    executorFile: join(__dirname, "executor.js"),
    cliFile: join(__dirname, "cli.js"),
    conf: get,
    cleanup: cleanupConfig(read),
  };
  const decommission = decommissionConfig(read);
  const workers = new WorkerSuccession(() => new WorkerDaemon(daemonOptions), lifetimeOption(options), decommission.withinMs);
  // From here on: a process that is the first of its container gets no signal that it does not handle.
  const open: { pages?: Pages } = {};
  endOnSignals(async (signal) => {
    await open.pages?.close();
    return workers.end(`it was ended by ${signal}`, signal === "SIGTERM" && decommission.enabled);
  });
  // The master is told where they are when a worker joins it.
  const where = { host, port: WORKER_UI_PORT };
  const pages = (open.pages = await openPages(command, { get, read }, where, {
    kind: "worker",
    stateOf: () => workers.current.stateOf(),
  }));
  let first = true;
  await workers.run(pages.url, (one) => {
    const { id, cores, memory, resources } = one.stateOf();
    const has = [`${cores} cores`, `${Math.round(memory / 2 ** 20)} MiB`, amountsText(countsOf(resources))];
    announce(`firesteel worker ${id}: ${has.filter((text) => text !== "").join(", ")}`);
    if (first && pages.url !== "") announce(`firesteel worker: dashboard at ${pages.url}`);
    first = false;
  });
  leave(0);
}

/** Null without --lifetime. Numbers without a unit are seconds. */
function lifetimeOption({ lifetime, lifetimeStagger, lifetimeRestart }: WorkerCommandOptions): Lifetime | null {
  if (lifetime === undefined) {
    if (lifetimeStagger === undefined && lifetimeRestart === undefined) return null;
    throw new UsageError("INVALID_OPTION", "--lifetime-stagger and --lifetime-restart need --lifetime.");
  }
  return {
    ms: parseDuration(lifetime, "--lifetime", "s"),
    staggerMs: parseDuration(lifetimeStagger ?? "0", "--lifetime-stagger", "s"),
    restart: lifetimeRestart === true,
  };
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
