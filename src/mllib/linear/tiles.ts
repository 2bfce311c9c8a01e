/**
 * Training rows as the kernels read them. Dense rows stand in tiles: a few hundred rows, by columns, so that a tile stays in
 * the processor's nearest cache while margins and gradients are made of it. Sparse rows stay rows.
 */
import type { InstanceBlock, SparseRows } from "../compute/instances";

/** Of 32-bit floats where all values are such: whole numbers of up to 24 bits, what was a float before. */
export type Tiles = Float64Array | Float32Array;

/** Values are those of the features, neither scaled nor centred. Plain data: it is kept by executors. */
export interface TrainingBlock {
  readonly rows: number;
  readonly width: number;
  /** Tiles of `tileRows(width)` rows one after the other; the last one has `strideOf` its rows. */
  readonly tiles: Tiles | null;
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
  const size = (full * most + strideOf(rows % most)) * width;
  let tiles: Tiles | null = narrow(dense) ? tiled(dense, rows, width, new Float32Array(size)) : null;
  tiles ??= tiled(dense, rows, width, new Float64Array(size));
  return { ...common, tiles, sparse: null };
}

/** Whether the first rows suggest that 32 bits are enough. */
function narrow(values: Float64Array): boolean {
  const few = Math.min(values.length, 256);
  for (let i = 0; i < few; i++) if (Math.fround(values[i]!) !== values[i]) return false;
  return true;
}

/** Null where a value is not what was stored. */
function tiled<T extends Tiles>(dense: Float64Array, rows: number, width: number, tiles: T): T | null {
  const most = tileRows(width);
  for (let first = 0, at = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    const end = first * width + count;
    let exact = true;
    for (let r = first * width; r < end; r++) {
      for (let j = 0, place = r; j < width; j++, place += stride) {
        const value = dense[at++]!;
        tiles[place] = value;
        if (tiles[place] !== value) exact = false;
      }
    }
    if (!exact) return null;
  }
  return tiles;
}
