/** A Map whose keys compare by content (canonical.ts). Keeps the first of equal keys, and the order of insertion. */
import { type CanonicalKey, canonicalKey, isMarked } from "./canonical";

export class KeyMap<V, K = unknown> implements Iterable<[K, V]> {
  readonly #entries = new Map<CanonicalKey, V>();
  /** The keys whose canonical form is not themselves. */
  readonly #originals = new Map<string, K>();

  constructor(entries?: Iterable<readonly [K, V]>) {
    if (entries !== undefined) for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(typeof key === "number" ? key : canonicalKey(key));
  }

  has(key: K): boolean {
    return this.#entries.has(canonicalKey(key));
  }

  set(key: K, value: V): this {
    const canonical = typeof key === "number" ? key : canonicalKey(key);
    if (isMarked(canonical) && !this.#originals.has(canonical)) this.#originals.set(canonical, key);
    this.#entries.set(canonical, value);
    return this;
  }

  delete(key: K): boolean {
    const canonical = canonicalKey(key);
    if (isMarked(canonical)) this.#originals.delete(canonical);
    return this.#entries.delete(canonical);
  }

  clear(): void {
    this.#entries.clear();
    this.#originals.clear();
  }

  *keys(): IterableIterator<K> {
    for (const canonical of this.#entries.keys()) yield this.#original(canonical);
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  *entries(): IterableIterator<[K, V]> {
    for (const [canonical, value] of this.#entries) yield [this.#original(canonical), value];
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  forEach(each: (value: V, key: K, map: this) => void): void {
    this.#entries.forEach((value, canonical) => each(value, this.#original(canonical), this));
  }

  #original(canonical: CanonicalKey): K {
    return isMarked(canonical) ? this.#originals.get(canonical)! : (canonical as K);
  }
}

/** A Set whose members compare by content; keeps the first of equal ones. */
export class KeySet<K = unknown> implements Iterable<K> {
  readonly #map = new KeyMap<true, K>();

  get size(): number {
    return this.#map.size;
  }

  has(key: K): boolean {
    return this.#map.has(key);
  }

  /** True when the key is new. */
  add(key: K): boolean {
    const before = this.#map.size;
    this.#map.set(key, true);
    return this.#map.size > before;
  }

  delete(key: K): boolean {
    return this.#map.delete(key);
  }

  [Symbol.iterator](): IterableIterator<K> {
    return this.#map.keys();
  }
}
