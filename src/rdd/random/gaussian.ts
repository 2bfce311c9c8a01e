/** Numbers from the normal distribution by Marsaglia's polar method, as java.util.Random draws them: by pairs. */
export abstract class GaussianRandom {
  #next: number | null = null;

  /** From 0 up to, without, 1, in steps of 2^-53. */
  abstract nextDouble(): number;

  nextGaussian(): number {
    if (this.#next !== null) {
      const value = this.#next;
      this.#next = null;
      return value;
    }
    for (;;) {
      const a = 2 * this.nextDouble() - 1;
      const b = 2 * this.nextDouble() - 1;
      const square = a * a + b * b;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#next = b * factor;
      return a * factor;
    }
  }
}
