/** Passes over the rows of a tree's leaves, in the kernels' memory: each part of the table is one item of work. */
import { type Address, type TreeKernels, type TreeMemory } from "../kernels/trees/tree-kernels";
import type { Scales } from "./binned-table";
import { MOST_PARTS, type Ranges, type Work } from "./work";

/** A leaf, or two that are the children of one node: their rows are told apart as they are passed over. */
export interface Leaf {
  readonly nodes: readonly [node: number] | readonly [left: number, right: number];
  readonly ranges: Ranges;
  /** Of two: the bins of the feature that the node asks for, and 1 for those that go left. Null of one. */
  readonly question: { readonly column: Address; readonly goes: Address } | null;
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
/** As the kernels list them: from, to, number; column and table of a question. */
const LISTED = 5;
const LISTED_BYTES = 4 * LISTED;

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
   * of counts; of others there are no two leaves in one.
   */
  sums(
    leaves: readonly Leaf[],
    { value, center, square }: Scales,
    rest: number,
    packed: boolean,
    work: Work,
    give: (node: number, rests: number, squares: number) => void,
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
      some
        .flatMap(({ nodes }) => nodes)
        .forEach((node, place) => {
          let [rests, squares] = [0, 0];
          for (let at = 2 * place; at < sums.length; at += 2 * MOST_LEAVES) {
            rests += sums[at]!;
            squares += sums[at + 1]!;
          }
          give(node, rests, squares);
        });
    });
  }

  /** Some leaves after others, listed part by part: where the list of each part begins, and how long it is. */
  #each(
    leaves: readonly Leaf[],
    work: (some: readonly Leaf[], lists: readonly (readonly [at: Address, many: number])[], first: number) => void,
  ): void {
    for (let from = 0, first = 0; from < leaves.length;) {
      const places: number[] = [];
      let count = 0;
      for (const { nodes } of leaves.slice(from, from + MOST_LEAVES)) {
        if (count + nodes.length > MOST_LEAVES) break;
        places.push(count);
        count += nodes.length;
      }
      const some = leaves.slice(from, from + places.length);
      const lists = some[0]!.ranges.map((_, part) => {
        const at = this.#lists + part * MOST_LEAVES * LISTED_BYTES;
        const list = new Uint32Array(this.memory.buffer, at, some.length * LISTED);
        some.forEach(({ ranges, question }, i) =>
          list.set([...ranges[part]!, places[i]!, question?.column ?? 0, question?.goes ?? 0], LISTED * i),
        );
        return [at, some.length] as const;
      });
      work(some, lists, first);
      from += some.length;
      first += count;
    }
  }
}
