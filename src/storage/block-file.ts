/**
 * The form of a block on disk: frames one after the other, then their lengths and checksums, so that a file says by
 * itself what it holds and a replacement executor can take it over.
 *
 *   frames | count × (length uint32, CRC-32 uint32) | count uint32, rows float64, level uint32, CRC-32 of all since the frames uint32, magic uint32
 *
 * Little-endian.
 */
import { crc32 } from "node:zlib";
import type { LevelFlags } from "./host-calls";
import { closeLocal, openLocal, readLocal, sizeOfLocal } from "./local-data";

const MAGIC = 0x4b425346; // "FSBK"
const TAIL = 24;

/** Frame i is bytes [offsets[i], offsets[i + 1]) of the file. */
export interface FrameIndex {
  readonly offsets: Float64Array;
  readonly checksums: Uint32Array;
}

export interface BlockFileIndex extends FrameIndex {
  readonly rows: number;
  readonly level: LevelFlags;
}

/** Collects the index of frames while they are written. */
export class FrameIndexBuilder {
  readonly #offsets: number[] = [0];
  readonly #checksums: number[] = [];

  add(frame: Uint8Array): void {
    this.#offsets.push(this.#offsets[this.#offsets.length - 1]! + frame.length);
    this.#checksums.push(crc32(frame));
  }

  build(): FrameIndex {
    return { offsets: Float64Array.from(this.#offsets), checksums: Uint32Array.from(this.#checksums) };
  }
}

export function encodeFooter(index: BlockFileIndex): Uint8Array {
  const count = index.checksums.length;
  const bytes = Buffer.allocUnsafe(count * 8 + TAIL);
  for (let i = 0; i < count; i++) {
    bytes.writeUInt32LE(index.offsets[i + 1]! - index.offsets[i]!, i * 8);
    bytes.writeUInt32LE(index.checksums[i]!, i * 8 + 4);
  }
  const tail = count * 8;
  bytes.writeUInt32LE(count, tail);
  bytes.writeDoubleLE(index.rows, tail + 4);
  bytes.writeUInt32LE(packLevel(index.level), tail + 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, tail + 16)), tail + 16);
  bytes.writeUInt32LE(MAGIC, tail + 20);
  return bytes;
}

/** What the file says of itself; null when it is not a whole block file. The frames are not looked at. */
export function readFooter(path: string): BlockFileIndex | null {
  const fd = openLocal(path, "r");
  try {
    const size = sizeOfLocal(fd);
    if (size < TAIL) return null;
    const tail = readAt(fd, size - TAIL, TAIL);
    const count = tail.readUInt32LE(0);
    const footer = count * 8 + TAIL;
    if (tail.readUInt32LE(20) !== MAGIC || footer > size) return null;
    const bytes = readAt(fd, size - footer, footer);
    if (crc32(bytes.subarray(0, footer - 8)) !== bytes.readUInt32LE(footer - 8)) return null;
    const offsets = new Float64Array(count + 1);
    const checksums = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      offsets[i + 1] = offsets[i]! + bytes.readUInt32LE(i * 8);
      checksums[i] = bytes.readUInt32LE(i * 8 + 4);
    }
    if (offsets[count] !== size - footer) return null;
    return { offsets, checksums, rows: tail.readDoubleLE(4), level: unpackLevel(tail.readUInt32LE(12)) };
  } finally {
    closeLocal(fd);
  }
}

/** Fills `into` from `position`; false when the file ends before. */
export function readWhole(fd: number, into: Uint8Array, position: number): boolean {
  let done = 0;
  while (done < into.length) {
    const got = readLocal(fd, into, done, into.length - done, position + done);
    if (got === 0) return false;
    done += got;
  }
  return true;
}

function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (!readWhole(fd, bytes, position)) throw new Error("the file was cut short while it was read");
  return bytes;
}

function packLevel(level: LevelFlags): number {
  return (
    (level.useDisk ? 1 : 0) |
    (level.useMemory ? 2 : 0) |
    (level.useOffHeap ? 4 : 0) |
    (level.deserialized ? 8 : 0) |
    (level.replication << 8)
  );
}

function unpackLevel(bits: number): LevelFlags {
  return {
    useDisk: (bits & 1) !== 0,
    useMemory: (bits & 2) !== 0,
    useOffHeap: (bits & 4) !== 0,
    deserialized: (bits & 8) !== 0,
    replication: bits >>> 8,
  };
}
