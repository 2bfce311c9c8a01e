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
}

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

  /** Null where a question is about categories, or the trees are too large. */
  static of(flat: FlatEnsemble): TreeWalker | null {
    const bytes = flat.feature.length * (NODE_BYTES + 8 * flat.outputs) + BLOCK * 8 * (flat.width + 1 + flat.outputs);
    return bytes > 2 ** 30 || flat.feature.some((feature) => feature < -1) ? null : new TreeWalker(flat);
  }

  private constructor(private readonly flat: FlatEnsemble) {
    const { width, outputs, roots, feature } = flat;
    const nodes = feature.length;
    this.#values = FIRST_ADDRESS + nodes * NODE_BYTES;
    this.#rows = this.#values + nodes * outputs * 8;
    this.#sums = this.#rows + BLOCK * (width + 1) * 8;
    const pages = Math.ceil((this.#sums + BLOCK * outputs * 8) / PAGE);
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
    const block = new Float64Array(this.#memory.buffer, this.#rows, BLOCK * (width + 1));
    const sums = new Float64Array(this.#memory.buffer, this.#sums, BLOCK * outputs);
    for (let from = 0; from < count; from += BLOCK) {
      const many = Math.min(BLOCK, count - from);
      for (let row = 0, at = from * width, to = 0; row < many; row++, to++)
        for (let j = 0; j < width; j++) block[to++] = rows[at++]!;
      sums.fill(0);
      for (const { root, depth } of this.#trees)
        this.#kernels.walk(FIRST_ADDRESS, root, depth, this.#rows, stride, many, this.#values, outputs, this.#sums);
      all.set(sums.subarray(0, many * outputs), from * outputs);
    }
    return all;
  }
}
