/** V8's collector as a function, for the few who know when it is worth its time. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Collects all garbage of the calling thread's heap when called. User code never sees a `gc`. */
export function garbageCollector(): () => void {
  // The flag gives contexts made while it is on a `gc` function; switched off again, later ones have none.
  // Flags are the process's: another thread may switch it off between these lines, so try until it was seen.
  let collect: (() => void) | undefined;
  while (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("globalThis.gc") as (() => void) | undefined;
  }
  setFlagsFromString("--no-expose-gc");
  return collect;
}
