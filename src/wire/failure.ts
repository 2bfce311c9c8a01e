/** Why a task failed, as both sides of the wire see it, and how what was thrown becomes data and an error again. */
import { withEngineNamed } from "../common/engine-folder";
import type { MapOutputId } from "../storage/task-env";

export type FailureKind = "exception" | "fetchFailed" | "outOfMemory" | "threadEnded" | "commitDenied";

export interface TaskFailure {
  readonly kind: FailureKind;
  /** One line that says what happened: "Error: always", "the function called process.exit(3)", "out of memory: …". */
  readonly description: string;
  /** What was thrown; null when nothing was. */
  readonly error: ErrorInfo | null;
  /** For fetchFailed. */
  readonly fetch: FetchFailureInfo | null;
}

export interface FetchFailureInfo {
  readonly shuffleId: number;
  /** -1 when not even its place is known. */
  readonly map: number;
  /** -1 when the whole output is missing. */
  readonly reduce: number;
  readonly executorId: string | null;
  /** Other map outputs that the task cannot use either: all are to be made again before it runs another time. */
  readonly also: readonly MapOutputId[];
}

export interface ErrorInfo {
  readonly name: string;
  readonly message: string;
  /** Frames of the engine as `withEngineNamed` gives them. */
  readonly stack: string;
  readonly cause: ErrorInfo | null;
  /** What was thrown in the engine's value format, where it can travel and is not too long; null otherwise. */
  readonly value: Uint8Array | null;
}

const MAX_CAUSES = 8;
const MAX_MESSAGE = 16 * 1024;
const MAX_STACK = 64 * 1024;
/** Longest thrown value that travels, bytes: an error that holds a dataset must not cost the executor and the driver another copy of it. */
const MAX_VALUE = 2 ** 20;

/** Describes anything that was thrown. Never throws itself, whatever getters and proxies the value has. */
export function describeThrown(
  thrown: unknown,
  encode: (thrown: unknown) => Uint8Array | null = () => null,
  depth = 0,
): ErrorInfo {
  const encoded = depth === 0 ? attempt(() => encode(thrown), null) : null;
  const value = encoded !== null && encoded.length > MAX_VALUE ? null : encoded;
  if (typeof thrown !== "object" || thrown === null) {
    const message = attempt(() => cut(String(thrown), MAX_MESSAGE), `a ${typeof thrown}`);
    return { name: "", message, stack: "", cause: null, value };
  }
  const text = (key: "name" | "message" | "stack") =>
    attempt(() => {
      const found: unknown = (thrown as Record<string, unknown>)[key];
      return typeof found === "string" ? found : "";
    }, "");
  const whole = text("message");
  const message = cut(whole, MAX_MESSAGE);
  // A stack begins with the message, and a long one would leave no room for the frames.
  const stack = withEngineNamed(cut(message === whole ? text("stack") : text("stack").replace(whole, () => message), MAX_STACK));
  const isError = isInstance(thrown, Error) || stack !== "";
  const cause = attempt(() => (thrown as { cause?: unknown }).cause, undefined);
  return {
    name: cut(text("name"), MAX_MESSAGE) || (isError ? "Error" : ""),
    message: message || (isError ? "" : attempt(() => describeObject(thrown), "an object")),
    stack,
    cause: cause === undefined || cause === null || depth >= MAX_CAUSES ? null : describeThrown(cause, encode, depth + 1),
    value,
  };
}

/** "TypeError: x is not a function", or the message alone for values that are not errors. One line. */
export function firstLine(info: ErrorInfo): string {
  const line = info.name === "" ? info.message : info.message === "" ? info.name : `${info.name}: ${info.message}`;
  return line.split("\n", 1)[0]!;
}

function describeObject(thrown: object): string {
  return cut(JSON.stringify(thrown) ?? Object.prototype.toString.call(thrown), MAX_MESSAGE);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`;
}

/** `instanceof` for values whose traps may throw. */
export function isInstance<T>(thrown: unknown, constructor: abstract new (...args: never[]) => T): thrown is T {
  return attempt(() => thrown instanceof constructor, false);
}

function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
