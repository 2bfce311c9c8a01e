/** Trees as plain arrays for predicting many rows. */
import { denseRows } from "../base/predictor";
import type { VectorColumn } from "../compute/columns";
import { type SeeSums, TreeWalker } from "./tree-walker";
import { categoriesOf, sizeOf, type TreeData } from "./tree-data";

/** Plain data. Nodes of all trees one after the other; a node's left child is the next one. */
export interface FlatEnsemble {
  readonly width: number;
  readonly roots: Int32Array;
  /** -1 of leaves; of questions about categories -2 - feature. */
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly right: Int32Array;
  /** Of questions about categories: where in `goesLeft` those of the node begin; the last entry says of all other values. */
  readonly categoriesAt: Int32Array;
  readonly arity: Int32Array;
  readonly goesLeft: Uint8Array;
  /** Numbers that a leaf gives, and those of each node. */
  readonly outputs: number;
  readonly values: Float64Array;
  /** The place of a leaf among the leaves of its tree, in preorder. */
  readonly leafIndex: Int32Array;
}

/** Writes what a node gives to `into` at `at`. */
export type NodeValues = (tree: number, node: number, into: Float64Array, at: number) => void;

/** With what `valuesOf` says of leaves, or of all nodes. */
export function flatEnsemble(
  trees: readonly TreeData[],
  width: number,
  outputs: number,
  valuesOf: NodeValues,
  of: "leaves" | "nodes" = "leaves",
): FlatEnsemble {
  const nodes = trees.reduce((sum, tree) => sum + sizeOf(tree), 0);
  const flat = {
    width,
    roots: new Int32Array(trees.length),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    right: new Int32Array(nodes),
    categoriesAt: new Int32Array(nodes),
    arity: new Int32Array(nodes),
    outputs,
    values: new Float64Array(nodes * outputs),
    leafIndex: new Int32Array(nodes),
  };
  const goesLeft: number[] = [];
  let base = 0;
  trees.forEach((tree, t) => {
    flat.roots[t] = base;
    let leaves = 0;
    for (let node = 0; node < sizeOf(tree); node++) {
      const at = base + node;
      const feature = tree.feature[node]!;
      const arity = tree.arity[node]!;
      flat.feature[at] = feature < 0 ? -1 : arity >= 0 ? -2 - feature : feature;
      flat.threshold[at] = tree.threshold[node]!;
      flat.right[at] = base + tree.right[node]!;
      flat.arity[at] = arity;
      flat.leafIndex[at] = feature < 0 ? leaves++ : -1;
      if (feature < 0 || of === "nodes") valuesOf(t, node, flat.values, at * outputs);
      if (feature >= 0 && arity >= 0) {
        flat.categoriesAt[at] = goesLeft.length;
        const left = new Set(categoriesOf(tree, node));
        for (let category = 0; category < arity; category++) goesLeft.push(left.has(category) ? 1 : 0);
        // Spark keeps the smaller side and sends whatever is not in it to the other.
        goesLeft.push(left.size > arity / 2 ? 1 : 0);
      }
    }
    base += sizeOf(tree);
  });
  return { ...flat, goesLeft: Uint8Array.from(goesLeft) };
}

/** Rows for which one tree is walked before the next: the rows and the tree then stay in the caches. */
const BLOCK = 512;

/** The leaf at which each row ends: rows · trees, tree after tree within a block of rows. Calls `visit` with the leaf of each. */
function eachLeaf(
  flat: FlatEnsemble,
  rows: Float64Array,
  count: number,
  visit: (row: number, tree: number, leaf: number) => void,
): void {
  const { width, roots, feature, threshold, right } = flat;
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK);
    for (let tree = 0; tree < roots.length; tree++) {
      const root = roots[tree]!;
      for (let row = from, at = from * width; row < to; row++, at += width) {
        let node = root;
        for (let f = feature[node]!; f !== -1; f = feature[node]!) {
          if (f >= 0) node = rows[at + f]! <= threshold[node]! ? node + 1 : right[node]!;
          else node = asksLeft(flat, node, rows[at - 2 - f]!) ? node + 1 : right[node]!;
        }
        visit(row, tree, node);
      }
    }
  }
}

function asksLeft({ categoriesAt, arity, goesLeft }: FlatEnsemble, node: number, value: number): boolean {
  const many = arity[node]!;
  const known = value >= 0 && value < many && Number.isInteger(value);
  return goesLeft[categoriesAt[node]! + (known ? value : many)] === 1;
}

/** Fewer are not worth laying trees out. */
const LEAST_ROWS = 64;

/** As `sumOfTrees`, for many rows: what can be laid out once for all of them is. */
export function openSums(flat: FlatEnsemble): (features: VectorColumn) => Float64Array {
  let walker: TreeWalker | null | undefined;
  return (features) => {
    if (walker === undefined && features.length < LEAST_ROWS) return sumOfTrees(flat, features);
    walker ??= TreeWalker.of(flat);
    return walker === null ? sumOfTrees(flat, features) : walker.sums(denseRows(features, flat.width), features.length);
  };
}

/**
 * Sums of trees cut at several depths (ascending), of an ensemble whose nodes all have values: `see` gets them as of
 * `TreeWalker.sumsDownTo`.
 */
export function openSumsDownTo(flat: FlatEnsemble, depths: readonly number[]): (features: VectorColumn, see: SeeSums) => void {
  const walker = TreeWalker.of(flat, depths.length);
  return (features, see) => {
    const rows = denseRows(features, flat.width);
    if (walker !== null) walker.sumsDownTo(depths, rows, features.length, see);
    else sumsDownTo(flat, depths, rows, features.length, see);
  };
}

function sumsDownTo(flat: FlatEnsemble, depths: readonly number[], rows: Float64Array, count: number, see: SeeSums): void {
  const { width, roots, feature, threshold, right, outputs, values } = flat;
  const sums = depths.map(() => new Float64Array(count * outputs));
  roots.forEach((root, tree) => {
    const at = new Int32Array(count).fill(root);
    let reached = 0;
    depths.forEach((depth, d) => {
      const sum = sums[d]!;
      for (let row = 0; row < count; row++) {
        let node = at[row]!;
        for (let step = reached, f = feature[node]!; step < depth && f !== -1; step++, f = feature[node]!) {
          const left = f >= 0 ? rows[row * width + f]! <= threshold[node]! : asksLeft(flat, node, rows[row * width - 2 - f]!);
          node = left ? node + 1 : right[node]!;
        }
        at[row] = node;
        for (let k = 0; k < outputs; k++) sum[row * outputs + k]! += values[node * outputs + k]!;
      }
      reached = depth;
      see(tree + 1, d, 0, sum);
    });
  });
}

/** Sums over the trees of what the rows' leaves give: `outputs` numbers a row. */
export function sumOfTrees(flat: FlatEnsemble, features: VectorColumn): Float64Array {
  const rows = denseRows(features, flat.width);
  const { outputs, values } = flat;
  const sums = new Float64Array(features.length * outputs);
  if (outputs === 1)
    eachLeaf(flat, rows, features.length, (row, _, leaf) => {
      sums[row]! += values[leaf]!;
    });
  else if (outputs === 2)
    eachLeaf(flat, rows, features.length, (row, _, leaf) => {
      sums[2 * row]! += values[2 * leaf]!;
      sums[2 * row + 1]! += values[2 * leaf + 1]!;
    });
  else
    eachLeaf(flat, rows, features.length, (row, _, leaf) => {
      for (let k = 0; k < outputs; k++) sums[row * outputs + k]! += values[leaf * outputs + k]!;
    });
  return sums;
}

/** Leaf places of each row: one number for each tree. */
export function leavesOf(flat: FlatEnsemble, features: VectorColumn): Float64Array {
  const trees = flat.roots.length;
  const places = new Float64Array(features.length * trees);
  eachLeaf(flat, denseRows(features, flat.width), features.length, (row, tree, leaf) => {
    places[row * trees + tree] = flat.leafIndex[leaf]!;
  });
  return places;
}

/** Sums after each tree: rows · trees. */
export function runningSums(flat: FlatEnsemble, rows: Float64Array, count: number): Float64Array {
  const trees = flat.roots.length;
  const sums = new Float64Array(count * trees);
  eachLeaf(flat, rows, count, (row, tree, leaf) => {
    const at = row * trees + tree;
    sums[at] = (tree === 0 ? 0 : sums[at - 1]!) + flat.values[leaf]!;
  });
  return sums;
}
