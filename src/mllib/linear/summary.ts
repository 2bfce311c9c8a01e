/** Statistics of training blocks that fits begin with: means and deviations of features and label, weights of the classes. */
import { DataError, InternalError } from "../../common/errors";
import { concatArrays } from "../compute/arrays";
import { joinedSparse } from "../compute/instances";
import { packedColumn } from "../optim/cholesky";
import { MAX_FEATURES } from "../optim/weighted-least-squares";
import { addMoments, type Moments, noMoments } from "../optim/moments";
import { type GradientKernels, type KernelMemory, type Region, withKernels } from "../kernels/gradient-kernels";
import { strideOf, tileRows, type TrainingBlock } from "./tiles";

/** Of some rows. Plain data. */
export interface Summary {
  /** Rows, whatever their weight. */
  count: number;
  weightSum: number;
  weightSquareSum: number;
  readonly means: Float64Array;
  /** Σ w (x - mean)². */
  readonly squares: Float64Array;
  labelMean: number;
  labelSquares: number;
  /** Weight of each label that is a whole number from 0. */
  histogram: Float64Array;
  /** Rows whose label is none. */
  invalidLabels: number;
}

function noSummary(width: number): Summary {
  return {
    count: 0,
    weightSum: 0,
    weightSquareSum: 0,
    means: new Float64Array(width),
    squares: new Float64Array(width),
    labelMean: 0,
    labelSquares: 0,
    histogram: new Float64Array(0),
    invalidLabels: 0,
  };
}

/** Adds `part` to `total`, and returns `total`. */
export function addSummary(total: Summary, part: Summary): Summary {
  total.count += part.count;
  total.weightSquareSum += part.weightSquareSum;
  total.invalidLabels += part.invalidLabels;
  if (part.histogram.length > total.histogram.length) {
    const longer = part.histogram.slice();
    total.histogram.forEach((weight, label) => (longer[label]! += weight));
    total.histogram = longer;
  } else part.histogram.forEach((weight, label) => (total.histogram[label]! += weight));
  if (part.weightSum === 0) return total;
  const weightSum = total.weightSum + part.weightSum;
  const share = part.weightSum / weightSum;
  const factor = total.weightSum * share;
  const { means, squares } = total;
  for (let j = 0; j < means.length; j++) {
    const shift = part.means[j]! - means[j]!;
    squares[j]! += part.squares[j]! + factor * shift * shift;
    means[j]! += share * shift;
  }
  const shift = part.labelMean - total.labelMean;
  total.labelSquares += part.labelSquares + factor * shift * shift;
  total.labelMean += share * shift;
  total.weightSum = weightSum;
  return total;
}

/** Standard deviations as Spark's Summarizer estimates them, without bias for weights that say how reliable a row is. */
export function deviations({ squares, weightSum, weightSquareSum }: Summary): Float64Array {
  const found = new Float64Array(squares.length);
  for (let j = 0; j < squares.length; j++) found[j] = Math.sqrt(variance(squares[j]!, weightSum, weightSquareSum));
  return found;
}

export function labelDeviation({ labelSquares, weightSum, weightSquareSum }: Summary): number {
  return Math.sqrt(variance(labelSquares, weightSum, weightSquareSum));
}

function variance(squares: number, weightSum: number, weightSquareSum: number): number {
  const denominator = weightSum - weightSquareSum / weightSum;
  return denominator > 0 ? Math.max(squares / denominator, 0) : 0;
}

/** Labels beyond are no classes: their counts would not fit. */
const MOST_CLASSES = 1 << 20;

/** Null of no rows. `classes`: with the weight of each label. */
export function summarize(blocks: Iterable<TrainingBlock>, classes: boolean): Summary | null {
  let total: Summary | null = null;
  for (const block of wideEnough(blocks)) {
    const part = blockSummary(block, classes);
    total = total === null ? part : addSummary(total, part);
  }
  return total;
}

type Described = Pick<TrainingBlock, "rows" | "width" | "tiles" | "sparse" | "label" | "weight">;

/**
 * The blocks, sparse ones that follow each other as one until as many entries are stored as there are features: a summary, which costs time and
 * memory by the feature, then costs no more than its entries.
 */
function* wideEnough(blocks: Iterable<TrainingBlock>): Generator<Described, void, undefined> {
  let waiting: Described[] = [];
  let stored = 0;
  for (const block of blocks) {
    if (waiting.length > 0 && (block.sparse === null || block.width !== waiting[0]!.width)) {
      yield together(waiting);
      waiting = [];
      stored = 0;
    }
    if (block.sparse === null) {
      yield block;
      continue;
    }
    waiting.push(block);
    stored += block.sparse.values.length;
    if (stored < block.width) continue;
    yield together(waiting);
    waiting = [];
    stored = 0;
  }
  if (waiting.length > 0) yield together(waiting);
}

/** Sparse blocks of the same width as one. */
function together(blocks: readonly Described[]): Described {
  const [first] = blocks;
  if (blocks.length === 1) return first!;
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const weighted = blocks.some(({ weight }) => weight !== null);
  return {
    rows,
    width: first!.width,
    tiles: null,
    sparse: joinedSparse(
      rows,
      blocks.map(({ sparse }) => sparse!),
    ),
    label: concatArrays(
      blocks.map(({ label }) => label),
      Float64Array,
    ),
    weight: weighted
      ? concatArrays(
          blocks.map(({ weight, rows: count }) => weight ?? new Float64Array(count).fill(1)),
          Float64Array,
        )
      : null,
  };
}

function blockSummary(block: Described, classes: boolean): Summary {
  const { rows, width, label, weight } = block;
  const summary = noSummary(width);
  summary.count = rows;
  if (weight === null) summary.weightSum = summary.weightSquareSum = rows;
  else
    for (const w of weight) {
      summary.weightSum += w;
      summary.weightSquareSum += w * w;
    }
  if (classes) countLabels(summary, label, weight);
  const { weightSum } = summary;
  if (weightSum === 0) return summary;
  const origin = label[0]!;
  let sum = 0;
  for (let r = 0; r < rows; r++) sum += weight === null ? label[r]! - origin : weight[r]! * (label[r]! - origin);
  const mean = origin + sum / weightSum;
  let squares = 0;
  for (let r = 0; r < rows; r++) {
    const d = label[r]! - mean;
    squares += weight === null ? d * d : weight[r]! * d * d;
  }
  summary.labelMean = mean;
  summary.labelSquares = squares;
  if (block.sparse !== null) sparseSummary(block.sparse, summary, weight ?? new Float64Array(rows).fill(1));
  else withKernels((memory) => denseSummary(memory, block, summary));
  return summary;
}

function countLabels(summary: Summary, label: Float64Array, weight: Float64Array | null): void {
  let most = -1;
  let invalid = 0;
  for (let r = 0; r < label.length; r++) {
    const value = label[r]!;
    if (value !== Math.floor(value) || value < 0) invalid++;
    else if (value > most) most = value;
  }
  if (most > MOST_CLASSES) throw new DataError("INVALID_LABEL", `A label is ${most}; labels are the numbers of classes, from 0.`);
  const counts = new Float64Array(most + 1);
  for (let r = 0; r < label.length; r++) {
    const value = label[r]!;
    if (value >= 0 && value === Math.floor(value)) counts[value]! += weight === null ? 1 : weight[r]!;
  }
  summary.invalidLabels += invalid;
  summary.histogram = counts;
}

function denseSummary(own: KernelMemory, block: Described, { means, squares }: Summary): void {
  const { width } = block;
  const most = tileRows(width);
  const { kernels } = own;
  const memory = own.regions({ tile: most * width, weights: most, means: width, squares: width });
  const tile32 = new Float32Array(memory.tile.values.buffer, memory.tile.address, most * width);
  const narrow = block.tiles instanceof Float32Array;
  const describe = narrow ? kernels.describe32 : kernels.describe;
  const into = narrow ? tile32 : memory.tile.values;
  let before = 0;
  for (const { first, count, stride } of tilesOf(block)) {
    into.set(block.tiles!.subarray(first * width, (first + stride) * width));
    const weightSum = loadWeights(kernels, block.weight, first, count, stride, memory.weights);
    if (weightSum === 0) continue;
    const weights = block.weight === null ? 0 : memory.weights.address;
    describe(memory.tile.address, stride, width, count, weights, weightSum, memory.means.address, memory.squares.address);
    const share = weightSum / (before + weightSum);
    for (let j = 0; j < width; j++) {
      const shift = memory.means.values[j]! - means[j]!;
      squares[j]! += memory.squares.values[j]! + before * share * shift * shift;
      means[j]! += share * shift;
    }
    before += weightSum;
  }
}

interface TilePlace {
  readonly first: number;
  readonly count: number;
  readonly stride: number;
}

function* tilesOf({ rows, width }: Pick<TrainingBlock, "rows" | "width">): Iterable<TilePlace> {
  const most = tileRows(width);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    yield { first, count, stride: strideOf(count) };
  }
}

/** Brings a tile's weights to the kernels; gives their sum. */
function loadWeights(
  kernels: GradientKernels,
  weight: Float64Array | null,
  first: number,
  count: number,
  stride: number,
  into: Region,
): number {
  if (weight === null) return count;
  into.values.set(weight.subarray(first, first + count));
  into.values.fill(0, count, stride);
  return kernels.total(into.address, stride);
}

/** Zeros that are not stored deviate by the mean. */
function sparseSummary(
  { starts, indices, values }: NonNullable<TrainingBlock["sparse"]>,
  { means, squares, weightSum }: Summary,
  weights: Float64Array,
): void {
  const stored = new Float64Array(means.length);
  // About the first value, so that the mean of a constant is that constant, and its deviation 0.
  const origins = new Float64Array(means.length).fill(NaN);
  for (let r = 0; r < weights.length; r++) {
    const w = weights[r]!;
    for (let at = starts[r]!, end = starts[r + 1]!; at < end; at++) {
      const j = indices[at]!;
      const value = values[at]!;
      if (Number.isNaN(origins[j])) origins[j] = value;
      means[j]! += w * (value - origins[j]!);
      stored[j]! += w;
    }
  }
  for (let j = 0; j < means.length; j++)
    means[j] = Number.isNaN(origins[j]) ? 0 : origins[j]! * (stored[j]! / weightSum) + means[j]! / weightSum;
  for (let r = 0; r < weights.length; r++) {
    const w = weights[r]!;
    for (let at = starts[r]!, end = starts[r + 1]!; at < end; at++) {
      const j = indices[at]!;
      const d = values[at]! - means[j]!;
      squares[j]! += w * d * d;
    }
  }
  for (let j = 0; j < means.length; j++) squares[j]! += (weightSum - stored[j]!) * means[j]! * means[j]!;
}

/** What least squares needs to know of blocks; null of no rows. `reweight` gives other labels and weights, for reweighted fits. */
export function momentsOf(
  blocks: Iterable<TrainingBlock>,
  reweight?: (block: TrainingBlock) => Pick<TrainingBlock, "label" | "weight">,
): Moments | null {
  let total: Moments | null = null;
  let sparse: SparseSums | null = null;
  for (const block of blocks) {
    if (block.width > MAX_FEATURES)
      throw new DataError(
        "TOO_MANY_FEATURES",
        `The normal equations are for at most ${MAX_FEATURES} features, but there are ${block.width}.`,
      );
    const { label, weight } = reweight?.(block) ?? block;
    if (block.sparse !== null) (sparse ??= new SparseSums(block.width)).add(block, label, weight);
    else {
      const part = withKernels((memory) => denseMoments(memory, block, label, weight));
      total = total === null ? part : addMoments(total, part);
    }
  }
  const rest = sparse?.moments() ?? null;
  return total === null || rest === null ? (total ?? rest) : addMoments(total, rest);
}

/** The label is one more column of the tile. */
function denseMoments(own: KernelMemory, block: TrainingBlock, label: Float64Array, weight: Float64Array | null): Moments {
  const { width } = block;
  const tiles = block.tiles!;
  const most = tileRows(width);
  const columns = width + 1;
  const { kernels } = own;
  const memory = own.regions({
    tile: most * columns,
    narrow: most * width,
    weights: most,
    means: columns,
    products: (columns * (columns + 1)) / 2,
    scratch: most,
  });
  const tile = memory.tile.values;
  const narrow = new Float32Array(tile.buffer, memory.narrow.address, most * width);
  const total = noMoments(columns);
  const part = noMoments(columns);
  for (const { first, count, stride } of tilesOf(block)) {
    const values = tiles.subarray(first * width, (first + stride) * width);
    if (values instanceof Float32Array) {
      narrow.set(values);
      kernels.widen(memory.narrow.address, stride * width, memory.tile.address);
    } else tile.set(values);
    tile.set(label.subarray(first, first + count), width * stride);
    part.count = count;
    part.weightSum = loadWeights(kernels, weight, first, count, stride, memory.weights);
    if (part.weightSum === 0) {
      total.count += count;
      continue;
    }
    const weights = weight === null ? 0 : memory.weights.address;
    kernels.describe(memory.tile.address, stride, columns, count, weights, part.weightSum, memory.means.address, 0);
    memory.products.values.fill(0);
    kernels.products(
      memory.tile.address,
      stride,
      columns,
      count,
      memory.means.address,
      weights,
      memory.products.address,
      memory.scratch.address,
    );
    part.means.set(memory.means.values);
    part.products.set(memory.products.values);
    addMoments(total, part);
  }
  return splitLabel(total);
}

/** Moments of features and label, from those of columns of which the last is the label. */
function splitLabel(all: Moments): Moments {
  const width = all.means.length - 1;
  const last = (width * (width + 1)) / 2;
  return {
    count: all.count,
    weightSum: all.weightSum,
    labelMean: all.means[width]!,
    labelSquares: all.products[last + width]!,
    means: all.means.slice(0, width),
    labelProducts: all.products.slice(last, last + width),
    products: all.products.slice(0, last),
  };
}

/**
 * Sums over the rows of sparse blocks. They are taken about zero, and about the first label, as what is not stored is zero, and centred at the
 * end: products by two features are many more than the entries of a block.
 */
class SparseSums {
  readonly #sums: Moments;
  #origin: number | undefined;

  constructor(width: number) {
    this.#sums = noMoments(width);
  }

  add({ rows, width, sparse }: TrainingBlock, label: Float64Array, weight: Float64Array | null): void {
    const sums = this.#sums;
    const { means, labelProducts, products } = sums;
    if (width !== means.length) throw new InternalError(`A block of ${width} features came to sums over ${means.length}.`);
    const { starts, indices, values } = sparse!;
    const origin = (this.#origin ??= label[0]!);
    let [weightSum, labelSum] = [0, 0];
    for (let r = 0; r < rows; r++) {
      const w = weight?.[r] ?? 1;
      if (w === 0) continue;
      const y = label[r]! - origin;
      weightSum += w;
      labelSum += w * y;
      for (let a = starts[r]!; a < starts[r + 1]!; a++) {
        const j = indices[a]!;
        const scaled = w * values[a]!;
        means[j]! += scaled;
        labelProducts[j]! += scaled * y;
        const column = packedColumn(j);
        for (let b = starts[r]!; b <= a; b++) products[column + indices[b]!]! += scaled * values[b]!;
      }
    }
    sums.count += rows;
    if (weightSum > 0) this.#addLabels(label, weight, weightSum, labelSum / weightSum);
  }

  /** `mean` is that of the block's labels less the origin. */
  #addLabels(label: Float64Array, weight: Float64Array | null, weightSum: number, mean: number): void {
    const sums = this.#sums;
    let squares = 0;
    for (let r = 0; r < label.length; r++) {
      const d = label[r]! - this.#origin! - mean;
      squares += (weight?.[r] ?? 1) * d * d;
    }
    const share = weightSum / (sums.weightSum + weightSum);
    const shift = mean - sums.labelMean;
    sums.labelSquares += squares + sums.weightSum * share * shift * shift;
    sums.labelMean += share * shift;
    sums.weightSum += weightSum;
  }

  /** Of all rows so far; nothing can be added then. */
  moments(): Moments {
    const sums = this.#sums;
    const { means, labelProducts, products, weightSum } = sums;
    if (weightSum === 0) return sums;
    for (let j = 0; j < means.length; j++) means[j]! /= weightSum;
    for (let j = 0, at = 0; j < means.length; j++) {
      const scaled = weightSum * means[j]!;
      labelProducts[j]! -= scaled * sums.labelMean;
      for (let i = 0; i <= j; i++, at++) products[at]! -= scaled * means[i]!;
    }
    sums.labelMean += this.#origin!;
    return sums;
  }
}
