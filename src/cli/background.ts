/**
 * Daemons in the background of this machine. Each has two files in the run directory (~/.firesteel/run, or FIRESTEEL_RUN_DIR): `<kind>-<n>.pid` says
 * which process it is, `<kind>-<n>.log` holds what it writes.
 */
import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { withAllocator } from "../cluster/allocator";
import { ClusterError, UsageError } from "../common/errors";
import { identify, stateOf } from "../storage/process-identity";
import type { ProcessIdentity } from "../storage/process-identity";

/** In the order in which they are ended: workers report to masters. */
const KINDS = ["worker", "history", "master"] as const;
export type DaemonKind = (typeof KINDS)[number];

/** What each says once it serves. */
const READY = /^firesteel (?:master at|worker worker-\S+:|history:) .*$/m;
/** A worker whose master is not there yet says nothing, and tries again: it is left alone after this, ms. */
const READY_MS = 120_000;
/** More than a worker's executors may take to move their data, ms. */
const STOP_MS = 180_000;
const LOOK_MS = 50;

export function daemonKind(text: string): DaemonKind {
  const kind = KINDS.find((one) => one === text);
  if (kind === undefined) throw new UsageError("INVALID_OPTION", `"${text}" is none of master, worker, history.`);
  return kind;
}

/**
 * Starts `firesteel <kind> <args>` in a session of its own. Resolves with what it wrote when it serves, or has not said so for long; rejects
 * where it ended instead.
 */
export async function startDaemon(kind: DaemonKind, args: readonly string[]): Promise<string> {
  const directory = runDirectory();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = freeName(directory, kind);
  const logFile = join(directory, `${name}.log`);
  const output = openSync(logFile, "a", 0o600);
  const before = fstatSync(output).size;
  const child = spawn(process.execPath, [...process.execArgv, join(__dirname, "cli.js"), kind, ...args], {
    detached: true,
    env: withAllocator(process.env),
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended: string[] = [];
  child.once("error", (error) => ended.push(error.message));
  child.once("exit", (code, signal) => ended.push(signal ?? `exit code ${code}`));
  if (child.pid !== undefined) writeFileSync(join(directory, `${name}.pid`), JSON.stringify(identify(child.pid)));
  const said = (): string => readFileSync(logFile).subarray(before).toString();
  for (const started = performance.now(); !READY.test(said()) && performance.now() - started < READY_MS; await pause()) {
    if (ended.length === 0) continue;
    rmSync(join(directory, `${name}.pid`), { force: true });
    const last = said().trim().split("\n").at(-1) ?? "";
    throw new ClusterError("NOT_STARTED", `firesteel ${kind} ended with ${ended[0]}: ${last}`);
  }
  child.unref();
  const lines = said()
    .split("\n")
    .filter((line) => line.startsWith("firesteel "));
  const late = READY.test(said()) ? [] : [`firesteel ${kind}: it does not serve yet, and goes on trying`];
  return [...lines, ...late, `firesteel ${kind}: process ${child.pid}, log in ${logFile}`].join("\n");
}

/** Ends daemons of these kinds that were started in the background, workers first. Resolves with their names when they are gone. */
export async function stopDaemons(kinds: readonly DaemonKind[]): Promise<string[]> {
  const stopped: string[] = [];
  for (const kind of KINDS.filter((one) => kinds.includes(one))) {
    const running = daemonsIn(runDirectory(), kind);
    for (const { owner } of running) process.kill(owner.pid, "SIGTERM");
    for (const { name, file, owner } of running) {
      for (const started = performance.now(); stateOf(owner) === "alive"; await pause())
        if (performance.now() - started > STOP_MS)
          throw new ClusterError("NOT_STOPPED", `${name} (process ${owner.pid}) has not ended in ${STOP_MS / 1000} s.`);
      rmSync(file, { force: true });
      stopped.push(name);
    }
  }
  return stopped;
}

function runDirectory(): string {
  return process.env["FIRESTEEL_RUN_DIR"] || join(homedir(), ".firesteel", "run");
}

/** Takes the first name that no living process has: its file is there when this returns. */
function freeName(directory: string, kind: DaemonKind): string {
  daemonsIn(directory, kind);
  for (let number = 1; ; number++) {
    try {
      closeSync(openSync(join(directory, `${kind}-${number}.pid`), "wx", 0o600));
      return `${kind}-${number}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

/** Those that live; files of those that are gone are removed. */
function daemonsIn(directory: string, kind: DaemonKind): { name: string; file: string; owner: ProcessIdentity }[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter((one) => one.startsWith(`${kind}-`) && one.endsWith(".pid"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names.sort().flatMap((one) => {
    const file = join(directory, one);
    let owner: ProcessIdentity | null;
    try {
      owner = JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity | null;
    } catch {
      return []; // it is being started
    }
    if (owner !== null && stateOf(owner) === "alive") return [{ name: one.slice(0, -".pid".length), file, owner }];
    if (owner === null || stateOf(owner) === "gone") rmSync(file, { force: true });
    return [];
  });
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
