/**
 * Moments and extremes of each entry of vectors, in one pass. Blocks are merged by the formulas of T. F. Chan, G. H. Golub and R. J.
 * LeVeque (1979); entries that sparse vectors do not store count as zeros at the end.
 */
import { DataError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import type { TaskData } from "../compute/task-data";
import { blockLearner } from "../incremental/block-learner";
import { DenseVector } from "../linalg/vectors";

/** Of the stored entries of some rows; plain data. */
export interface Stored {
  width: number;
  rows: number;
  weightSum: number;
  weightSquares: number;
  /** Of stored entries: their number, weight, mean, Σ w (x - mean)². */
  readonly counts: Float64Array;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly m2: Float64Array;
  readonly nonzeros: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
  readonly absolutes: Float64Array;
  readonly squares: Float64Array;
}

export const nothing = (width: number): Stored => ({
  width,
  rows: 0,
  weightSum: 0,
  weightSquares: 0,
  counts: new Float64Array(width),
  weights: new Float64Array(width),
  means: new Float64Array(width),
  m2: new Float64Array(width),
  nonzeros: new Float64Array(width),
  mins: new Float64Array(width).fill(Infinity),
  maxs: new Float64Array(width).fill(-Infinity),
  absolutes: new Float64Array(width),
  squares: new Float64Array(width),
});

const addUp = aggregateProgram<null, InstanceBlock, Stored>({
  name: "mllib.stat.vectorSummary",
  run(blocks) {
    let sums: Stored | null = null;
    for (const block of blocks) {
      sums ??= nothing(block.width);
      checkWidth(sums.width, block.width);
      sums = mergeStored(sums, block.dense === null ? ofSparse(block) : ofDense(block, block.dense));
    }
    return sums ?? nothing(0);
  },
  merge(a, b) {
    if (a.rows === 0) return b;
    if (b.rows === 0) return a;
    checkWidth(a.width, b.width);
    return mergeStored(a, b);
  },
});

/** The same, batch by batch. */
export const summaryLearner = blockLearner<null, Stored>({
  name: "vectorSummary",
  start: (_, width) => nothing(width),
  learn(state, blocks) {
    const sums = mergeStored(nothing(state.width), state);
    for (const block of blocks) {
      checkWidth(sums.width, block.width);
      mergeStored(sums, block.dense === null ? ofSparse(block) : ofDense(block, block.dense));
    }
    return sums;
  },
  merge(a, b) {
    checkWidth(a.width, b.width);
    return mergeStored(mergeStored(nothing(a.width), a), b);
  },
});

function checkWidth(a: number, b: number): void {
  if (a !== b)
    throw new DataError("VECTOR_SIZES_DIFFER", `The column holds vectors of ${a} and of ${b} entries; all must have as many.`);
}

function ofDense({ rows, width, weight }: InstanceBlock, values: Float64Array): Stored {
  const sums = nothing(width);
  const { counts, weights, means, m2, nonzeros, mins, maxs, absolutes, squares } = sums;
  addWeights(sums, rows, weight);
  counts.fill(rows);
  weights.fill(sums.weightSum);
  for (let row = 0, at = 0; row < rows; row++) {
    const w = weight === null ? 1 : weight[row]!;
    for (let j = 0; j < width; j++, at++) {
      const x = values[at]!;
      means[j]! += w * x;
      absolutes[j]! += w * Math.abs(x);
      squares[j]! += w * x * x;
      if (x !== 0) nonzeros[j]!++;
      if (x < mins[j]!) mins[j] = x;
      if (x > maxs[j]!) maxs[j] = x;
    }
  }
  if (sums.weightSum === 0) return sums;
  for (let j = 0; j < width; j++) means[j]! /= sums.weightSum;
  for (let row = 0, at = 0; row < rows; row++) {
    const w = weight === null ? 1 : weight[row]!;
    for (let j = 0; j < width; j++, at++) {
      const deviation = values[at]! - means[j]!;
      m2[j]! += w * deviation * deviation;
    }
  }
  return sums;
}

function addWeights(sums: Stored, rows: number, weight: Float64Array | null): void {
  sums.rows += rows;
  for (let row = 0; row < rows; row++) {
    const w = weight === null ? 1 : weight[row]!;
    sums.weightSum += w;
    sums.weightSquares += w * w;
  }
}

function ofSparse({ rows, width, weight, sparse }: InstanceBlock): Stored {
  const sums = nothing(width);
  const { counts, weights, means, m2, nonzeros, mins, maxs, absolutes, squares } = sums;
  const { starts, indices, values } = sparse!;
  addWeights(sums, rows, weight);
  for (let row = 0; row < rows; row++) {
    const w = weight === null ? 1 : weight[row]!;
    if (w === 0) continue;
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const j = indices[at]!;
      const x = values[at]!;
      counts[j]!++;
      const deviation = x - means[j]!;
      weights[j]! += w;
      means[j]! += (deviation * w) / weights[j]!;
      m2[j]! += w * deviation * (x - means[j]!);
      absolutes[j]! += w * Math.abs(x);
      squares[j]! += w * x * x;
      if (x !== 0) nonzeros[j]!++;
      if (x < mins[j]!) mins[j] = x;
      if (x > maxs[j]!) maxs[j] = x;
    }
  }
  return sums;
}

/** Changes and returns `a`. */
export function mergeStored(a: Stored, b: Stored): Stored {
  a.rows += b.rows;
  a.weightSum += b.weightSum;
  a.weightSquares += b.weightSquares;
  for (let j = 0; j < a.width; j++) {
    const weight = a.weights[j]! + b.weights[j]!;
    if (b.weights[j]! > 0) {
      const share = b.weights[j]! / weight;
      const shift = b.means[j]! - a.means[j]!;
      a.m2[j]! += b.m2[j]! + shift * shift * a.weights[j]! * share;
      a.means[j]! += shift * share;
    }
    a.weights[j] = weight;
    a.counts[j]! += b.counts[j]!;
    a.nonzeros[j]! += b.nonzeros[j]!;
    a.absolutes[j]! += b.absolutes[j]!;
    a.squares[j]! += b.squares[j]!;
    if (b.mins[j]! < a.mins[j]!) a.mins[j] = b.mins[j]!;
    if (b.maxs[j]! > a.maxs[j]!) a.maxs[j] = b.maxs[j]!;
  }
  return a;
}

/** Statistics of each entry. Variances are unbiased, with weights as Spark counts them: W - ΣW²/W for n - 1. */
export interface VectorSummary {
  readonly width: number;
  readonly count: number;
  readonly weightSum: number;
  readonly mean: DenseVector;
  readonly sum: DenseVector;
  readonly variance: DenseVector;
  readonly std: DenseVector;
  readonly numNonZeros: DenseVector;
  readonly max: DenseVector;
  readonly min: DenseVector;
  readonly normL1: DenseVector;
  readonly normL2: DenseVector;
}

/** Throws where there are no rows. */
export async function summarize(data: TaskData<InstanceBlock>, who: string): Promise<VectorSummary> {
  return summaryOf(await sumsOf(data, who));
}

/** Throws where there are no rows. */
export async function sumsOf(data: TaskData<InstanceBlock>, who: string): Promise<Stored> {
  const found = await data.aggregate(addUp, null);
  if (found === null || found.rows === 0)
    throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to learn from.`);
  return found;
}

export function summaryOf(found: Stored): VectorSummary {
  const { width, rows, weightSum } = found;
  const each = (f: (j: number) => number): DenseVector => new DenseVector(Float64Array.from({ length: width }, (_, j) => f(j)));
  const hasZeros = (j: number): boolean => found.counts[j]! < rows;
  const degrees = weightSum - found.weightSquares / weightSum;
  const mean = each((j) => (found.means[j]! * found.weights[j]!) / weightSum);
  const variance = each((j) => {
    const stored = found.weights[j]!;
    const squares = found.m2[j]! + (found.means[j]! * found.means[j]! * stored * (weightSum - stored)) / weightSum;
    return degrees > 0 ? Math.max(squares / degrees, 0) : 0;
  });
  return {
    width,
    count: rows,
    weightSum,
    mean,
    sum: each((j) => found.means[j]! * found.weights[j]!),
    variance,
    std: each((j) => Math.sqrt(variance.values[j]!)),
    numNonZeros: each((j) => found.nonzeros[j]!),
    max: each((j) => (hasZeros(j) ? Math.max(0, found.maxs[j]!) : found.maxs[j]!)),
    min: each((j) => (hasZeros(j) ? Math.min(0, found.mins[j]!) : found.mins[j]!)),
    normL1: each((j) => found.absolutes[j]!),
    normL2: each((j) => Math.sqrt(found.squares[j]!)),
  };
}
