/**
 * The log of this process: pino's JSON lines on standard error. pino is loaded with the first line that is written, so
 * that quiet programs do not pay for it.
 */
import type { Logger } from "pino";

const LEVELS: Readonly<Record<string, string>> = {
  ALL: "trace",
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  ERROR: "error",
  FATAL: "fatal",
  OFF: "silent",
};
const RANK: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Infinity,
};

let logger: Logger | undefined;
let level = "warn";
/** What was asked for, by Spark's name: `level` differs from it while a signal has the process debug. */
let asked = "WARN";
let listening = false;

function write(lineLevel: "debug" | "info" | "warn" | "error", message: string, fields?: object): void {
  if (RANK[lineLevel]! < RANK[level]!) return;
  if (logger === undefined) {
    const { pino } = require("pino") as typeof import("pino");
    logger = pino(
      {
        level,
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      pino.destination({ dest: 2, sync: true }),
    );
  }
  if (fields === undefined) logger[lineLevel](message);
  else logger[lineLevel](fields, message);
}

export const log = {
  debug: (message: string, fields?: object): void => write("debug", message, fields),
  info: (message: string, fields?: object): void => write("info", message, fields),
  warn: (message: string, fields?: object): void => write("warn", message, fields),
  error: (message: string, fields?: object): void => write("error", message, fields),
};

/** Spark's level names: ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF. False when `name` is none of them. */
export function setLogLevel(name: string): boolean {
  const wanted = name.toUpperCase();
  if (LEVELS[wanted] === undefined) return false;
  asked = wanted;
  use(wanted);
  return true;
}

function use(wanted: string): void {
  level = LEVELS[wanted]!;
  if (logger !== undefined) logger.level = level;
}

/**
 * From now on SIGUSR2, which only the process's own user can send, switches the log of this process to DEBUG, and back to what `setLogLevel` was told last.
 * A program that listens to the signal itself is left to decide itself.
 */
export function switchLevelOnSignal(): void {
  if (listening) return;
  listening = true;
  process.on("SIGUSR2", () => {
    if (process.listenerCount("SIGUSR2") > 1) return;
    const wanted = level === "debug" ? asked : "DEBUG";
    use("INFO");
    log.info(`SIGUSR2: the log's level is ${wanted} from now on`);
    use(wanted);
  });
}
