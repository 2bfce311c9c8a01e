/** Which running tasks take so much longer than the others of their stage that a second copy is worth its slot: Spark's rules. */
import type { SpeculationConfig } from "../config";
import type { Outbox } from "../outbox";
import type { LiveAttempts } from "./live-attempts";
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

/** A running time, in ms, beyond which an attempt is slow. */
interface Limit {
  readonly threshold: number;
  /** Whether its progress is looked at too. */
  readonly byProgress: boolean;
}

/** Marks the attempts of the sets that are slow by now, and asks to be called when the next may be. */
export function markSlowAttempts(
  attempts: LiveAttempts,
  sets: readonly TaskSet[],
  slotsPerExecutor: number,
  config: SpeculationConfig,
  outbox: Outbox,
): void {
  if (attempts.size === 0) return;
  const { now } = outbox;
  let next = Infinity;
  const limits = new Map<TaskSet, Limit | null>();
  for (const set of sets) limits.set(set, slowerThan(set, config, slotsPerExecutor));
  for (const attempt of attempts.values()) {
    const limit = limits.get(attempt.set) ?? null;
    if (limit === null) continue;
    if (isSlow(attempt, limit, config, now)) {
      const { set, index } = attempt;
      set.speculatable.set(index, attempt);
      outbox.emit({
        type: "SpeculativeTaskSubmitted",
        stageId: set.stage.id,
        stageAttemptId: set.attempt,
        taskIndex: index,
        partitionId: set.partitionOf(index),
      });
    } else if (attempt.started && attempt.killReason === null) next = Math.min(next, attempt.launchTime + limit.threshold + 1);
  }
  outbox.wakeAt(Math.max(next, now + config.interval));
}

/** Null while too few tasks of the set are done to tell. */
function slowerThan(set: TaskSet, config: SpeculationConfig, slotsPerExecutor: number): Limit | null {
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
function isSlow(attempt: TaskAttempt, limit: Limit, config: SpeculationConfig, now: number): boolean {
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
