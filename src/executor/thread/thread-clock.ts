/** CPU time and time in garbage collection of the calling thread. */
import { closeSync, openSync, readSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";

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

/** Returns a reader of the milliseconds spent in collections so far, as of the last turn of the event loop. */
export function threadGcClock(): () => number {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) total += entry.duration;
  }).observe({ entryTypes: ["gc"] });
  return () => total;
}
