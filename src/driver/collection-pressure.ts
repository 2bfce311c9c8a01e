/**
 * Asks for a collection of the driver's garbage when much hangs on handles that may be garbage: shuffles, cached datasets and broadcasts
 * of a program that makes and drops them occupy executors' disks and memory, and V8 does not know (rdd/cleaner).
 */
import { garbageCollector } from "../common/garbage";

/** What handles of the driver stand for, dropped ones included until they are collected. */
export interface Held {
  readonly handles: number;
  /** On the executors' disks. */
  readonly bytes: number;
}

/** More than these must have come since the last collection, and as much again as that one left. */
const HANDLES = 100;
const BYTES = 2 ** 30;
/** Collections take at most this part of the time. */
const MOST_TIME = 0.02;

/** What a collection needs of the world. */
interface CollectionMeans {
  now(): number;
  later(act: () => void): void;
  /** Collects all garbage of the process; what is freed with it may be told later. */
  collect(): void;
}

let collect: (() => void) | undefined;
const REAL: CollectionMeans = {
  now: () => performance.now(),
  later: (act) => void setImmediate(act).unref(),
  collect: () => (collect ??= garbageCollector())(),
};

export class CollectionPressure {
  /** The least that was held since the last collection: what it could not free, or less. */
  #left: Held = { handles: 0, bytes: 0 };
  #asked = false;
  #notBefore = -Infinity;

  constructor(
    private readonly held: () => Held,
    private readonly means: CollectionMeans = REAL,
  ) {}

  /** To be called now and then, such as when a job has ended: a comparison of four numbers, and rarely a collection soon after. */
  look(): void {
    if (this.#asked) return;
    const { handles, bytes } = this.held();
    const left = (this.#left = { handles: Math.min(this.#left.handles, handles), bytes: Math.min(this.#left.bytes, bytes) });
    if (handles < Math.max(HANDLES, left.handles) + left.handles && bytes < Math.max(BYTES, left.bytes) + left.bytes) return;
    if (this.means.now() < this.#notBefore) return;
    this.#asked = true;
    this.means.later(() => this.#collectNow());
  }

  #collectNow(): void {
    const began = this.means.now();
    this.means.collect();
    const ended = this.means.now();
    this.#notBefore = ended + (ended - began) / MOST_TIME;
    // Finalizers run in turns of the event loop to come; the next look but one sees what they left.
    this.#left = { handles: Infinity, bytes: Infinity };
    this.#asked = false;
  }
}
