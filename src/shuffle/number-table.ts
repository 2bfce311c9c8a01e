/**
 * Combiners that are numbers by keys that are numbers: an open-addressing table of interleaved [key, combiner] doubles,
 * linear probing, NaN in the key's place for an empty slot (the key NaN has a place of its own). The slots of a batch
 * are computed and touched first, so that the cache misses of independent records overlap, then the records are folded in
 * order, by a kernel compiled for the user's functions.
 */
import type { TaskMemory } from "../storage/task-env";
import { BATCH_ROWS, type Drained } from "./batch";
import { type Fold, functionsOf, Stop } from "./fold";
import { locateNumbers, normaliseNumbers, slotOfNumber } from "./number-hash";
import { specialized } from "./specialize";

const FIRST_BITS = 8;
/** At most this many slots, of 16 bytes each. */
const MAX_BITS = 26;
const LOAD = 0.6;
const SLOT_BYTES = 16;

/** Keys of a batch with -0 made 0, the slot where each is looked for first, and what key was there at the beginning. */
const located = { keys: new Float64Array(BATCH_ROWS), slots: new Int32Array(BATCH_ROWS), probed: new Float64Array(BATCH_ROWS) };
const locatedWords = new Int32Array(located.keys.buffer);

type Kernel = (table: NumberTable, values: ArrayLike<unknown>, from: number, length: number, merge: Function) => number;

export class NumberTable {
  // Public for the kernel.
  cells: Float64Array;
  mask = 0;
  /** Keys in the table, the key NaN not counted. */
  used = 0;
  /** `used` at which the table must grow. */
  limit = 0;
  stop: Stop = Stop.None;
  /** The combiner that the table could not hold, after Stop.Rejected; its key is that of the record before the stop. */
  rejected: unknown;
  hasNaN = false;
  nanCombiner = 0;
  /** The batch that is being folded: all tables of a thread use the same arrays. */
  readonly keys = located.keys;
  readonly slots = located.slots;
  readonly probed = located.probed;

  #cellWords: Int32Array;
  #shift = 0;
  #reserved = 0;
  readonly #memory: TaskMemory;
  readonly #fold: Fold;
  readonly #multiplier: number;
  readonly #kernel: Kernel;

  /**
   * `multiplier` is odd and makes the order of slots: tables that are filled from what another table gave up must have
   * another one, or keys that come in the order of their slots crowd a part of the table. `expected` keys find room at once,
   * if memory allows.
   */
  constructor(memory: TaskMemory, fold: Fold, multiplier: number, expected = 0) {
    this.#memory = memory;
    this.#fold = fold;
    this.#multiplier = multiplier;
    this.#kernel = specialized<Kernel>(
      fold.create === null ? "number-reduce" : "number-combine",
      kernelSource(fold),
      functionsOf(fold),
    );
    let bits = FIRST_BITS;
    while (bits < MAX_BITS && expected > LOAD * 2 ** bits) bits++;
    if (!memory.reserve(SLOT_BYTES << bits)) bits = FIRST_BITS;
    else this.#reserved = SLOT_BYTES << bits;
    this.cells = new Float64Array(0);
    this.#cellWords = new Int32Array(0);
    this.#allocate(bits);
  }

  get size(): number {
    return this.used + (this.hasNaN ? 1 : 0);
  }

  #allocate(bits: number): void {
    this.cells = new Float64Array(2 << bits).fill(NaN);
    this.#cellWords = new Int32Array(this.cells.buffer);
    this.mask = (1 << bits) - 1;
    this.#shift = 32 - bits;
    this.limit = Math.floor(LOAD * 2 ** bits);
  }

  /**
   * Folds records [from, from + length) of the columns, at most BATCH_ROWS, and gives how many it folded; where that is
   * not all of them `stop` says why.
   */
  fold(keys: Float64Array | Int32Array, values: ArrayLike<unknown>, from: number, length: number): number {
    normaliseNumbers(keys, from, length, this.keys);
    locateNumbers(locatedWords, length, this.cells, this.#multiplier, this.#shift, this.slots, this.probed);
    return this.#kernel(this, values, from, length, this.#fold.merge);
  }

  /** For the kernel: takes the first combiner of a new key. False when it cannot, with `stop` set. */
  insert(index: number, key: number, slot: number, value: unknown, length: number): boolean {
    const isNaN = key !== key;
    if (isNaN && this.hasNaN) return this.#mergeNaN(value);
    if (!isNaN && this.used >= this.limit) {
      if (!this.#grow()) {
        this.stop = Stop.Full;
        return false;
      }
      locateNumbers(locatedWords, length, this.cells, this.#multiplier, this.#shift, this.slots, this.probed);
      slot = this.slots[index]!;
      while (this.cells[2 * slot] === this.cells[2 * slot]) slot = (slot + 1) & this.mask;
    }
    const first = this.#fold.create === null ? value : this.#fold.create(value);
    if (typeof first !== "number") return this.#reject(first);
    if (isNaN) {
      this.hasNaN = true;
      this.nanCombiner = first;
    } else {
      this.cells[2 * slot] = key;
      this.cells[2 * slot + 1] = first;
      this.used++;
    }
    return true;
  }

  #mergeNaN(value: unknown): boolean {
    const merged = this.#fold.merge(this.nanCombiner, value);
    if (typeof merged !== "number") return this.#reject(merged);
    this.nanCombiner = merged;
    return true;
  }

  #reject(combiner: unknown): false {
    this.stop = Stop.Rejected;
    this.rejected = combiner;
    return false;
  }

  #grow(): boolean {
    const bits = 32 - this.#shift;
    const more = Math.min(MAX_BITS, bits + (bits < 18 ? 2 : 1));
    if (more === bits || !this.#memory.reserve(SLOT_BYTES << more)) return false;
    const { cells } = this;
    const words = this.#cellWords;
    this.#allocate(more);
    rehash(cells, words, this.cells, this.mask, this.#multiplier, this.#shift);
    this.#memory.release(this.#reserved);
    this.#reserved = SLOT_BYTES << more;
    return true;
  }

  /** Everything, at most `rows` records at a time in arrays that are used again. The table is empty after the last. */
  *drain(rows: number): Generator<Drained> {
    const keys = new Float64Array(Math.min(rows, this.size));
    const combiners = new Float64Array(keys.length);
    const part = (length: number): Drained => ({
      keys: { type: "number", values: keys.subarray(0, length) },
      combiners: { type: "number", values: combiners.subarray(0, length) },
      length,
    });
    if (this.hasNaN) {
      keys[0] = NaN;
      combiners[0] = this.nanCombiner;
      yield part(1);
    }
    for (let cell = 0, left = this.used; left > 0;) {
      const length = Math.min(rows, left);
      cell = compact(this.cells, cell, length, keys, combiners);
      yield part(length);
      left -= length;
    }
    this.clear();
  }

  /** Empties the table and makes it small again. */
  clear(): void {
    this.used = 0;
    this.hasNaN = false;
    this.#memory.release(this.#reserved);
    this.#reserved = 0;
    this.#allocate(FIRST_BITS);
  }
}

/** Folds the batch that `fold` located; `from` is where its values begin. Returns how many records were folded. */
function kernelSource(fold: Fold): string {
  return `(function foldNumbers(table, values, from, length, merge) {
    let cells = table.cells, mask = table.mask;
    const keys = table.keys, slots = table.slots, probed = table.probed;
    for (let i = 0; i < length; i++) {
      const key = keys[i], value = values[from + i];
      let slot = slots[i];
      if (probed[i] !== key) {
        let found = cells[2 * slot];
        while (found !== key && found === found) { slot = (slot + 1) & mask; found = cells[2 * slot]; }
        if (found !== key) {
          ${fold.create === null ? INSERT_VALUE : INSERT_CREATED}
          if (!table.insert(i, key, slot, value, length)) return table.stop === ${Stop.Rejected} ? i + 1 : i;
          cells = table.cells; mask = table.mask;
          continue;
        }
      }
      const merged = merge(cells[2 * slot + 1], value);
      if (typeof merged !== "number") { table.stop = ${Stop.Rejected}; table.rejected = merged; return i + 1; }
      cells[2 * slot + 1] = merged;
    }
    table.stop = ${Stop.None};
    return length;
  })`;
}

/** The usual insertion without a call. */
const INSERT_VALUE = `if (key === key && typeof value === "number" && table.used < table.limit) {
  table.used++; cells[2 * slot] = key; cells[2 * slot + 1] = value; continue;
}`;
const INSERT_CREATED = "";

function rehash(from: Float64Array, words: Int32Array, to: Float64Array, mask: number, multiplier: number, shift: number): void {
  for (let i = 0; i < from.length; i += 2) {
    const key = from[i]!;
    if (key !== key) continue;
    let slot = slotOfNumber(words[2 * i]!, words[2 * i + 1]!, multiplier, shift);
    while (to[2 * slot] === to[2 * slot]) slot = (slot + 1) & mask;
    to[2 * slot] = key;
    to[2 * slot + 1] = from[i + 1]!;
  }
}

/** Copies the next `length` keys and combiners from `cell` on; gives the cell after them. */
function compact(cells: Float64Array, cell: number, length: number, keys: Float64Array, combiners: Float64Array): number {
  for (let n = 0; n < length; cell += 2) {
    const key = cells[cell]!;
    if (key !== key) continue;
    keys[n] = key;
    combiners[n++] = cells[cell + 1]!;
  }
  return cell;
}
