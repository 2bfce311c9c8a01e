/**
 * Trees as they are grown: every node keeps its statistics, so that shallower trees can be cut out. Nodes stand in preorder: the
 * left child of node i is i + 1.
 */
import { entropy, gini, type ImpurityName, variance } from "./impurity";

/** Plain data. */
export interface TreeData {
  /** Of statistics of a node: the number of classes, or 3 (weight, sum, sum of squares) in regression. */
  readonly width: number;
  readonly impurityName: ImpurityName;
  /** Feature that the node asks for; -1 for leaves. */
  readonly feature: Int32Array;
  /** Values up to it go left; of categorical questions NaN. */
  readonly threshold: Float64Array;
  /** Categories of the feature; -1 where it is continuous. */
  readonly arity: Int32Array;
  /** Node i's left categories are leftCategories[categoryEnds[i - 1] … categoryEnds[i]]. */
  readonly categoryEnds: Int32Array;
  readonly leftCategories: Float64Array;
  readonly right: Int32Array;
  readonly depth: Uint8Array;
  readonly gain: Float64Array;
  readonly stats: Float64Array;
  /** Rows, counted as often as the sample has them. */
  readonly rawCount: Float64Array;
  /** 1 for leaves at which no question met the limits (Spark gives them impurity -1). */
  readonly refused: Uint8Array;
}

export const sizeOf = (tree: TreeData): number => tree.feature.length;

export const leafCountOf = (tree: TreeData): number =>
  tree.feature.reduce((leaves, feature) => leaves + (feature < 0 ? 1 : 0), 0);

export function depthOf(tree: TreeData): number {
  return tree.depth.reduce((most, depth) => Math.max(most, depth), 0);
}

/** The class with the largest weight, or the mean. */
export function predictionOf(tree: TreeData, node: number): number {
  const { stats, width, impurityName } = tree;
  const at = node * width;
  if (impurityName === "variance") return stats[at] === 0 ? 0 : stats[at + 1]! / stats[at]!;
  let best = 0;
  for (let c = 1; c < width; c++) if (stats[at + c]! > stats[at + best]!) best = c;
  return best;
}

export function impurityOf(tree: TreeData, node: number): number {
  const { stats, width, impurityName } = tree;
  const at = node * width;
  if (impurityName === "variance") return variance(stats[at]!, stats[at + 1]!, stats[at + 2]!);
  let total = 0;
  for (let c = at; c < at + width; c++) total += stats[c]!;
  return impurityName === "gini" ? gini(stats, at, width, total) : entropy(stats, at, width, total);
}

/** Collects nodes in preorder. */
export class TreeBuilder {
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #arity: number[] = [];
  readonly #categoryEnds: number[] = [];
  readonly #leftCategories: number[] = [];
  readonly #right: number[] = [];
  readonly #depth: number[] = [];
  readonly #gain: number[] = [];
  readonly #stats: number[] = [];
  readonly #rawCount: number[] = [];
  readonly #refused: number[] = [];

  constructor(
    readonly width: number,
    readonly impurityName: ImpurityName,
  ) {}

  /** A leaf, which `split` may make a question before the next node is added. */
  add(depth: number, stats: ArrayLike<number>, rawCount: number, refused = false): number {
    const node = this.#feature.length;
    this.#feature.push(-1);
    this.#threshold.push(NaN);
    this.#arity.push(-1);
    this.#categoryEnds.push(this.#leftCategories.length);
    this.#right.push(-1);
    this.#depth.push(depth);
    this.#gain.push(-1);
    for (let i = 0; i < this.width; i++) this.#stats.push(stats[i]!);
    this.#rawCount.push(rawCount);
    this.#refused.push(refused ? 1 : 0);
    return node;
  }

  refuse(node: number): void {
    this.#refused[node] = 1;
  }

  split(node: number, feature: number, gain: number, threshold: number, arity: number, left: ArrayLike<number>): void {
    this.#feature[node] = feature;
    this.#gain[node] = gain;
    this.#threshold[node] = threshold;
    this.#arity[node] = arity;
    for (let i = 0; i < left.length; i++) this.#leftCategories.push(left[i]!);
    this.#categoryEnds[node] = this.#leftCategories.length;
  }

  setRight(node: number, child: number): void {
    this.#right[node] = child;
  }

  setStat(node: number, which: number, value: number): void {
    this.#stats[node * this.width + which] = value;
  }

  getStat(node: number, which: number): number {
    return this.#stats[node * this.width + which]!;
  }

  rightOf(node: number): number {
    return this.#right[node]!;
  }

  get size(): number {
    return this.#feature.length;
  }

  finish(): TreeData {
    return {
      width: this.width,
      impurityName: this.impurityName,
      feature: Int32Array.from(this.#feature),
      threshold: Float64Array.from(this.#threshold),
      arity: Int32Array.from(this.#arity),
      categoryEnds: Int32Array.from(this.#categoryEnds),
      leftCategories: Float64Array.from(this.#leftCategories),
      right: Int32Array.from(this.#right),
      depth: Uint8Array.from(this.#depth),
      gain: Float64Array.from(this.#gain),
      stats: Float64Array.from(this.#stats),
      rawCount: Float64Array.from(this.#rawCount),
      refused: Uint8Array.from(this.#refused),
    };
  }
}

export function categoriesOf(tree: TreeData, node: number): Float64Array {
  return tree.leftCategories.subarray(node === 0 ? 0 : tree.categoryEnds[node - 1]!, tree.categoryEnds[node]);
}

/** The tree with the nodes for which `ends` is true as leaves; of those nothing below is asked for. */
function cut(tree: TreeData, ends: (node: number) => boolean): TreeData {
  const builder = new TreeBuilder(tree.width, tree.impurityName);
  const copy = (node: number): number => {
    const stats = tree.stats.subarray(node * tree.width, (node + 1) * tree.width);
    const leaf = tree.feature[node]! < 0;
    const at = builder.add(tree.depth[node]!, stats, tree.rawCount[node]!, leaf && tree.refused[node] === 1 && !ends(node));
    if (leaf || ends(node)) return at;
    builder.split(at, tree.feature[node]!, tree.gain[node]!, tree.threshold[node]!, tree.arity[node]!, categoriesOf(tree, node));
    copy(node + 1);
    builder.setRight(at, copy(tree.right[node]!));
    return at;
  };
  copy(0);
  return builder.finish();
}

/** The tree that would have grown with this limit of depth. */
export function cutToDepth(tree: TreeData, maxDepth: number): TreeData {
  return depthOf(tree) < maxDepth ? tree : cut(tree, (node) => tree.depth[node]! >= maxDepth);
}

/** The trees with this limit of depth, each made when it is first looked at: of most candidates of a search nobody does. */
export function cutEach(trees: readonly TreeData[], maxDepth: number): readonly TreeData[] {
  const cuts = new Array<TreeData>(trees.length);
  for (const [i, tree] of trees.entries())
    Object.defineProperty(cuts, i, {
      configurable: true,
      enumerable: true,
      get() {
        const value = cutToDepth(tree, maxDepth);
        Object.defineProperty(cuts, i, { value });
        return value;
      },
    });
  return cuts;
}

/** The tree without questions below which all leaves predict the same class, as Spark leaves them out. */
export function mergeEqualLeaves(tree: TreeData): TreeData {
  const size = sizeOf(tree);
  const leaf = new Uint8Array(size);
  for (let node = size - 1; node >= 0; node--) {
    const right = tree.right[node]!;
    leaf[node] =
      right < 0 || (leaf[node + 1] === 1 && leaf[right] === 1 && predictionOf(tree, node + 1) === predictionOf(tree, right))
        ? 1
        : 0;
  }
  return cut(tree, (node) => tree.feature[node]! >= 0 && leaf[node] === 1);
}
