/**
 * The form of a map task's output: the segments of all reduce partitions in order, then the index, so that one rename
 * commits both and a file says by itself what it holds.
 *
 *   segments | offsets (R + 1) float64 | checksums R uint32 | shuffle uint32, map uint32, stage uint32, attempt uint32, R uint32, CRC-32 of the index uint32, magic uint32
 *
 * Little-endian, as every machine is that Node runs on with typed arrays in this order.
 */
import { crc32 } from "node:zlib";
import { readWhole } from "./block-file";
import { closeLocal, openLocal, sizeOfLocal, writeLocal } from "./local-data";
import type { MapOutputWritten } from "./task-env";

const MAGIC = 0x4d425346; // "FSBM"
const TAIL = 28;

/** Which run of which map task wrote the file. */
export interface MapOutputOrigin {
  readonly shuffleId: number;
  readonly map: number;
  readonly stageId: number;
  readonly stageAttempt: number;
}

export interface MapOutputIndex extends MapOutputOrigin, MapOutputWritten {}

/** The name of a committed map output in its executor's directories. */
export function mapOutputName(shuffleId: number, map: number): string {
  return `shuffle_${shuffleId}_${map}.data`;
}

/** Ends a file of segments, open for writing, with its index. */
export function appendIndex(fd: number, index: MapOutputIndex): void {
  const { offsets, checksums } = index;
  const length = offsets.byteLength + checksums.byteLength + TAIL;
  const bytes = Buffer.allocUnsafe(length);
  bytes.set(new Uint8Array(offsets.buffer, offsets.byteOffset, offsets.byteLength), 0);
  bytes.set(new Uint8Array(checksums.buffer, checksums.byteOffset, checksums.byteLength), offsets.byteLength);
  const tail = length - TAIL;
  [index.shuffleId, index.map, index.stageId, index.stageAttempt, checksums.length].forEach((value, i) =>
    bytes.writeUInt32LE(value, tail + i * 4),
  );
  bytes.writeUInt32LE(crc32(bytes.subarray(0, length - 8)), length - 8);
  bytes.writeUInt32LE(MAGIC, length - 4);
  const end = offsets[offsets.length - 1]!;
  for (let done = 0; done < length;) done += writeLocal(fd, bytes, done, length - done, end + done);
}

/** What the file says of itself; null when it is not a whole map output. The segments are not looked at. */
export function readIndex(path: string): MapOutputIndex | null {
  const fd = openLocal(path, "r");
  try {
    const size = sizeOfLocal(fd);
    const tail = new Uint8Array(TAIL);
    if (size < TAIL || !readWhole(fd, tail, size - TAIL)) return null;
    const word = (at: number): number => Buffer.from(tail.buffer).readUInt32LE(at);
    const reducers = word(16);
    const length = (reducers + 1) * 8 + reducers * 4 + TAIL;
    if (word(24) !== MAGIC || length > size) return null;
    const bytes = new Uint8Array(length);
    if (!readWhole(fd, bytes, size - length) || crc32(bytes.subarray(0, length - 8)) !== word(20)) return null;
    const offsets = new Float64Array(bytes.buffer.slice(0, (reducers + 1) * 8));
    const checksums = new Uint32Array(bytes.buffer.slice((reducers + 1) * 8, (reducers + 1) * 8 + reducers * 4));
    if (offsets[reducers] !== size - length) return null;
    return { shuffleId: word(0), map: word(4), stageId: word(8), stageAttempt: word(12), offsets, checksums };
  } finally {
    closeLocal(fd);
  }
}
