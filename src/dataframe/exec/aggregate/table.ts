/**
 * Groups: keys, states, and what finds a group by its key. Four ways to find it, in this order of preference:
 *
 *   row       all keys are columns of one join table: the number of its row, plus 1, is an index into `codes`
 *   codes     all keys are dictionary codes or booleans: their combination is an index into `codes`
 *   direct    one integer key in a narrow range: the key less `base` is an index into `direct`
 *   hash      open addressing: `slots` hold group + 1 (0: free), `hashes` the hash of each group
 *
 * Rows and codes are only a shortcut to the hash table; the direct way replaces it until a key leaves the range.
 */
import type { DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import type { Accumulator } from "../../functions/registry";
import { hashInteger } from "../../codegen/integers";
import { grown } from "./grown";
import { KeyColumn } from "./key-column";
import { CountState, newState, type State, type StatePlan } from "./states";

const FIRST_CAPACITY = 64;
/** Combinations of codes that are worth a table. */
const MOST_CODES = 1 << 16;
/** Rows of a join table that are worth a table: always, and where there is memory. */
const ROWS_ALWAYS = 1 << 12;
const MOST_ROWS = 1 << 22;
/** Slots of the direct way: always allowed, and for each group. */
const DIRECT_ALWAYS = 1 << 20;
const DIRECT_PER_GROUP = 16;
/** Slots once there is a second range of keys. */
const DIRECT_FIRST = 1 << 18;
const DIRECT_MOST = 1 << 25;

export class GroupTable {
  readonly keys: readonly KeyColumn[];
  readonly states: readonly State[];
  groups = 0;
  slots: Int32Array;
  mask: number;
  hashes: Int32Array;
  /** Of each group, while every row so far counted for all aggregates (`sure`): what their counts would be. */
  rows: Float64Array;
  sure = true;
  direct: Int32Array | null = null;
  base = 0;
  /** The group of a null key in the direct way, plus 1. */
  nullGroup = 0;
  codes: Int32Array = new Int32Array(0);
  codeSizes: readonly number[] = [];
  capacity: number;
  readonly canBeDirect: boolean;
  #directGivenUp = false;
  #rangeKnown: { readonly of: Vector; readonly range: readonly [low: number, high: number] | null } | null = null;
  #codesOf: readonly object[] = [];
  #rowsRefused: object | null = null;
  /** Bytes of `codes`, where memory was asked for. */
  #rowsHeld = 0;

  /** @param mayHold asks for the memory of a table of so many bytes */
  constructor(
    keyTypes: readonly DataType[],
    statePlans: readonly StatePlan[],
    accumulator: (plan: StatePlan) => Accumulator,
    private readonly mayHold: (bytes: number) => boolean,
  ) {
    this.capacity = FIRST_CAPACITY;
    // The only key of its groups would be numbered as they are.
    this.keys = keyTypes.map((type) => new KeyColumn(type, FIRST_CAPACITY, keyTypes.length > 1));
    this.states = statePlans.map((plan) => newState(plan, FIRST_CAPACITY, () => accumulator(plan)));
    this.slots = new Int32Array(FIRST_CAPACITY * 2);
    this.mask = this.slots.length - 1;
    this.hashes = new Int32Array(FIRST_CAPACITY);
    this.rows = new Float64Array(FIRST_CAPACITY);
    this.canBeDirect = this.keys.length === 1 && (this.keys[0]!.kind === "int" || this.keys[0]!.kind === "long");
    if (this.keys.length === 0) this.groups = 1;
  }

  /** A new group with this hash, which goes to `slot`; the caller sets its keys. */
  insert(hash: number, slot: number): number {
    const group = this.#add();
    this.hashes[group] = hash;
    this.slots[slot] = group + 1;
    if (this.groups * 2 > this.mask) this.#rehash();
    return group;
  }

  /** A new group at place `at` of the direct way. */
  insertDirect(at: number): number {
    const group = this.#add();
    this.direct![at] = group + 1;
    return group;
  }

  insertNull(): number {
    const group = this.#add();
    this.nullGroup = group + 1;
    this.keys[0]!.setNull(group);
    return group;
  }

  #add(): number {
    const group = this.groups++;
    if (group === this.capacity) this.#grow();
    return group;
  }

  #grow(): void {
    const capacity = this.capacity * (this.capacity < 1 << 14 ? 8 : 2);
    this.capacity = capacity;
    for (const key of this.keys) key.grow(capacity);
    for (const state of this.states) state.grow(capacity);
    // The direct way needs none, and makes them when it is given up.
    if (this.direct === null) this.hashes = grown(this.hashes, capacity);
    this.rows = grown(this.rows, capacity);
  }

  #rehash(): void {
    const size = this.slots.length * (this.slots.length < 1 << 16 ? 4 : 2);
    const slots = new Int32Array(size);
    const mask = size - 1;
    const { hashes } = this;
    for (let group = 0; group < this.groups; group++) {
      let slot = hashes[group]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
    this.slots = slots;
    this.mask = mask;
  }

  /** From now on counts are kept apart: not all of them are the number of rows. */
  unsure(): void {
    if (!this.sure) return;
    this.sure = false;
    for (const state of this.states) {
      if (state instanceof CountState) state.counts.set(this.rows.subarray(0, this.groups));
    }
  }

  /** Makes place for the keys that a column of integers holds; false when hashing is better. */
  useDirect(vector: Vector): boolean {
    if (!this.canBeDirect || this.#directGivenUp) return false;
    const range = this.#rangeOf(vector);
    if (range === null) return this.#giveUpDirect();
    const [low, high] = range;
    if (low > high) return this.direct !== null;
    if (this.direct === null && this.groups > 0) return this.#giveUpDirect();
    const from = this.direct === null ? low : Math.min(low, this.base);
    const to = this.direct === null ? high : Math.max(high, this.base + this.direct.length - 1);
    const allowed = Math.min(DIRECT_MOST, Math.max(DIRECT_ALWAYS, DIRECT_PER_GROUP * (this.groups + vector.length)));
    if (to - from >= allowed) return this.#giveUpDirect();
    return this.#directRange(from, to);
  }

  /** Of a dictionary that several batches have: once. */
  #rangeOf(vector: Vector): readonly [low: number, high: number] | null {
    if (vector.form !== "dictionary") return integerRange(vector);
    const { dictionary } = vector;
    if (this.#rangeKnown?.of !== dictionary) this.#rangeKnown = { of: dictionary, range: integerRange(vector) };
    return this.#rangeKnown.range;
  }

  #directRange(from: number, to: number): boolean {
    const before = this.direct;
    if (before !== null && from >= this.base && to < this.base + before.length) return true;
    // Room for keys that go on in the direction in which they came.
    const length = before === null ? to - from + 1 : Math.min(DIRECT_MOST, Math.max(DIRECT_FIRST, (to - from + 1) * 2));
    const base = before !== null && from < this.base ? to - length + 1 : from;
    if (length > DIRECT_ALWAYS && !this.mayHold(this.bytes + 4 * length)) return this.#giveUpDirect();
    const direct = new Int32Array(length);
    if (before !== null) direct.set(before, this.base - base);
    this.direct = direct;
    this.base = base;
    return true;
  }

  #giveUpDirect(): false {
    this.#directGivenUp = true;
    if (this.direct !== null) {
      this.direct = null;
      const [key] = this.keys;
      this.hashes = new Int32Array(this.capacity);
      for (let group = 0; group < this.groups; group++) {
        this.hashes[group] = key!.valid[group] === 0 ? NULL_HASH : hashInteger(key!.values![group]!);
      }
      let size = this.slots.length;
      while (size < this.groups * 2 + 2) size *= 2;
      this.slots = new Int32Array(size >> 1);
      this.#rehash();
    }
    return false;
  }

  /** Makes `codes` fit the rows of a join table; false where that is not worth it. */
  useRows(of: { readonly count: number }): boolean {
    // In the direct way there is no hash table to fall back on.
    if (this.direct !== null || this.#rowsRefused === of) return false;
    if (this.#codesOf.length === 1 && this.#codesOf[0] === of) return true;
    const length = of.count + 1;
    if (length > MOST_ROWS || (length > ROWS_ALWAYS && !this.mayHold(this.bytes + 4 * length))) {
      this.#rowsRefused = of;
      return false;
    }
    this.#codesOf = [of];
    this.codes = new Int32Array(length);
    this.#rowsHeld = length > ROWS_ALWAYS ? 4 * length : 0;
    return true;
  }

  /** Makes `codes` fit the dictionaries of a batch's key columns; false where that is not worth it. */
  useCodes(vectors: readonly Vector[]): boolean {
    const dictionaries = vectors.map((vector) => (vector.form === "dictionary" ? vector.dictionary : BOOLEANS));
    if (this.#codesOf.length === dictionaries.length && this.#codesOf.every((one, i) => one === dictionaries[i])) return true;
    // One more for null.
    const sizes = dictionaries.map((dictionary) => dictionary.length + 1);
    const combinations = sizes.reduce((product, size) => product * size, 1);
    if (combinations > MOST_CODES) return false;
    this.#codesOf = dictionaries;
    this.#rowsHeld = 0;
    this.codes = new Int32Array(combinations);
    this.codeSizes = sizes;
    return true;
  }

  /** Strings that hardly any groups share are numbered no longer. */
  unnumberMany(): void {
    for (const key of this.keys) if (key.hasManyStrings(this.groups)) key.unnumber();
  }

  /** Bytes of typed arrays, about. */
  get bytes(): number {
    let bytes = (this.slots.length + (this.direct?.length ?? 0)) * 4 + this.#rowsHeld + this.capacity * 12;
    for (const key of this.keys) bytes += this.capacity * 9 + key.bytesUsed;
    return bytes + this.states.length * this.capacity * 8 + this.valueBytes;
  }

  /** Of those: of states that hold more than a number for each group. */
  get valueBytes(): number {
    let bytes = 0;
    for (const state of this.states) if ("bytes" in state) bytes += state.bytes;
    return bytes;
  }
}

/** The hash of a null key. */
export const NULL_HASH = 0x3ade68b1;

const BOOLEANS: Vector = { form: "fixed", length: 2, values: new Uint8Array([0, 1]), valid: null };

/** Whether a column's values can be told apart by small codes. */
export function hasCodes(vector: Vector, type: DataType): boolean {
  if (vector.form === "dictionary") return vector.dictionary.length < MOST_CODES;
  return vector.form === "fixed" && type.kind === "boolean";
}

/** Least and greatest of the values; null where some may be no safe integer. High is below low where there is none. */
function integerRange(vector: Vector): readonly [low: number, high: number] | null {
  if (vector.form === "dictionary") return vector.dictionary.form === "fixed" ? rangeOfValues(vector.dictionary) : null;
  if (vector.form !== "fixed") return null;
  return rangeOfValues(vector);
}

function rangeOfValues(vector: Extract<Vector, { form: "fixed" }>): readonly [low: number, high: number] {
  return vector.values instanceof Float64Array
    ? doubleRange(vector.values, vector.length)
    : intRange(vector.values as Int32Array, vector.length);
}

function intRange(values: Int32Array, length: number): readonly [number, number] {
  let low = values[0] ?? 0;
  let high = length === 0 ? -1 : low;
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return [low, high];
}

function doubleRange(values: Float64Array, length: number): readonly [number, number] {
  let low = values[0] ?? 0;
  let high = length === 0 ? -1 : low;
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  return [low, high];
}
