/** Clusters in a binary tree: a point goes down to the leaf by the nearer one of two children at a time. */
import { aggregateProgram, type InstanceBlock } from "../compute";

export interface ClusterNode {
  readonly center: Float64Array;
  /** Places of two nodes in the list; null of leaves. */
  children: readonly [number, number] | null;
  /** Rows. */
  size: number;
  /** Σ w·d², d being the distance to the center. */
  cost: number;
}

/** Plain data. */
export interface FlatTree {
  /** Node after node, the root first. */
  readonly centers: Float64Array;
  /** Two a node, -1 of leaves. */
  readonly children: Int32Array;
  readonly width: number;
}

export function flatTree(nodes: readonly ClusterNode[]): FlatTree {
  const width = nodes[0]!.center.length;
  const centers = new Float64Array(nodes.length * width);
  const children = new Int32Array(nodes.length * 2).fill(-1);
  for (const [i, node] of nodes.entries()) {
    centers.set(node.center, i * width);
    if (node.children !== null) children.set(node.children, i * 2);
  }
  return { centers, children, width };
}

/** Stored entries of a point; all of them where `indices` is null. */
interface Entries {
  readonly indices: ArrayLike<number> | null;
  readonly values: Float64Array;
  readonly from: number;
  readonly to: number;
}

export class TreeWalk {
  /** The squared distance of the last point to its leaf's center. */
  distance = 0;
  private readonly norms: Float64Array;

  constructor(private readonly tree: FlatTree) {
    const { centers, children, width } = tree;
    this.norms = new Float64Array(children.length / 2);
    for (let node = 0, at = 0; node < this.norms.length; node++)
      for (let j = 0; j < width; j++, at++) this.norms[node]! += centers[at]! * centers[at]!;
  }

  /** The leaf of a point. */
  leafOf(point: Entries): number {
    const { children } = this.tree;
    let node = 0;
    this.distance = this.distanceTo(point, node);
    for (let left = children[0]!; left >= 0; left = children[node * 2]!) {
      const right = children[node * 2 + 1]!;
      const [a, b] = [this.distanceTo(point, left), this.distanceTo(point, right)];
      node = a <= b ? left : right;
      this.distance = Math.min(a, b);
    }
    return node;
  }

  leafOfRow({ width, dense, sparse }: InstanceBlock, row: number): number {
    return this.leafOf(
      dense !== null
        ? { indices: null, values: dense, from: row * width, to: (row + 1) * width }
        : { indices: sparse!.indices, values: sparse!.values, from: sparse!.starts[row]!, to: sparse!.starts[row + 1]! },
    );
  }

  private distanceTo({ indices, values, from, to }: Entries, node: number): number {
    const { centers, width } = this.tree;
    const at = node * width;
    let sum = 0;
    if (indices === null) {
      for (let i = from, p = at; i < to; i++, p++) sum += (values[i]! - centers[p]!) * (values[i]! - centers[p]!);
      return sum;
    }
    sum = this.norms[node]!;
    for (let i = from; i < to; i++) sum += values[i]! * (values[i]! - 2 * centers[at + indices[i]!]!);
    return Math.max(sum, 0);
  }
}

/** Of the points of some leaves. */
export interface LeafSums {
  /** Σ w·x, leaf after leaf. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
  readonly rows: Float64Array;
  readonly costs: Float64Array;
}

interface LeafSpec {
  readonly tree: FlatTree;
  /** Of each node the place of its leaf in the result, or -1. */
  readonly slots: Int32Array;
  readonly count: number;
}

export const leafSums = aggregateProgram<LeafSpec, InstanceBlock, LeafSums>({
  name: "mllib.bisectingKMeans.leaves",
  run(blocks, { tree, slots, count }) {
    const walk = new TreeWalk(tree);
    const { width } = tree;
    const sums = new Float64Array(count * width);
    const [weights, rows, costs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
    for (const block of blocks)
      for (let row = 0; row < block.rows; row++) {
        const slot = slots[walk.leafOfRow(block, row)]!;
        if (slot < 0) continue;
        const w = block.weight === null ? 1 : block.weight[row]!;
        weights[slot]! += w;
        rows[slot]!++;
        costs[slot]! += w * walk.distance;
        addRow(sums, slot * width, block, row, w);
      }
    return { sums, weights, rows, costs };
  },
  merge(a, b) {
    for (const name of ["sums", "weights", "rows", "costs"] as const)
      for (let i = 0; i < a[name].length; i++) a[name][i]! += b[name][i]!;
    return a;
  },
});

/** sums[at + j] += w·x[j] of a row. */
export function addRow(sums: Float64Array, at: number, { width, dense, sparse }: InstanceBlock, row: number, w: number): void {
  if (dense !== null) for (let j = 0, i = row * width; j < width; j++, i++) sums[at + j]! += w * dense[i]!;
  else
    for (let i = sparse!.starts[row]!; i < sparse!.starts[row + 1]!; i++)
      sums[at + sparse!.indices[i]!]! += w * sparse!.values[i]!;
}
