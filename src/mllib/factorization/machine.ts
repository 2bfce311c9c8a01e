/**
 * Factorization machines (S. Rendle, Factorization Machines, 2010): intercept + Σ wᵢ xᵢ + Σ over pairs of ⟨vᵢ, vⱼ⟩ xᵢ xⱼ, the last as
 * half of Σ over factors of (Σ v x)² - Σ v² x². Parameters are laid out as Spark has them: of each feature its factors, then the linear
 * coefficients, then the intercept.
 */
import type { VectorColumn } from "../compute";
import { type GradientKernels, type KernelMemory, type Region, withKernels } from "../kernels/gradient-kernels";
import { strideOf, tileRows, type TrainingBlock } from "../linear/tiles";

/** Plain data. */
export interface MachineShape {
  readonly width: number;
  readonly factorSize: number;
  readonly fitLinear: boolean;
  readonly fitIntercept: boolean;
}

/** Plain data. */
export interface MachineSpec extends MachineShape {
  readonly loss: "logistic" | "squared";
  readonly parameters: Float64Array;
}

/** Sums over rows; plain data. */
export interface MachineResult {
  loss: number;
  rows: number;
  readonly gradient: Float64Array;
}

export function parameterCount({ width, factorSize, fitLinear, fitIntercept }: MachineShape): number {
  return width * factorSize + (fitLinear ? width : 0) + (fitIntercept ? 1 : 0);
}

export function addMachineResult(total: MachineResult, part: MachineResult): MachineResult {
  total.loss += part.loss;
  total.rows += part.rows;
  part.gradient.forEach((value, i) => (total.gradient[i]! += value));
  return total;
}

/** Takes 1 for a row that a step looks at, 0 for another; asked of each row in turn. */
export type RowSample = () => number;

/** The loss of the rows that are sampled (all, where there is no sample), and its slopes. */
export function learnMachine(blocks: Iterable<TrainingBlock>, spec: MachineSpec, sample: RowSample | null): MachineResult {
  return withKernels((memory) => {
    const pass = new Pass(memory, spec);
    for (const block of blocks) pass.add(block, sample);
    return pass.finish();
  });
}

type RowRegions = "margins" | "labels" | "weights" | "sums" | "slopes";
type TileRegions = "tile" | "narrow" | "squares" | "byFactor" | "lengths" | "linear" | "ofFactors" | "ofSquares" | "ofLinear";

/** In a memory of kernels. */
class Pass {
  readonly #most: number;
  readonly #rowSizes: Readonly<Record<RowRegions, number>>;
  #memory: Readonly<Record<RowRegions, Region>>;
  /** Null until rows come as tiles: sparse ones do without, which of wide rows are most of the memory. */
  #tiles: Readonly<Record<TileRegions, Region>> | null = null;
  readonly #kernels: GradientKernels;
  readonly #result: MachineResult;

  constructor(
    private readonly own: KernelMemory,
    private readonly spec: MachineSpec,
  ) {
    this.#kernels = own.kernels;
    const { width, factorSize, parameters } = spec;
    const most = (this.#most = tileRows(width));
    this.#rowSizes = { margins: most, labels: most, weights: most, sums: most * factorSize, slopes: most };
    this.#memory = own.regions(this.#rowSizes);
    this.#result = { loss: 0, rows: 0, gradient: new Float64Array(parameters.length) };
  }

  /** Room for tiles, with the parameters. What was in the rows' memory before is lost. */
  #makeTiles(): Readonly<Record<TileRegions, Region>> {
    const { width, factorSize, fitLinear, parameters } = this.spec;
    const most = this.#most;
    const memory = this.own.regions({
      ...this.#rowSizes,
      tile: most * width,
      narrow: (most * width) / 2,
      squares: most * width,
      byFactor: width * factorSize,
      lengths: width,
      linear: width,
      ofFactors: width * factorSize,
      ofSquares: width,
      ofLinear: width,
    });
    this.#memory = memory;
    const { byFactor, lengths, linear } = memory;
    for (let j = 0, at = 0; j < width; j++)
      for (let f = 0; f < factorSize; f++, at++) {
        byFactor.values[f * width + j] = parameters[at]!;
        lengths.values[j]! += parameters[at]! ** 2;
      }
    if (fitLinear) linear.values.set(parameters.subarray(width * factorSize, width * (factorSize + 1)));
    return memory;
  }

  get #intercept(): number {
    return this.spec.fitIntercept ? this.spec.parameters.at(-1)! : 0;
  }

  add(block: TrainingBlock, sample: RowSample | null): void {
    if (block.tiles !== null) this.#tiles ??= this.#makeTiles();
    const { labels, weights } = this.#memory;
    for (let first = 0; first < block.rows; first += this.#most) {
      const rows = Math.min(this.#most, block.rows - first);
      const stride = strideOf(rows);
      let taken = rows;
      if (sample !== null) {
        taken = 0;
        for (let r = 0; r < rows; r++) taken += weights.values[r] = sample();
        weights.values.fill(0, rows, stride);
      }
      if (taken === 0) continue;
      this.#result.rows += taken;
      labels.values.set(block.label.subarray(first, first + rows));
      labels.values.fill(0, rows, stride);
      if (block.tiles === null) this.#sparse(block.sparse!, first, rows, stride, sample !== null);
      else this.#dense(block, first, rows, stride, sample !== null);
    }
  }

  #dense(block: TrainingBlock, first: number, rows: number, stride: number, sampled: boolean): void {
    const { width, factorSize, fitLinear } = this.spec;
    const { tile, narrow, squares, byFactor, lengths, linear, ofFactors, ofSquares, ofLinear } = this.#tiles!;
    const { margins, sums, slopes } = this.#memory;
    const kernels = this.#kernels;
    const count = stride * width;
    const values = block.tiles!.subarray(first * width, first * width + count);
    if (values instanceof Float32Array) {
      new Float32Array(narrow.values.buffer, narrow.address, count).set(values);
      kernels.widen(narrow.address, count, tile.address);
    } else tile.values.set(values);
    for (let i = 0; i < count; i++) squares.values[i] = tile.values[i]! ** 2;

    kernels.margins(squares.address, stride, width, lengths.address, 0, slopes.address);
    kernels.margins(tile.address, stride, width, linear.address, this.#intercept, margins.address);
    for (let f = 0; f < factorSize; f++) {
      const out = sums.address + 8 * f * stride;
      kernels.margins(tile.address, stride, width, byFactor.address + 8 * f * width, 0, out);
      for (let r = 0; r < stride; r++) margins.values[r]! += 0.5 * sums.values[f * stride + r]! ** 2;
    }
    for (let r = 0; r < stride; r++) margins.values[r]! -= 0.5 * slopes.values[r]!;

    this.#addLoss(rows, stride, sampled);
    if (fitLinear) kernels.accumulate(tile.address, stride, width, margins.address, ofLinear.address, 1);
    kernels.accumulate(squares.address, stride, width, margins.address, ofSquares.address, 1);
    for (let f = 0; f < factorSize; f++) {
      for (let r = 0; r < stride; r++) slopes.values[r] = margins.values[r]! * sums.values[f * stride + r]!;
      kernels.accumulate(tile.address, stride, width, slopes.address, ofFactors.address + 8 * f * width, 1);
    }
  }

  #sparse(
    { starts, indices, values }: NonNullable<TrainingBlock["sparse"]>,
    first: number,
    rows: number,
    stride: number,
    sampled: boolean,
  ): void {
    const { spec } = this;
    const { width, factorSize, fitLinear, parameters } = spec;
    const { margins, sums, weights } = this.#memory;
    const { gradient } = this.#result;
    const linear = width * factorSize;
    const own = sums.values;
    for (let r = 0; r < rows; r++)
      margins.values[r] = rawOf(spec, values, indices, starts[first + r]!, starts[first + r + 1]!, own, r * factorSize);
    margins.values.fill(0, rows, stride);
    this.#addLoss(rows, stride, sampled);
    for (let r = 0; r < rows; r++) {
      if (sampled && weights.values[r] === 0) continue;
      const slope = margins.values[r]!;
      for (let at = starts[first + r]!, end = starts[first + r + 1]!; at < end; at++) {
        const value = values[at]!;
        const j = indices[at]!;
        const scaled = slope * value;
        for (let f = 0, i = j * factorSize; f < factorSize; f++, i++)
          gradient[i]! += scaled * (own[r * factorSize + f]! - parameters[i]! * value);
        if (fitLinear) gradient[linear + j]! += scaled;
      }
    }
  }

  /** Margins become the slopes of the loss by them. */
  #addLoss(rows: number, stride: number, sampled: boolean): void {
    const { margins, labels, weights } = this.#memory;
    const kernels = this.#kernels;
    const result = this.#result;
    const weighted = sampled ? weights.address : 0;
    if (this.spec.loss === "logistic") result.loss += kernels.logistic(margins.address, labels.address, weighted, rows, stride);
    else {
      result.loss += 2 * kernels.squared(margins.address, labels.address, weighted, rows, stride, 1);
      for (let r = 0; r < stride; r++) margins.values[r]! *= 2;
    }
    if (this.spec.fitIntercept) result.gradient[result.gradient.length - 1]! += kernels.total(margins.address, stride);
  }

  finish(): MachineResult {
    const { width, factorSize, fitLinear, parameters } = this.spec;
    if (this.#tiles === null) return this.#result;
    const { ofFactors, ofSquares, ofLinear } = this.#tiles;
    const { gradient } = this.#result;
    for (let j = 0, at = 0; j < width; j++)
      for (let f = 0; f < factorSize; f++, at++)
        gradient[at]! += ofFactors.values[f * width + j]! - parameters[at]! * ofSquares.values[j]!;
    if (fitLinear) for (let j = 0; j < width; j++) gradient[width * factorSize + j]! += ofLinear.values[j]!;
    return this.#result;
  }
}

/** What the machine gives for the entries from `at` to before `end`; Σ v x of each factor goes to `sums`. */
function rawOf(
  spec: MachineSpec,
  values: Float64Array,
  indices: Int32Array | Float64Array | null,
  from: number,
  end: number,
  sums: Float64Array,
  to: number,
): number {
  const { width, factorSize, fitLinear, fitIntercept, parameters } = spec;
  const linear = width * factorSize;
  let raw = fitIntercept ? parameters[parameters.length - 1]! : 0;
  let squares = 0;
  sums.fill(0, to, to + factorSize);
  for (let at = from; at < end; at++) {
    const value = values[at]!;
    const j = indices === null ? at - from : indices[at]!;
    if (fitLinear) raw += parameters[linear + j]! * value;
    for (let f = 0, i = j * factorSize; f < factorSize; f++, i++) {
      const part = parameters[i]! * value;
      sums[to + f]! += part;
      squares += part * part;
    }
  }
  for (let f = 0; f < factorSize; f++) raw += 0.5 * sums[to + f]! ** 2;
  return raw - 0.5 * squares;
}

/** Of rows of a column, one after the other. */
export function rawPredictions(features: VectorColumn, spec: MachineSpec): Float64Array {
  const sums = new Float64Array(spec.factorSize);
  return Float64Array.from({ length: features.length }, (_, row) => {
    const values = features.values(row);
    return rawOf(spec, values, features.isDense(row) ? null : features.indices(row), 0, values.length, sums, 0);
  });
}
