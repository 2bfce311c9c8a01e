/** Dask's memory bars: what an executor's resident memory is made of, and which colour says how near it is to its thresholds. */
import type { ExecutorMemory } from "../../api-types";

export type MemoryState = "below" | "near" | "paused";

export interface MemoryBar {
  readonly executorId: string;
  readonly isActive: boolean;
  /** The executor has sent figures; without, all of them are 0. */
  readonly measured: boolean;
  readonly state: MemoryState;
  readonly limit: number;
  readonly rss: number;
  /** Cached blocks; hash tables and sorts; V8 heaps; the rest of the process. They add up to `rss`. */
  readonly storage: number;
  readonly execution: number;
  readonly heap: number;
  readonly other: number;
  readonly spilled: number;
  readonly targetAt: number;
  readonly pausesAt: number;
  readonly cpu: number;
  readonly activeTasks: number;
}

export const MEMORY_WORDS: Readonly<Record<MemoryState, string>> = {
  below: "below target",
  near: "above target",
  paused: "paused: no further task begins until memory is given back",
};

export function memoryBar(sample: ExecutorMemory): MemoryBar {
  const last = (list: readonly number[]) => list[list.length - 1] ?? 0;
  const rss = last(sample.rss);
  // Gauges are taken one after another: parts never show more than the whole.
  let left = rss;
  const part = (value: number) => {
    const taken = Math.min(left, Math.max(0, value));
    left -= taken;
    return taken;
  };
  const storage = part(last(sample.storage));
  const execution = part(last(sample.execution));
  const heap = part(last(sample.heap));
  const state = sample.paused ? "paused" : sample.targetAt > 0 && rss >= sample.targetAt ? "near" : "below";
  return {
    executorId: sample.executorId,
    isActive: sample.isActive,
    measured: sample.time.length > 0,
    state,
    limit: sample.limit,
    rss,
    storage,
    execution,
    heap,
    other: left,
    spilled: last(sample.spilled),
    targetAt: sample.targetAt,
    pausesAt: sample.pausesAt,
    cpu: last(sample.cpu),
    activeTasks: last(sample.activeTasks),
  };
}

/** Sums over executors on a common clock: at each time of any sample, the last known value of each executor. */
export function clusterSeries(
  samples: readonly ExecutorMemory[],
  pick: (sample: ExecutorMemory) => readonly number[],
): [number[], number[]] {
  const steps = samples
    .flatMap((sample) => {
      const values = pick(sample);
      let before = 0;
      const changes = sample.time.map((at, i) => {
        const change = { at, by: (values[i] ?? 0) - before };
        before = values[i] ?? 0;
        return change;
      });
      const end = sample.time[sample.time.length - 1];
      if (!sample.isActive && end !== undefined) changes.push({ at: end + 1, by: -before });
      return changes;
    })
    .sort((a, b) => a.at - b.at);
  const times: number[] = [];
  const sums: number[] = [];
  let sum = 0;
  for (const { at, by } of steps) {
    sum += by;
    // Executors report at about the same time: one point for each quarter of a second.
    if (times.length > 0 && at - times[times.length - 1]! < 250) sums[sums.length - 1] = sum;
    else {
      times.push(at);
      sums.push(sum);
    }
  }
  return [times, sums];
}
