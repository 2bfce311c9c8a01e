/**
 * Rows whose features are whole numbers of 16 bits, as most categories, counts and times are: few enough bytes to go to the driver with what
 * a first look at them finds, which makes them a table of bins without a second one.
 */
import { concatArrays } from "../compute/arrays";
import type { InstanceBlock } from "../compute/instances";
import { isWide, strideOf } from "./binned-table";
import { invalidCategory } from "./binning";
import type { FeatureBins } from "./features";

/** Plain data. */
export interface ShortRows {
  readonly rows: number;
  /** rows × features, row after row. */
  readonly values: Int16Array;
  readonly labels: Float64Array;
  readonly weights: Float64Array | null;
  /** 1 of rows for validation. */
  readonly held: Float64Array | null;
}

/** Gathers blocks of rows as long as they are of that kind, and few enough. */
export class ShortRowCollector {
  #blocks: ShortRows[] | null = [];
  #rows = 0;

  constructor(private readonly mostRows: (width: number) => number) {}

  add(block: InstanceBlock, held: Float64Array | null): void {
    if (this.#blocks === null) return;
    const { rows, width } = block;
    this.#rows += rows;
    const values =
      this.#rows > this.mostRows(width) ? null : (block.short ?? (block.dense && shortened(block.dense, rows * width)));
    if (values === null) this.#blocks = null;
    else this.#blocks.push({ rows, values, labels: block.label!.slice(), weights: block.weight?.slice() ?? null, held });
  }

  /** Null where there were other rows, or too many. */
  finish(): ShortRows | null {
    return this.#blocks === null || this.#blocks.length === 0 ? null : joined(this.#blocks);
  }
}

/** Null where some number is not a whole one of 16 bits. */
function shortened(numbers: Float64Array, length: number): Int16Array | null {
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
    labels: doubles((part) => part.labels)!,
    weights: doubles((part) => part.weights),
    held: doubles((part) => part.held),
  };
}

/** Rows whose bins stay in a processor's first-level cache. */
const CHUNK_ROWS = 1024;

/** The bins of rows, part after part, as a table has them. */
export function binnedShortRows(parts: readonly ShortRows[], features: readonly FeatureBins[]): Uint8Array {
  const wide = isWide(features);
  const width = features.length;
  const stride = strideOf(width, wide);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.rows, 0) * stride);
  const cells = wide ? new Uint16Array(bytes.buffer) : bytes;
  const step = wide ? stride / 2 : stride;
  const bins = features.map(binsByValue);
  let at = 0;
  for (const { rows, values } of parts) {
    for (let first = 0; first < rows; first += CHUNK_ROWS) {
      const last = Math.min(first + CHUNK_ROWS, rows);
      for (let feature = 0; feature < width; feature++) {
        if (features[feature]!.kind !== "continuous") checkCategories(values, first, last, width, features[feature]!, feature);
        lookUp(bins[feature]!, values, first * width + feature, last * width, width, cells, (at + first) * step + feature, step);
      }
    }
    at += rows;
  }
  return bytes;
}

/** Bins of all numbers of 16 bits, negative ones in the upper half. */
function binsByValue({ kind, thresholds }: FeatureBins): Uint16Array {
  const bins = new Uint16Array(1 << 16);
  if (kind !== "continuous") return bins.map((_, value) => value);
  const place = (value: number): number => Math.min(Math.max(Math.floor(value) + 1, -0x8000), 0x8000);
  const fill = (bin: number, from: number, to: number): void => {
    if (from < 0) bins.fill(bin, 0x10000 + from, 0x10000 + Math.min(to, 0));
    if (to > 0) bins.fill(bin, Math.max(from, 0), to);
  };
  let from = -0x8000;
  for (let bin = 0; bin <= thresholds.length; bin++) {
    const to = bin < thresholds.length ? place(thresholds[bin]!) : 0x8000;
    fill(bin, from, to);
    from = to;
  }
  return bins;
}

function lookUp(
  bins: Uint16Array,
  values: Int16Array,
  from: number,
  end: number,
  width: number,
  cells: Uint8Array | Uint16Array,
  to: number,
  step: number,
): void {
  for (; from < end; from += width, to += step) cells[to] = bins[values[from]! & 0xffff]!;
}

function checkCategories(
  values: Int16Array,
  first: number,
  last: number,
  width: number,
  { arity }: FeatureBins,
  feature: number,
): void {
  for (let i = first * width + feature, end = last * width; i < end; i += width)
    if (values[i]! < 0 || values[i]! >= arity) throw invalidCategory(feature, arity, values[i]!);
}
