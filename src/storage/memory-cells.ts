/**
 * The numbers that the main thread and the worker threads of an executor share: how much execution memory there is, what
 * each slot holds of it, and the generation of what workers remember about map outputs and files. Atomics only, no locks:
 * a thread that dies at any point leaves a cell that the main thread sets to zero.
 *
 * Grants are safe without a lock because a thread first adds to its cell and then looks at the sum and the limit, while
 * the main thread first lowers the limit and then looks at the sum: whichever comes second sees the other.
 */

/** Sizes are kept in KiB, so that 32 bits count 2 TiB. */
export const CELL_UNIT = 1024;
const LIMIT = 0;
const GENERATION = 1;
const HEADER = 2;
/** Per slot: KiB held, and the mark of the task that runs there, 0 for none. */
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
    return Atomics.load(this.#cells, LIMIT) * CELL_UNIT;
  }

  setLimit(bytes: number): void {
    Atomics.store(this.#cells, LIMIT, Math.max(0, Math.floor(bytes / CELL_UNIT)));
  }

  /** Bytes held by all slots. */
  get used(): number {
    let sum = 0;
    for (let slot = 0; slot < this.slots; slot++) sum += Atomics.load(this.#cells, heldAt(slot));
    return sum * CELL_UNIT;
  }

  usedBy(slot: number): number {
    return Atomics.load(this.#cells, heldAt(slot)) * CELL_UNIT;
  }

  /** Counts up when something that worker threads remember (map outputs, open files) may have changed. */
  get generation(): number {
    return Atomics.load(this.#cells, GENERATION);
  }

  bumpGeneration(): void {
    Atomics.add(this.#cells, GENERATION, 1);
  }

  /** The slot's thread begins a task. */
  begin(slot: number, taskId: number): void {
    Atomics.store(this.#cells, heldAt(slot) + 1, markOf(taskId));
  }

  /** The slot's task holds nothing any more. */
  clear(slot: number): void {
    Atomics.store(this.#cells, heldAt(slot), 0);
    Atomics.store(this.#cells, heldAt(slot) + 1, 0);
  }

  /** Whether the slot's thread has begun this task and not ended it. For a thread that is gone: it died in it. */
  runs(slot: number, taskId: number): boolean {
    return Atomics.load(this.#cells, heldAt(slot) + 1) === markOf(taskId);
  }

  /**
   * Raises what `slot` holds by `units` of KiB if the rules allow: a slot can always have half of an even
   * share; beyond that it gets what the others' halves leave, up to an even share among the slots that run a task.
   */
  tryAdd(slot: number, units: number): boolean {
    const cells = this.#cells;
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
        if (Atomics.load(cells, heldAt(other) + 1) !== 0) active++;
      }
      // A limit lowered under a task's feet may leave less than everyone's half: the sum has the last word.
      if (mine + real <= limit && (mine <= assured || (mine + others <= limit && mine <= Math.ceil(limit / active)))) return true;
      Atomics.sub(cells, heldAt(slot), units);
    }
    return false;
  }

  /** Lowers what `slot` holds by `units` of KiB that `tryAdd` granted. */
  subtract(slot: number, units: number): void {
    Atomics.sub(this.#cells, heldAt(slot), units);
  }
}

/** Never 0; two tasks that could be confused are 2^30 apart. */
function markOf(taskId: number): number {
  return (taskId & 0x3fffffff) + 1;
}

function heldAt(slot: number): number {
  return HEADER + slot * PER_SLOT;
}
