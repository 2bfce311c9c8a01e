/** How what a task threw is told to the driver. */
import { constants } from "node:buffer";
import { CommitDenied, FetchFailed } from "../../storage/task-env";
import type { ErrorInfo, FailureKind, TaskFailure } from "../../wire/failure";
import { describeThrown, firstLine, isInstance } from "../../wire/failure";

/** Messages of V8 and Node for memory that cannot be had, in the heap for one object or outside of it. */
const NO_MEMORY =
  /Array buffer allocation failed|WebAssembly\.Memory\(\): could not allocate memory|Cannot allocate memory|(?:Map|Set) maximum size exceeded/;

/** V8's message for a string that would be too long names no limit. */
const TOO_LONG = "Invalid string length";
const WITH_LIMIT = `${TOO_LONG}: a string has at most ${constants.MAX_STRING_LENGTH} characters. Use a Buffer, or several shorter strings.`;

export function failureOf(thrown: unknown, encode: (thrown: unknown) => Uint8Array | null, prefix = ""): TaskFailure {
  const error = withLimit(
    describeThrown(thrown, (value) => {
      try {
        return encode(value);
      } catch {
        return null;
      }
    }),
  );
  const fetch = isInstance(thrown, FetchFailed)
    ? {
        shuffleId: thrown.shuffleId,
        map: thrown.map,
        reduce: thrown.reduce,
        executorId: thrown.executorId,
        also: thrown.also,
      }
    : null;
  const kind: FailureKind =
    fetch !== null
      ? "fetchFailed"
      : isInstance(thrown, CommitDenied)
        ? "commitDenied"
        : error.name === "RangeError" && NO_MEMORY.test(error.message)
          ? "outOfMemory"
          : "exception";
  const line = firstLine(error);
  return { kind, description: `${prefix}${kind === "outOfMemory" ? `out of memory: ${line}` : line}`, error, fetch };
}

function withLimit(error: ErrorInfo): ErrorInfo {
  if (error.name !== "RangeError" || error.message !== TOO_LONG) return error;
  return { ...error, message: WITH_LIMIT, stack: error.stack.replace(TOO_LONG, () => WITH_LIMIT) };
}
