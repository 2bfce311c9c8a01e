/** Random numbers of a row: the same for a seed and a row, whatever the partitioning. */

/** Spreads bits (the finalizer of Murmur3). */
function spread(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** xoshiro128++ (D. Blackman, S. Vigna, Scrambled Linear Pseudorandom Number Generators, 2021), seeded by hashes of seed and row. */
export class RowRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | null = null;

  constructor(seed: number, row: number) {
    const high = Math.floor(row / 2 ** 32);
    this.#a = spread(seed ^ 0x9e3779b9);
    this.#b = spread(this.#a ^ row);
    this.#c = spread(this.#b ^ high ^ 0x85ebca6b);
    this.#d = spread(this.#c ^ Math.floor(seed / 2 ** 32)) | 1;
  }

  #next(): number {
    const sum = (this.#a + this.#d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + this.#a) | 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** From 0 to below 1. */
  uniform(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  /** Mean 0, deviation 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * factor;
      return u * factor;
    }
  }

  /** Whole, from 0 to below n. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Poisson's distribution, by multiplication of uniforms; in halves for large means. */
  poisson(mean: number): number {
    if (mean > 30) return this.poisson(mean / 2) + this.poisson(mean / 2);
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    return count;
  }
}
