/**
 * One pass over training blocks: the sum of a loss, and its derivatives. Scaling and centring of features are not done to the
 * blocks: the caller folds them into coefficients and offsets, and out of the derivatives (see objective).
 */
import { InternalError } from "../../common/errors";
import type { SparseRows } from "../compute/instances";
import { axpy } from "../optim/blas";
import { type KernelMemory, type Region, withKernels } from "../kernels/gradient-kernels";
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
  return withKernels((kernels) => {
    const pass = new Pass(kernels, spec);
    for (const block of blocks) pass.add(block);
    return pass.result();
  });
}

type Names = "margins" | "labels" | "weights" | "coefficients" | "gradient" | "residuals" | "scratch" | "sigma" | "tile";

/** Rows of a block that go through the kernels together. */
interface Part {
  readonly block: TrainingBlock;
  /** The first, as a row of the block. */
  readonly first: number;
  readonly rows: number;
  /** Rows with those that fill up the last group of lanes; margins of an output stand so far from those of the next. */
  readonly stride: number;
}

/** The sums so far, in the memory of the kernels. */
class Pass {
  readonly #own: KernelMemory;
  readonly #spec: PassSpec;
  readonly #most: number;
  readonly #sizes: Readonly<Record<Names, number>>;
  #memory: Record<Names, Region>;
  #tile32: Float32Array = new Float32Array(0);
  #loss = 0;
  #weight = 0;

  constructor(own: KernelMemory, spec: PassSpec) {
    const { width, outputs } = spec;
    this.#own = own;
    this.#spec = spec;
    this.#most = tileRows(width);
    // Sparse rows need no tile, which of very wide ones would be most of the memory.
    this.#sizes = {
      margins: this.#most * outputs,
      labels: this.#most,
      weights: this.#most,
      coefficients: width * outputs,
      gradient: width * outputs,
      residuals: outputs,
      scratch: this.#most,
      sigma: 1,
      tile: 0,
    };
    this.#memory = own.regions(this.#sizes);
    this.#memory.coefficients.values.set(spec.coefficients);
  }

  result(): PassResult {
    const { gradient, residuals, sigma } = this.#memory;
    return {
      loss: this.#loss,
      weight: this.#weight,
      gradient: gradient.values.slice(),
      residuals: residuals.values.slice(),
      sigmaGradient: sigma.values[0]!,
    };
  }

  add(block: TrainingBlock): void {
    const { width } = this.#spec;
    if (block.width !== width) throw new InternalError(`A block of ${block.width} features came to a pass over ${width}.`);
    if (block.tiles !== null && this.#tile32.length === 0) this.#makeTile();
    for (let first = 0; first < block.rows; first += this.#most) {
      const rows = Math.min(this.#most, block.rows - first);
      this.#part({ block, first, rows, stride: strideOf(rows) });
    }
  }

  #part(part: Part): void {
    const { margins, gradient, residuals } = this.#memory;
    const { width, outputs } = this.#spec;
    const { kernels } = this.#own;
    const { block, stride } = part;
    this.#loadLabels(part);
    this.#loadTile(part);
    const narrow = block.tiles instanceof Float32Array;
    const tile = this.#memory.tile.address;
    for (let k = 0; k < outputs; k++) {
      const coefficients = this.#memory.coefficients.address + 8 * k * width;
      const out = margins.address + 8 * k * stride;
      const offset = this.#spec.offsets[k]!;
      if (block.sparse !== null) this.#sparseMargins(block.sparse, part, k);
      else if (narrow) kernels.margins32(tile, stride, width, coefficients, offset, out);
      else kernels.margins(tile, stride, width, coefficients, offset, out);
    }
    // Puts the derivative of each row's loss in the place of its margin.
    this.#loss += this.#lossOf(part);
    for (let k = 0; k < outputs; k++) {
      const multipliers = margins.address + 8 * k * stride;
      const slopes = gradient.address + 8 * k * width;
      if (block.sparse !== null) this.#sparseGradient(block.sparse, part, k);
      else if (narrow) kernels.accumulate32(tile, stride, width, multipliers, slopes, 1);
      else kernels.accumulate(tile, stride, width, multipliers, slopes, 1);
      residuals.values[k]! += kernels.total(multipliers, stride);
    }
  }

  /** A place for tiles; the sums so far move with the rest. */
  #makeTile(): void {
    const sums = [this.#memory.gradient, this.#memory.residuals, this.#memory.sigma].map(({ values }) => values.slice());
    const memory = this.#own.regions({ ...this.#sizes, tile: this.#most * this.#spec.width });
    this.#tile32 = new Float32Array(memory.tile.values.buffer, memory.tile.address, this.#most * this.#spec.width);
    memory.coefficients.values.set(this.#spec.coefficients);
    [memory.gradient, memory.residuals, memory.sigma].forEach(({ values }, i) => values.set(sums[i]!));
    this.#memory = memory;
  }

  /** Labels and weights of rows to the kernels, and the weights to their sum. */
  #loadLabels({ block, first, rows, stride }: Part): void {
    const { labels, weights } = this.#memory;
    labels.values.set(block.label.subarray(first, first + rows));
    labels.values.fill(0, rows, stride);
    if (block.weight === null) {
      this.#weight += rows;
      return;
    }
    weights.values.set(block.weight.subarray(first, first + rows));
    weights.values.fill(0, rows, stride);
    this.#weight += this.#own.kernels.total(weights.address, stride);
  }

  #loadTile({ block, first, stride }: Part): void {
    if (block.tiles === null) return;
    const { width } = this.#spec;
    const values = block.tiles.subarray(first * width, (first + stride) * width);
    if (block.tiles instanceof Float32Array) this.#tile32.set(values);
    else this.#memory.tile.values.set(values);
  }

  #lossOf({ block, first, rows, stride }: Part): number {
    const { loss, outputs } = this.#spec;
    const { kernels } = this.#own;
    const margins = this.#memory.margins.address;
    const labels = this.#memory.labels.address;
    const weights = block.weight === null ? 0 : this.#memory.weights.address;
    switch (loss.kind) {
      case "logistic":
        return kernels.logistic(margins, labels, weights, rows, stride);
      case "softmax":
        return kernels.softmax(margins, outputs, labels, weights, rows, stride, this.#memory.scratch.address);
      case "squared":
        return kernels.squared(margins, labels, weights, rows, stride, loss.labelScale);
      case "hinge":
        return kernels.hinge(margins, labels, weights, rows, stride);
      case "huber":
        return kernels.huber(margins, labels, weights, rows, stride, loss.sigma, loss.epsilon, this.#memory.sigma.address);
      case "survival": {
        const ended = block.extra[0]!.subarray(first, first + rows);
        const { margins: places, labels: lifetimes, sigma } = this.#memory;
        const sums = survivalLoss(places.values.subarray(0, stride), lifetimes.values, ended, loss.sigma);
        sigma.values[0]! += sums.sigmaGradient;
        return sums.loss;
      }
    }
  }

  #sparseMargins({ starts, indices, values }: SparseRows, { first, rows, stride }: Part, k: number): void {
    const { width, offsets } = this.#spec;
    const out = this.#memory.margins.values;
    const coefficients = this.#memory.coefficients.values;
    const offset = offsets[k]!;
    for (let r = 0; r < rows; r++) {
      let sum = offset;
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++)
        sum += values[at]! * coefficients[k * width + indices[at]!]!;
      out[k * stride + r] = sum;
    }
    out.fill(offset, k * stride + rows, (k + 1) * stride);
  }

  #sparseGradient({ starts, indices, values }: SparseRows, { first, rows, stride }: Part, k: number): void {
    const { width } = this.#spec;
    const multipliers = this.#memory.margins.values;
    const gradient = this.#memory.gradient.values;
    for (let r = 0; r < rows; r++) {
      const multiplier = multipliers[k * stride + r]!;
      if (multiplier === 0) continue;
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++)
        gradient[k * width + indices[at]!]! += multiplier * values[at]!;
    }
  }
}
