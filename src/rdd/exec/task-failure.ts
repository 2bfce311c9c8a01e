/** How what a task threw is told to the driver. */
import { CommitDenied, FetchFailed } from "../../storage/task-env";
import type { FailureKind, TaskFailure } from "../../wire/failure";
import { describeThrown, firstLine, isInstance } from "../../wire/failure";

/** Messages of V8 and Node for memory that cannot be had, in the heap for one object or outside of it. */
const NO_MEMORY =
  /Array buffer allocation failed|WebAssembly\.Memory\(\): could not allocate memory|Cannot allocate memory|(?:Map|Set) maximum size exceeded/;

export function failureOf(thrown: unknown, encode: (thrown: unknown) => Uint8Array | null, prefix = ""): TaskFailure {
  const error = describeThrown(thrown, (value) => {
    try {
      return encode(value);
    } catch {
      return null;
    }
  });
  const fetch = isInstance(thrown, FetchFailed)
    ? { shuffleId: thrown.shuffleId, map: thrown.map, reduce: thrown.reduce, executorId: thrown.executorId }
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
