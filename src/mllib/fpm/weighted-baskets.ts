/** Baskets, or sequences, of ranks: equal ones once. */
import { grown } from "../../columnar/batch";

/** Basket i has ranks[ends[i - 1], ends[i]), which rise unless it is a sequence, and stands for counts[i] of them. Plain data. */
export interface BasketPart {
  readonly ends: Int32Array;
  readonly ranks: Int32Array;
  readonly counts: Float64Array;
}

export class WeightedBaskets {
  #size = 0;
  #used = 0;
  #ends = new Int32Array(64);
  #counts = new Float64Array(64);
  #ranks = new Int32Array(256);
  #hashes = new Int32Array(64);
  /** Basket plus one; 0 of an empty slot. */
  #slots = new Int32Array(128);

  /** Ranks that are held. */
  get used(): number {
    return this.#used;
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** Adds the basket ranks[0, length), `count` times. */
  add(ranks: Int32Array, length: number, count = 1): void {
    let hash = length;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ ranks[i]!, 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 13;
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let basket = this.#slots[slot]!; basket !== 0; basket = this.#slots[(slot = (slot + 1) & mask)]!)
      if (this.#hashes[basket - 1] === hash && this.#same(basket - 1, ranks, length)) {
        this.#counts[basket - 1]! += count;
        return;
      }
    const basket = this.#size++;
    if (basket === this.#ends.length) {
      this.#ends = grown(this.#ends, basket + 1);
      this.#counts = grown(this.#counts, basket + 1);
      this.#hashes = grown(this.#hashes, basket + 1);
    }
    if (this.#used + length > this.#ranks.length) this.#ranks = grown(this.#ranks, this.#used + length);
    for (let i = 0; i < length; i++) this.#ranks[this.#used++] = ranks[i]!;
    this.#ends[basket] = this.#used;
    this.#counts[basket] = count;
    this.#hashes[basket] = hash;
    this.#slots[slot] = basket + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
  }

  #same(basket: number, ranks: Int32Array, length: number): boolean {
    const start = basket === 0 ? 0 : this.#ends[basket - 1]!;
    if (this.#ends[basket]! - start !== length) return false;
    for (let i = 0; i < length; i++) if (this.#ranks[start + i] !== ranks[i]) return false;
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    const mask = this.#slots.length - 1;
    for (let basket = 0; basket < this.#size; basket++) {
      let slot = this.#hashes[basket]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = basket + 1;
    }
  }

  /** The baskets so far; none are held afterwards. */
  take(): BasketPart {
    const part = {
      ends: this.#ends.slice(0, this.#size),
      ranks: this.#ranks.slice(0, this.#used),
      counts: this.#counts.slice(0, this.#size),
    };
    this.#size = this.#used = 0;
    this.#slots.fill(0);
    return part;
  }
}
