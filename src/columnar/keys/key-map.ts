/**
 * A Map whose keys compare by content (same.ts). Keeps the first of equal keys, and the order of insertion. Primitives are
 * keys of a JavaScript Map; arrays and objects are found by the hash of their content.
 */
import { hashKey } from "./hash";
import { sameKey } from "./same";

/** A key that is an object; those of one hash form a chain. */
class Entry<V, K> {
  next: Entry<V, K> | null = null;
  constructor(
    readonly key: K,
    public value: V,
  ) {}
}

export class KeyMap<V, K = unknown> implements Iterable<[K, V]> {
  /** In the order of insertion: values by primitive keys, and the entries of other keys by themselves. */
  readonly #entries = new Map<K | Entry<V, K>, V | null>();
  readonly #byHash = new Map<number, Entry<V, K>>();

  constructor(entries?: Iterable<readonly [K, V]>) {
    if (entries !== undefined) for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return isPrimitive(key) ? (this.#entries.get(key) as V | undefined) : this.#find(key)?.value;
  }

  has(key: K): boolean {
    return isPrimitive(key) ? this.#entries.has(key) : this.#find(key) !== null;
  }

  set(key: K, value: V): this {
    if (isPrimitive(key)) {
      this.#entries.set(key, value);
      return this;
    }
    const hash = hashKey(key);
    const first = this.#byHash.get(hash) ?? null;
    for (let entry = first; entry !== null; entry = entry.next) {
      if (!sameKey(entry.key, key)) continue;
      entry.value = value;
      return this;
    }
    const added = new Entry(key, value);
    added.next = first;
    this.#byHash.set(hash, added);
    this.#entries.set(added, null);
    return this;
  }

  delete(key: K): boolean {
    if (isPrimitive(key)) return this.#entries.delete(key);
    const hash = hashKey(key);
    let before: Entry<V, K> | null = null;
    for (let entry = this.#byHash.get(hash) ?? null; entry !== null; before = entry, entry = entry.next) {
      if (!sameKey(entry.key, key)) continue;
      if (before !== null) before.next = entry.next;
      else if (entry.next !== null) this.#byHash.set(hash, entry.next);
      else this.#byHash.delete(hash);
      return this.#entries.delete(entry);
    }
    return false;
  }

  clear(): void {
    this.#entries.clear();
    this.#byHash.clear();
  }

  *keys(): IterableIterator<K> {
    for (const key of this.#entries.keys()) yield key instanceof Entry ? key.key : key;
  }

  *values(): IterableIterator<V> {
    for (const [key, value] of this.#entries) yield key instanceof Entry ? key.value : (value as V);
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [key, value] of this.#entries) yield key instanceof Entry ? [key.key, key.value] : [key, value as V];
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(each: (value: V, key: K, map: this) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }

  #find(key: K): Entry<V, K> | null {
    for (let entry = this.#byHash.get(hashKey(key)) ?? null; entry !== null; entry = entry.next)
      if (sameKey(entry.key, key)) return entry;
    return null;
  }
}

/** Whether a JavaScript Map compares it as keys are compared. Functions and symbols are not: they are refused where they are hashed. */
function isPrimitive(key: unknown): boolean {
  const type = typeof key;
  return (
    type === "string" || type === "number" || key === null || (type !== "object" && type !== "function" && type !== "symbol")
  );
}
