/** The task stream of an application or of a stage, kept up to date by its newest part only. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TaskStream } from "../../api-types";
import { ask, refreshing } from "../api";
import { TaskRows } from "../lib/task-rows";

const MOST = 100_000;

export interface TaskStreamState {
  readonly tasks: TaskRows;
  readonly version: number;
  readonly error: string | undefined;
  readonly pending: boolean;
}

/** `path` of the stream; `incremental` where the server takes `since`. */
export function useTaskStream(path: string, incremental: boolean): TaskStreamState {
  const tasks = useRef(new TaskRows());
  const [state, setState] = useState<{ path: string; version: number; error: string | undefined }>({
    path,
    version: 0,
    error: undefined,
  });
  useEffect(() => {
    tasks.current = new TaskRows();
    const { stop } = refreshing(400, ["tasks", "stages"], async (signal) => {
      const rows = tasks.current;
      // Reports come a little late: the last seconds are asked for again.
      const since = rows.size === 0 ? 0 : Math.floor(rows.to - 3000);
      const query = incremental ? `?limit=${MOST}${since > 0 ? `&since=${since}` : ""}` : `?limit=${MOST}`;
      try {
        const stream = await ask<TaskStream>(`${path}${query}`, signal);
        if (signal.aborted) return;
        rows.add(stream);
        rows.trim(MOST * 1.25);
        setState((before) => ({ path, version: before.version + 1, error: undefined }));
      } catch (error) {
        if (!signal.aborted) setState((before) => ({ ...before, path, error: (error as Error).message }));
      }
    });
    return stop;
  }, [path, incremental]);
  return {
    tasks: tasks.current,
    version: state.version,
    error: state.error,
    pending: state.version === 0 && state.error === undefined,
  };
}
