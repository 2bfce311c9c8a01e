/**
 * The build side of a hash join: all its rows as one batch, and what finds them by key. Keys that are integers are packed into one
 * number where their ranges allow it. Such a number is an index where the range is well filled, or the index of a bit, from which
 * the row's place is counted; where the range is very wide it is hashed. Other keys are hashed together and compared one by one. Rows of equal keys are chained in their order. Without keys all rows are one chain.
 */
import { batchOfBoxed, flattened } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import { formOf } from "../../codegen/columns";
import { hashInteger, ones } from "../../codegen/integers";
import { pack, packingOf } from "./packing";
import { bitsOf, rankOf, ranksOf, type Ranks } from "./ranks";

const DIRECT_ALWAYS = 1 << 14;
const DIRECT_PER_ROW = 4;
const DIRECT_MOST = 1 << 27;
/** Keys in so wide a range have a bit each that says whether it is there: misses cost one small read. */
const BITS_MOST = 1 << 27;
/** Fewer rows in so wide a range are not worth counting all bits for. */
const RANKED_PER_ROW = 512;
const RANKED_ALWAYS = 1 << 18;
/** One of several keys with more values of its range is not asked for. */
const MOST_TELLING = 0.5;
const NONE = new Int32Array(0);

/** Bit i is set where base + i is a value, of `span` bits. */
export interface KeyBits {
  readonly base: number;
  readonly span: number;
  readonly bits: Int32Array;
}

export type FindRows = "all" | "direct" | "ranked" | "packed" | "hash";

export class JoinTable {
  /** What the code of a probe depends on. */
  readonly mode: string;
  readonly findBy: FindRows;
  /** At least one row, so that generated code may read row 0; `count` says how many there really are. */
  readonly rows: ColumnBatch;
  readonly count: number;
  readonly keys: readonly Vector[];
  /** Some row has a null among its keys. */
  readonly hasNullKey: boolean;
  /** Row + 1 by slot, by packed key, or by its rank. */
  readonly slots: Int32Array;
  readonly mask: number;
  /** The next row with the same key, or -1; null where keys differ. */
  readonly next: Int32Array | null;
  /** 1 for rows that met a match; joins that give the build side's other rows mark them. */
  readonly seen: Uint8Array;
  /** Of packed keys: least values and numbers of values. */
  readonly bases: readonly number[] = [];
  readonly spans: readonly number[] = [];
  readonly packed: Float64Array | Int32Array = new Int32Array(0);
  readonly hashes: Int32Array = new Int32Array(0);
  /** Of packed keys that are ranked or hashed: one bit a key, or empty. */
  readonly bits: Int32Array = NONE;
  /** Of ranked keys: how many bits are set before each word of them. */
  readonly ranks: Int32Array = NONE;
  readonly #valid: Uint8Array | null;
  readonly #keyBits = new Map<number, Int32Array | null>();

  constructor(
    rows: ColumnBatch,
    keys: readonly Vector[],
    types: readonly DataType[],
    rowTypes: readonly DataType[],
    hashRows: (keys: readonly Vector[], count: number) => Int32Array,
    equalRows: (keys: readonly Vector[]) => (a: number, b: number) => boolean,
  ) {
    const count = rows.length;
    this.count = count;
    this.rows = count === 0 ? batchOfBoxed([rowTypes.map(() => null)], rowTypes) : rows;
    this.keys = keys.map((key) => (key.form === "dictionary" ? flattened(key) : key));
    const valid = validRows(this.keys, count);
    this.#valid = valid;
    this.hasNullKey = valid !== null;
    this.seen = new Uint8Array(count);
    if (keys.length === 0) {
      this.findBy = "all";
      this.slots = new Int32Array(0);
      this.mask = 0;
      const next = new Int32Array(count);
      for (let row = 0; row < count; row++) next[row] = row + 1;
      if (count > 0) next[count - 1] = -1;
      this.next = next;
      this.mode = "all";
      return;
    }
    const packing = packingOf(this.keys, types, count, valid);
    if (packing !== null) {
      this.bases = packing.bases;
      this.spans = packing.spans;
      const total = packing.spans.reduce((product, span) => product * span, 1);
      const packed = pack(this.keys, packing, count, total);
      this.packed = packed;
      if (total <= Math.min(DIRECT_MOST, Math.max(DIRECT_ALWAYS, DIRECT_PER_ROW * count))) {
        this.findBy = "direct";
        this.slots = new Int32Array(total);
        this.mask = 0;
        this.next = linkDirect(this.slots, packed, valid, count);
      } else if (total <= Math.min(BITS_MOST, Math.max(RANKED_ALWAYS, RANKED_PER_ROW * count))) {
        const ranks = ranksOf(packed, valid, count, total);
        this.findBy = "ranked";
        this.bits = ranks.bits;
        this.ranks = ranks.ranks;
        this.slots = new Int32Array(ranks.count);
        this.mask = 0;
        this.next = linkRanked(this.slots, packed, ranks, valid, count);
      } else {
        this.findBy = "packed";
        this.slots = new Int32Array(slotsFor(count));
        this.mask = this.slots.length - 1;
        this.next = linkPacked(this.slots, packed, valid, count);
        if (total <= BITS_MOST) this.bits = bitsOf(packed, valid, count, total);
      }
    } else {
      this.findBy = "hash";
      const hashes = hashRows(this.keys, count);
      const equal = equalRows(this.keys);
      this.hashes = hashes;
      this.slots = new Int32Array(slotsFor(count));
      this.mask = this.slots.length - 1;
      this.next = linkHashed(
        this.slots,
        count,
        valid,
        (row) => hashes[row]!,
        (a, b) => hashes[a] === hashes[b] && equal(a, b),
      );
    }
    const forms = this.findBy === "hash" ? this.keys.map(formOf).join(",") : this.packed.constructor.name;
    this.mode = `${this.findBy}${this.next === null ? "1" : ""}${this.bits.length > 0 ? "b" : ""} ${forms}`;
  }

  /**
   * The values of a key that is an integer, a bit each; null for other keys, in ranges too wide for it, and where one key of several
   * has most values of its range: they say little.
   */
  keyBits(key: number): KeyBits | null {
    const base = this.bases[key];
    const span = this.spans[key];
    if (base === undefined || span === undefined) return null;
    let bits = this.#keyBits.get(key);
    if (bits === undefined) this.#keyBits.set(key, (bits = this.#bitsOf(key, base, span)));
    return bits === null ? null : { base, span, bits };
  }

  #bitsOf(key: number, base: number, span: number): Int32Array | null {
    if (this.bases.length === 1) {
      if (this.bits.length > 0) return this.bits;
      return this.findBy === "direct" ? bitsOf(this.packed, this.#valid, this.count, span) : null;
    }
    if (span > Math.min(BITS_MOST, Math.max(RANKED_ALWAYS, RANKED_PER_ROW * this.count))) return null;
    const column = this.keys[key]!;
    const offsets = pack([column], { bases: [base], spans: [span] }, this.count, span);
    const bits = bitsOf(offsets, this.#valid, this.count, span);
    let values = 0;
    for (let i = 0; i < bits.length; i++) values += ones(bits[i]!);
    return values > span * MOST_TELLING ? null : bits;
  }

  /** A row has one match at most. */
  get isUnique(): boolean {
    return this.next === null;
  }

  /** Matches that a row may have, about. */
  get matches(): number {
    return this.findBy === "all" ? this.count : 1;
  }

  /** Bytes of typed arrays, without those of the rows. */
  get bytes(): number {
    return (this.slots.length + this.bits.length + this.ranks.length) * 4 + this.count * 14;
  }
}

function slotsFor(count: number): number {
  let size = 16;
  while (size < count * 2) size *= 2;
  return size;
}

/** 0 for rows with a null among their keys; null where there is none. */
function validRows(keys: readonly Vector[], count: number): Uint8Array | null {
  const masks = keys.flatMap((key) => (key.valid === null ? [] : [key.valid]));
  if (masks.length === 0) return null;
  const valid = new Uint8Array(count);
  let missing = 0;
  for (let row = 0; row < count; row++) {
    const all = masks.every((mask) => mask[row] === 1) ? 1 : 0;
    valid[row] = all;
    missing += 1 - all;
  }
  return missing === 0 ? null : valid;
}

function linkDirect(
  slots: Int32Array,
  packed: Float64Array | Int32Array,
  valid: Uint8Array | null,
  count: number,
): Int32Array | null {
  const next = new Int32Array(count).fill(-1);
  let repeated = false;
  for (let row = count - 1; row >= 0; row--) {
    if (valid !== null && valid[row] === 0) continue;
    const at = packed[row]!;
    const before = slots[at]!;
    if (before !== 0) {
      next[row] = before - 1;
      repeated = true;
    }
    slots[at] = row + 1;
  }
  return repeated ? next : null;
}

function linkRanked(
  slots: Int32Array,
  packed: Float64Array | Int32Array,
  ranks: Ranks,
  valid: Uint8Array | null,
  count: number,
): Int32Array | null {
  const repeated = slots.length < count;
  const next = new Int32Array(repeated ? count : 0).fill(-1);
  for (let row = count - 1; row >= 0; row--) {
    if (valid !== null && valid[row] === 0) continue;
    const at = rankOf(ranks, packed[row]!);
    if (repeated) next[row] = slots[at]! - 1;
    slots[at] = row + 1;
  }
  return repeated ? next : null;
}

function linkPacked(
  slots: Int32Array,
  packed: Float64Array | Int32Array,
  valid: Uint8Array | null,
  count: number,
): Int32Array | null {
  const next = new Int32Array(count).fill(-1);
  const mask = slots.length - 1;
  let repeated = false;
  for (let row = count - 1; row >= 0; row--) {
    if (valid !== null && valid[row] === 0) continue;
    const key = packed[row]!;
    let slot = hashInteger(key) & mask;
    for (;;) {
      const before = slots[slot]! - 1;
      if (before < 0) break;
      if (packed[before] === key) {
        next[row] = before;
        repeated = true;
        break;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = row + 1;
  }
  return repeated ? next : null;
}

function linkHashed(
  slots: Int32Array,
  count: number,
  valid: Uint8Array | null,
  hash: (row: number) => number,
  equal: (a: number, b: number) => boolean,
): Int32Array | null {
  const next = new Int32Array(count).fill(-1);
  const mask = slots.length - 1;
  let repeated = false;
  for (let row = count - 1; row >= 0; row--) {
    if (valid !== null && valid[row] === 0) continue;
    let slot = hash(row) & mask;
    for (;;) {
      const before = slots[slot]! - 1;
      if (before < 0) break;
      if (equal(before, row)) {
        next[row] = before;
        repeated = true;
        break;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = row + 1;
  }
  return repeated ? next : null;
}
