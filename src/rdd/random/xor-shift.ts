/**
 * Spark's XORShiftRandom (Marsaglia's 64-bit xorshift 21, 35, 4, seeded through MurmurHash3): what samplers draw from in
 * tasks. The state is two 32-bit words, so that no draw makes a bigint.
 */
import { GaussianRandom } from "./gaussian";

const ARRAY_SEED = 0x3c074a61;

export class XorShiftRandom extends GaussianRandom {
  #high: number;
  #low: number;

  constructor(seed: bigint) {
    super();
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt.asIntN(64, seed));
    this.#low = murmur3(bytes, ARRAY_SEED);
    this.#high = murmur3(bytes, this.#low);
  }

  #next(bits: number): number {
    let high = this.#high;
    let low = this.#low;
    // x ^= x << 21; x ^= x >>> 35; x ^= x << 4
    high ^= (high << 21) | (low >>> 11);
    low ^= low << 21;
    low ^= high >>> 3;
    high ^= (high << 4) | (low >>> 28);
    low ^= low << 4;
    this.#high = high;
    this.#low = low;
    return low & (2 ** bits - 1);
  }

  /** Any 32-bit integer. */
  nextInt(): number {
    return this.#next(32);
  }

  /** An integer from 0 to `bound` - 1, as java.util.Random draws it. */
  nextIntBelow(bound: number): number {
    let bits = this.#next(31);
    if ((bound & (bound - 1)) === 0) return Math.floor((bound * bits) / 2 ** 31);
    for (;;) {
      const value = bits % bound;
      if (bits - value + (bound - 1) <= 0x7fffffff) return value;
      bits = this.#next(31);
    }
  }

  /** From 0 up to, without, 1, in steps of 2^-24. */
  nextFloat(): number {
    return this.#next(24) * 2 ** -24;
  }

  override nextDouble(): number {
    return (this.#next(26) * 134217728 + this.#next(27)) * 2 ** -53;
  }
}

/** scala.util.hashing.MurmurHash3.bytesHash of eight bytes. */
function murmur3(bytes: Buffer, seed: number): number {
  let hash = seed;
  for (let at = 0; at < 8; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= 8;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
