/**
 * Tells a thread when its V8 heap is so full that JavaScript objects must be spilled. V8's figure of used bytes counts
 * garbage too, which would make every allocation-heavy task spill for nothing; so at the mark a collection shows what is
 * really alive, and only that decides. One collection costs less than one needless spill.
 */
import { getHeapStatistics } from "node:v8";
import { garbageCollector } from "../common/garbage";

/** Used bytes at which to look closer, as a part of the limit. */
const MARK = 0.7;
/** Live bytes above which the heap counts as full. */
const FULL = 0.5;
/** Live objects cannot fill more of the heap than this between two looks. */
const INTERVAL_MS = 0.5;

export interface HeapGaugeSource {
  usedBytes(): number;
  collect(): void;
  now(): number;
}

export class HeapGauge {
  readonly #mark: number;
  readonly #full: number;
  #lastLook = -Infinity;
  #source: HeapGaugeSource | null;

  /** @param limit bytes that the old generation of the thread's heap may have */
  constructor(limit: number, source: HeapGaugeSource | null = null) {
    this.#mark = limit * MARK;
    this.#full = limit * FULL;
    this.#source = source;
  }

  /** True when live objects fill half of the heap and more, and the rest is used up: spill now. */
  full(): boolean {
    const source = (this.#source ??= v8Source());
    const now = source.now();
    if (now - this.#lastLook < INTERVAL_MS) return false;
    this.#lastLook = now;
    if (source.usedBytes() < this.#mark) return false;
    source.collect();
    this.#lastLook = source.now();
    return source.usedBytes() >= this.#full;
  }
}

function v8Source(): HeapGaugeSource {
  return {
    usedBytes: () => getHeapStatistics().used_heap_size,
    collect: garbageCollector(),
    now: () => performance.now(),
  };
}
