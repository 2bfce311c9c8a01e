/** How an executor of a worker ended, as the worker tells it. */
import { exitReason } from "../exit-reason";
import type { ExecutorStatus } from "../state";
import type { ChildEnd } from "./child";

export interface ExecutorEnding {
  readonly state: ExecutorStatus;
  readonly reason: string;
  readonly outOfMemory: boolean;
}

/**
 * One that was told to end and did so has exited, for the reason for which it was told. Spark's workers call it killed, since they do kill
 * it; here only one is killed that had to be.
 *
 * @param dismissed why it was told to end; null: it was not
 */
export function executorEnding(end: ChildEnd, dismissed: string | null): ExecutorEnding {
  if (end.failed !== null) return { state: "FAILED", reason: end.failed, outOfMemory: false };
  const { reason, outOfMemory } = exitReason(end.code, end.signal, end.stderr);
  if (dismissed === null) return { state: "EXITED", reason, outOfMemory };
  if (end.signal === "SIGKILL")
    return { state: "KILLED", reason: `${dismissed}; it did not end by itself, and was killed`, outOfMemory };
  return { state: end.code === 0 ? "EXITED" : "KILLED", reason: `${dismissed}; ${reason}`, outOfMemory };
}
