/** Memories that tasks of one executor work on together: a task offers one, others ask for it while that task runs. */
import type { SharedMemory } from "./shared-memory";
import type { TaskHoldings } from "./task-holdings";

export interface MemoryOffer {
  readonly key: string;
  readonly memory: SharedMemory;
  /** Place of an Int32 in the memory that becomes 1, and wakes who waits for it, when the task that offered it is over. */
  readonly endedAt: number;
  /** Place of an Int32 that counts the tasks which joined and are over, however they ended, and wakes who waits for it. */
  readonly goneAt: number;
}

/** Offers that are over and not forgotten yet. */
const MOST_OVER = 256;

export class TaskMemories {
  readonly #offers = new Map<string, MemoryOffer>();
  readonly #over = new Set<string>();
  readonly #waiting = new Map<string, Set<(offer: MemoryOffer) => void>>();

  offer(offer: MemoryOffer, holdings: TaskHoldings): number {
    const { key, memory, endedAt } = offer;
    this.#over.delete(key);
    this.#offers.set(key, offer);
    for (const resolve of this.#waiting.get(key) ?? []) resolve(offer);
    this.#waiting.delete(key);
    return holdings.addLease(() => {
      if (this.#offers.get(key) === offer) this.#end(key);
      change(memory, endedAt, (cell) => Atomics.store(cell, 0, 1));
    });
  }

  #end(key: string): void {
    this.#offers.delete(key);
    this.#over.add(key);
    if (this.#over.size > MOST_OVER) this.#over.delete(this.#over.keys().next().value!);
  }

  /** For the task of `holdings`. Null where nobody offers it within `waitMs`, and at once where it was offered and that is over. */
  join(key: string, waitMs: number, holdings: TaskHoldings): SharedMemory | null | Promise<SharedMemory | null> {
    const joined = ({ memory, goneAt }: MemoryOffer): SharedMemory => {
      holdings.addLease(() => change(memory, goneAt, (cell) => Atomics.add(cell, 0, 1)));
      return memory;
    };
    const known = this.#offers.get(key);
    if (known !== undefined) return joined(known);
    if (this.#over.has(key)) return null;
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const done = (offer: MemoryOffer | null): void => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
        resolve(offer === null ? null : joined(offer));
      };
      const timer = setTimeout(() => done(null), waitMs);
      waiting.add(done);
    });
  }
}

function change(memory: SharedMemory, at: number, how: (cell: Int32Array) => void): void {
  const cell = new Int32Array(memory.buffer, at, 1);
  how(cell);
  Atomics.notify(cell, 0);
}
