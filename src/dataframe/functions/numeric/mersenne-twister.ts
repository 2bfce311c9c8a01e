/** MT19937, seeded with a long as commons-math does it: what Spark's uuid and shuffle draw from. */
const N = 624;
const M = 397;

export class MersenneTwister {
  readonly #state = new Int32Array(N);
  #at = N;

  constructor(seed: bigint) {
    const bits = BigInt.asIntN(64, seed);
    this.#seed([Number(BigInt.asIntN(32, bits >> 32n)), Number(BigInt.asIntN(32, bits))]);
  }

  #seed(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, this.#mixed(i - 1)) + i;
    let i = 1;
    let j = 0;
    for (let k = N; k > 0; k--) {
      state[i] = ((state[i] as number) ^ Math.imul(this.#mixed(i - 1), 1664525)) + (key[j] as number) + j;
      j = (j + 1) % key.length;
      i = this.#following(i);
    }
    for (let k = N - 1; k > 0; k--) {
      state[i] = ((state[i] as number) ^ Math.imul(this.#mixed(i - 1), 1566083941)) - i;
      i = this.#following(i);
    }
    state[0] = 0x80000000;
  }

  #mixed(i: number): number {
    const word = this.#state[i] as number;
    return word ^ (word >>> 30);
  }

  #following(i: number): number {
    if (i + 1 < N) return i + 1;
    this.#state[0] = this.#state[N - 1] as number;
    return 1;
  }

  #next(bits: number): number {
    if (this.#at >= N) this.#fill();
    let y = this.#state[this.#at++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> (32 - bits);
  }

  #fill(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = ((state[i] as number) & 0x80000000) | ((state[(i + 1) % N] as number) & 0x7fffffff);
      state[i] = (state[(i + M) % N] as number) ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#at = 0;
  }

  /** 64 bits, unsigned. */
  nextLong(): bigint {
    const high = BigInt(this.#next(32));
    return (high << 32n) | BigInt(this.#next(32));
  }

  /** From 0 to `bound` - 1. */
  nextIntBelow(bound: number): number {
    if ((bound & -bound) === bound) return Math.floor((bound * this.#next(31)) / 2 ** 31);
    for (;;) {
      const bits = this.#next(31);
      const value = bits % bound;
      if (bits - value + (bound - 1) <= 0x7fffffff) return value;
    }
  }
}
