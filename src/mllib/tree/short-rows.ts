/**
 * Rows whose features are whole numbers of 16 bits, as most categories, counts and times are: few enough bytes to go to the driver with what
 * a first look at them finds, which makes them a table of bins without a second one.
 */
import { driverMemory } from "../../common/reused-memory";
import { concatArrays } from "../compute/arrays";
import type { InstanceBlock } from "../compute/instances";
import { RowKernels } from "../kernels/row-kernels";
import { bytesOfRow, isWide, strideOf } from "./binned-table";
import { invalidCategory } from "./binning";
import type { FeatureBins } from "./features";
import { joinedLabels, type Labels, shortLabels } from "./labels";

/** Plain data. */
export interface ShortRows {
  readonly rows: number;
  /** rows × features, row after row. */
  readonly values: Int16Array;
  readonly labels: Labels;
  readonly weights: Float64Array | null;
  /** 1 of rows for validation. */
  readonly held: Float64Array | null;
}

/** Of wider rows, tables of bins by value (64 KiB a feature) would be larger than what they spare. */
const MOST_FEATURES = 256;

/** Of a row that is sent along: its numbers, label, weight, and whether it is for validation. */
const sentBytesOf = (width: number): number => 2 * width + 24;

/**
 * Gathers blocks of rows as long as they are of that kind, not too wide and few enough: as many as a table of `tableBytes` holds and `sentBytes`
 * may be sent.
 */
export class ShortRowCollector {
  #blocks: ShortRows[] | null = [];
  #rows = 0;

  constructor(
    private readonly tableBytes: number,
    private readonly sentBytes: number,
  ) {}

  add(block: InstanceBlock, held: Float64Array | null): void {
    if (this.#blocks === null) return;
    const { rows, width } = block;
    this.#rows += rows;
    const values =
      width > MOST_FEATURES || this.#rows > this.#mostRows(width)
        ? null
        : (block.short ?? (block.dense && shortened(block.dense, rows * width)));
    if (values === null) this.#blocks = null;
    else this.#blocks.push({ rows, values, labels: shortLabels(block.label!), weights: block.weight?.slice() ?? null, held });
  }

  #mostRows(width: number): number {
    return Math.min(this.tableBytes / bytesOfRow(strideOf(width, false)), this.sentBytes / sentBytesOf(width));
  }

  /** Null where there were other rows, or too many. */
  finish(): ShortRows | null {
    return this.#blocks === null || this.#blocks.length === 0 ? null : joined(this.#blocks);
  }
}

/** Null where some number is not a whole one of 16 bits. */
export function shortened(numbers: Float64Array, length: number): Int16Array | null {
  const short = new Int16Array(length);
  for (let i = 0; i < length; i++) {
    const number = numbers[i]!;
    const whole = (number << 16) >> 16;
    if (whole !== number) return null;
    short[i] = whole;
  }
  return short;
}

function joined(parts: readonly ShortRows[]): ShortRows {
  const doubles = (of: (part: ShortRows) => Float64Array | null): Float64Array | null =>
    of(parts[0]!) === null ? null : concatArrays(parts.map((part) => of(part)!), Float64Array); // prettier-ignore
  return {
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    values: concatArrays(parts.map((part) => part.values), Int16Array), // prettier-ignore
    labels: joinedLabels(parts.map((part) => part.labels)),
    weights: doubles((part) => part.weights),
    held: doubles((part) => part.held),
  };
}

/** Rows that are worked on at a time: with their bins they stay in a second-level cache. */
const CHUNK_ROWS = 4096;
const SHORTS = 1 << 16;

/** The bins of rows, part after part, as a table has them; in memory of the driver. */
export function binnedShortRows(parts: readonly ShortRows[], features: readonly FeatureBins[]): Uint8Array {
  const wide = isWide(features);
  const width = features.length;
  const stride = strideOf(width, wide);
  const size = wide ? 2 : 1;
  const kernels = new RowKernels();
  const tables = features.map(() => kernels.allocate(SHORTS * size));
  const valuesAt = kernels.allocate(CHUNK_ROWS * width * 2);
  const cellsAt = kernels.allocate(CHUNK_ROWS * stride);
  tables.forEach((at, i) => {
    const table = kernels.bytes(at, SHORTS * size);
    fillBins(features[i]!, wide ? new Uint16Array(table.buffer, at, SHORTS) : table);
  });
  const bytes = driverMemory.bytes(parts.reduce((sum, part) => sum + part.rows, 0) * stride);
  let at = 0;
  for (const { rows, values } of parts)
    for (let first = 0; first < rows; first += CHUNK_ROWS) {
      const some = Math.min(CHUNK_ROWS, rows - first);
      const chunk = kernels.shorts(valuesAt, some * width);
      chunk.set(values.subarray(first * width, (first + some) * width));
      for (let i = 0; i < width; i++) {
        if (features[i]!.kind !== "continuous") checkCategories(chunk, width, i, features[i]!.arity);
        const from = valuesAt + 2 * i;
        kernels.kernels.lookUp(size - 1, from, from + some * width * 2, width * 2, tables[i]!, cellsAt + i * size, stride);
      }
      bytes.set(kernels.bytes(cellsAt, some * stride), at);
      at += some * stride;
    }
  return bytes;
}

/** Bins of all numbers of 16 bits, negative ones in the upper half. */
function fillBins({ kind, thresholds }: FeatureBins, bins: Uint8Array | Uint16Array): void {
  if (kind !== "continuous") {
    for (let value = 0; value < bins.length; value++) bins[value] = value;
    return;
  }
  let from = -SHORTS / 2;
  for (let bin = 0; bin <= thresholds.length; bin++) {
    const above = bin < thresholds.length ? Math.floor(thresholds[bin]!) + 1 : Infinity;
    const to = Math.min(Math.max(above, from), SHORTS / 2);
    if (from < 0) bins.fill(bin, SHORTS + from, SHORTS + Math.min(to, 0));
    if (to > 0) bins.fill(bin, Math.max(from, 0), to);
    from = to;
  }
}

function checkCategories(values: Int16Array, width: number, feature: number, arity: number): void {
  for (let i = feature; i < values.length; i += width)
    if (values[i]! < 0 || values[i]! >= arity) throw invalidCategory(feature, arity, values[i]!);
}
