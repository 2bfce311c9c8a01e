/** An error at the prompt in a few lines: its class, its message, the user's line. The rest of it is kept for `.error`. */
import { inspect } from "node:util";
import { Cancelled } from "./running-cell";
import { CellSyntaxError } from "./transform";

export interface ErrorSources {
  /** Text of a cell (or of the file that was loaded) by the path that positions name. */
  textOf(path: string): string | undefined;
  /** A stack with the positions of what the user wrote, if its positions are those of the code that ran. */
  mapStack(stack: string): string;
}

/** Lines of a message beyond which `.error` has the rest. */
const MOST_LINES = 8;
const LONGEST_LINE = 300;
const WIDEST_EXCERPT = 60;

interface Position {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** What is printed when a line fails, with its newline. */
export function briefly(error: unknown, sources: ErrorSources): string {
  if (error instanceof Cancelled) return `${error.message}\n`;
  if (!isError(error)) return `Thrown: ${inspect(error, { depth: 2 })}\n`;
  if (error instanceof CellSyntaxError)
    return `SyntaxError: ${error.message}\n${excerpt({ path: error.file, line: error.line, column: error.column + 1 }, sources)}`;
  const { text, cut } = shortened(headline(error));
  const where = positionOf(error, sources);
  const hidden = cut || error.cause !== undefined ? "(.error shows all of it)\n" : "";
  return `${text}\n${where === undefined ? "" : excerpt(where, sources)}${hidden}`;
}

/** The whole error: stacks, and causes, with the user's positions. */
export function fully(error: unknown, sources: ErrorSources): string {
  if (!isError(error)) return `${inspect(error)}\n`;
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let inTask = false;
  for (let at: unknown = error; isError(at) && !seen.has(at); at = at.cause) {
    seen.add(at);
    const stack = at.stack ?? headline(at);
    parts.push(inTask ? stack : sources.mapStack(stack));
    inTask ||= isTaskError(at);
  }
  return `${parts.join("\nCaused by: ")}\n`;
}

/** `instanceof` says no to errors of other realms. */
function isError(error: unknown): error is Error {
  return error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
}

/** Its cause failed in a task: the driver has translated that stack already. */
function isTaskError(error: Error): boolean {
  return "errorClass" in error && error.cause !== undefined;
}

function headline(error: Error): string {
  const { message } = error;
  const name = error.name || "Error";
  return message === "" ? name : message.startsWith(name) ? message : `${name}: ${message}`;
}

function shortened(text: string): { readonly text: string; readonly cut: boolean } {
  // Frames in a message are of use to those who ask for all of it.
  const lines = text.split("\n").filter((line) => !/^\s+at .*:\d+:\d+\)?$/.test(line));
  const kept = lines.slice(0, MOST_LINES).map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
  const whole = kept.length === lines.length && kept.every((line, i) => line === lines[i]);
  return { text: kept.join("\n").trimEnd(), cut: !whole || lines.length !== text.split("\n").length };
}

/** The first frame that stands in something the user typed: of the cause that failed in a task, else of the error. */
function positionOf(error: Error, sources: ErrorSources): Position | undefined {
  const stacks: string[] = [];
  const seen = new Set<unknown>();
  let inTask = false;
  for (let at: unknown = error; isError(at) && !seen.has(at); at = at.cause) {
    seen.add(at);
    const stack = at.stack ?? "";
    stacks.unshift(inTask ? stack : sources.mapStack(stack));
    inTask ||= isTaskError(at);
  }
  for (const stack of stacks) {
    for (const [, path, line, column] of stack.matchAll(/((?:\/|[A-Za-z]:\\)[^\s():]*):(\d+):(\d+)/g)) {
      if (sources.textOf(path!) !== undefined) return { path: path!, line: Number(line), column: Number(column) };
    }
  }
  return undefined;
}

/** The line, and a mark under the column. */
function excerpt(position: Position, sources: ErrorSources): string {
  const { path } = position;
  let { line, column } = position;
  const lines = sources.textOf(path)?.split("\n") ?? [];
  // What is missing at the end is missing behind the last thing that is there.
  for (; line > 1 && (lines[line - 1] ?? "").trim() === ""; line--) column = lines[line - 2]!.length + 1;
  const text = lines[line - 1];
  if (text === undefined || text.trim() === "") return "";
  const start = Math.max(0, Math.min(column - 30, text.length - WIDEST_EXCERPT));
  const shown = text.slice(start, start + WIDEST_EXCERPT);
  const label = `  ${path.replace(/^.*[/\\]/, "")}:${line}  `;
  return `${label}${shown}\n${" ".repeat(label.length + Math.max(0, column - 1 - start))}^\n`;
}
