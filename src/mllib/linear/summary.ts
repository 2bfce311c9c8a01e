/** Statistics of training blocks that fits begin with: means and deviations of features and label, weights of the classes. */
import { DataError } from "../../common/errors";
import { MAX_FEATURES } from "../optim/weighted-least-squares";
import { addMoments, type Moments, noMoments } from "../optim/moments";
import { gradientKernels, regions } from "../kernels/gradient-kernels";
import { strideOf, tileRows, type Tiles, type TrainingBlock } from "./tiles";

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
  part.means.forEach((mean, j) => {
    const shift = mean - total.means[j]!;
    total.squares[j]! += part.squares[j]! + factor * shift * shift;
    total.means[j]! += share * shift;
  });
  const shift = part.labelMean - total.labelMean;
  total.labelSquares += part.labelSquares + factor * shift * shift;
  total.labelMean += share * shift;
  total.weightSum = weightSum;
  return total;
}

/** Standard deviations as Spark's Summarizer estimates them, without bias for weights that say how reliable a row is. */
export function deviations({ squares, weightSum, weightSquareSum }: Summary): Float64Array {
  return squares.map((value) => Math.sqrt(variance(value, weightSum, weightSquareSum)));
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
  for (const block of blocks) {
    const part = blockSummary(block, classes);
    total = total === null ? part : addSummary(total, part);
  }
  return total;
}

function blockSummary(block: TrainingBlock, classes: boolean): Summary {
  const { rows, width, label, weight } = block;
  const summary = noSummary(width);
  const weights = weight ?? new Float64Array(rows).fill(1);
  summary.count = rows;
  for (const w of weights) {
    summary.weightSum += w;
    summary.weightSquareSum += w * w;
  }
  if (classes) countLabels(summary, label, weights);
  const { weightSum } = summary;
  if (weightSum === 0) return summary;
  const origin = label[0]!;
  for (let r = 0; r < rows; r++) summary.labelMean += weights[r]! * (label[r]! - origin);
  summary.labelMean = origin + summary.labelMean / weightSum;
  for (let r = 0; r < rows; r++) {
    const d = label[r]! - summary.labelMean;
    summary.labelSquares += weights[r]! * d * d;
  }
  if (block.sparse !== null) sparseSummary(block.sparse, summary, weights);
  else denseSummary(block, summary);
  return summary;
}

function countLabels(summary: Summary, label: Float64Array, weights: Float64Array): void {
  let most = -1;
  for (const value of label)
    if (!Number.isInteger(value) || value < 0) summary.invalidLabels++;
    else if (value > most) most = value;
  if (most > MOST_CLASSES) throw new DataError("INVALID_LABEL", `A label is ${most}; labels are the numbers of classes, from 0.`);
  const counts = new Float64Array(most + 1);
  for (let r = 0; r < label.length; r++) if (label[r]! >= 0 && Number.isInteger(label[r])) counts[label[r]!]! += weights[r]!;
  summary.histogram = counts;
}

function denseSummary(block: TrainingBlock, { means, squares, weightSum }: Summary): void {
  const { rows, width, weight } = block;
  const tiles = block.tiles!;
  const most = tileRows(width);
  const strides: (readonly [first: number, count: number, stride: number])[] = [];
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    strides.push([first, count, strideOf(count)]);
  }
  for (let j = 0; j < width; j++) {
    // About the first value, so that the mean of a constant is that constant, and its deviation 0.
    const origin = tiles[j * strides[0]![2]]!;
    let sum = 0;
    for (const [first, count, stride] of strides)
      sum += columnSum(tiles, first * width + j * stride, count, weight, first, origin);
    const mean = origin + sum / weightSum;
    let square = 0;
    for (const [first, count, stride] of strides)
      square += columnSquares(tiles, first * width + j * stride, count, weight, first, mean);
    means[j] = mean;
    squares[j] = square;
  }
}

function columnSum(tiles: Tiles, at: number, count: number, weight: Float64Array | null, first: number, origin: number): number {
  let sum = 0;
  if (weight === null) for (let r = 0; r < count; r++) sum += tiles[at + r]! - origin;
  else for (let r = 0; r < count; r++) sum += weight[first + r]! * (tiles[at + r]! - origin);
  return sum;
}

function columnSquares(
  tiles: Tiles,
  at: number,
  count: number,
  weight: Float64Array | null,
  first: number,
  mean: number,
): number {
  let sum = 0;
  for (let r = 0; r < count; r++) {
    const d = tiles[at + r]! - mean;
    sum += weight === null ? d * d : weight[first + r]! * d * d;
  }
  return sum;
}

/** Zeros that are not stored deviate by the mean. */
function sparseSummary(
  { starts, indices, values }: NonNullable<TrainingBlock["sparse"]>,
  { means, squares, weightSum }: Summary,
  weights: Float64Array,
): void {
  const stored = new Float64Array(means.length);
  const each = (use: (j: number, w: number, value: number) => void): void =>
    weights.forEach((w, r) => {
      for (let at = starts[r]!; at < starts[r + 1]!; at++) use(indices[at]!, w, values[at]!);
    });
  // About the first value, so that the mean of a constant is that constant, and its deviation 0.
  const origins = new Float64Array(means.length).fill(NaN);
  each((j, w, value) => {
    if (Number.isNaN(origins[j])) origins[j] = value;
    means[j]! += w * (value - origins[j]!);
    stored[j]! += w;
  });
  means.forEach((sum, j) => (means[j] = Number.isNaN(origins[j]) ? 0 : origins[j]! * (stored[j]! / weightSum) + sum / weightSum));
  each((j, w, value) => (squares[j]! += w * (value - means[j]!) * (value - means[j]!)));
  means.forEach((mean, j) => (squares[j]! += (weightSum - stored[j]!) * mean * mean));
}

/** What least squares needs to know of blocks; null of no rows. `reweight` gives other labels and weights, for reweighted fits. */
export function momentsOf(
  blocks: Iterable<TrainingBlock>,
  reweight?: (block: TrainingBlock) => Pick<TrainingBlock, "label" | "weight">,
): Moments | null {
  let total: Moments | null = null;
  for (const block of blocks) {
    if (block.width > MAX_FEATURES)
      throw new DataError(
        "TOO_MANY_FEATURES",
        `The normal equations are for at most ${MAX_FEATURES} features, but there are ${block.width}.`,
      );
    const { label, weight } = reweight?.(block) ?? block;
    const part = block.sparse === null ? denseMoments(block, label, weight) : sparseMoments(block, label, weight);
    total = total === null ? part : addMoments(total, part);
  }
  return total;
}

/** The label is one more column of the tile. */
function denseMoments(block: TrainingBlock, label: Float64Array, weight: Float64Array | null): Moments {
  const { rows, width } = block;
  const tiles = block.tiles!;
  const most = tileRows(width);
  const columns = width + 1;
  const kernels = gradientKernels();
  const memory = regions({
    tile: most * columns,
    weights: most,
    means: columns,
    products: (columns * (columns + 1)) / 2,
    scratch: most,
  });
  const total = noMoments(columns);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    const tile = memory.tile.values;
    tile.set(tiles.subarray(first * width, (first + stride) * width));
    tile.set(label.subarray(first, first + count), width * stride);
    const part = noMoments(columns);
    part.count = count;
    if (weight === null) part.weightSum = count;
    else {
      memory.weights.values.set(weight.subarray(first, first + count));
      memory.weights.values.fill(0, count, stride);
      part.weightSum = kernels.total(memory.weights.address, stride);
    }
    if (part.weightSum === 0) {
      total.count += count;
      continue;
    }
    for (let j = 0; j < columns; j++) {
      const origin = tile[j * stride]!;
      const sum = columnSum(tile, j * stride, count, weight, first, origin);
      part.means[j] = memory.means.values[j] = origin + sum / part.weightSum;
    }
    memory.products.values.fill(0);
    kernels.products(
      memory.tile.address,
      stride,
      columns,
      count,
      memory.means.address,
      weight === null ? 0 : memory.weights.address,
      memory.products.address,
      memory.scratch.address,
    );
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

function sparseMoments(block: TrainingBlock, label: Float64Array, weight: Float64Array | null): Moments {
  const { rows, width } = block;
  const { starts, indices, values } = block.sparse!;
  const moments = noMoments(width);
  const { means, labelProducts, products } = moments;
  moments.count = rows;
  for (let r = 0; r < rows; r++) {
    const w = weight?.[r] ?? 1;
    if (w === 0) continue;
    moments.weightSum += w;
    moments.labelMean += w * label[r]!;
    for (let a = starts[r]!; a < starts[r + 1]!; a++) {
      const j = indices[a]!;
      const scaled = w * values[a]!;
      means[j]! += scaled;
      labelProducts[j]! += scaled * label[r]!;
      const column = (j * (j + 1)) / 2;
      for (let b = starts[r]!; b <= a; b++) products[column + indices[b]!]! += scaled * values[b]!;
    }
  }
  const { weightSum } = moments;
  if (weightSum === 0) return moments;
  moments.labelMean /= weightSum;
  for (let r = 0; r < rows; r++) {
    const d = label[r]! - moments.labelMean;
    moments.labelSquares += (weight?.[r] ?? 1) * d * d;
  }
  means.forEach((sum, j) => (means[j] = sum / weightSum));
  for (let j = 0, at = 0; j < width; j++) {
    labelProducts[j]! -= weightSum * means[j]! * moments.labelMean;
    for (let i = 0; i <= j; i++, at++) products[at]! -= weightSum * means[i]! * means[j]!;
  }
  return moments;
}
