/** Grows trees level by level over blocks on executors: the driver's side of tree/level-blocks. */
import type { TaskData } from "../compute/task-data";
import { boostingScale, packingOf, scaleFor, type Scales } from "./binned-table";
import { binsGoingLeft, type BoostResult, type BoostSpec, boostWeight } from "./boost";
import { binsOf, type GrowthSpec } from "./features";
import { finishSums, GrowthRules } from "./growth-rules";
import {
  advanced,
  type FrontierNode,
  heldLoss,
  largestTarget,
  type LevelBlock,
  type LevelSpec,
  levelSums,
  type PartialTree,
} from "./level-blocks";
import type { LossName } from "./losses";
import { featureSubset, treeSeed } from "./random";
import { type BinLayout, layoutOf, SplitFinder, totalsWidth } from "./split-finder";
import { predictionOf, TreeBuilder, type TreeData } from "./tree-data";

/** What is known of a dataset that stays on its executors. */
export interface LevelTraining {
  readonly blocks: TaskData<LevelBlock>;
  readonly rows: number;
  readonly weighted: boolean;
  readonly scales: Scales;
  readonly loss: LossName | null;
  /** Bytes of histograms at a time. */
  readonly memory: number;
}

interface Question {
  readonly feature: number;
  readonly gain: number;
  readonly threshold: number;
  readonly arity: number;
  /** Categories, as Spark lists them; empty of continuous features. */
  readonly categories: Int32Array;
  /** 1 for bins that go left. */
  readonly goes: Uint8Array;
}

class GrowingNode {
  totals: Float64Array | null = null;
  refused = false;
  question: Question | null = null;
  left: GrowingNode | null = null;
  right: GrowingNode | null = null;
  /** Place in the arrays of the partial tree, and of the finished one. */
  place = 0;

  constructor(
    readonly path: number,
    readonly depth: number,
  ) {}
}

class GrowingTree {
  readonly root = new GrowingNode(1, 0);
  /** See PartialTree. */
  unsampled = false;

  constructor(readonly index: number) {}

  nodes(): GrowingNode[] {
    const all: GrowingNode[] = [];
    const visit = (node: GrowingNode): void => {
      node.place = all.length;
      all.push(node);
      if (node.left !== null) visit(node.left);
      if (node.right !== null) visit(node.right);
    };
    visit(this.root);
    return all;
  }

  partial(slots: ReadonlyMap<GrowingNode, number>): PartialTree {
    const nodes = this.nodes();
    const goes: number[] = [];
    const goesAt = new Int32Array(nodes.length);
    nodes.forEach(({ question }, i) => {
      goesAt[i] = goes.length;
      if (question !== null) for (const bin of question.goes) goes.push(bin);
    });
    return {
      index: this.index,
      unsampled: this.unsampled,
      feature: Int32Array.from(nodes, ({ question }) => question?.feature ?? -1),
      goesAt,
      goesLeft: Uint8Array.from(goes),
      left: Int32Array.from(nodes, ({ left }) => left?.place ?? -1),
      right: Int32Array.from(nodes, ({ right }) => right?.place ?? -1),
      slot: Int32Array.from(nodes, (node) => slots.get(node) ?? -1),
    };
  }
}

interface Wanted {
  readonly tree: GrowingTree;
  readonly node: GrowingNode;
  readonly offered: Uint32Array;
  readonly bins: number;
}

class LevelGrower {
  readonly #layout: BinLayout;
  readonly #finder: SplitFinder;
  readonly #rules: GrowthRules;

  constructor(
    private readonly training: LevelTraining,
    private readonly growth: GrowthSpec,
  ) {
    const { scales, weighted } = training;
    this.#layout = layoutOf(growth.classes, weighted, scales.weight);
    this.#finder = new SplitFinder(growth, this.#layout);
    this.#finder.valueScale = scales.value;
    this.#rules = new GrowthRules(growth, this.#finder);
  }

  async grow(indices: readonly number[]): Promise<TreeData[]> {
    const trees = indices.map((index) => new GrowingTree(index));
    let waiting = trees.map((tree) => this.#wanted(tree, tree.root));
    while (waiting.length > 0) {
      const group: Wanted[] = [];
      let bytes = 0;
      for (const next of waiting) {
        const own = next.bins * this.#layout.step * 8;
        if (group.length > 0 && bytes + own > this.training.memory) break;
        group.push(next);
        bytes += own;
      }
      waiting = [...waiting.slice(group.length), ...(await this.#level(group))];
    }
    return Promise.all(trees.map((tree) => this.#finish(tree)));
  }

  #wanted(tree: GrowingTree, node: GrowingNode): Wanted {
    const { features, featuresPerNode, seed } = this.growth;
    const offered = featureSubset(treeSeed(seed, tree.index), node.path, features.length, featuresPerNode);
    return { tree, node, offered, bins: offered.reduce((sum, feature) => sum + binsOf(features[feature]!), 0) };
  }

  #spec(
    group: readonly { tree: GrowingTree; node: GrowingNode }[],
    frontier: FrontierNode[],
    size: number,
    leaves: boolean,
  ): LevelSpec {
    const slots = new Map(group.map(({ node }, slot) => [node, slot]));
    const trees = [...new Set(group.map(({ tree }) => tree))].map((tree) => tree.partial(slots));
    const { scales, weighted, rows, loss } = this.training;
    return { growth: this.growth, scales, weighted, rows, loss, trees, frontier, size, leaves };
  }

  /** Asks for the histograms of these nodes; gives the nodes below them that are to be looked at. */
  async #level(group: readonly Wanted[]): Promise<Wanted[]> {
    const { step } = this.#layout;
    let size = 0;
    const frontier = group.map(({ offered, bins }): FrontierNode => {
      const at = size;
      size += bins * step;
      return { at, offered };
    });
    const sums = (await this.training.blocks.aggregate(levelSums, this.#spec(group, frontier, size, false)))!;
    return group.flatMap((wanted, i) => this.#answered(wanted, sums, frontier[i]!.at));
  }

  #answered({ tree, node, offered }: Wanted, sums: Float64Array, at: number): Wanted[] {
    const { features } = this.growth;
    const finder = this.#finder;
    if (node.totals === null) {
      node.totals = new Float64Array(totalsWidth(this.#layout));
      finder.totals(sums, at, binsOf(features[offered[0]!]!), node.totals);
      if (this.growth.sampling !== null && !tree.unsampled && node.totals.at(-1) === 0) {
        tree.unsampled = true;
        node.totals = null;
        return [this.#wanted(tree, node)];
      }
      if (!this.#rules.mayGrow(node.totals, node.depth)) {
        node.refused = this.#isRefused(node);
        return [];
      }
    }
    let start = at;
    const starts = offered.map((feature) => {
      const own = start;
      start += binsOf(features[feature]!) * this.#layout.step;
      return own;
    });
    finder.find(sums, offered, starts, node.totals);
    if (finder.place < 0) {
      node.refused = !finder.valid;
      return [];
    }
    node.question = this.#question(offered[finder.place]!);
    const { totals } = node;
    const left = finder.left.slice();
    node.left = this.#child(node.path * 2, node.depth + 1, left);
    node.right = this.#child(
      node.path * 2 + 1,
      node.depth + 1,
      totals.map((sum, i) => sum - left[i]!),
    );
    return [node.left, node.right]
      .filter((child) => this.#rules.mayGrow(child.totals!, child.depth))
      .map((child) => this.#wanted(tree, child));
  }

  #child(path: number, depth: number, totals: Float64Array): GrowingNode {
    const node = new GrowingNode(path, depth);
    node.totals = totals;
    node.refused = !this.#rules.mayGrow(totals, depth) && this.#isRefused(node);
    return node;
  }

  #isRefused({ totals, depth }: GrowingNode): boolean {
    return depth < this.growth.maxDepth && this.#rules.isMixed(totals!);
  }

  #question(feature: number): Question {
    const { cut, gain, order } = this.#finder;
    const bins = this.growth.features[feature]!;
    const goes = new Uint8Array(binsOf(bins));
    if (bins.kind === "continuous") {
      goes.fill(1, 0, cut + 1);
      return { feature, gain, threshold: bins.thresholds[cut]!, arity: -1, categories: new Int32Array(0), goes };
    }
    const categories = order.slice(0, cut + 1);
    for (const category of categories) goes[category] = 1;
    return { feature, gain, threshold: NaN, arity: bins.arity, categories, goes };
  }

  async #finish(tree: GrowingTree): Promise<TreeData> {
    const { growth, training } = this;
    const builder = new TreeBuilder(growth.classes > 0 ? growth.classes : 3, growth.impurity);
    const nodes = tree.nodes();
    for (const node of nodes) {
      const { totals, question, depth } = node;
      builder.add(depth, this.#rules.stats(totals!, training.scales), totals![totals!.length - 1]!, node.refused);
      if (question === null) continue;
      const { feature, gain, threshold, arity, categories } = question;
      builder.split(node.place, feature, gain, threshold, arity, categories);
    }
    for (const node of nodes) if (node.right !== null) builder.setRight(node.place, node.right.place);
    if (growth.classes === 0) {
      const ends = nodes.filter(({ question }) => question === null).map((node) => ({ tree, node }));
      const frontier = ends.map((_, i): FrontierNode => ({ at: 2 * i, offered: new Uint32Array(0) }));
      const sums = (await training.blocks.aggregate(levelSums, this.#spec(ends, frontier, 2 * ends.length, true)))!;
      const rests = new Float64Array(builder.size);
      const squares = new Float64Array(builder.size);
      ends.forEach(({ node }, i) => {
        rests[node.place] = sums[2 * i]!;
        squares[node.place] = sums[2 * i + 1]!;
      });
      finishSums(builder, rests, squares, training.rows, training.scales);
    }
    return builder.finish();
  }
}

/** Trees 0 … count - 1. */
export function growForestByLevels(training: LevelTraining, growth: GrowthSpec, count: number): Promise<TreeData[]> {
  return new LevelGrower(training, growth).grow(Array.from({ length: count }, (_, i) => i));
}

/** As `boost` does it. `mostWeight` is the largest weight of a row, `judged` whether there are rows for validation. */
export async function boostByLevels(
  training: LevelTraining,
  spec: BoostSpec,
  mostWeight: number,
  weightScale: number,
  judged: boolean,
): Promise<BoostResult> {
  const { growth, loss, iterations, stepSize } = spec;
  const trees: TreeData[] = [];
  let best = 0;
  let bestError = 0;
  const packing = packingOf(training.rows, training.weighted, growth);
  let { blocks } = training;
  try {
    for (let i = 0; i < iterations; i++) {
      const learned = i === 0 ? null : loss;
      const { most, whole } = (await blocks.aggregate(largestTarget, { loss: learned }))!;
      const exact = i === 0 && whole && weightScale === 1;
      const scales: Scales = {
        weight: weightScale,
        value: boostingScale(packing, training.rows, most, mostWeight, exact ? 1 : Infinity),
        square: scaleFor(training.rows, most * most * mostWeight, exact ? 1 : Infinity),
        center: 0,
      };
      const [tree] = await new LevelGrower({ ...training, blocks, scales, loss: learned }, growth).grow([i]);
      trees.push(tree!);
      const next = blocks.map(advanced, advanceSpec(growth, tree!, boostWeight(i, stepSize))).persist();
      const last = blocks;
      blocks = next;
      if (judged) {
        const { error: sum, weight } = (await blocks.aggregate(heldLoss, { loss }))!;
        const error = sum / weight;
        if (i > 0 && bestError - error < spec.validationTol * Math.max(error, 0.01)) break;
        if (i === 0 || error < bestError) {
          bestError = error;
          best = i + 1;
        }
      } else {
        best = i + 1;
        if (i + 1 < iterations) await blocks.aggregate(largestTarget, { loss });
      }
      if (last !== training.blocks) await last.release();
    }
  } finally {
    if (blocks !== training.blocks) await blocks.release();
  }
  return { trees, best };
}

function advanceSpec({ features }: GrowthSpec, tree: TreeData, share: number): Parameters<typeof advanced.run>[1] {
  const nodes = tree.feature.length;
  const goes: number[] = [];
  const goesAt = new Int32Array(nodes);
  const values = new Float64Array(nodes);
  for (let node = 0; node < nodes; node++) {
    goesAt[node] = goes.length;
    values[node] = predictionOf(tree, node) * share;
    const feature = tree.feature[node]!;
    if (feature < 0) continue;
    for (const bin of binsGoingLeft(features, tree, node)) goes.push(bin);
  }
  const left = Int32Array.from({ length: nodes }, (_, node) => node + 1);
  const slot = new Int32Array(nodes).fill(-1);
  const partial = {
    index: 0,
    unsampled: false,
    feature: tree.feature,
    goesAt,
    goesLeft: Uint8Array.from(goes),
    left,
    right: tree.right,
    slot,
  };
  return { features, tree: partial, values };
}
