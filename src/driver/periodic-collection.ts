/**
 * Garbage collection in drivers that hardly allocate: what datasets and broadcasts stand for on executors is freed when
 * their handles are collected (rdd/cleaner), which V8 would put off until its own heap is full. Spark's periodic cleaner.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects every `intervalMs`; the returned function ends it. Does not keep the process alive. */
export function collectEvery(intervalMs: number): () => void {
  let collect: (() => void) | undefined;
  const timer = setInterval(
    () => {
      if (collect === undefined) {
        // The flag holds for contexts made after it was set.
        setFlagsFromString("--expose-gc");
        collect = runInNewContext("gc") as () => void;
      }
      collect();
    },
    Math.min(intervalMs, 2 ** 31 - 1),
  );
  timer.unref();
  return () => clearInterval(timer);
}
