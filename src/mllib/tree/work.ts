/** Work on the kernels' memory: by this thread, or in parts by a crew (kernels/crew). */
import type { LinearMemory } from "../../common/web-assembly";
import { CrewLeader, type Kernels } from "../kernels/crew";
import type { HistogramKernels, HistogramMemory } from "../kernels/histogram-kernels";

/** Rows of a part of the work at least: less is not worth another thread. */
const LEAST_ROWS = 8192;
export const MOST_PARTS = 16;

/** Offers the memory to threads that will assist. */
export type OfferMemory = (memory: LinearMemory) => void;

export type Part = readonly [from: number, to: number];

export class Work {
  readonly #kernels: Kernels;
  #crew: CrewLeader | undefined;

  constructor(
    private readonly memory: HistogramMemory,
    private readonly checkInterrupted: () => void,
  ) {
    this.#kernels = memory.kernels as unknown as Kernels;
  }

  /** Takes whoever comes for help, until `end`. Nothing is to be allocated from now on. */
  lead(offer: OfferMemory): void {
    this.#crew = new CrewLeader(this.memory.buffer, this.#kernels, this.checkInterrupted);
    offer(this.memory.memory);
  }

  /** The crew goes. */
  end(): void {
    this.#crew?.end();
  }

  /** [0, rows) in the parts that the work is cut into. */
  parts(rows: number): Part[] {
    const size = this.#crew?.size ?? 1;
    const count = size === 1 ? 1 : Math.max(1, Math.min(2 * size, MOST_PARTS, Math.floor(rows / LEAST_ROWS)));
    return evenParts(rows, count);
  }

  /** Calls the kernel with the arguments of each item, in any order; gives the results in theirs. */
  run(kernel: keyof HistogramKernels, items: readonly (readonly number[])[]): ArrayLike<number> & Iterable<number> {
    if (items.length > 1 && this.#crew !== undefined) return this.#crew.run(kernel, items);
    return items.map((item) => this.#kernels[kernel]!(...item) ?? 0);
  }
}

/** In even parts, each of an even length but the last. */
function evenParts(count: number, parts: number): Part[] {
  const size = 2 * Math.ceil(count / parts / 2);
  return Array.from({ length: parts }, (_, i) => [Math.min(i * size, count), Math.min((i + 1) * size, count)] as const);
}
