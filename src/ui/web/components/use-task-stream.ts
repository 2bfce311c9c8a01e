/** The task stream of an application or of a stage, kept up to date by its newest part only. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TaskStream } from "../../api-types";
import { ask, isReport, refreshing } from "../api";
import { TaskRows } from "../lib/task-rows";

const MOST = 100_000;
/** Asked for first, so that there is something to see while the rest is on its way. */
const FIRST = 3000;

export interface TaskStreamState {
  readonly tasks: TaskRows;
  readonly version: number;
  readonly error: string | undefined;
  readonly pending: boolean;
}

/** `path` of the stream; `incremental` where the server takes `since`; `live` where there may be more later. */
export function useTaskStream(path: string, { incremental, live }: { incremental: boolean; live: boolean }): TaskStreamState {
  const tasks = useRef(new TaskRows());
  const [state, setState] = useState<{ path: string; version: number; error: string | undefined }>({
    path,
    version: 0,
    error: undefined,
  });
  useEffect(() => {
    tasks.current = new TaskRows();
    setState({ path, version: 0, error: undefined });
    let round = 0;
    const loop = refreshing(400, live ? ["tasks", "stages"] : [], async (signal) => {
      const rows = tasks.current;
      round++;
      // The newest tasks, then those before them, then what is new. Reports of ends come a little late: the last seconds again.
      const limit = round === 1 && !isReport ? FIRST : MOST;
      const since = incremental && round > 2 && rows.size > 0 ? `&since=${Math.floor(rows.to - 3000)}` : "";
      try {
        const stream = await ask<TaskStream>(`${path}?limit=${limit}${since}`, signal);
        if (signal.aborted) return;
        rows.add(stream);
        rows.trim(MOST * 1.25);
        setState((before) => ({ path, version: before.version + 1, error: undefined }));
        if (limit === FIRST && stream.taskId.length >= FIRST) loop.now();
      } catch (error) {
        if (!signal.aborted) setState((before) => ({ ...before, path, error: (error as Error).message }));
      }
    });
    return loop.stop;
  }, [path, incremental, live]);
  return {
    tasks: tasks.current,
    version: state.version,
    error: state.error,
    pending: state.version === 0 && state.error === undefined,
  };
}
