/**
 * `firesteel submit`: settings from the command line, then the program in this very process, its TypeScript transformed
 * file by file. The executors are started before the program is even read: both take their time side by side.
 */
import { existsSync, statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import { isSecretKey } from "../common/config-entries";
import { UsageError } from "../common/errors";
import type { Settings } from "../common/submit-options";
import { resolveSettings, setSubmittedSettings } from "../common/submit-options";
import { registerLoader } from "./loader/register";

const PROGRAM_TYPES = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);

export async function submit(command: Command, file: string, args: readonly string[]): Promise<void> {
  await runProgram(file, args, resolveSettings(command), command.opts<{ verbose?: boolean }>().verbose === true);
}

/** Runs `file` as the main program of this process. Returns when its top level has finished; pending jobs keep the process alive. */
export async function runProgram(file: string, args: readonly string[], submitted: Settings, verbose: boolean): Promise<void> {
  const path = resolve(file);
  if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError("PROGRAM_NOT_FOUND", `no such program: ${file}`);
  if (!PROGRAM_TYPES.has(extname(path))) throw new UsageError("PROGRAM_TYPE", `${file} is not a program: one of ${[...PROGRAM_TYPES].join(" ")} is wanted.`);
  const settings = new Map(submitted);
  if (!settings.has("spark.app.name")) settings.set("spark.app.name", { value: basename(path).replace(/\.[^.]+$/, ""), origin: "name of the program" });
  setSubmittedSettings(settings);
  if (verbose) printSettings(file, args, settings);
  applyDriverMemory(settings);

  const engine = require("./engine.js") as typeof import("../engine");
  engine.prelaunch();
  engine.setMainFile(path);
  process.argv = [process.argv[0]!, path, ...args];
  process.setSourceMapsEnabled(true);
  registerLoader();
  stopOnSignals(engine);
  let exports: Record<string, unknown>;
  try {
    exports = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    await engine.discardPrelaunched();
    if (isTransformFailure(error)) throw new UsageError("PROGRAM_SYNTAX", error.message);
    reportAndExit(error);
  }
  const entryPoint = settings.get("spark.submit.entryPoint")?.value;
  if (entryPoint !== undefined) {
    const main = exports[entryPoint] ?? (exports["default"] as Record<string, unknown> | undefined)?.[entryPoint];
    if (typeof main !== "function") throw new UsageError("ENTRY_POINT_NOT_FOUND", `--class ${entryPoint}: ${file} exports no function of this name.`);
    try {
      await (main as (args: readonly string[]) => unknown)(args);
    } catch (error) {
      reportAndExit(error);
    }
  }
  await engine.discardPrelaunched();
}

function isTransformFailure(error: unknown): error is Error {
  return error instanceof Error && "firesteelTransformFailed" in error;
}

function reportAndExit(error: unknown): never {
  const text = error instanceof Error ? (error.stack ?? String(error)) : `Uncaught ${String(error)}`;
  process.stderr.write(`${text}\n`);
  for (let cause = error instanceof Error ? error.cause : undefined; cause instanceof Error; cause = cause.cause) process.stderr.write(`Caused by: ${cause.stack ?? String(cause)}\n`);
  process.exit(1);
}

/** Ctrl-C and SIGTERM cancel the jobs and end the executors, then the process; a second signal ends it at once. */
function stopOnSignals(engine: typeof import("../engine")): void {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(code));
      const timer = setTimeout(() => process.exit(code), 3000);
      timer.unref();
      engine.stopAll().finally(() => process.exit(code));
    });
  }
}

/** --driver-memory bounds the heap of this process, which is already running: V8 takes the limit as long as it has not grown past it. */
function applyDriverMemory(settings: Settings): void {
  const memory = settings.get("spark.driver.memory")?.value;
  const options = settings.get("spark.driver.extraNodeOptions")?.value;
  const v8 = require("node:v8") as typeof import("node:v8");
  if (memory !== undefined) {
    const { parseBytes } = require("../common/units") as typeof import("../common/units");
    v8.setFlagsFromString(`--max-old-space-size=${Math.max(64, Math.floor(parseBytes(memory, "--driver-memory", "m") / 2 ** 20))}`);
  }
  if (options !== undefined) for (const flag of options.split(/\s+/).filter((word) => word !== "")) v8.setFlagsFromString(flag);
}

function printSettings(file: string, args: readonly string[], settings: Settings): void {
  const lines = [`Program: ${resolve(file)}`, `Arguments: ${args.join(" ") || "(none)"}`, "Settings:"];
  for (const [key, setting] of [...settings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    lines.push(`  ${key}=${isSecretKey(key) ? "*********(redacted)" : setting.value}  (${setting.origin})`);
  }
  process.stderr.write(`${lines.join("\n")}\n`);
}
