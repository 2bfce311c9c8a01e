/** The places, sizes and checksums of a shuffle's map outputs in shared memory: packed by the main thread, read by workers. */
import type { BlockAddress } from "./block-address";
import type { PackedMapOutputs } from "./host-calls";
import type { MapOutputTable } from "./ports";
import type { MapOutputs } from "./task-env";

export function packMapOutputs(shuffleId: number, table: MapOutputTable): PackedMapOutputs {
  const { numMaps, numReducers } = table;
  const buffer = new SharedArrayBuffer(numMaps * (numReducers + 1) * 8 + numMaps * numReducers * 4 + numMaps * 4);
  const { offsets, checksums, owners } = views(buffer, numMaps, numReducers);
  offsets.set(table.offsets);
  checksums.set(table.checksums);
  owners.set(table.owners);
  return { shuffleId, epoch: table.epoch, numMaps, numReducers, executors: table.executors, buffer };
}

export class MapOutputView implements MapOutputs {
  readonly numMaps: number;
  readonly numReducers: number;
  readonly epoch: number;
  readonly #offsets: Float64Array;
  readonly #checksums: Uint32Array;
  readonly #owners: Int32Array;
  readonly executors: readonly BlockAddress[];

  constructor(packed: PackedMapOutputs) {
    this.numMaps = packed.numMaps;
    this.numReducers = packed.numReducers;
    this.epoch = packed.epoch;
    this.executors = packed.executors;
    const { offsets, checksums, owners } = views(packed.buffer, packed.numMaps, packed.numReducers);
    this.#offsets = offsets;
    this.#checksums = checksums;
    this.#owners = owners;
  }

  size(map: number, reduce: number): number {
    const at = map * (this.numReducers + 1) + reduce;
    return this.#offsets[at + 1]! - this.#offsets[at]!;
  }

  /** Where the segment begins in its file. */
  offset(map: number, reduce: number): number {
    return this.#offsets[map * (this.numReducers + 1) + reduce]!;
  }

  checksum(map: number, reduce: number): number {
    return this.#checksums[map * this.numReducers + reduce]!;
  }

  /** Index into `executors`, -1 when the output is lost. */
  owner(map: number): number {
    return this.#owners[map]!;
  }

  /** A map whose output is lost or not there yet; -1 when all are there. */
  firstMissing(): number {
    return this.#owners.indexOf(-1);
  }
}

function views(
  buffer: SharedArrayBuffer,
  numMaps: number,
  numReducers: number,
): { offsets: Float64Array; checksums: Uint32Array; owners: Int32Array } {
  const offsets = new Float64Array(buffer, 0, numMaps * (numReducers + 1));
  const checksums = new Uint32Array(buffer, offsets.byteLength, numMaps * numReducers);
  const owners = new Int32Array(buffer, offsets.byteLength + checksums.byteLength, numMaps);
  return { offsets, checksums, owners };
}
