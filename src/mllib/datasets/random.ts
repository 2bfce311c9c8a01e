/** Random numbers of a row: the same for a seed and a row, whatever the partitioning. */

/** The splitmix64 sequence of Steele, Lea and Flood (2014), in two words of 32 bits. */
export class RowRandom {
  #state: bigint;
  #spare: number | null = null;

  constructor(seed: number, row: number) {
    this.#state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + BigInt(row) * 0xd1342543de82ef95n);
    this.#next();
  }

  #next(): bigint {
    this.#state = BigInt.asUintN(64, this.#state + 0x9e3779b97f4a7c15n);
    let z = this.#state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  }

  /** From 0 to below 1. */
  uniform(): number {
    return Number(this.#next() >> 11n) / 2 ** 53;
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
