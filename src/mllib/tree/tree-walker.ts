/** Ensembles whose questions are all about thresholds, in WebAssembly: laid out once, walked for many rows. */
import { type LinearMemory, webAssembly } from "../../common/web-assembly";
import { InternalError } from "../../common/errors";
import { kernelBytes } from "../kernels/walk";
import type { FlatEnsemble } from "./flat-ensemble";

interface WalkKernels {
  walk(
    nodes: number,
    root: number,
    depth: number,
    rows: number,
    stride: number,
    many: number,
    values: number,
    outputs: number,
    sums: number,
  ): void;
  descend(at: number, steps: number, rows: number, stride: number, many: number): void;
  addValues(at: number, nodes: number, values: number, outputs: number, sums: number, many: number): void;
}

/** Sees sums of the rows of a block, `outputs` numbers a row, that were taken over the first `trees` trees down to depth number `depth`. */
export type SeeSums = (trees: number, depth: number, from: number, sums: Float64Array) => void;

/** Rows for which all trees are walked before the next: they stay in the second-level cache, as does a tree. */
const BLOCK = 512;
const FIRST_ADDRESS = 1024;
const NODE_BYTES = 16;
const PAGE = 65536;

let kernelModule: object | undefined;

export class TreeWalker {
  readonly #memory: LinearMemory;
  readonly #kernels: WalkKernels;
  readonly #trees: readonly { readonly root: number; readonly depth: number }[];
  readonly #rows: number;
  readonly #sums: number;
  readonly #values: number;
  /** Of `sumsDownTo`: where rows are, behind the sums of each depth. */
  readonly #at: number;

  /**
   * Null where a question is about categories, or the trees are too large.
   *
   * @param depths of `sumsDownTo`, at most
   */
  static of(flat: FlatEnsemble, depths = 1): TreeWalker | null {
    const bytes = flat.feature.length * (NODE_BYTES + 8 * flat.outputs) + BLOCK * 8 * (flat.width + 2 + flat.outputs * depths);
    return bytes > 2 ** 30 || flat.feature.some((feature) => feature < -1) ? null : new TreeWalker(flat, depths);
  }

  private constructor(
    private readonly flat: FlatEnsemble,
    depths: number,
  ) {
    const { width, outputs, roots, feature } = flat;
    const nodes = feature.length;
    this.#values = FIRST_ADDRESS + nodes * NODE_BYTES;
    this.#rows = this.#values + nodes * outputs * 8;
    this.#sums = this.#rows + BLOCK * (width + 1) * 8;
    this.#at = this.#sums + BLOCK * outputs * 8 * depths;
    const pages = Math.ceil((this.#at + BLOCK * 4) / PAGE);
    this.#memory = new webAssembly.Memory({ initial: Math.max(16, pages), maximum: 65536 });
    kernelModule ??= new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
    const abort = (): never => {
      throw new InternalError("A kernel of the trees stopped.");
    };
    const { exports } = new webAssembly.Instance(kernelModule, { env: { memory: this.#memory, abort } });
    this.#kernels = exports as unknown as WalkKernels;
    const view = new DataView(this.#memory.buffer);
    const values = new Float64Array(this.#memory.buffer, this.#values, nodes * outputs);
    let end = 0;
    this.#trees = Array.from(roots, (root) => {
      const start = end;
      const depth = this.#layOut(root, start, view, values);
      end = this.#end;
      return { root: FIRST_ADDRESS + start * NODE_BYTES, depth };
    });
  }

  /** The place behind the tree that was laid out last. */
  #end = 0;

  /** Writes a tree, level by level so that siblings lie together, from place `start` on; gives its depth. */
  #layOut(root: number, start: number, view: DataView, values: Float64Array): number {
    const { feature, threshold, right, outputs, width } = this.flat;
    let level = [root];
    let place = start;
    let free = start + 1;
    let depth = 0;
    for (;;) {
      const below: number[] = [];
      for (const node of level) {
        const at = FIRST_ADDRESS + place * NODE_BYTES;
        const asked = feature[node]!;
        const isLeaf = asked < 0;
        view.setFloat64(at, isLeaf ? Infinity : threshold[node]!, true);
        view.setUint32(at + 8, 8 * (isLeaf ? width : asked), true);
        view.setUint32(at + 12, FIRST_ADDRESS + (isLeaf ? place : free) * NODE_BYTES, true);
        values.set(this.flat.values.subarray(node * outputs, (node + 1) * outputs), place * outputs);
        place++;
        if (isLeaf) continue;
        below.push(node + 1, right[node]!);
        free += 2;
      }
      if (below.length === 0) break;
      level = below;
      depth++;
    }
    this.#end = place;
    return depth;
  }

  /** Sums over the trees of what the leaves of dense rows give: `outputs` numbers a row. */
  sums(rows: Float64Array, count: number): Float64Array {
    const { width, outputs } = this.flat;
    const stride = (width + 1) * 8;
    const all = new Float64Array(count * outputs);
    const sums = new Float64Array(this.#memory.buffer, this.#sums, BLOCK * outputs);
    this.#eachBlock(rows, count, (from, many) => {
      sums.fill(0);
      for (const { root, depth } of this.#trees)
        this.#kernels.walk(FIRST_ADDRESS, root, depth, this.#rows, stride, many, this.#values, outputs, this.#sums);
      all.set(sums.subarray(0, many * outputs), from * outputs);
    });
    return all;
  }

  /** Sums over the first trees, one more each time, of what their nodes at each of `depths` (ascending) give, or the leaves above it. */
  sumsDownTo(depths: readonly number[], rows: Float64Array, count: number, see: SeeSums): void {
    const { width, outputs } = this.flat;
    const stride = (width + 1) * 8;
    const bytes = BLOCK * outputs * 8;
    const sums = depths.map((_, d) => new Float64Array(this.#memory.buffer, this.#sums + d * bytes, BLOCK * outputs));
    const at = new Uint32Array(this.#memory.buffer, this.#at, BLOCK);
    this.#eachBlock(rows, count, (from, many) => {
      for (const sum of sums) sum.fill(0);
      this.#trees.forEach(({ root, depth: deepest }, tree) => {
        at.fill(root);
        let reached = 0;
        depths.forEach((depth, d) => {
          const to = Math.min(depth, deepest);
          if (to > reached) this.#kernels.descend(this.#at, to - reached, this.#rows, stride, many);
          reached = to;
          this.#kernels.addValues(this.#at, FIRST_ADDRESS, this.#values, outputs, this.#sums + d * bytes, many);
          see(tree + 1, d, from, sums[d]!.subarray(0, many * outputs));
        });
      });
    });
  }

  /** Copies the rows into the memory, a block at a time, each with a zero at its end. */
  #eachBlock(rows: Float64Array, count: number, visit: (from: number, many: number) => void): void {
    const { width } = this.flat;
    const block = new Float64Array(this.#memory.buffer, this.#rows, BLOCK * (width + 1));
    for (let from = 0; from < count; from += BLOCK) {
      const many = Math.min(BLOCK, count - from);
      for (let row = 0, at = from * width, to = 0; row < many; row++, to++)
        for (let j = 0; j < width; j++) block[to++] = rows[at++]!;
      visit(from, many);
    }
  }
}
