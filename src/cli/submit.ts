/**
 * `firesteel submit`: settings from the command line, then the program in this very process, its TypeScript transformed
 * file by file. The executors are started before the program is even read: both take their time side by side.
 */
import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { prelaunchLocal } from "../cluster/local-executors";
import { checkSettings } from "../common/check-settings";
import { checkMaster } from "../common/cluster-master";
import { SparkConf } from "../common/conf";
import { isSecretKey, MASTER } from "../common/config-entries";
import { UsageError } from "../common/errors";
import type { Settings } from "../common/submit-options";
import { resolveSettings, setSubmittedSettings } from "../common/submit-options";
import type * as Engine from "../engine";
import { loadEngine } from "./engine";
import { importModule } from "./import-module";
import { mainFormat } from "./loader/format";
import { registerLoader } from "./loader/register";
import { requireMain } from "./loader/require";
import { SYNTAX_ERROR } from "./loader/transform";
import { loadedProgram } from "./loader/transform-cache";
import { checkFile } from "./named-file";
import { providePackages } from "./packages";
import { relaunched } from "./relaunch";
import { describeUncaught, lineOf } from "./report";
import { endedBySignal, stopOnSignals } from "./signals";

const PROGRAM_TYPES = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);
/** How long the contexts of a program that failed may take to stop. */
const LONGEST_STOP_MS = 3000;
/** Node's exit code for a top-level await that never ends. */
const UNSETTLED = 13;

export async function submit(command: Command, file: string | undefined, args: readonly string[]): Promise<void> {
  const settings = resolveSettings(command, true);
  const { kill, status } = command.opts<{ kill?: string; status?: string }>();
  if (kill !== undefined || status !== undefined || settings.get("spark.submit.deployMode")?.value === "cluster") {
    const cluster = await import("./cluster-mode");
    if (kill !== undefined) return cluster.killDriver(settings, kill);
    if (status !== undefined) return cluster.driverStatus(settings, status);
    checkProgram(file);
    validate(settings);
    providePackages(settings);
    return cluster.submitDriver(settings, file, args, command.opts<{ supervise?: boolean }>().supervise === true);
  }
  checkProgram(file);
  await runProgram(file, args, settings, command.opts<{ verbose?: boolean }>().verbose === true);
}

/** Runs `file` as the main program of this process. Returns when its top level has finished; pending jobs keep the process alive. */
export async function runProgram(file: string, args: readonly string[], submitted: Settings, verbose: boolean): Promise<void> {
  checkProgram(file);
  const path = resolve(file);
  const settings = new Map(submitted);
  if (!settings.has("spark.app.name"))
    settings.set("spark.app.name", { value: basename(path).replace(/\.[^.]+$/, ""), origin: "name of the program" });
  validate(settings);
  if (await relaunched(settings)) return;
  if (verbose) printSettings(file, args, settings);
  providePackages(settings);
  setSubmittedSettings(settings);

  prelaunchLocal(new SparkConf().setIfMissing(MASTER.key, MASTER.defaultText), join(__dirname, "executor.js"));
  registerLoader();
  const engine = loadEngine();
  engine.setProgram(path, loadedProgram);
  process.argv = [process.argv[0]!, path, ...args];
  process.setSourceMapsEnabled(true);
  stopOnSignals(() => engine.stopAll(), engine.countActiveJobs);
  engine.switchLevelOnSignal();
  process.on("uncaughtException", (error) => {
    if (process.listenerCount("uncaughtException") === 1) void failed(engine, error);
  });
  const settled = watchTopLevel();
  try {
    await runMain(path, args, settings.get("spark.submit.entryPoint")?.value);
  } catch (error) {
    await failed(engine, error);
  }
  settled();
  await engine.discardPrelaunched();
}

/** A program that waits at its top level for what nothing can settle ends with Node's code for it, and a word. Call what is returned at its end. */
function watchTopLevel(): () => void {
  let isSettled = false;
  let isIdle = false;
  // The program's own listeners come after this one and may go on with it; what calls process.exit() says itself how it ends.
  process.on("beforeExit", () => (isIdle = true));
  process.on("exit", (code) => {
    if (isSettled || !isIdle || code !== 0) return;
    process.stderr.write("firesteel: the program waits at its top level for a promise that nothing is left to settle\n");
    process.exitCode = UNSETTLED;
  });
  return () => (isSettled = true);
}

function checkProgram(file: string | undefined): asserts file is string {
  if (file === undefined) throw new UsageError("PROGRAM_MISSING", "which program? firesteel submit [options] app.ts [args...]");
  checkFile(file, "program");
  if (!PROGRAM_TYPES.has(extname(file)))
    throw new UsageError("PROGRAM_TYPE", `${file} is not a program: one of ${[...PROGRAM_TYPES].join(" ")} is wanted`);
}

async function runMain(path: string, args: readonly string[], entryPoint: string | undefined): Promise<void> {
  const exports = (mainFormat(path) === "commonjs" ? requireMain(path) : await importModule(pathToFileURL(path).href)) as Record<
    string,
    unknown
  >;
  if (entryPoint === undefined) return;
  const main = exports[entryPoint] ?? (exports["default"] as Record<string, unknown> | undefined)?.[entryPoint];
  if (typeof main !== "function")
    throw new UsageError("ENTRY_POINT_NOT_FOUND", `--class ${entryPoint}: ${basename(path)} exports no function of this name`);
  await (main as (args: readonly string[]) => unknown)(args);
}

/** What can be known to be wrong before anything is started is said in one line. */
function validate(settings: Settings): void {
  checkSettings([...settings].map(([key, { value }]) => [key, value]));
  checkMaster(settings.get(MASTER.key)?.value ?? MASTER.defaultText);
  for (const key of ["spark.files", "spark.archives"]) {
    for (const part of (settings.get(key)?.value ?? "").split(",")) {
      const path = part
        .trim()
        .replace(/^file:(?:\/\/)?/, "")
        .replace(/#[^#]*$/, "");
      if (path !== "" && !/^[a-z][a-z0-9]+:/i.test(path) && !existsSync(path))
        throw new UsageError("FILE_NOT_FOUND", `no such file: ${path} (${settings.get(key)!.origin})`);
    }
  }
}

let failing = false;

/** The program let an error go: it is told, the contexts stop, the process ends with 1. Never resolves. */
async function failed(engine: typeof Engine, error: unknown): Promise<never> {
  if (!failing && !endedBySignal()) {
    failing = true;
    const byNode = isOfNoFile(error);
    if (!byNode) process.stderr.write(`${describe(error)}\n`);
    setTimeout(() => process.exit(1), LONGEST_STOP_MS);
    await engine.stopAll().catch(() => undefined);
    if (byNode) leaveToNode(error);
    else process.exit(1);
  }
  return new Promise(() => undefined);
}

/** A JavaScript module that cannot be parsed: its error names no file, and only what Node prints of one that nobody took shows the line. */
function isOfNoFile(error: unknown): error is SyntaxError {
  return error instanceof SyntaxError && describeUncaught(error) === String(error) && !error.message.startsWith(SYNTAX_ERROR);
}

/** Node prints the error and ends the process with 1. */
function leaveToNode(error: Error): void {
  error.stack = String(error);
  process.removeAllListeners("uncaughtException");
  setImmediate(() => {
    throw error;
  });
}

function describe(error: unknown): string {
  if (error instanceof Error && error.message.startsWith(SYNTAX_ERROR))
    return `firesteel: ${error.message.slice(SYNTAX_ERROR.length)}`;
  if (error instanceof Error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? ""))
    return `firesteel: ${error.message.split("\n")[0]!}`;
  if (error instanceof UsageError && error.errorClass === "ENTRY_POINT_NOT_FOUND") return lineOf(error);
  return describeUncaught(error);
}

function printSettings(file: string, args: readonly string[], settings: Settings): void {
  const lines = [`Program: ${resolve(file)}`, `Arguments: ${args.join(" ") || "(none)"}`, "Settings:"];
  for (const [key, setting] of [...settings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`  ${key}=${isSecretKey(key) ? "*********(redacted)" : setting.value}  (${setting.origin})`);
  }
  process.stderr.write(`${lines.join("\n")}\n`);
}
