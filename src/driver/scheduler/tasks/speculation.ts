/** Which running tasks take so much longer than the others of their stage that a second copy is worth its slot: Spark's rules. */
import type { SpeculationConfig } from "../config";
import { DONE, type TaskAttempt, type TaskSet } from "./task-set";

/** The median of durations as they come in: two heaps, the lower half with its greatest on top, the upper with its least. */
export class DurationMedian {
  readonly #lower: number[] = [];
  readonly #upper: number[] = [];

  get count(): number {
    return this.#lower.length + this.#upper.length;
  }

  add(duration: number): void {
    if (this.#lower.length === 0 || duration <= -this.#lower[0]!) push(this.#lower, -duration);
    else push(this.#upper, duration);
    if (this.#lower.length > this.#upper.length + 1) push(this.#upper, -pop(this.#lower));
    else if (this.#upper.length > this.#lower.length) push(this.#lower, -pop(this.#upper));
  }

  /** 0 when there are none. */
  get value(): number {
    if (this.count === 0) return 0;
    return this.#lower.length > this.#upper.length ? -this.#lower[0]! : (-this.#lower[0]! + this.#upper[0]!) / 2;
  }
}

/**
 * Run time in ms beyond which an attempt of the set is slow, and whether its progress should be looked at too;
 * null while too few tasks are done to tell.
 */
export function slowerThan(
  set: TaskSet,
  config: SpeculationConfig,
  slotsPerExecutor: number,
): { readonly threshold: number; readonly byProgress: boolean } | null {
  if (set.barrier || set.closed || set.blocked || set.isComplete) return null;
  const median = set.durations;
  const enough = Math.max(1, Math.floor(config.quantile * set.size));
  if (set.size > 1 && median !== null && set.doneCount >= enough && median.count > 0) {
    return { threshold: Math.max(config.multiplier * median.value, config.minTaskRuntime), byProgress: true };
  }
  if (config.durationThreshold !== null && set.size <= slotsPerExecutor)
    return { threshold: config.durationThreshold, byProgress: false };
  return null;
}

/** Should a copy of this attempt be launched? */
export function isSlow(
  attempt: TaskAttempt,
  limit: { readonly threshold: number; readonly byProgress: boolean },
  config: SpeculationConfig,
  now: number,
): boolean {
  const { set, index } = attempt;
  if (!attempt.started || attempt.killReason !== null || set.stateOf(index) === DONE) return false;
  if (set.copiesOf(index) !== 1 || set.speculatable.has(index)) return false;
  const runTime = now - attempt.launchTime;
  if (runTime <= limit.threshold) return false;
  if (config.efficiency === null || !limit.byProgress || runTime > config.efficiency.longRunTaskFactor * limit.threshold)
    return true;
  const meanRate = set.runTimeDone > 0 ? set.recordsDone / set.runTimeDone : 0;
  return meanRate === 0 || attempt.recordsRead / runTime < config.efficiency.processRateMultiplier * meanRate;
}

/** When a started attempt will be slow at the latest, so that the check need not be made before. */
export function slowAt(attempt: TaskAttempt, limit: { readonly threshold: number }): number {
  return attempt.launchTime + limit.threshold;
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function pop(heap: number[]): number {
  const top = heap[0]!;
  const value = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = value;
  return top;
}
