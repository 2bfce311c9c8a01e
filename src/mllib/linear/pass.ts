/**
 * One pass over training blocks: the sum of a loss, and its derivatives. Scaling and centring of features are not done to the
 * blocks: the caller folds them into coefficients and offsets, and out of the derivatives (see objective).
 */
import { InternalError } from "../../common/errors";
import { axpy } from "../optim/blas";
import { type KernelMemory, withKernels } from "../kernels/gradient-kernels";
import { survivalLoss } from "./survival-loss";
import { strideOf, tileRows, type TrainingBlock } from "./tiles";

export type Loss =
  | { readonly kind: "logistic" }
  | { readonly kind: "softmax" }
  | { readonly kind: "hinge" }
  /** Of labels divided by `labelScale`. */
  | { readonly kind: "squared"; readonly labelScale: number }
  | { readonly kind: "huber"; readonly sigma: number; readonly epsilon: number }
  /** Of lifetimes, with a column beside them that says whether they ended. */
  | { readonly kind: "survival"; readonly sigma: number };

/** Margin of a row for output k: offsets[k] + features · coefficients[k]. Plain data. */
export interface PassSpec {
  readonly loss: Loss;
  readonly width: number;
  /** Of softmax, the number of classes; 1 otherwise. */
  readonly outputs: number;
  /** By outputs. */
  readonly coefficients: Float64Array;
  readonly offsets: Float64Array;
}

/** Sums over rows; plain data. */
export interface PassResult {
  loss: number;
  weight: number;
  /** Σ derivative by the margin · features, by outputs. */
  readonly gradient: Float64Array;
  /** Σ derivative by the margin. */
  readonly residuals: Float64Array;
  /** Of Huber's loss: Σ derivative by sigma; of lifetimes, by its logarithm. */
  sigmaGradient: number;
}

export function addPass(total: PassResult, part: PassResult): PassResult {
  total.loss += part.loss;
  total.weight += part.weight;
  total.sigmaGradient += part.sigmaGradient;
  axpy(1, part.gradient, total.gradient);
  axpy(1, part.residuals, total.residuals);
  return total;
}

export function runPass(blocks: Iterable<TrainingBlock>, spec: PassSpec): PassResult {
  return withKernels((memory) => pass(memory, blocks, spec));
}

function pass(own: KernelMemory, blocks: Iterable<TrainingBlock>, spec: PassSpec): PassResult {
  const { width, outputs, loss } = spec;
  const most = tileRows(width);
  const { kernels } = own;
  const sizes = {
    margins: most * outputs,
    labels: most,
    weights: most,
    coefficients: width * outputs,
    gradient: width * outputs,
    residuals: outputs,
    scratch: most,
    sigma: 1,
  };
  const result: PassResult = {
    loss: 0,
    weight: 0,
    gradient: new Float64Array(width * outputs),
    residuals: new Float64Array(outputs),
    sigmaGradient: 0,
  };
  // Sparse rows need no tile, which of very wide ones would be most of the memory.
  let memory = own.regions({ ...sizes, tile: 0 });
  let tile32: Float32Array = new Float32Array(0);
  memory.coefficients.values.set(spec.coefficients);

  for (const block of blocks) {
    if (block.width !== width) throw new InternalError(`A block of ${block.width} features came to a pass over ${width}.`);
    if (block.tiles !== null && tile32.length === 0) makeTile();
    for (let first = 0; first < block.rows; first += most) {
      const rows = Math.min(most, block.rows - first);
      const stride = strideOf(rows);
      const weighted = load(block, first, rows, stride);
      const narrow = block.tiles instanceof Float32Array;
      const tile = memory.tile.address;
      if (block.tiles !== null) {
        const values = block.tiles.subarray(first * width, (first + stride) * width);
        if (narrow) tile32.set(values);
        else memory.tile.values.set(values);
      }
      for (let k = 0; k < outputs; k++) {
        const out = memory.margins.address + 8 * k * stride;
        const coefficients = memory.coefficients.address + 8 * k * width;
        if (block.sparse !== null) sparseMargins(block.sparse, first, rows, k, stride);
        else if (narrow) kernels.margins32(tile, stride, width, coefficients, spec.offsets[k]!, out);
        else kernels.margins(tile, stride, width, coefficients, spec.offsets[k]!, out);
      }
      result.loss += lossOf(block, first, rows, stride, weighted ? memory.weights.address : 0);
      for (let k = 0; k < outputs; k++) {
        const multipliers = memory.margins.address + 8 * k * stride;
        const gradient = memory.gradient.address + 8 * k * width;
        if (block.sparse !== null) sparseGradient(block.sparse, first, rows, k, stride);
        else if (narrow) kernels.accumulate32(tile, stride, width, multipliers, gradient, 1);
        else kernels.accumulate(tile, stride, width, multipliers, gradient, 1);
        memory.residuals.values[k]! += kernels.total(multipliers, stride);
      }
    }
  }
  result.gradient.set(memory.gradient.values);
  result.residuals.set(memory.residuals.values);
  result.sigmaGradient = memory.sigma.values[0]!;
  return result;

  /** A place for tiles; the sums so far move with the rest. */
  function makeTile(): void {
    const sums = [memory.gradient, memory.residuals, memory.sigma].map(({ values }) => values.slice());
    memory = own.regions({ ...sizes, tile: most * width });
    tile32 = new Float32Array(memory.tile.values.buffer, memory.tile.address, most * width);
    memory.coefficients.values.set(spec.coefficients);
    [memory.gradient, memory.residuals, memory.sigma].forEach(({ values }, i) => values.set(sums[i]!));
  }

  /** Labels and weights of rows to the kernels, and the weights to their sum. */
  function load(block: TrainingBlock, first: number, rows: number, stride: number): boolean {
    memory.labels.values.set(block.label.subarray(first, first + rows));
    memory.labels.values.fill(0, rows, stride);
    if (block.weight === null) {
      result.weight += rows;
      return false;
    }
    memory.weights.values.set(block.weight.subarray(first, first + rows));
    memory.weights.values.fill(0, rows, stride);
    result.weight += kernels.total(memory.weights.address, stride);
    return true;
  }

  function lossOf(block: TrainingBlock, first: number, rows: number, stride: number, weights: number): number {
    const margins = memory.margins.address;
    const labels = memory.labels.address;
    switch (loss.kind) {
      case "logistic":
        return kernels.logistic(margins, labels, weights, rows, stride);
      case "softmax":
        return kernels.softmax(margins, outputs, labels, weights, rows, stride, memory.scratch.address);
      case "squared":
        return kernels.squared(margins, labels, weights, rows, stride, loss.labelScale);
      case "hinge":
        return kernels.hinge(margins, labels, weights, rows, stride);
      case "huber":
        return kernels.huber(margins, labels, weights, rows, stride, loss.sigma, loss.epsilon, memory.sigma.address);
      case "survival": {
        const ended = block.extra[0]!.subarray(first, first + rows);
        const sums = survivalLoss(memory.margins.values.subarray(0, stride), memory.labels.values, ended, loss.sigma);
        memory.sigma.values[0]! += sums.sigmaGradient;
        return sums.loss;
      }
    }
  }

  function sparseMargins(
    data: NonNullable<TrainingBlock["sparse"]>,
    first: number,
    rows: number,
    k: number,
    stride: number,
  ): void {
    const { starts, indices, values } = data;
    const out = memory.margins.values;
    const coefficients = memory.coefficients.values;
    for (let r = 0; r < rows; r++) {
      let sum = spec.offsets[k]!;
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++)
        sum += values[at]! * coefficients[k * width + indices[at]!]!;
      out[k * stride + r] = sum;
    }
    out.fill(spec.offsets[k]!, k * stride + rows, (k + 1) * stride);
  }

  function sparseGradient(
    data: NonNullable<TrainingBlock["sparse"]>,
    first: number,
    rows: number,
    k: number,
    stride: number,
  ): void {
    const { starts, indices, values } = data;
    const multipliers = memory.margins.values;
    const gradient = memory.gradient.values;
    for (let r = 0; r < rows; r++) {
      const multiplier = multipliers[k * stride + r]!;
      if (multiplier === 0) continue;
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++)
        gradient[k * width + indices[at]!]! += multiplier * values[at]!;
    }
  }
}
