/**
 * The most frequent values of a stream within bounded space (Misra, Gries), as DataSketches keeps them: a table of linear probing
 * that is walked in strides, since the order of equally frequent values follows from it.
 */
import type { Boxed, DataType } from "../../../columnar/types";
import { valueKey } from "../value-key";
import { hashCodeOf } from "./hash-code";
import type { HashCode } from "./hash-code";

interface Slot {
  readonly value: Boxed;
  readonly hash: number;
  count: number;
}

const FIRST_SIZE = 8;
const LOAD = 0.75;
const GOLDEN = 0.6180339887498949;
const SAMPLES = 1024;

export interface FrequentState {
  readonly size: number;
  readonly values: readonly Boxed[];
  readonly counts: readonly number[];
  readonly offset: number;
}

export class FrequentItems {
  #table: (Slot | undefined)[];
  #used = 0;
  /** What purges have taken from every count. */
  #offset = 0;
  readonly #key: (value: Boxed) => unknown;
  readonly #hash: HashCode;
  readonly #places = new Map<unknown, Slot>();

  constructor(
    type: DataType,
    private readonly mostSize: number,
    size = FIRST_SIZE,
  ) {
    this.#table = new Array<Slot | undefined>(size);
    this.#key = valueKey(type);
    this.#hash = type.kind === "string" ? (value) => stringHash(value as string) : hashCodeOf(type);
  }

  /** The size of the table that tracks so many values. */
  static sizeFor(tracked: number): number {
    return 2 ** Math.ceil(Math.log2(Math.ceil(tracked / LOAD)));
  }

  add(value: Boxed, count: number): void {
    const key = this.#key(value);
    const known = this.#places.get(key);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    const slot: Slot = { value, hash: mixed(this.#hash(value)), count };
    this.#places.set(key, slot);
    place(this.#table, slot);
    this.#used++;
    if (this.#used <= LOAD * this.#table.length) return;
    if (this.#table.length < this.mostSize) this.#refill(this.#table.length * 2, this.#slots());
    else this.#purge();
  }

  #refill(size: number, slots: readonly Slot[]): void {
    this.#table = new Array<Slot | undefined>(size);
    this.#used = slots.length;
    this.#places.clear();
    for (const slot of slots) {
      place(this.#table, slot);
      this.#places.set(this.#key(slot.value), slot);
    }
  }

  /** Takes the median count from all and drops what has none left. */
  #purge(): void {
    const slots = this.#slots();
    const sample = slots.slice(0, SAMPLES).map((slot) => slot.count);
    const median = sample.sort((a, b) => a - b)[sample.length >> 1] as number;
    this.#offset += median;
    for (const slot of slots) slot.count -= median;
    this.#refill(
      this.#table.length,
      slots.filter((slot) => slot.count > 0),
    );
  }

  /** As they lie in the table. */
  #slots(): readonly Slot[] {
    return this.#table.filter((slot) => slot !== undefined);
  }

  *#inStrides(): IterableIterator<Slot> {
    const size = this.#table.length;
    const stride = Math.floor(size * GOLDEN) | 1;
    for (let i = 0, at = 0; i < size; i++, at = (at + stride) & (size - 1)) {
      const slot = this.#table[at];
      if (slot !== undefined) yield slot;
    }
  }

  merge(other: FrequentItems): void {
    for (const { value, count } of other.#inStrides()) this.add(value, count);
    this.#offset += other.#offset;
  }

  /** The values that are surely frequent, most frequent first. */
  top(): { readonly value: Boxed; readonly count: number }[] {
    return [...this.#inStrides()]
      .filter((slot) => slot.count > this.#offset)
      .map(({ value, count }) => ({ value, count: count + this.#offset }))
      .sort((a, b) => b.count - a.count);
  }

  state(): FrequentState {
    const slots = this.#slots();
    return {
      size: this.#table.length,
      values: slots.map((slot) => slot.value),
      counts: slots.map((slot) => slot.count),
      offset: this.#offset,
    };
  }

  static of(type: DataType, mostSize: number, state: FrequentState): FrequentItems {
    const items = new FrequentItems(type, mostSize, state.size);
    state.values.forEach((value, i) => items.add(value, state.counts[i] as number));
    items.#offset = state.offset;
    return items;
  }
}

function place(table: (Slot | undefined)[], slot: Slot): void {
  const mask = table.length - 1;
  let at = slot.hash & mask;
  while (table[at] !== undefined) at = (at + 1) & mask;
  table[at] = slot;
}

const MASK = 0xffffffffffffffffn;

/** The low bits of a 64-bit finaliser. */
function mixed(hashCode: number): number {
  let key = BigInt.asUintN(64, BigInt(hashCode));
  key = ((key ^ (key >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
  key = ((key ^ (key >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
  return Number((key ^ (key >> 33n)) & 0x7fffffffn);
}

/** Java's hash of a String. */
function stringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
