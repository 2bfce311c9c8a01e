/**
 * `firesteel start-all` and `stop-all`: a master here, and a worker on each machine of a list, as Spark's scripts do. Others are reached by ssh (or
 * what FIRESTEEL_SSH names), where firesteel must be installed at the same place, and the files that options name.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { ClusterError, UsageError } from "../common/errors";
import { startDaemon, stopDaemons } from "./background";
import { announce } from "./daemon-options";
import { lineOf } from "./report";

interface StartAllOptions {
  readonly workers?: string;
  readonly host?: string;
  readonly publicHost?: string;
  readonly webuiPort?: string;
  readonly port?: string;
  readonly cores?: string;
  readonly memory?: string;
  readonly workDir?: string;
  readonly secretFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly propertiesFile?: string;
  readonly conf?: readonly string[];
  readonly logLevel?: string;
}

const URL_OF_MASTER = /^firesteel master at (firesteel:\/\/\S+)/m;
const SSH = "ssh -o BatchMode=yes";

export async function startAll(command: Command): Promise<void> {
  const options = command.opts<StartAllOptions>();
  const hosts = hostsOf(options.workers);
  const shared = [
    ...given("--secret-file", options.secretFile, resolve),
    ...given("--tls-cert", options.tlsCert, resolve),
    ...given("--tls-key", options.tlsKey, resolve),
    ...given("--tls-ca", options.tlsCa, resolve),
    ...given("--properties-file", options.propertiesFile, resolve),
    ...given("--log-level", options.logLevel),
    ...(options.conf ?? []).flatMap((pair) => ["--conf", pair]),
  ];
  const own = [
    ...given("--host", options.host),
    ...given("--public-host", options.publicHost),
    ...given("-p", options.port),
    ...given("--webui-port", options.webuiPort),
  ];
  const master = await startDaemon("master", [...own, ...shared]);
  announce(master);
  const url = URL_OF_MASTER.exec(master)?.[1];
  if (url === undefined) throw new ClusterError("NOT_STARTED", "The master does not serve yet: no worker is started.");
  const size = [...given("-c", options.cores), ...given("-m", options.memory), ...given("-d", options.workDir)];
  const args = [url, ...size, ...shared];
  await onEach(hosts, async (host) => {
    if (isHere(host)) announce(await startDaemon("worker", args));
    else await remotely(host, ["start", "worker", ...args]);
  });
}

export async function stopAll(command: Command): Promise<void> {
  const hosts = hostsOf(command.opts<StartAllOptions>().workers);
  const stop = async (kind: "worker" | "master"): Promise<void> =>
    (await stopDaemons([kind])).forEach((name) => announce(`firesteel: ${name} is ended`));
  await onEach(hosts, (host) => (isHere(host) ? stop("worker") : remotely(host, ["stop", "worker"])));
  await stop("master");
}

/** One name or address a line; # begins a comment. Without a file, this machine. */
function hostsOf(file: string | undefined): string[] {
  if (file === undefined) return ["localhost"];
  let text: string;
  try {
    text = readFileSync(resolve(file), "utf8");
  } catch (error) {
    throw new UsageError("UNREADABLE_FILE", `--workers: ${(error as Error).message}`);
  }
  const hosts = text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
  const odd = hosts.find((host) => /\s|^-/.test(host));
  if (odd !== undefined) throw new UsageError("INVALID_OPTION", `--workers: "${odd}" is no name of a machine.`);
  return hosts;
}

/** All at once; each failure is told, and after the last the command fails. */
async function onEach(hosts: readonly string[], run: (host: string) => Promise<void>): Promise<void> {
  const ends = await Promise.allSettled(hosts.map(run));
  const failed = ends.flatMap((end, i) => (end.status === "rejected" ? [`${hosts[i]}: ${lineOf(end.reason)}`] : []));
  for (const line of failed) process.stderr.write(`${line}\n`);
  if (failed.length > 0) throw new ClusterError("WORKERS_FAILED", `It failed on ${failed.length} of ${hosts.length} machines.`);
}

function isHere(host: string): boolean {
  return ["localhost", "127.0.0.1", "::1", hostname()].includes(host);
}

async function remotely(host: string, args: readonly string[]): Promise<void> {
  const [program, ...before] = (process.env["FIRESTEEL_SSH"] || SSH).split(/\s+/) as [string, ...string[]];
  const command = [process.execPath, join(__dirname, "cli.js"), ...args].map(quoted).join(" ");
  const child = spawn(program, [...before, host, command], { stdio: ["ignore", "inherit", "inherit"] });
  const end = await new Promise<string | number | null>((settle, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => settle(signal ?? code));
  });
  if (end !== 0) throw new ClusterError("REMOTE_FAILED", `${program} ended with ${end}`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function given(flag: string, value: string | undefined, of: (value: string) => string = (same) => same): string[] {
  return value === undefined ? [] : [flag, of(value)];
}
