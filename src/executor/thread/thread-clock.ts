/** CPU time and time in garbage collection of the calling thread. */
import { closeSync, openSync, readSync } from "node:fs";
import { performance, PerformanceObserver } from "node:perf_hooks";

/** Returns a reader of this thread's CPU time in nanoseconds; always 0 where the system does not tell. */
export function threadCpuClock(): () => number {
  let fd: number;
  try {
    // Resolved at the open: the descriptor stays that of this thread.
    fd = openSync("/proc/thread-self/schedstat", "r");
  } catch {
    return () => 0;
  }
  const text = Buffer.alloc(64);
  const read = (): number => {
    try {
      const length = readSync(fd, text, 0, 64, 0);
      const space = text.indexOf(0x20);
      return Number(text.toString("latin1", 0, space < 0 ? length : space)) || 0;
    } catch {
      return 0;
    }
  };
  if (read() === 0) {
    closeSync(fd);
    return () => 0;
  }
  return read;
}

export interface GcClock {
  /** Milliseconds are counted from here on: collections before it that have not been heard of are nobody's. */
  start(): void;
  /** Milliseconds in collections since the start, as of the last turn of the event loop. */
  spent(): number;
}

/** Time that the calling thread spends in collections. */
export function threadGcClock(): GcClock {
  let from = 0;
  let total = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      total += Math.max(0, startTime + duration - Math.max(from, startTime));
  }).observe({ entryTypes: ["gc"] });
  return {
    start: () => {
      from = performance.now();
      total = 0;
    },
    spent: () => total,
  };
}
