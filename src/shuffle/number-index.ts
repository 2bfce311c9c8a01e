/**
 * Dense numbers for keys that are numbers, in the order in which keys were first seen: an open-addressing table of
 * interleaved [key, id] doubles, probed a batch at a time as NumberTable is. -0 is 0, and NaN equals itself.
 */
import type { TaskMemory } from "../storage/task-env";
import { BATCH_ROWS } from "./batch";
import { locateNumbers, normaliseNumbers, slotOfNumber } from "./number-hash";

const FIRST_BITS = 12;
/** At most this many slots. */
const MAX_BITS = 26;
const LOAD = 0.6;
/** A slot of 16 bytes and its share of the keys by id. */
const SLOT_BYTES = 16 + Math.ceil(8 * LOAD);

export class NumberIndex {
  #cells = new Float64Array(0);
  #words = new Int32Array(0);
  #shift = 0;
  #limit = 0;
  #reserved = 0;
  #keys = new Float64Array(0);
  #size = 0;
  #nan = -1;
  readonly #memory: TaskMemory;
  readonly #multiplier: number;

  readonly #batch = new Float64Array(BATCH_ROWS);
  readonly #batchWords = new Int32Array(this.#batch.buffer);
  readonly #slots = new Int32Array(BATCH_ROWS);
  readonly #probed = new Float64Array(BATCH_ROWS);

  /** `multiplier`: see NumberTable. */
  constructor(memory: TaskMemory, multiplier: number) {
    this.#memory = memory;
    this.#multiplier = multiplier;
    this.#allocate(FIRST_BITS);
  }

  get size(): number {
    return this.#size;
  }

  #allocate(bits: number): void {
    this.#cells = new Float64Array(2 << bits).fill(NaN);
    this.#words = new Int32Array(this.#cells.buffer);
    this.#shift = 32 - bits;
    this.#limit = Math.floor(LOAD * 2 ** bits);
    const keys = new Float64Array(this.#limit + 1);
    keys.set(this.#keys.subarray(0, this.#size));
    this.#keys = keys;
  }

  #grow(): boolean {
    const bits = 32 - this.#shift;
    const more = Math.min(MAX_BITS, bits + (bits < 18 ? 2 : 1));
    if (more === bits || !this.#memory.reserve(SLOT_BYTES << more)) return false;
    const [cells, words] = [this.#cells, this.#words];
    this.#allocate(more);
    rehash(cells, words, this.#cells, this.#multiplier, this.#shift);
    this.#memory.release(this.#reserved);
    this.#reserved = SLOT_BYTES << more;
    return true;
  }

  /**
   * Sets ids[i] of records [from, from + length), at most BATCH_ROWS; new keys get the next numbers. Gives for how many
   * records there was memory.
   */
  add(keys: Float64Array | Int32Array, from: number, length: number, ids: Int32Array): number {
    normaliseNumbers(keys, from, length, this.#batch);
    locateNumbers(this.#batchWords, length, this.#cells, this.#multiplier, this.#shift, this.#slots, this.#probed);
    let done = 0;
    for (;;) {
      done = this.#addLocated(done, length, ids);
      if (done === length || !this.#grow()) return done;
      locateNumbers(this.#batchWords, length, this.#cells, this.#multiplier, this.#shift, this.#slots, this.#probed);
    }
  }

  #addLocated(from: number, length: number, ids: Int32Array): number {
    const cells = this.#cells;
    const mask = (cells.length >>> 1) - 1;
    const batch = this.#batch;
    const slots = this.#slots;
    const probed = this.#probed;
    let size = this.#size;
    let i = from;
    for (; i < length; i++) {
      const key = batch[i]!;
      let slot = slots[i]!;
      if (probed[i] !== key) {
        let found = cells[2 * slot]!;
        while (found !== key && found === found) {
          slot = (slot + 1) & mask;
          found = cells[2 * slot]!;
        }
        if (found !== key) {
          if (key !== key && this.#nan >= 0) {
            ids[i] = this.#nan;
            continue;
          }
          if (size >= this.#limit) break;
          this.#keys[size] = key;
          if (key !== key) {
            this.#nan = size;
          } else {
            cells[2 * slot] = key;
            cells[2 * slot + 1] = size;
          }
          ids[i] = size++;
          continue;
        }
      }
      ids[i] = cells[2 * slot + 1]!;
    }
    this.#size = size;
    return i;
  }

  /** Sets ids[i] of records [from, from + length), at most BATCH_ROWS; -1 for keys that are not there. */
  find(keys: Float64Array | Int32Array, from: number, length: number, ids: Int32Array): void {
    normaliseNumbers(keys, from, length, this.#batch);
    locateNumbers(this.#batchWords, length, this.#cells, this.#multiplier, this.#shift, this.#slots, this.#probed);
    findLocated(this.#batch, this.#slots, this.#cells, length, this.#nan, ids);
  }

  /** The keys with ids [from, to), in place: valid until the next change. */
  keys(from: number, to: number): Float64Array {
    return this.#keys.subarray(from, to);
  }

  /** Empties the index and makes it small again. */
  clear(): void {
    this.#size = 0;
    this.#nan = -1;
    this.#memory.release(this.#reserved);
    this.#reserved = 0;
    this.#allocate(FIRST_BITS);
  }
}

function findLocated(
  batch: Float64Array,
  slots: Int32Array,
  cells: Float64Array,
  length: number,
  nan: number,
  ids: Int32Array,
): void {
  const mask = (cells.length >>> 1) - 1;
  for (let i = 0; i < length; i++) {
    const key = batch[i]!;
    let slot = slots[i]!;
    let found = cells[2 * slot]!;
    while (found !== key && found === found) {
      slot = (slot + 1) & mask;
      found = cells[2 * slot]!;
    }
    ids[i] = found === key ? cells[2 * slot + 1]! : key !== key ? nan : -1;
  }
}

function rehash(from: Float64Array, words: Int32Array, to: Float64Array, multiplier: number, shift: number): void {
  const mask = (to.length >>> 1) - 1;
  for (let i = 0; i < from.length; i += 2) {
    const key = from[i]!;
    if (key !== key) continue;
    let slot = slotOfNumber(words[2 * i]!, words[2 * i + 1]!, multiplier, shift);
    while (to[2 * slot] === to[2 * slot]) slot = (slot + 1) & mask;
    to[2 * slot] = key;
    to[2 * slot + 1] = from[i + 1]!;
  }
}
