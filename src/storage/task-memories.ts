/** Memories that tasks of one executor work on together: a task offers one, others ask for it while that task runs. */
import type { SharedMemory } from "./shared-memory";
import type { TaskHoldings } from "./task-holdings";

export interface MemoryOffer {
  readonly key: string;
  readonly memory: SharedMemory;
  /** Place of an Int32 in the memory that becomes 1, and wakes who waits for it, when the task that offered it is over. */
  readonly endedAt: number;
}

export class TaskMemories {
  readonly #offers = new Map<string, SharedMemory>();
  readonly #waiting = new Map<string, Set<(memory: SharedMemory) => void>>();

  offer({ key, memory, endedAt }: MemoryOffer, holdings: TaskHoldings): number {
    this.#offers.set(key, memory);
    for (const resolve of this.#waiting.get(key) ?? []) resolve(memory);
    this.#waiting.delete(key);
    return holdings.addLease(() => {
      if (this.#offers.get(key) === memory) this.#offers.delete(key);
      const cell = new Int32Array(memory.buffer, endedAt, 1);
      Atomics.store(cell, 0, 1);
      Atomics.notify(cell, 0);
    });
  }

  /** Null where nobody offers it within `waitMs`. */
  join(key: string, waitMs: number): SharedMemory | null | Promise<SharedMemory | null> {
    const known = this.#offers.get(key);
    if (known !== undefined) return known;
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      const done = (memory: SharedMemory | null): void => {
        clearTimeout(timer);
        waiting.delete(done);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
        resolve(memory);
      };
      const timer = setTimeout(() => done(null), waitMs);
      waiting.add(done);
    });
  }
}
