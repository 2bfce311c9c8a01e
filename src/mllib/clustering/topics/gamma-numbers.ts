/**
 * Gamma distributed numbers that are Spark's for the same seed: from the Mersenne twister (M. Matsumoto, T. Nishimura, Mersenne Twister, ACM
 * TOMACS 8, 1998) over normal numbers in pairs (G. Box, M. Muller, 1958), by rejection (G. Marsaglia, W. W. Tsang, A Simple Method for
 * Generating Gamma Variables, ACM TOMS 26, 2000).
 */

const WORDS = 624;
const AHEAD = 397;

class MersenneTwister {
  readonly #state = new Uint32Array(WORDS);
  #at = WORDS;
  #normal: number | null = null;

  constructor(seed: bigint) {
    const key = [Number(BigInt.asUintN(32, seed >> 32n)), Number(BigInt.asUintN(32, seed))];
    const state = this.#state;
    state[0] = 19650218;
    for (let i = 1; i < WORDS; i++) state[i] = Math.imul(1812433253, mixed(state[i - 1]!)) + i;
    let i = 1;
    const step = (): void => {
      if (++i < WORDS) return;
      state[0] = state[WORDS - 1]!;
      i = 1;
    };
    for (let n = 0; n < WORDS; n++) {
      state[i] = (state[i]! ^ Math.imul(mixed(state[i - 1]!), 1664525)) + key[n & 1]! + (n & 1);
      step();
    }
    for (let n = 1; n < WORDS; n++) {
      state[i] = (state[i]! ^ Math.imul(mixed(state[i - 1]!), 1566083941)) - i;
      step();
    }
    state[0] = 0x80000000;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < WORDS; i++) {
      const word = (state[i]! & 0x80000000) | (state[(i + 1) % WORDS]! & 0x7fffffff);
      state[i] = state[(i + AHEAD) % WORDS]! ^ (word >>> 1) ^ ((word & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#at = 0;
  }

  #next(bits: number): number {
    if (this.#at === WORDS) this.#refill();
    let word = this.#state[this.#at++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> (32 - bits);
  }

  /** From 0 up to, without, 1, in steps of 2^-52. */
  nextDouble(): number {
    return (this.#next(26) * 2 ** 26 + this.#next(26)) * 2 ** -52;
  }

  nextGaussian(): number {
    if (this.#normal !== null) {
      const value = this.#normal;
      this.#normal = null;
      return value;
    }
    const angle = 2 * Math.PI * this.nextDouble();
    const radius = Math.sqrt(-2 * Math.log(this.nextDouble()));
    this.#normal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

const mixed = (word: number): number => word ^ (word >>> 30);

/** Of the distribution that topics begin with: its mean is 1. */
export const GAMMA_SHAPE = 100;

/**
 * Numbers of a gamma distribution of mean 1.
 * @param seed a 64-bit integer
 * @param shape above 1
 */
export function gammaNumbers(count: number, seed: bigint, shape = GAMMA_SHAPE): Float64Array {
  const random = new MersenneTwister(seed);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const scale = 1 / shape;
  const one = (): number => {
    for (;;) {
      const x = random.nextGaussian();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const square = x * x;
      const u = random.nextDouble();
      if (u < 1 - 0.0331 * square * square || Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v;
    }
  };
  return Float64Array.from({ length: count }, one);
}
