/**
 * Tables of bins that are too large for one task stay on their executors, in blocks. Trees then grow level by level: tasks send
 * their rows down the trees as far as they are known and add up histograms of the nodes at the end.
 */
import type { InstanceBlock } from "../compute/instances";
import { aggregateProgram, rowsProgram } from "../compute/programs";
import { isWide, type Scales, strideOf } from "./binned-table";
import { BlockBinner } from "./binning";
import { binsOf, type FeatureBins, type GrowthSpec } from "./features";
import { restScaleOf } from "./growth-rules";
import { lossOf, type LossName, negativeGradients } from "./losses";
import { mixed, sampleLimits, treeSeed } from "./random";
import { contentOf, rowKeys } from "./row-keys";
import { layoutOf } from "./split-finder";

/** Plain data. */
export interface LevelBlock {
  readonly rows: number;
  readonly cells: Uint8Array;
  readonly labels: Float64Array;
  readonly weights: Float64Array | null;
  readonly keys: Uint32Array | null;
  /** Of boosting: what the trees so far say. */
  readonly predictions: Float64Array | null;
  /** 1 of rows for validation; null where there are none. */
  readonly held: Float64Array | null;
}

export interface LevelBlockSpec {
  readonly features: readonly FeatureBins[];
  readonly signed: boolean;
  readonly sampled: boolean;
  readonly boosted: boolean;
  readonly validation: boolean;
}

export const levelBlocks = rowsProgram<LevelBlockSpec, InstanceBlock, LevelBlock>({
  name: "mllib.trees.blocks",
  *run(blocks, { features, signed, sampled, boosted, validation }) {
    const wide = isWide(features);
    const binner = new BlockBinner(features, wide);
    for (const block of blocks) {
      const { rows, label, weight } = block;
      const cells = binner.bin(block);
      yield {
        rows,
        cells,
        labels: signed ? label!.map((y) => 2 * y - 1) : label!.slice(),
        weights: weight?.slice() ?? null,
        // Equal rows are told apart within a block alone.
        keys: sampled ? rowKeys(contentOf(cells, binner.stride, label!, weight), rows) : null,
        predictions: boosted ? new Float64Array(rows) : null,
        held: validation ? block.extra[0]!.map((value) => (value === 0 || Number.isNaN(value) ? 0 : 1)) : null,
      };
    }
  },
});

/** A tree as far as it is known, for routing. Plain data. */
export interface PartialTree {
  readonly index: number;
  /** Its sample was empty: it sees every row once. */
  readonly unsampled: boolean;
  /** -1 at the end of what is known. */
  readonly feature: Int32Array;
  /** Bin b goes left where goesLeft[goesAt + b] is 1. */
  readonly goesAt: Int32Array;
  readonly goesLeft: Uint8Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Which of the frontier's nodes it is, or -1. */
  readonly slot: Int32Array;
}

/** A node whose histograms are wanted. */
export interface FrontierNode {
  /** Where its sums begin. */
  readonly at: number;
  readonly offered: Uint32Array;
}

export interface LevelSpec {
  readonly growth: GrowthSpec;
  readonly scales: Scales;
  readonly weighted: boolean;
  /** Of all blocks. */
  readonly rows: number;
  /** What trees learn: labels, or the negative gradient of this loss at the predictions. */
  readonly loss: LossName | null;
  readonly trees: readonly PartialTree[];
  readonly frontier: readonly FrontierNode[];
  /** Numbers of all sums. */
  readonly size: number;
  /** Instead of histograms, what rounding took from the labels and their squares: two numbers a node. */
  readonly leaves: boolean;
}

const added = (a: Float64Array, b: Float64Array): Float64Array => {
  for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
  return a;
};

export const levelSums = aggregateProgram<LevelSpec, LevelBlock, Float64Array>({
  name: "mllib.trees.level",
  run(blocks, spec) {
    const sums = new Float64Array(spec.size);
    const { growth } = spec;
    const limits = growth.sampling === null ? null : sampleLimits(growth.sampling.rate, growth.sampling.replacement);
    const starts = spec.frontier.map(({ at, offered }) => binStarts(spec, at, offered));
    for (const block of blocks) {
      const rows = new BlockRows(block, spec);
      for (const tree of spec.trees) addRows(sums, rows, tree, spec, starts, limits);
    }
    return sums;
  },
  merge: added,
});

function binStarts({ growth, weighted, scales }: LevelSpec, at: number, offered: Uint32Array): Uint32Array {
  const { step } = layoutOf(growth.classes, weighted, scales.weight);
  let start = at;
  return offered.map((feature) => {
    const own = start;
    start += binsOf(growth.features[feature]!) * step;
    return own;
  });
}

/** A block's bins and labels as whole numbers. */
class BlockRows {
  readonly cells: Uint8Array | Uint16Array;
  readonly stride: number;
  readonly targets: Float64Array;

  constructor(
    readonly block: LevelBlock,
    { growth, loss }: LevelSpec,
  ) {
    [this.cells, this.stride] = cellsOf(block, growth.features);
    this.targets = block.labels;
    if (loss !== null) {
      this.targets = new Float64Array(block.rows);
      negativeGradients(loss, block.labels, block.predictions!, this.targets);
    }
  }
}

function cellsOf(block: LevelBlock, features: readonly FeatureBins[]): [Uint8Array | Uint16Array, number] {
  const wide = isWide(features);
  const stride = strideOf(features.length, wide);
  return wide ? [new Uint16Array(block.cells.slice().buffer), stride / 2] : [block.cells, stride];
}

function addRows(
  sums: Float64Array,
  { block, cells, stride, targets }: BlockRows,
  tree: PartialTree,
  { growth, scales, weighted, leaves, frontier, rows: allRows }: LevelSpec,
  starts: readonly Uint32Array[],
  limits: Uint32Array | null,
): void {
  const { classes, seed } = growth;
  const { step } = layoutOf(classes, weighted, scales.weight);
  const { feature, goesAt, goesLeft, left, right, slot } = tree;
  const { keys, weights, held, rows } = block;
  const own = treeSeed(seed, tree.index);
  const restScale = restScaleOf(allRows);
  for (let row = 0; row < rows; row++) {
    if (held !== null && held[row] !== 0) continue;
    let count = 1;
    if (limits !== null && !tree.unsampled) {
      const u = mixed(keys![row]! ^ own);
      count = 0;
      for (let i = 0; i < limits.length && u >= limits[i]!; i++) count++;
      if (count === 0) continue;
    }
    let node = 0;
    const at = row * stride;
    for (let f = feature[node]!; f >= 0; f = feature[node]!)
      node = goesLeft[goesAt[node]! + cells[at + f]!] === 1 ? left[node]! : right[node]!;
    const which = slot[node]!;
    if (which < 0) continue;
    const weight = weights === null ? 1 : weights[row]!;
    const y = targets[row]! - scales.center;
    if (leaves) {
      const exact = weight * y * scales.value;
      const to = frontier[which]!.at;
      sums[to]! += count * Math.round((exact - Math.round(exact)) * restScale);
      sums[to + 1]! += count * Math.round(weight * y * y * scales.square);
      continue;
    }
    const { offered } = frontier[which]!;
    const places = starts[which]!;
    const wholeWeight = weights === null ? count : count * Math.round(weight * scales.weight);
    const wholeValue = classes > 0 ? 0 : count * Math.round(weight * y * scales.value);
    for (let k = 0; k < offered.length; k++) {
      const to = places[k]! + cells[at + offered[k]!]! * step;
      if (classes > 0) {
        sums[to + targets[row]!]! += wholeWeight;
        if (weighted) sums[to + classes]! += count;
      } else {
        sums[to]! += wholeWeight;
        sums[to + 1]! += wholeValue;
        if (weighted) sums[to + 2]! += count;
      }
    }
  }
}

/** The largest weighted size of what the next tree is to learn. */
export const largestTarget = aggregateProgram<
  { readonly loss: LossName | null },
  LevelBlock,
  { most: number; mostSquare: number; whole: boolean }
>({
  name: "mllib.trees.largest",
  run(blocks, { loss }) {
    let most = 0;
    let whole = true;
    for (const { labels, predictions, held, rows } of blocks) {
      let targets = labels;
      if (loss !== null) negativeGradients(loss, labels, predictions!, (targets = new Float64Array(rows)));
      for (let row = 0; row < rows; row++) {
        if (held !== null && held[row] !== 0) continue;
        most = Math.max(most, Math.abs(targets[row]!));
        if (!Number.isInteger(targets[row]!)) whole = false;
      }
    }
    return { most, mostSquare: most * most, whole };
  },
  merge: (a, b) => ({
    most: Math.max(a.most, b.most),
    mostSquare: Math.max(a.mostSquare, b.mostSquare),
    whole: a.whole && b.whole,
  }),
});

/** What a whole tree adds to the predictions. Plain data. */
export interface AdvanceSpec {
  readonly features: readonly FeatureBins[];
  readonly tree: PartialTree;
  /** Of each node. */
  readonly values: Float64Array;
}

export const advanced = rowsProgram<AdvanceSpec, LevelBlock, LevelBlock>({
  name: "mllib.trees.advance",
  *run(blocks, { features, tree, values }) {
    const { feature, goesAt, goesLeft, left, right } = tree;
    for (const block of blocks) {
      const [cells, stride] = cellsOf(block, features);
      const predictions = block.predictions!.slice();
      for (let row = 0; row < block.rows; row++) {
        let node = 0;
        for (let f = feature[node]!; f >= 0; f = feature[node]!)
          node = goesLeft[goesAt[node]! + cells[row * stride + f]!] === 1 ? left[node]! : right[node]!;
        predictions[row]! += values[node]!;
      }
      yield { ...block, predictions };
    }
  },
});

/** The weighted loss over the rows for validation, and their weight. */
export const heldLoss = aggregateProgram<{ readonly loss: LossName }, LevelBlock, { error: number; weight: number }>({
  name: "mllib.trees.heldLoss",
  run(blocks, { loss }) {
    let error = 0;
    let weight = 0;
    for (const { rows, labels, weights, predictions, held } of blocks)
      for (let row = 0; row < rows; row++) {
        if (held![row] === 0) continue;
        const w = weights === null ? 1 : weights[row]!;
        error += w * lossOf(loss, labels[row]!, predictions![row]!);
        weight += w;
      }
    return { error, weight };
  },
  merge: (a, b) => ({ error: a.error + b.error, weight: a.weight + b.weight }),
});
