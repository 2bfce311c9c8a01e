/**
 * Garbage collection in drivers that hardly allocate: what datasets and broadcasts stand for on executors is freed when
 * their handles are collected (rdd/cleaner), which V8 would put off until its own heap is full. Spark's periodic cleaner.
 */
import { garbageCollector } from "../common/garbage";
import { LONGEST_TIMER } from "../common/wake-timer";

/** Collects every `intervalMs`; the returned function ends it. Does not keep the process alive. */
export function collectEvery(intervalMs: number): () => void {
  let collect: (() => void) | undefined;
  const timer = setInterval(
    () => {
      collect ??= garbageCollector();
      collect();
    },
    Math.min(intervalMs, LONGEST_TIMER),
  );
  timer.unref();
  return () => clearInterval(timer);
}
