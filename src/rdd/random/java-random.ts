/** java.util.Random: the linear congruential generator that Spark's drivers draw seeds and shuffles from. */
import { GaussianRandom } from "./gaussian";

const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;

export class JavaRandom extends GaussianRandom {
  #state: bigint;

  constructor(seed: bigint) {
    super();
    this.#state = (BigInt.asUintN(64, seed) ^ MULTIPLIER) & MASK;
  }

  #next(bits: number): number {
    this.#state = (this.#state * MULTIPLIER + 0xbn) & MASK;
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - bits)));
  }

  /** A 32-bit integer. */
  nextInt(): number {
    return this.#next(32);
  }

  /** An integer from 0 to `bound` - 1. */
  nextIntBelow(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.#next(31))) >> 31n);
    for (;;) {
      const bits = this.#next(31);
      const value = bits % bound;
      if (bits - value + (bound - 1) <= 0x7fffffff) return value;
    }
  }

  override nextDouble(): number {
    return (this.#next(26) * 134217728 + this.#next(27)) * 2 ** -53;
  }

  nextLong(): bigint {
    return BigInt.asIntN(64, (BigInt(this.#next(32)) << 32n) + BigInt(this.#next(32)));
  }
}

/** Fisher-Yates in place, as Spark's Utils.randomizeInPlace. */
export function shuffleInPlace(array: unknown[], random: JavaRandom): void {
  for (let i = array.length - 1; i > 0; i--) {
    const j = random.nextIntBelow(i + 1);
    [array[i], array[j]] = [array[j], array[i]];
  }
}
