/**
 * Deadlines in running time: what passes while this process does not run (it is stopped, its machine sleeps or gives it no processor, its
 * event loop is held up) counts for little, and what waits in its sockets by then is read before anything is late. So nobody is given up
 * for answers that are there.
 */

/** A look at the clock counts at most so many intervals between two looks. */
const MOST = 2;
const LOOKS = 16;

export interface RunningClock {
  /** Monotonic ms. */
  now(): number;
  every(ms: number, run: () => void): { stop(): void };
  /** Runs after the messages that wait in the process's sockets were handed out. */
  afterReading(run: () => void): void;
}

export const runningClock: RunningClock = {
  now: () => performance.now(),
  every(ms, run) {
    const timer = setInterval(run, ms);
    timer.unref();
    return { stop: () => clearInterval(timer) };
  },
  // Immediates run after the poll phase that reads sockets; HTTP/2 frames take a second turn to become messages.
  afterReading: (run) => void setImmediate(() => setImmediate(() => setImmediate(run))),
};

/** Calls `late` when the process has run for `ms`, unless the function that it gives is called before. Does not keep the process alive. */
export function afterRunning(ms: number, late: () => void, clock: RunningClock = runningClock): () => void {
  const interval = Math.min(1000, Math.max(1, ms / LOOKS));
  let left = ms;
  let seen = clock.now();
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    timer.stop();
  };
  const timer = clock.every(interval, () => {
    const now = clock.now();
    left -= Math.min(now - seen, MOST * interval);
    seen = now;
    if (left > 0) return;
    timer.stop();
    clock.afterReading(() => {
      if (!stopped) late();
    });
  });
  return stop;
}
