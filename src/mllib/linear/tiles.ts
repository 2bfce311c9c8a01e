/**
 * Training rows as the kernels read them. Dense rows stand in tiles: a few hundred rows, by columns, so that a tile stays in
 * the processor's nearest cache while margins and gradients are made of it. Sparse rows stay rows.
 */
import type { InstanceBlock, SparseRows } from "../compute/instances";
import type { ReusedMemory } from "../../common/reused-memory";
import { type KernelMemory, withKernels } from "../kernels/gradient-kernels";

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

/** Where the numbers of a block stand. */
export interface BlockRoom {
  tiles<T extends Tiles>(Kind: TileKind<T>, numbers: number): T;
  /** Labels, weights or another column, which stand in memory of somebody else. */
  column(values: Float64Array): Float64Array;
}

/** Memory for the tiles of one block after the other. */
export class TileRoom implements BlockRoom {
  #bytes = new ArrayBuffer(0);

  tiles<T extends Tiles>(Kind: TileKind<T>, numbers: number): T {
    const bytes = numbers * Kind.BYTES_PER_ELEMENT;
    if (this.#bytes.byteLength < bytes) this.#bytes = new ArrayBuffer(bytes);
    return new Kind(this.#bytes, 0, numbers);
  }

  column(values: Float64Array): Float64Array {
    return values;
  }
}

/** Memory for blocks that are to be kept. */
export class KeptRoom implements BlockRoom {
  constructor(private readonly memory: ReusedMemory) {}

  tiles<T extends Tiles>(Kind: TileKind<T>, numbers: number): T {
    return new Kind(this.memory.take(numbers * Kind.BYTES_PER_ELEMENT), 0, numbers);
  }

  column(values: Float64Array): Float64Array {
    return this.memory.copy(values);
  }
}

interface TileKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
}

/** @param room where the block stands; absent: in memory of its own, but for columns, which stay where they are */
export function trainingBlock(block: InstanceBlock, room?: BlockRoom): TrainingBlock {
  const { rows, width, dense, short, sparse, weight } = block;
  const column = (values: Float64Array): Float64Array => room?.column(values) ?? values;
  const label = column(block.label ?? new Float64Array(rows));
  const ones = weight?.every((value) => value === 1) ?? true;
  const common = { rows, width, label, weight: ones ? null : column(weight!), extra: block.extra.map(column) };
  if (sparse !== null) return { ...common, tiles: null, sparse };
  const size = sizeOf(rows, width);
  const tiles = <T extends Tiles>(Kind: TileKind<T>): T => room?.tiles(Kind, size) ?? new Kind(size);
  return withKernels((memory) => {
    if (short) return { ...common, tiles: shortTiles(memory, short, rows, width, tiles(Float32Array)), sparse: null };
    const narrow = narrowTiles(memory, dense!, rows, width, () => tiles(Float32Array));
    return { ...common, tiles: narrow ?? wideTiles(memory, dense!, rows, width, tiles(Float64Array)), sparse: null };
  });
}

/** Numbers of all tiles together. */
function sizeOf(rows: number, width: number): number {
  const most = tileRows(width);
  return (rows - (rows % most) + strideOf(rows % most)) * width;
}

function shortTiles(own: KernelMemory, short: Int16Array, rows: number, width: number, tiles: Float32Array): Float32Array {
  const { kernels } = own;
  const most = tileRows(width);
  const memory = own.regions({ rows: Math.ceil((most * width) / 4), tile: most * width });
  const { address } = memory.tile;
  const { buffer } = memory.tile.values;
  const tile = new Float32Array(buffer, address, most * width);
  const place = new Int16Array(buffer, memory.rows.address, most * width);
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    place.set(short.subarray(first * width, (first + count) * width));
    kernels.shortTile(memory.rows.address, count, width, stride, address);
    tiles.set(tile.subarray(0, stride * width), first * width);
  }
  return tiles;
}

/** Null where a value is not one of 32 bits. */
function narrowTiles(
  own: KernelMemory,
  dense: Float64Array,
  rows: number,
  width: number,
  room: () => Float32Array,
): Float32Array | null {
  const { kernels } = own;
  const most = tileRows(width);
  const memory = own.regions({ rows: most * width, tile: most * width });
  const { address } = memory.tile;
  const tile = new Float32Array(memory.tile.values.buffer, address, most * width);
  let tiles: Float32Array | undefined;
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    memory.rows.values.set(dense.subarray(first * width, (first + count) * width));
    if (kernels.narrowTile(memory.rows.address, count, width, stride, address) === 0) return null;
    tiles ??= room();
    tiles.set(tile.subarray(0, stride * width), first * width);
  }
  return tiles ?? new Float32Array(0);
}

function wideTiles(own: KernelMemory, dense: Float64Array, rows: number, width: number, tiles: Float64Array): Float64Array {
  const { kernels } = own;
  const most = tileRows(width);
  const memory = own.regions({ rows: most * width, tile: most * width });
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    const stride = strideOf(count);
    memory.rows.values.set(dense.subarray(first * width, (first + count) * width));
    kernels.wideTile(memory.rows.address, count, width, stride, memory.tile.address);
    tiles.set(memory.tile.values.subarray(0, stride * width), first * width);
  }
  return tiles;
}
