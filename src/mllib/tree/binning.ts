/** Values of features to bins. */
import { DataError } from "../../common/errors";
import type { InstanceBlock } from "../compute/instances";
import { strideOf } from "./binned-table";
import { binsOf, type FeatureBins } from "./features";

const CELLS = 1024;

/** Bins of the values of one feature. */
class Binner {
  readonly #low: number;
  readonly #scale: number;
  /** For each cell of an even grid from the first to the last threshold, how many thresholds lie before it. */
  readonly #before: Int32Array;

  constructor(
    private readonly feature: FeatureBins,
    private readonly index: number,
  ) {
    const { thresholds } = feature;
    const many = thresholds.length;
    this.#low = many > 0 ? thresholds[0]! : 0;
    const range = many > 0 ? thresholds[many - 1]! - this.#low : 0;
    this.#scale = range > 0 && Number.isFinite(CELLS / range) ? CELLS / range : 0;
    this.#before = new Int32Array(CELLS + 3);
    for (let cell = 0, passed = 0; cell < this.#before.length; cell++) {
      while (passed < many && this.#cellOf(thresholds[passed]!) < cell) passed++;
      this.#before[cell] = passed;
    }
  }

  /** 0 below the grid, CELLS + 1 above it; does not fall as values rise. */
  #cellOf(value: number): number {
    const cell = (value - this.#low) * this.#scale + 1;
    return cell < 1 ? 0 : cell > CELLS ? CELLS + 1 : cell | 0;
  }

  bin(value: number): number {
    const { thresholds, kind } = this.feature;
    if (kind !== "continuous") return this.#category(value);
    const cell = this.#cellOf(value);
    let low = this.#before[cell]!;
    let high = this.#before[cell + 1]!;
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
    throw new DataError(
      "INVALID_CATEGORY",
      `Feature ${this.index} is categorical with values in {0, …, ${arity - 1}}, but a row gives it the value ${value}.`,
    );
  }
}

/** Writes the bins of blocks. */
export class BlockBinner {
  readonly stride: number;
  readonly #binners: readonly Binner[];

  constructor(
    private readonly features: readonly FeatureBins[],
    private readonly wide: boolean,
  ) {
    this.stride = strideOf(features.length, wide);
    this.#binners = features.map((feature, i) => new Binner(feature, i));
  }

  bin(block: InstanceBlock): Uint8Array {
    const { rows, width, dense, sparse } = block;
    if (width !== this.features.length)
      throw new DataError(
        "VECTOR_SIZES_DIFFER",
        `The features hold vectors of ${this.features.length} and of ${width} entries; all must have as many.`,
      );
    const bytes = new Uint8Array(rows * this.stride);
    const cells = this.wide ? new Uint16Array(bytes.buffer) : bytes;
    const stride = this.wide ? this.stride / 2 : this.stride;
    if (dense !== null) {
      for (let feature = 0; feature < width; feature++) {
        const binner = this.#binners[feature]!;
        if (binsOf(this.features[feature]!) === 1) continue;
        for (let row = 0, from = feature, to = feature; row < rows; row++, from += width, to += stride)
          cells[to] = binner.bin(dense[from]!);
      }
      return bytes;
    }
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
