/**
 * Training rows as the kernels read them. Dense rows stand in tiles: a few hundred rows, by columns, so that a tile stays in
 * the processor's nearest cache while margins and gradients are made of it. Sparse rows stay rows.
 */
import type { InstanceBlock, SparseRows } from "../compute/instances";

/** Values are those of the features, neither scaled nor centred. Plain data: it is kept by executors. */
export interface TrainingBlock {
  readonly rows: number;
  readonly width: number;
  /** Tiles of `tileRows(width)` rows one after the other; the last one has `strideOf` its rows. */
  readonly tiles: Float64Array | null;
  readonly sparse: SparseRows | null;
  readonly label: Float64Array;
  /** Null: all 1. */
  readonly weight: Float64Array | null;
  readonly extra: readonly Float64Array[];
}

/** Doubles of a tile: two thirds of a first-level cache of 32 KiB. */
const TILE_SIZE = 2816;
const MOST_ROWS = 512;
const LEAST_ROWS = 16;

/** Rows of a full tile, a multiple of 8. */
export function tileRows(width: number): number {
  const rows = Math.floor(TILE_SIZE / Math.max(width, 1) / 8) * 8;
  return Math.min(Math.max(rows, LEAST_ROWS), MOST_ROWS);
}

/** Distance of a tile's columns. */
export function strideOf(rows: number): number {
  return Math.ceil(rows / 8) * 8;
}

export function trainingBlock(block: InstanceBlock): TrainingBlock {
  const { rows, width, dense, sparse, weight, extra } = block;
  const label = block.label ?? new Float64Array(rows);
  const ones = weight?.every((value) => value === 1) ?? true;
  const common = { rows, width, label, weight: ones ? null : weight, extra };
  if (dense === null) return { ...common, tiles: null, sparse: sparse! };
  const most = tileRows(width);
  const full = Math.floor(rows / most);
  const tiles = new Float64Array((full * most + strideOf(rows % most)) * width);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    transpose(dense, first * width, count, width, tiles, first * width, stride);
  }
  return { ...common, tiles, sparse: null };
}

function transpose(
  from: Float64Array,
  at: number,
  rows: number,
  width: number,
  to: Float64Array,
  start: number,
  stride: number,
): void {
  for (let r = 0; r < rows; r++) for (let j = 0, place = start + r; j < width; j++, place += stride) to[place] = from[at++]!;
}
