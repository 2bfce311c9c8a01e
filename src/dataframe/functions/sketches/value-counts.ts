/**
 * How often each value occurred, with the entries in the order of an open-addressing hash table of doubling capacity:
 * the order in which Spark goes through them, which decides between values of equal count.
 */
import type { Boxed, DataType } from "../../../columnar/types";
import { hashInt } from "../../../columnar/keys/murmur3";
import { valueKey } from "../value-key";
import type { ValueKey } from "../value-key";
import type { HashCode } from "./hash-code";

interface Slot {
  readonly value: Boxed;
  readonly hash: number;
  count: number;
}

const FIRST_CAPACITY = 64;
const LOAD = 0.7;

export class ValueCounts {
  readonly #slots = new Map<ValueKey, Slot>();
  readonly #key: (value: Boxed) => ValueKey;

  constructor(
    type: DataType,
    private readonly hash: HashCode,
  ) {
    this.#key = valueKey(type);
  }

  get size(): number {
    return this.#slots.size;
  }

  add(value: Boxed, count: number): void {
    const key = this.#key(value);
    const slot = this.#slots.get(key);
    if (slot === undefined) this.#slots.set(key, { value, hash: hashInt(this.hash(value), 0), count });
    else slot.count += count;
  }

  /** In the order of the table. */
  *entries(): IterableIterator<[value: Boxed, count: number]> {
    let capacity = FIRST_CAPACITY;
    let table: (Slot | undefined)[] = new Array<Slot | undefined>(capacity);
    let used = 0;
    for (const slot of this.#slots.values()) {
      place(table, slot);
      if (++used > LOAD * capacity) {
        capacity *= 2;
        const wider = new Array<Slot | undefined>(capacity);
        for (const one of table) if (one !== undefined) place(wider, one);
        table = wider;
      }
    }
    for (const slot of table) if (slot !== undefined) yield [slot.value, slot.count];
  }
}

function place(table: (Slot | undefined)[], slot: Slot): void {
  const mask = table.length - 1;
  let at = slot.hash & mask;
  for (let step = 1; table[at] !== undefined; step++) at = (at + step) & mask;
  table[at] = slot;
}
