/** java.util.Random from any place of its sequence, in words of 24 bits: draws make no bigints. */

const MULTIPLIER = 0x5deece66dn;
const INCREMENT = 0xbn;
const MASK = (1n << 48n) - 1n;
const HIGH = Number(MULTIPLIER >> 24n);
const LOW = Number(MULTIPLIER & 0xffffffn);
const WORD = 2 ** 24;

export class SkippedRandom {
  #high: number;
  #low: number;

  /** After so many doubles of the sequence of `seed`. */
  constructor(seed: bigint, doubles: number) {
    let state = (BigInt.asUintN(64, seed) ^ MULTIPLIER) & MASK;
    // A step is state · a + c, and so are two of them; a double takes two.
    let [a, c] = [MULTIPLIER, INCREMENT];
    for (let steps = 2n * BigInt(doubles); steps > 0n; steps >>= 1n) {
      if ((steps & 1n) === 1n) state = (state * a + c) & MASK;
      [a, c] = [(a * a) & MASK, (a * c + c) & MASK];
    }
    this.#high = Number(state >> 24n);
    this.#low = Number(state & 0xffffffn);
  }

  /** From 0 up to, without, 1, in steps of 2^-53. */
  nextDouble(): number {
    this.#step();
    const first = this.#high * 4 + (this.#low >>> 22);
    this.#step();
    return (first * 2 ** 27 + this.#high * 8 + (this.#low >>> 21)) * 2 ** -53;
  }

  #step(): void {
    const low = this.#low * LOW + 0xb;
    this.#high = (this.#high * LOW + this.#low * HIGH + Math.floor(low / WORD)) % WORD;
    this.#low = low % WORD;
  }
}
