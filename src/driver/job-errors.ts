/** Failures as data, back to errors that a program can catch: the user's own error as `cause` of what happened to the job. */
import { CancelledError, ClusterError, TaskError, UsageError } from "../common/errors";
import type { ErrorInfo } from "../wire/failure";
import type { JobFailure } from "./scheduler/commands";

export interface ThrownReader {
  /** Reads values of the user's classes. */
  decodeValue(bytes: Uint8Array): unknown;
  /** A task's stack trace with the lines of the user's sources. */
  mapStack(stack: string): string;
}

/** What was thrown in a task: an instance of the user's class where it could travel, else an Error of the same name. */
export function thrownValue(info: ErrorInfo, reader: ThrownReader): unknown {
  if (info.value !== null) {
    try {
      const value = reader.decodeValue(info.value);
      if (value instanceof Error && value.stack !== undefined) value.stack = reader.mapStack(withFrames(value.stack, info.stack));
      return value;
    } catch {
      // Its class is not known here: name, message and stack tell the same.
    }
  }
  const error = new Error(info.message, info.cause === null ? undefined : { cause: thrownValue(info.cause, reader) });
  Object.defineProperty(error, "name", { value: info.name || "Error", configurable: true, writable: true });
  if (info.stack !== "") error.stack = reader.mapStack(info.stack);
  return error;
}

/** The words of one stack trace, which may be cut in the other, with the other's frames, in which the engine's are named. */
function withFrames(whole: string, named: string): string {
  const [end, begin] = [whole.search(/\n\s+at /), named.search(/\n\s+at /)];
  return end < 0 || begin < 0 ? whole : whole.slice(0, end) + named.slice(begin);
}

/** The rejection of an action's promise. */
export function jobError(failure: JobFailure, callSite: string): Error {
  const error = errorOf(failure, `${failure.message}\n${callFrame(callSite)}`);
  // It was made in a callback of the driver: where the action was called is in the message.
  if (error !== failure.cause) error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** The call of an action, given as "collect at app.ts:12:7", as a line of a stack trace. */
export function callFrame(callSite: string): string {
  return `    at ${callSite.replace(/^(\S+) at (\S.*)$/, "$1 ($2)")}`;
}

function errorOf(failure: JobFailure, message: string): Error {
  const details = failure.cause === undefined ? {} : { cause: failure.cause };
  switch (failure.kind) {
    case "cancelled":
      return new CancelledError("JOB_CANCELLED", message, details);
    case "usage":
      return new UsageError("INVALID_PARTITIONS", message, details);
    case "notPrepared":
      return failure.cause instanceof Error && failure.cause.name.endsWith("Error") && "errorClass" in failure.cause
        ? failure.cause
        : new TaskError("STAGE_NOT_PREPARED", message, details);
    case "taskFailed":
      return new TaskError("TASK_FAILED", message, details);
    case "resultTooLarge":
      return new UsageError("RESULT_TOO_LARGE", message, details);
    case "barrier":
      return new UsageError("BARRIER_STAGE", message, details);
    case "indeterminate":
      return new ClusterError("INDETERMINATE_STAGE", message, details);
    case "stageFailed":
    case "excluded":
      return new ClusterError("STAGE_FAILED", message, details);
  }
}
