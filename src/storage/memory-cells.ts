/**
 * The numbers that the main thread and the worker threads of an executor share: how much execution memory there is, what
 * each slot holds of it, and the generation of what workers remember about map outputs and files. Atomics only, no locks:
 * a thread that dies at any point leaves a cell that the main thread sets to zero.
 *
 * Grants are safe without a lock because a thread first adds to its cell and then looks at the sum and the limit, while
 * the main thread first lowers the limit and then looks at the sum: whichever comes second sees the other.
 */

/** Sizes are kept in KiB, so that 32 bits count 2 TiB. */
const UNIT = 1024;
const LIMIT = 0;
const GENERATION = 1;
const HEADER = 2;
/** Per slot: KiB held, and whether a task runs. */
const PER_SLOT = 2;
/** Threads that ask at the same moment may all see too much; each looks again so often before it takes no for an answer. */
const TRIES = 4;

export class MemoryCells {
  readonly #cells: Int32Array;

  private constructor(
    readonly buffer: SharedArrayBuffer,
    readonly slots: number,
  ) {
    this.#cells = new Int32Array(buffer);
  }

  static create(slots: number, limitBytes: number): MemoryCells {
    const cells = new MemoryCells(new SharedArrayBuffer((HEADER + slots * PER_SLOT) * 4), slots);
    cells.setLimit(limitBytes);
    return cells;
  }

  static attach(buffer: SharedArrayBuffer): MemoryCells {
    return new MemoryCells(buffer, (buffer.byteLength / 4 - HEADER) / PER_SLOT);
  }

  /** Bytes that all slots may hold together. */
  get limit(): number {
    return Atomics.load(this.#cells, LIMIT) * UNIT;
  }

  setLimit(bytes: number): void {
    Atomics.store(this.#cells, LIMIT, Math.max(0, Math.floor(bytes / UNIT)));
  }

  /** Bytes held by all slots. */
  get used(): number {
    let sum = 0;
    for (let slot = 0; slot < this.slots; slot++) sum += Atomics.load(this.#cells, heldAt(slot));
    return sum * UNIT;
  }

  usedBy(slot: number): number {
    return Atomics.load(this.#cells, heldAt(slot)) * UNIT;
  }

  /** Counts up when something that worker threads remember (map outputs, open files) may have changed. */
  get generation(): number {
    return Atomics.load(this.#cells, GENERATION);
  }

  bumpGeneration(): void {
    Atomics.add(this.#cells, GENERATION, 1);
  }

  /** Main thread: the slot's thread is gone, or its task ended. */
  clear(slot: number): void {
    Atomics.store(this.#cells, heldAt(slot), 0);
    Atomics.store(this.#cells, heldAt(slot) + 1, 0);
  }

  setActive(slot: number, active: boolean): void {
    Atomics.store(this.#cells, heldAt(slot) + 1, active ? 1 : 0);
  }

  /**
   * Raises what `slot` holds by `bytes`, rounded up to KiB, if the rules allow: a slot can always have half of an even
   * share; beyond that it gets what the others' halves leave, up to an even share among the slots that run a task.
   */
  tryAdd(slot: number, bytes: number): boolean {
    const cells = this.#cells;
    const units = Math.ceil(bytes / UNIT);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const mine = Atomics.add(cells, heldAt(slot), units) + units;
      const limit = Atomics.load(cells, LIMIT);
      const assured = Math.floor(limit / (2 * this.slots));
      let others = 0;
      let real = 0;
      let active = 1;
      for (let other = 0; other < this.slots; other++) {
        if (other === slot) continue;
        const held = Atomics.load(cells, heldAt(other));
        real += held;
        others += Math.max(held, assured);
        active += Atomics.load(cells, heldAt(other) + 1);
      }
      // A limit lowered under a task's feet may leave less than everyone's half: the sum has the last word.
      if (mine + real <= limit && (mine <= assured || (mine + others <= limit && mine <= Math.ceil(limit / active)))) return true;
      Atomics.sub(cells, heldAt(slot), units);
    }
    return false;
  }

  /** Lowers what `slot` holds. `bytes` must be whole KiB that `tryAdd` granted. */
  subtract(slot: number, bytes: number): void {
    Atomics.sub(this.#cells, heldAt(slot), Math.ceil(bytes / UNIT));
  }
}

function heldAt(slot: number): number {
  return HEADER + slot * PER_SLOT;
}
