/**
 * A growable run of bytes to write into. Numbers are little-endian, as the machines that we run on are, so that typed
 * arrays can later be laid over what was written.
 */
import { DataError, TaskError } from "../common/errors";

/** Node refuses longer buffers, and batch headers count bytes in 32 bits. */
const MAX_BYTES = 2 ** 32 - 8;

/** Methods that all Buffers have and the published types lack: text without a look-up of its encoding's name. */
export interface TextBuffer extends Buffer<ArrayBuffer> {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number): number;
  ucs2Write(text: string, offset: number): number;
  utf8Write(text: string, offset: number): number;
}

export class ByteWriter {
  /** The memory; only the first `length` bytes are written. Replaced when it grows: hold no reference across writes. */
  bytes: TextBuffer;
  view: DataView;
  /** Bytes written so far. May be set back to drop what follows. */
  length = 0;

  constructor(capacity = 1 << 16) {
    this.bytes = Buffer.allocUnsafeSlow(capacity) as TextBuffer;
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.#grow(this.length + count);
  }

  #grow(needed: number): void {
    if (needed > MAX_BYTES)
      throw new TaskError("BLOCK_TOO_LARGE", `One block cannot hold ${needed} bytes (4 GiB is the limit). Use more partitions.`);
    const bytes = Buffer.allocUnsafeSlow(Math.min(MAX_BYTES, Math.max(needed, this.bytes.length * 2))) as TextBuffer;
    this.bytes.copy(bytes, 0, 0, this.length);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  /** Fills with zeros up to a length that is `start` plus a multiple of eight. */
  align8(start = 0): void {
    const padding = -(this.length - start) & 7;
    if (padding === 0) return;
    this.reserve(padding);
    this.bytes.fill(0, this.length, this.length + padding);
    this.length += padding;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** An unsigned integer below 2^53, seven bits a byte, low ones first. */
  varint(value: number): void {
    this.reserve(8);
    const bytes = this.bytes;
    let at = this.length;
    while (value >= 0x80) {
      bytes[at++] = (value % 0x80) | 0x80;
      value = value < 0x80000000 ? value >>> 7 : Math.floor(value / 0x80);
    }
    bytes[at++] = value;
    this.length = at;
  }

  uint32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  float64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /** The memory of a typed array or other view, as it lies. */
  raw(source: ArrayBufferView): void {
    const count = source.byteLength;
    this.reserve(count);
    this.bytes.set(new Uint8Array(source.buffer, source.byteOffset, count), this.length);
    this.length += count;
  }

  /** What was written, in place: valid until the next write. */
  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy of what was written, exactly as long. */
  copy(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(bytes, 0, 0, this.length);
    return bytes;
  }

  clear(): void {
    this.length = 0;
  }
}

/** Bytes that are not what the format says: damaged, cut off, or written by something else. */
export function corrupt(what: string): DataError {
  return new DataError("CORRUPT_DATA", `Encoded records are damaged: ${what}.`);
}

/** The same memory as a Buffer, for its text methods. */
export function asBuffer(bytes: Uint8Array): TextBuffer {
  return (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as TextBuffer;
}
