/** What is said of an error that ends the process: one line for what the user can mend before the program runs, else its stack. */
import { CommanderError } from "commander";
import { isEngineFrame } from "../common/engine-folder";
import { withFailedStatement } from "./assertion";

/** "firesteel: what is wrong", for options, files and settings; a stack only for defects of our own. */
export function lineOf(error: unknown): string {
  // By its shape: bundles that are loaded late have a class of their own.
  if (error instanceof Error && "errorClass" in error && error.errorClass !== "INTERNAL_ERROR")
    return `firesteel: ${withoutClass(error.message)}`;
  return `firesteel: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Commander has printed its message (or the help) by then. */
export function exitCodeOf(error: unknown): number {
  return error instanceof CommanderError ? error.exitCode : 1;
}

function withoutClass(message: string): string {
  return message.replace(/^\[[A-Z_]+\] /, "");
}

/**
 * An error that the program let go: its stack and that of its causes, each told once. Frames of the engine help nobody
 * but its developers, and are left out unless the error is the engine's own.
 */
export function describeUncaught(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught ${inspect(error)}`;
  const parts: string[] = [];
  const seen = new Set<unknown>();
  for (let at: unknown = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const text = stackOf(at);
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  const inner =
    error instanceof AggregateError ? error.errors.map((one) => `- ${describeUncaught(one).replace(/\n/g, "\n  ")}`) : [];
  return [parts.join("\nCaused by: "), ...inner].join("\n");
}

function stackOf(error: Error): string {
  const text = withFailedStatement(error, error.stack ?? String(error));
  const isDefect = (error as { errorClass?: unknown }).errorClass === "INTERNAL_ERROR";
  if (isDefect) return text;
  // From the outermost frame inwards: a builtin says no more than who called it.
  let isDropped = true;
  const lines = text.split("\n").reverse();
  const kept = lines.filter((line) => {
    if (!/^\s+at /.test(line)) isDropped = false;
    else if (!isBuiltin(line)) isDropped = isNoise(line);
    return !isDropped;
  });
  return kept.reverse().join("\n");
}

/** "at Array.map (<anonymous>)", "at async Promise.all (index 0)" */
function isBuiltin(frame: string): boolean {
  return /^\s+at (async )?[\w.]+ \((<anonymous>|index \d+)\)$/.test(frame);
}

function isNoise(frame: string): boolean {
  return isEngineFrame(frame) || /\bnode:\w/.test(frame);
}

function inspect(value: unknown): string {
  return (require("node:util") as typeof import("node:util")).inspect(value);
}
