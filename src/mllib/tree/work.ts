/** Work on the kernels' memory: by this thread, or in parts by a crew (kernels/crew). */
import type { LinearMemory } from "../../common/web-assembly";
import { CrewLeader, type Kernels } from "../kernels/crew";
import { type TreeKernels, type TreeMemory, RUN } from "../kernels/trees/tree-kernels";

/** Rows of a part of the work at least: less is not worth another thread. */
const LEAST_ROWS = 8192;
export const MOST_PARTS = 16;

/** Offers the memory to threads that will assist. */
export type OfferMemory = (memory: LinearMemory) => void;

export type Part = readonly [from: number, to: number];

/** Entries of a node's rows, from … to of each part of the table; of some parts there may be none. */
export type Ranges = readonly Part[];

export const entriesIn = (ranges: Ranges): number => ranges.reduce((sum, [from, to]) => sum + (to - from) / 8, 0);

export class Work {
  readonly #kernels: Kernels;
  #crew: CrewLeader | undefined;

  constructor(
    private readonly memory: TreeMemory,
    private readonly checkInterrupted: () => void,
  ) {
    this.#kernels = memory.kernels as unknown as Kernels;
  }

  /** Takes whoever comes for help, until `end`. Nothing is to be allocated from now on. */
  lead(offer: OfferMemory): void {
    this.#crew = new CrewLeader(this.memory.buffer, this.#kernels, this.checkInterrupted);
    offer(this.memory.share());
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

  /** How many rows each part of a table has. */
  rowsOfParts(rows: number): number[] {
    const size = this.#crew?.size;
    const parts = size === undefined ? 1 : Math.min(MOST_PARTS, Math.max(4, 2 * size));
    const counts = new Array<number>(parts).fill(0);
    for (let first = 0, part = 0; first < rows; first += RUN, part = (part + 1) % parts)
      counts[part]! += Math.min(RUN, rows - first);
    return counts;
  }

  /** Whether others are to help with so many rows. */
  isShared(rows: number): boolean {
    return this.#crew !== undefined && rows >= LEAST_ROWS && this.#crew.size > 1;
  }

  /** Calls the kernel with the arguments of each item, in any order unless it is done alone; gives the results in theirs. */
  run(kernel: keyof TreeKernels, items: readonly (readonly number[])[], shared = true): ArrayLike<number> & Iterable<number> {
    if (shared && items.length > 1 && this.#crew !== undefined) return this.#crew.run(kernel, items);
    return items.map((item) => this.#kernels[kernel]!(...item) ?? 0);
  }
}

/** In even parts, each of an even length but the last. */
function evenParts(count: number, parts: number): Part[] {
  const size = 2 * Math.ceil(count / parts / 2);
  return Array.from({ length: parts }, (_, i) => [Math.min(i * size, count), Math.min((i + 1) * size, count)] as const);
}
