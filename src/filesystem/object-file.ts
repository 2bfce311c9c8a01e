/**
 * Object files: records in the encoded form of the layer above, which this format does not look into. A file can be
 * split at any byte: as in Hadoop's sequence files a marker, made at random for each file, stands before every block,
 * and a block belongs to the split in which its marker begins.
 *
 *   file:   magic "firesteel:objects" (17 bytes), version 2 (1 byte), marker (16 bytes), blocks
 *   block:  marker (16 bytes), payload length (u32), number of records (u32), CRC-32 of the payload (u32), payload
 *
 * Numbers are little-endian.
 */
import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Chunk } from "../columnar/chunk";
import { UsageError } from "../common/errors";
import { readFailed } from "./file-system";
import type { ByteSink } from "./part-writers";
import type { FileSplit } from "./splits";
import { openBytes } from "./task-storage";
import type { ByteInput, TaskStorage } from "./task-storage";
import type { FileSource } from "./text-source";

const MAGIC = Buffer.from("firesteel:objects", "latin1");
const VERSION = 2;
const MARKER_BYTES = 16;
const HEADER_BYTES = MAGIC.length + 1 + MARKER_BYTES;
const BLOCK_HEADER_BYTES = MARKER_BYTES + 12;
const MAX_PAYLOAD_BYTES = 0x7fffffff;
const SCAN_BYTES = 64 * 1024;

export class ObjectPartWriter {
  readonly #sink: ByteSink;
  readonly #marker = randomBytes(MARKER_BYTES);

  constructor(sink: ByteSink) {
    this.#sink = sink;
    sink.write(Buffer.concat([MAGIC, Buffer.of(VERSION), this.#marker]));
  }

  get bytesWritten(): number {
    return this.#sink.bytesWritten;
  }

  /** One encoded batch: what the reader's `decode` is given. */
  writeBatch(payload: Uint8Array, records: number): void {
    if (payload.length > MAX_PAYLOAD_BYTES) {
      throw new UsageError(
        "BATCH_TOO_LARGE",
        `A batch of ${payload.length} bytes is too large for an object file; ${MAX_PAYLOAD_BYTES} are possible.`,
      );
    }
    const header = Buffer.alloc(BLOCK_HEADER_BYTES);
    this.#marker.copy(header);
    header.writeUInt32LE(payload.length, MARKER_BYTES);
    header.writeUInt32LE(records, MARKER_BYTES + 4);
    header.writeUInt32LE(crc32(payload), MARKER_BYTES + 8);
    this.#sink.write(header);
    this.#sink.write(payload);
  }

  finish(): void {
    this.#sink.finish();
  }

  close(): void {
    this.#sink.close();
  }
}

/** Gives the records of one batch. The bytes are the decoder's to keep. */
export type DecodeBatch = (payload: Uint8Array, records: number) => Chunk;

export function openObjectSplit(split: FileSplit, storage: TaskStorage, decode: DecodeBatch): FileSource {
  const header = openBytes(split.path, 0, HEADER_BYTES, storage);
  let marker: Buffer;
  try {
    marker = readHeader(split.path, header);
  } finally {
    header.close();
  }
  const start = Math.max(split.start, HEADER_BYTES);
  const end = split.start + split.length;
  return new ObjectSource(split, openBytes(split.path, start, end, storage), start, marker, decode);
}

/** The file's marker. */
function readHeader(path: string, input: ByteInput): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  if (fill(input, header) < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw readFailed(path, "it is no object file written by saveAsObjectFile.");
  }
  const version = header[MAGIC.length];
  if (version !== VERSION)
    throw readFailed(path, `it is an object file of version ${version}; this release reads version ${VERSION}.`);
  return header.subarray(MAGIC.length + 1);
}

/** Reads until `into` is full or the input ends; the number of bytes read. */
function fill(input: ByteInput, into: Uint8Array, from = 0): number {
  let filled = from;
  while (filled < into.length) {
    const n = input.read(into, filled, into.length - filled);
    if (n === 0) break;
    filled += n;
  }
  return filled;
}

class ObjectSource implements FileSource {
  readonly #path: string;
  readonly #fileLength: number;
  readonly #input: ByteInput;
  readonly #end: number;
  readonly #marker: Buffer;
  readonly #decode: DecodeBatch;
  /** Where in the file the next byte of #pending, then of the input, stands. */
  #position: number;
  /** Bytes read while the first marker was looked for. */
  #pending: Uint8Array = new Uint8Array(0);
  #synchronized = false;
  #done = false;

  constructor(split: FileSplit, input: ByteInput, start: number, marker: Buffer, decode: DecodeBatch) {
    this.#path = split.path;
    this.#fileLength = split.fileLength;
    this.#input = input;
    this.#position = start;
    this.#end = split.start + split.length;
    this.#marker = marker;
    this.#decode = decode;
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  next(): Chunk | null {
    if (!this.#done && !this.#synchronized) this.#seekMarker();
    if (this.#done || this.#position >= this.#end) return this.#finish();
    const header = Buffer.alloc(BLOCK_HEADER_BYTES);
    const at = this.#position;
    const n = this.#read(header);
    if (n === 0) return this.#finish();
    if (n < BLOCK_HEADER_BYTES) throw this.#damaged(at, "the file ends in the middle of it");
    if (!header.subarray(0, MARKER_BYTES).equals(this.#marker)) throw this.#damaged(at, "its marker is missing");
    const length = header.readUInt32LE(MARKER_BYTES);
    if (length > this.#fileLength - this.#position) throw this.#damaged(at, "it is longer than the file");
    const payload = new Uint8Array(length);
    if (this.#read(payload) < payload.length) throw this.#damaged(at, "the file ends in the middle of it");
    const expected = header.readUInt32LE(MARKER_BYTES + 8);
    const actual = crc32(payload);
    if (actual !== expected) throw this.#damaged(at, `its checksum is ${hex(actual)} instead of ${hex(expected)}`);
    return this.#decode(payload, header.readUInt32LE(MARKER_BYTES + 4));
  }

  close(): void {
    this.#done = true;
    this.#pending = new Uint8Array(0);
    this.#input.close();
  }

  #finish(): null {
    this.close();
    return null;
  }

  /** Goes to the first marker at or after the start of the split; to the end when it begins in another split. */
  #seekMarker(): void {
    let window = Buffer.alloc(0);
    const piece = Buffer.alloc(SCAN_BYTES);
    for (;;) {
      const n = this.#input.read(piece, 0, piece.length);
      window = Buffer.concat([window, piece.subarray(0, n)]);
      const found = window.indexOf(this.#marker);
      if (found >= 0) {
        this.#position += found;
        this.#pending = window.subarray(found);
        this.#synchronized = true;
        return;
      }
      // A marker may begin in what is kept.
      const keep = Math.min(window.length, MARKER_BYTES - 1);
      this.#position += window.length - keep;
      window = window.subarray(window.length - keep);
      if (n === 0 || this.#position >= this.#end) {
        this.#done = true;
        return;
      }
    }
  }

  #read(into: Uint8Array): number {
    const known = Math.min(into.length, this.#pending.length);
    into.set(this.#pending.subarray(0, known));
    this.#pending = this.#pending.subarray(known);
    const n = fill(this.#input, into, known);
    this.#position += n;
    return n;
  }

  #damaged(position: number, what: string): Error {
    return readFailed(this.#path, `the block at byte ${position} is damaged: ${what}.`);
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}
