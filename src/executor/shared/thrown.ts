/** Errors of main-thread handlers on their way to the thread that asked, and back into errors there. */
import { DataError } from "../../common/errors";
import { CommitDenied, FetchFailed, TaskKilled } from "../../storage/task-env";
import type { ThrownData } from "./messages";

export function thrownData(error: unknown): ThrownData {
  const known = error instanceof Error ? error : new Error(String(error));
  const { errorClass } = known as { errorClass?: unknown };
  return {
    name: known.name,
    message: known.message,
    stack: known.stack ?? "",
    errorClass: typeof errorClass === "string" ? errorClass : undefined,
    fetch:
      error instanceof FetchFailed
        ? { shuffleId: error.shuffleId, map: error.map, reduce: error.reduce, executorId: error.executorId }
        : undefined,
  };
}

export function reviveThrown(data: ThrownData): Error {
  if (data.fetch !== undefined)
    return new FetchFailed(data.fetch.shuffleId, data.fetch.map, data.fetch.reduce, data.fetch.executorId, data.message);
  if (data.name === "TaskKilled") return new TaskKilled(data.message);
  if (data.name === "CommitDenied") return new CommitDenied(data.message);
  // The message begins with "[CLASS] ", which the constructor puts there again.
  const text = data.errorClass === undefined ? data.message : data.message.replace(`[${data.errorClass}] `, "");
  const error = data.errorClass === undefined ? new Error(text) : new DataError(data.errorClass, text);
  error.name = data.name;
  if (data.stack !== "") error.stack = data.stack;
  return error;
}
