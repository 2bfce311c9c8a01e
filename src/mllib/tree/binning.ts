/** Values of features to bins. */
import { DataError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { RowKernels, rowsOfChunk } from "../kernels/row-kernels";
import { strideOf } from "./binned-table";
import type { FeatureBins } from "./features";

const CELLS = 1024;

/** Bins of the values of one feature. */
class Binner {
  readonly low: number;
  readonly scale: number;
  /** For each cell of an even grid from the first to the last threshold, how many thresholds lie before it. */
  readonly before = new Uint32Array(CELLS + 3);
  /** Thresholds of a cell at most. */
  readonly most: number;

  constructor(
    private readonly feature: FeatureBins,
    private readonly index: number,
  ) {
    const { thresholds } = feature;
    const many = thresholds.length;
    this.low = many > 0 ? thresholds[0]! : 0;
    const range = many > 0 ? thresholds[many - 1]! - this.low : 0;
    this.scale = range > 0 && Number.isFinite(CELLS / range) ? CELLS / range : 0;
    const { before } = this;
    let most = 1;
    for (let cell = 0, passed = 0; cell < before.length; cell++) {
      while (passed < many && this.#cellOf(thresholds[passed]!) < cell) passed++;
      before[cell] = passed;
      if (cell > 0) most = Math.max(most, passed - before[cell - 1]!);
    }
    this.most = most;
  }

  /** 0 below the grid, CELLS + 1 above it; does not fall as values rise. The kernel's rule. */
  #cellOf(value: number): number {
    return Math.trunc(Math.min(Math.max((value - this.low) * this.scale + 1, 0), CELLS + 1)) || 0;
  }

  bin(value: number): number {
    const { thresholds, kind } = this.feature;
    if (kind !== "continuous") return this.#category(value);
    const cell = this.#cellOf(value);
    let low = this.before[cell]!;
    let high = this.before[cell + 1]!;
    while (high - low > 4) {
      const middle = (low + high) >>> 1;
      if (thresholds[middle]! < value) low = middle + 1;
      else high = middle;
    }
    while (low < high && thresholds[low]! < value) low++;
    return low;
  }

  #category(value: number): number {
    const { arity } = this.feature;
    if (Number.isInteger(value) && value >= 0 && value < arity) return value;
    throw invalidCategory(this.index, arity, value);
  }
}

export const invalidCategory = (feature: number, arity: number, value: number): DataError =>
  new DataError(
    "INVALID_CATEGORY",
    `Feature ${feature} is categorical with values in {0, …, ${arity - 1}}, but a row gives it the value ${value}.`,
  );

/** Where the tables of a continuous feature lie in the kernels' memory. */
interface Tables {
  readonly before: number;
  readonly thresholds: number;
}

/** Dense rows by kernels. */
class DenseBinner {
  readonly #kernels = new RowKernels();
  readonly #rows: number;
  readonly #values: number;
  readonly #cells: number;
  readonly #tables: readonly Tables[];

  constructor(
    private readonly binners: readonly Binner[],
    private readonly features: readonly FeatureBins[],
    private readonly stride: number,
    private readonly wide: boolean,
  ) {
    const kernels = this.#kernels;
    this.#rows = rowsOfChunk(features.length);
    this.#values = kernels.allocate(this.#rows * features.length * 8);
    this.#cells = kernels.allocate(this.#rows * stride);
    this.#tables = features.map(({ thresholds }, i) => {
      const { before, most } = binners[i]!;
      const at = { before: kernels.allocate(before.byteLength), thresholds: kernels.allocate((thresholds.length + most) * 8) };
      kernels.words(at.before, before.length).set(before);
      const doubles = kernels.doubles(at.thresholds, thresholds.length + most);
      doubles.set(thresholds);
      doubles.fill(Infinity, thresholds.length);
      return at;
    });
  }

  bin(dense: Float64Array | Int16Array, rows: number): Uint8Array {
    const { features, stride } = this;
    const width = features.length;
    const bytes = new Uint8Array(rows * stride);
    for (let first = 0; first < rows; first += this.#rows) {
      const some = Math.min(this.#rows, rows - first);
      const values = this.#kernels.doubles(this.#values, some * width);
      values.set(dense.subarray(first * width, (first + some) * width));
      const cells = this.#kernels.bytes(this.#cells, some * stride);
      for (let feature = 0; feature < width; feature++)
        if (features[feature]!.kind === "continuous") this.#continuous(feature, some);
        else this.#categories(feature, values, cells);
      bytes.set(cells, first * stride);
    }
    return bytes;
  }

  #continuous(feature: number, rows: number): void {
    const { low, scale, most } = this.binners[feature]!;
    const { before, thresholds } = this.#tables[feature]!;
    const step = this.features.length * 8;
    const from = this.#values + 8 * feature;
    const to = this.#cells + feature * (this.wide ? 2 : 1);
    const wide = this.wide ? 1 : 0;
    const end = from + rows * step;
    this.#kernels.kernels.bins(wide, from, end, step, low, scale, CELLS + 1, before, thresholds, most, to, this.stride);
  }

  #categories(feature: number, values: Float64Array, bytes: Uint8Array): void {
    const cells = this.wide ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2) : bytes;
    const stride = this.wide ? this.stride / 2 : this.stride;
    const binner = this.binners[feature]!;
    for (let from = feature, to = feature; from < values.length; from += this.features.length, to += stride)
      cells[to] = binner.bin(values[from]!);
  }
}

/** Writes the bins of blocks. */
export class BlockBinner {
  readonly stride: number;
  readonly #binners: readonly Binner[];
  #dense: DenseBinner | undefined;

  constructor(
    private readonly features: readonly FeatureBins[],
    private readonly wide: boolean,
  ) {
    this.stride = strideOf(features.length, wide);
    this.#binners = features.map((feature, i) => new Binner(feature, i));
  }

  bin(block: InstanceBlock): Uint8Array {
    const { rows, width, short, sparse } = block;
    const dense = short ?? block.dense;
    if (width !== this.features.length)
      throw new DataError(
        "VECTOR_SIZES_DIFFER",
        `The features hold vectors of ${this.features.length} and of ${width} entries; all must have as many.`,
      );
    if (dense !== null) {
      this.#dense ??= new DenseBinner(this.#binners, this.features, this.stride, this.wide);
      return this.#dense.bin(dense, rows);
    }
    const bytes = new Uint8Array(rows * this.stride);
    const cells = this.wide ? new Uint16Array(bytes.buffer) : bytes;
    const stride = this.wide ? this.stride / 2 : this.stride;
    const zeros = this.#binners.map((binner) => binner.bin(0));
    const { starts, indices, values } = sparse!;
    for (let row = 0; row < rows; row++) {
      cells.set(zeros, row * stride);
      for (let i = starts[row]!; i < starts[row + 1]!; i++)
        cells[row * stride + indices[i]!] = this.#binners[indices[i]!]!.bin(values[i]!);
    }
    return bytes;
  }
}
