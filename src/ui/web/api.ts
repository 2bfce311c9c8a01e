/**
 * Asks the server, and asks again when it says that something has changed. Answers stay on the page while newer ones are on
 * their way, and are kept for a return to the page: nothing blinks. A report (one file, no server) brings its answers along in
 * an element `#firesteel-report`: JSON of path to answer.
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Topic } from "../api-types";
import { live } from "./live";

export interface Answer<T> {
  readonly data: T | undefined;
  /** Why the last question failed; `data` may still be there from an earlier one. */
  readonly error: string | undefined;
  /** No answer yet, good or bad. */
  readonly pending: boolean;
  readonly reload: () => void;
}

/** The server's answer was an error: `status` is HTTP's. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const element = document.getElementById("firesteel-report");
const report = element === null ? undefined : (JSON.parse(element.textContent) as Record<string, unknown>);
export const isReport = report !== undefined;

/** The time now, ms since the epoch; in a report, which stands still, that of its writing. */
export function timeNow(): number {
  return element === null ? Date.now() : Number(element.dataset["written"]);
}

export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  if (report !== undefined) {
    if (path in report) return report[path] as T;
    throw new ApiError("This report does not hold that.", 404);
  }
  let response: Response;
  try {
    response = await fetch(path, { headers: { accept: "application/json" }, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server cannot be reached.", 0);
  }
  return read<T>(response);
}

/** A request that changes something; `token` is Identity's. */
export async function act<T>(path: string, token: string): Promise<T> {
  return read<T>(await fetch(path, { method: "POST", headers: { "x-firesteel-token": token } }));
}

async function read<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T;
  let message = `The server answered ${response.status} ${response.statusText}`.trim();
  try {
    message = (JSON.parse(text) as { error?: string }).error ?? message;
  } catch {
    // Not the server's own error (a proxy's page): the status must do.
  }
  throw new ApiError(message, response.status);
}

const kept = new Map<string, unknown>();
const KEPT = 60;

function keep(path: string, data: unknown): void {
  kept.delete(path);
  kept.set(path, data);
  const oldest = kept.keys().next();
  if (kept.size > KEPT && !oldest.done) kept.delete(oldest.value);
}

/** The answer to GET `path`, asked again after notices of `topics`, at most every `interval` ms. No path, no question. */
export function useApi<T>(path: string | null, topics: readonly Topic[] = [], interval = 500): Answer<T> {
  const [state, setState] = useState<{ path: string | null; data: T | undefined; error: string | undefined }>(() =>
    initial<T>(path),
  );
  const reload = useRef(() => {});
  useEffect(() => {
    if (path === null) return;
    setState((before) => (before.path === path ? before : initial<T>(path)));
    const stop = refreshing(interval, topics, async (signal) => {
      try {
        const data = await ask<T>(path, signal);
        keep(path, data);
        if (!signal.aborted) setState({ path, data, error: undefined });
      } catch (error) {
        if (!signal.aborted) setState((before) => ({ path, data: before.data, error: (error as Error).message }));
      }
    });
    reload.current = stop.now;
    return stop.stop;
    // Topics are literals of the caller.
  }, [path, topics.join(" "), interval]);
  const current = state.path === path ? state : initial<T>(path);
  return {
    data: current.data,
    error: current.error,
    pending: path !== null && current.data === undefined && current.error === undefined,
    reload: useCallback(() => reload.current(), []),
  };
}

function initial<T>(path: string | null) {
  return { path, data: path === null ? undefined : (kept.get(path) as T | undefined), error: undefined };
}

/** A server that takes long for an answer is asked more rarely: so many times as long is waited. */
const PATIENCE = 4;

/** Runs `task` now and after notices, never twice at once, at least `interval` ms apart, and not while the page is hidden. */
export function refreshing(
  interval: number,
  topics: readonly Topic[],
  task: (signal: AbortSignal) => Promise<void>,
): { readonly now: () => void; readonly stop: () => void } {
  const ending = new AbortController();
  let running = false;
  let wanted = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async () => {
    timer = undefined;
    if (running || ending.signal.aborted) return;
    running = true;
    wanted = false;
    const began = performance.now();
    await task(ending.signal);
    running = false;
    timer = setTimeout(
      () => {
        timer = undefined;
        if (wanted && !document.hidden) void run();
      },
      Math.max(interval, PATIENCE * (performance.now() - began)),
    );
  };
  const want = () => {
    wanted = true;
    if (timer === undefined && !running && !document.hidden) void run();
  };
  const shown = () => {
    if (!document.hidden && wanted) want();
  };
  const off = live.on(topics, want);
  document.addEventListener("visibilitychange", shown);
  void run();
  return {
    now: want,
    stop: () => {
      ending.abort();
      clearTimeout(timer);
      off();
      document.removeEventListener("visibilitychange", shown);
    },
  };
}
