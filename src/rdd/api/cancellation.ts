/** Signals that end all jobs of an asynchronous call chain: of work that runs many jobs and does not see each of them. */
import { AsyncLocalStorage } from "node:async_hooks";
import { setMaxListeners } from "node:events";

const signals = new AsyncLocalStorage<AbortSignal>();

/** Runs `body`; jobs that it or anything it calls or awaits starts end when `signal` is aborted, or one that stands around it. */
export function withSignal<T>(signal: AbortSignal | undefined, body: () => T): T {
  if (signal === undefined) return body();
  const all = joined(signal)!;
  // Each job that runs listens: many at once are no leak.
  setMaxListeners(0, all);
  return signals.run(all, body);
}

/** What ends a job that starts now: its own signal, and that of its call chain. */
export function joined(own: AbortSignal | undefined): AbortSignal | undefined {
  const around = signals.getStore();
  if (own === undefined || around === undefined || own === around) return own ?? around;
  return AbortSignal.any([own, around]);
}
