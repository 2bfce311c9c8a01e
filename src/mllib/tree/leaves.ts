/** Passes over the rows of a tree's leaves, in the kernels' memory: each part of the table is one item of work. */
import { type Address, type TreeKernels, type TreeMemory } from "../kernels/trees/tree-kernels";
import type { Scales } from "./binned-table";
import { MOST_PARTS, type Ranges, type Work } from "./work";

export interface Leaf {
  readonly node: number;
  readonly ranges: Ranges;
}

/** What rows have, by their numbers; 0 for what they do not have. */
export interface RowsAt {
  /** What the tree learns. */
  readonly targets: Address;
  readonly weights: Address;
  /** Here the number of each row's leaf is noted. */
  readonly leafOf: Address;
}

/** Leaves at a time. */
const MOST_LEAVES = 512;
/** As the kernels list them: from, to, number. */
const LISTED_BYTES = 12;

export class LeafPasses {
  readonly #lists: Address;
  readonly #sums: Address;

  constructor(
    private readonly memory: TreeMemory,
    private readonly rows: RowsAt,
    parts: boolean,
  ) {
    const most = parts ? MOST_PARTS : 1;
    this.#lists = memory.allocate(most * MOST_LEAVES * LISTED_BYTES);
    this.#sums = memory.allocate(most * MOST_LEAVES * 16);
  }

  /**
   * What rounding took from the labels of each leaf, in units of 1 / `rest`, and their squares. `packed`: entries have whole numbers instead
   * of counts.
   */
  sums(
    leaves: readonly Leaf[],
    { value, center, square }: Scales,
    rest: number,
    packed: boolean,
    work: Work,
    give: (leaf: Leaf, rests: number, squares: number) => void,
  ): void {
    const { targets, weights, leafOf } = this.rows;
    const kernel: keyof TreeKernels = packed ? "packedLeafSums" : "leafSums";
    const before = packed ? [targets] : [targets, weights];
    this.#each(leaves, (some, lists, first) => {
      const sums = new Float64Array(this.memory.buffer, this.#sums, lists.length * MOST_LEAVES * 2).fill(0);
      work.run(
        kernel,
        lists.map(([at, many], part) => [
          at,
          many,
          leafOf,
          first,
          ...before,
          value,
          center,
          rest,
          square,
          this.#sums + part * MOST_LEAVES * 16,
        ]),
      );
      some.forEach((leaf, place) => {
        let [rests, squares] = [0, 0];
        for (let at = 2 * place; at < sums.length; at += 2 * MOST_LEAVES) {
          rests += sums[at]!;
          squares += sums[at + 1]!;
        }
        give(leaf, rests, squares);
      });
    });
  }

  /** Some leaves after others, listed part by part: where the list of each part begins, and how long it is. */
  #each(
    leaves: readonly Leaf[],
    work: (some: readonly Leaf[], lists: readonly (readonly [at: Address, many: number])[], first: number) => void,
  ): void {
    for (let first = 0; first < leaves.length; first += MOST_LEAVES) {
      const some = leaves.slice(first, first + MOST_LEAVES);
      const lists = some[0]!.ranges.map((_, part) => {
        const at = this.#lists + part * MOST_LEAVES * LISTED_BYTES;
        const list = new Uint32Array(this.memory.buffer, at, some.length * 3);
        some.forEach(({ ranges }, place) => list.set([...ranges[part]!, place], 3 * place));
        return [at, some.length] as const;
      });
      work(some, lists, first);
    }
  }
}
