/** Time in collections: that of a task is what happened while it ran. */
import { constants, performance, PerformanceObserver, type PerformanceEntry } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { threadGcClock } from "../../src/executor/thread/thread-clock";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a collection before the start that is heard of later does not count, one after it does", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("globalThis.gc") as () => void;
  const clock = threadGcClock();
  const heard: PerformanceEntry[] = [];
  // Made later, so that the clock has heard what this one has.
  new PerformanceObserver((list) => void heard.push(...list.getEntries())).observe({ entryTypes: ["gc"] });
  collect();
  const start = performance.now();
  clock.start();
  const isFull = (entry: object): boolean =>
    (entry as { detail: { kind: number } }).detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
  while (!heard.some(isFull)) await turn();
  const after = (): number =>
    heard.filter(({ startTime }) => startTime >= start).reduce((sum, { duration }) => sum + duration, 0);
  expect(clock.spent()).toBeCloseTo(after(), 6);
  const before = clock.spent();
  collect();
  while (after() <= before) await turn();
  expect(clock.spent()).toBeCloseTo(after(), 6);
  clock.start();
  expect(clock.spent()).toBe(0);
});
