/** Histograms of a stream (Ben-Haim, Tom-Tov: A Streaming Parallel Decision Tree Algorithm, 2010): bins of any width, the closest two joined. */

interface Bin {
  readonly x: number;
  readonly y: number;
}

/** java.util.Random, which breaks the ties between bins that are equally close. */
class JavaRandom {
  #seed: bigint;

  constructor(seed: bigint) {
    this.#seed = (seed ^ 0x5deece66dn) & 0xffffffffffffn;
  }

  #next(bits: number): number {
    this.#seed = (this.#seed * 0x5deece66dn + 0xbn) & 0xffffffffffffn;
    return Number(this.#seed >> BigInt(48 - bits));
  }

  double(): number {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) * 2 ** -53;
  }
}

const SEED = 31183n;

export class NumericHistogram {
  readonly #bins: Bin[];
  readonly #random = new JavaRandom(SEED);

  constructor(
    private readonly most: number,
    bins: readonly Bin[] = [],
  ) {
    this.#bins = [...bins];
  }

  get bins(): readonly Bin[] {
    return this.#bins;
  }

  add(value: number): void {
    let low = 0;
    let high = this.#bins.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bins[middle] as Bin).x < value) low = middle + 1;
      else high = middle;
    }
    const found = this.#bins[low];
    if (found?.x === value) {
      this.#bins[low] = { x: value, y: found.y + 1 };
      return;
    }
    this.#bins.splice(low, 0, { x: value, y: 1 });
    this.#trim();
  }

  merge(other: NumericHistogram): void {
    this.#bins.push(...other.#bins);
    this.#bins.sort((a, b) => a.x - b.x);
    this.#trim();
  }

  #trim(): void {
    const bins = this.#bins;
    while (bins.length > this.most) {
      let least = Infinity;
      let at = 0;
      let ties = 1;
      for (let i = 0; i < bins.length - 1; i++) {
        const gap = (bins[i + 1] as Bin).x - (bins[i] as Bin).x;
        if (gap < least) {
          least = gap;
          at = i;
          ties = 1;
        } else if (gap === least && this.#random.double() <= 1 / ++ties) {
          at = i;
        }
      }
      const a = bins[at] as Bin;
      const b = bins[at + 1] as Bin;
      const y = a.y + b.y;
      // In Spark's order of operations: the roundings decide which bins are equally close.
      bins.splice(at, 2, { x: a.x * (a.y / y) + (b.x / y) * b.y, y });
    }
  }
}
