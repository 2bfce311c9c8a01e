/** Bisecting k-means (M. Steinbach, G. Karypis, V. Kumar, A Comparison of Document Clustering Techniques, 2000), level by level as in Spark. */
import { DataError } from "../../common/errors";
import { aggregateProgram, asked, type InstanceBlock, type Steps } from "../compute";
import { addRow, type ClusterNode, flatTree, leafSums, type LeafSums } from "./cluster-tree";
import { normalize, widthsDiffer } from "./points";
import { RandomNumbers, seedFor } from "./random";

interface Total {
  readonly rows: number;
  readonly weight: number;
  readonly sums: Float64Array;
}

const total = aggregateProgram<null, InstanceBlock, Total>({
  name: "mllib.bisectingKMeans.total",
  run(blocks) {
    let [rows, weight] = [0, 0];
    let sums = new Float64Array(0);
    for (const block of blocks) {
      if (rows === 0) sums = new Float64Array(block.width);
      if (sums.length !== block.width) throw widthsDiffer(sums.length, block.width);
      rows += block.rows;
      for (let row = 0; row < block.rows; row++) {
        const w = block.weight === null ? 1 : block.weight[row]!;
        weight += w;
        addRow(sums, 0, block, row, w);
      }
    }
    return { rows, weight, sums };
  },
  merge(a, b) {
    if (a.rows === 0 || b.rows === 0) return a.rows === 0 ? b : a;
    if (a.sums.length !== b.sums.length) throw widthsDiffer(a.sums.length, b.sums.length);
    return { rows: a.rows + b.rows, weight: a.weight + b.weight, sums: a.sums.map((sum, j) => sum + b.sums[j]!) };
  },
});

export interface BisectOptions {
  readonly k: number;
  readonly maxIter: number;
  readonly seed: number;
  readonly minDivisibleClusterSize: number;
  readonly cosine: boolean;
}

/** Levels of the tree: of halves of halves, no more can be told apart. */
const MOST_LEVELS = 63;
const EPSILON = 2 ** -52;

/** At most k leaves; fewer where no cluster can be divided any more. The root is the first node. */
export function* bisect(options: BisectOptions, who: string): Steps<ClusterNode[]> {
  const { k, cosine } = options;
  const all = yield* asked(total, null);
  if (all === null || all.rows === 0)
    throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to fit.`);
  if (!(all.weight > 0)) throw new DataError("INVALID_WEIGHT", `${who}: no row has a weight above 0.`);
  const { minDivisibleClusterSize: least } = options;
  const minSize = Math.ceil(least >= 1 ? least : least * all.rows);
  const nodes = [leaf(centered(all.sums, all.weight, cosine, who) ?? new Float64Array(all.sums.length))];
  keep(nodes, [0], yield* sumsOf(nodes, [0]), cosine);
  let active = [0];
  let needed = k - 1;
  for (let level = 0; level < MOST_LEVELS && needed > 0; level++) {
    const divisible = active
      .filter((node) => nodes[node]!.size >= minSize && nodes[node]!.cost > EPSILON * nodes[node]!.size)
      .sort((a, b) => nodes[b]!.size - nodes[a]!.size)
      .slice(0, needed);
    if (divisible.length === 0) break;
    active = yield* divide(nodes, divisible, options, who);
    needed -= active.length / 2;
  }
  return nodes;
}

const leaf = (center: Float64Array): ClusterNode => ({ center, children: null, size: 0, cost: 0 });

/** The mean, of length 1 where distances are cosines; null where it has no direction. */
function centered(sums: Float64Array, weight: number, cosine: boolean, who: string): Float64Array | null {
  const mean = sums.map((sum) => sum / weight);
  if (!cosine) return mean;
  if (mean.every((value) => value === 0)) return null;
  normalize(mean, who);
  return mean;
}

function* sumsOf(nodes: readonly ClusterNode[], leaves: readonly number[]): Steps<LeafSums> {
  const slots = new Int32Array(nodes.length).fill(-1);
  for (const [slot, node] of leaves.entries()) slots[node] = slot;
  return (yield* asked(leafSums, { tree: flatTree(nodes), slots, count: leaves.length }))!;
}

function keep(nodes: readonly ClusterNode[], leaves: readonly number[], { rows, costs }: LeafSums, cosine: boolean): void {
  for (const [slot, node] of leaves.entries()) {
    nodes[node]!.size = rows[slot]!;
    nodes[node]!.cost = cosine ? costs[slot]! / 2 : costs[slot]!;
  }
}

/** Divides leaves in two by 2-means, all at the same time; gives the new ones. A leaf of which one half stays empty remains. */
function* divide(
  nodes: ClusterNode[],
  divided: readonly number[],
  { maxIter, seed, cosine }: BisectOptions,
  who: string,
): Steps<number[]> {
  const children: number[] = [];
  for (const node of divided) {
    const [left, right] = [nodes.length, nodes.length + 1];
    nodes.push(...halves(nodes[node]!.center, new RandomNumbers(seedFor(seed, node)), cosine, who).map(leaf));
    nodes[node]!.children = [left, right];
    children.push(left, right);
  }
  let found = yield* sumsOf(nodes, children);
  for (let iteration = 0; iteration < maxIter; iteration++) {
    let moved = false;
    for (const [slot, node] of children.entries()) {
      const weight = found.weights[slot]!;
      const { center } = nodes[node]!;
      const width = center.length;
      const next = weight > 0 ? centered(found.sums.slice(slot * width, (slot + 1) * width), weight, cosine, who) : null;
      if (next === null || next.every((value, j) => value === center[j])) continue;
      nodes[node] = leaf(next);
      moved = true;
    }
    if (!moved) break;
    found = yield* sumsOf(nodes, children);
  }
  keep(nodes, children, found, cosine);
  const made: number[] = [];
  for (const node of divided) {
    const pair = nodes[node]!.children!;
    if (pair.every((child) => nodes[child]!.size > 0)) made.push(...pair);
    else nodes[node]!.children = null;
  }
  return made;
}

const STEP = 1e-4;

/** Two centers beside one, in opposite directions, all of which are as likely. */
function halves(center: Float64Array, random: RandomNumbers, cosine: boolean, who: string): [Float64Array, Float64Array] {
  const norm = Math.sqrt(center.reduce((sum, x) => sum + x * x, 0)) || 1;
  const noise = center.map(() => STEP * norm * random.nextNormal());
  const pair: [Float64Array, Float64Array] = [center.map((x, j) => x - noise[j]!), center.map((x, j) => x + noise[j]!)];
  if (cosine) for (const half of pair) normalize(half, who);
  return pair;
}
