/** How what a task threw is told to the driver. */
import { CommitDenied, FetchFailed } from "../../storage/task-env";
import type { FailureKind, TaskFailure } from "../../wire/failure";
import { describeThrown, firstLine } from "../../wire/failure";

/** Messages of V8 and Node for memory outside of the heap that cannot be had. */
const NO_MEMORY = /^(Array buffer allocation failed|Invalid typed array length.*allocation|WebAssembly\.Memory\(\): could not allocate memory|.*Cannot allocate memory)/;

export function failureOf(thrown: unknown, encode: (thrown: unknown) => Uint8Array | null, prefix = ""): TaskFailure {
  const error = describeThrown(thrown, (value) => {
    try {
      return encode(value);
    } catch {
      return null;
    }
  });
  const fetch =
    thrown instanceof FetchFailed
      ? { shuffleId: thrown.shuffleId, map: thrown.map, reduce: thrown.reduce, executorId: thrown.executorId }
      : null;
  const kind: FailureKind =
    fetch !== null ? "fetchFailed"
    : thrown instanceof CommitDenied ? "commitDenied"
    : error.name === "RangeError" && NO_MEMORY.test(error.message) ? "outOfMemory"
    : "exception";
  const line = firstLine(error);
  return { kind, description: `${prefix}${kind === "outOfMemory" ? `out of memory: ${line}` : line}`, error, fetch };
}
