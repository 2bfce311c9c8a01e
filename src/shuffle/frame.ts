/**
 * How records lie in segments, spill files and memory runs: frames of encoded row batches (columnar/rows), each able to
 * stand alone, so that segments are joined by joining their bytes.
 *
 *   uint32 stored bytes of the payload | uint32 bytes of the payload before compression | uint32 records
 *   uint8 codec | uint8 content | uint16 zero
 *   payload, zeros up to a multiple of eight
 */
import { type ByteWriter, corrupt } from "../columnar/bytes";
import { closeLocal, openLocal, readLocal } from "../storage/local-data";
import { compress, type Compression, decompress } from "./compression";

const HEADER = 16;
/** Below this many bytes compression is not tried. */
const WORTH_COMPRESSING = 512;

/** What the batches of a frame hold. */
export const enum Content {
  /** The records. */
  Records,
  /** The keys of pairs whose values are the keys. */
  Twins,
  /** Batches of SQL columns (columnar/batch). */
  Columns,
}

export interface Frame {
  readonly rows: number;
  readonly content: Content;
  /** Encoded row batches; valid until the next frame is read. Starts at a multiple of eight of its buffer where the source's does. */
  readonly payload: Uint8Array;
  /** The payload is memory of its own, which stays. */
  readonly own: boolean;
}

/** Streams frames; `close` may be called at any time, more than once. */
export interface FrameSource {
  next(): Frame | null;
  close(): void;
}

/** Appends one frame with what `encode` writes. `out` must stand at a multiple of eight. */
export function writeFrame(
  out: ByteWriter,
  rows: number,
  content: Content,
  compression: Compression,
  encode: (out: ByteWriter) => void,
): void {
  const start = out.length;
  out.reserve(HEADER);
  out.length += HEADER;
  encode(out);
  const raw = out.length - start - HEADER;
  let stored = raw;
  let codec: Compression = "none";
  if (compression !== "none" && raw >= WORTH_COMPRESSING) {
    const packed = compress(compression, out.bytes.subarray(start + HEADER, out.length));
    if (packed.length < raw) {
      out.bytes.set(packed, start + HEADER);
      out.length = start + HEADER + packed.length;
      stored = packed.length;
      codec = compression;
    }
  }
  out.align8();
  const view = out.view;
  view.setUint32(start, stored, true);
  view.setUint32(start + 4, raw, true);
  view.setUint32(start + 8, rows, true);
  view.setUint32(start + 12, CODEC_IDS.indexOf(codec) | (content << 8), true);
}

const CODEC_IDS: readonly Compression[] = ["none", "snappy"];

interface Header {
  readonly stored: number;
  readonly raw: number;
  readonly rows: number;
  readonly codec: Compression;
  readonly content: Content;
}

function readHeader(view: DataView, at: number): Header {
  const codec = CODEC_IDS[view.getUint8(at + 12)];
  const content = view.getUint8(at + 13);
  const stored = view.getUint32(at, true);
  const raw = view.getUint32(at + 4, true);
  if (
    codec === undefined ||
    content > (Content.Columns as number) ||
    view.getUint16(at + 14, true) !== 0 ||
    (codec === "none" && stored !== raw)
  )
    throw corrupt("a frame has an impossible header");
  return { stored, raw, rows: view.getUint32(at + 8, true), codec, content };
}

/** Bytes of a frame with its header and padding. */
function frameLength(stored: number): number {
  return HEADER + ((stored + 7) & ~7);
}

function unpack(header: Header, stored: Uint8Array): Frame {
  const { rows, content } = header;
  const plain = header.codec === "none";
  return { rows, content, payload: plain ? stored : decompress(header.codec, stored, header.raw), own: !plain };
}

/** The frames of a whole segment in memory. */
export function framesOf(bytes: Uint8Array): FrameSource {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return {
    next() {
      if (at === bytes.length) return null;
      if (at + HEADER > bytes.length) throw corrupt("a segment ends within a frame's header");
      const header = readHeader(view, at);
      const end = at + frameLength(header.stored);
      if (end > bytes.length) throw corrupt("a segment ends within a frame");
      const frame = unpack(header, bytes.subarray(at + HEADER, at + HEADER + header.stored));
      at = end;
      return frame;
    },
    close() {
      at = bytes.length;
    },
  };
}

/** A part of a file: bytes [start, end). */
export interface FileRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes read at a time from a file of frames, where frames are smaller. */
const WINDOW = 1 << 17;

/** The frames in parts of one file, in the order of `ranges`, read through one window. A descriptor stays the caller's to close. */
export function framesOfFile(file: string | number, ranges: readonly FileRange[]): FrameSource {
  let fd = typeof file === "number" ? file : openLocal(file, "r");
  let buffer = Buffer.allocUnsafeSlow(0);
  let view = new DataView(buffer.buffer);
  // Bytes [from, to) of the buffer are unread; `position` in the file is what follows them.
  let from = 0;
  let to = 0;
  let range = -1;
  let position = 0;
  let end = 0;
  const close = (): void => {
    if (fd >= 0 && typeof file === "string") closeLocal(fd);
    fd = -1;
    buffer = Buffer.allocUnsafeSlow(0);
  };
  /** Sees to it that `count` unread bytes lie in the buffer. */
  const need = (count: number): void => {
    if (to - from >= count) return;
    if (buffer.length < count || buffer.length === 0) {
      const larger = Buffer.allocUnsafeSlow(Math.max(WINDOW, count));
      buffer.copy(larger, 0, from, to);
      buffer = larger;
      view = new DataView(buffer.buffer);
    } else {
      buffer.copyWithin(0, from, to);
    }
    to -= from;
    from = 0;
    while (to < count) {
      const read = readLocal(fd, buffer, to, Math.min(buffer.length - to, end - position), position);
      if (read === 0) throw corrupt(`a file ends at byte ${position} within a frame`);
      to += read;
      position += read;
    }
  };
  return {
    next() {
      if (fd < 0) return null;
      while (from === to && position === end) {
        const next = ranges[++range];
        if (next === undefined) {
          close();
          return null;
        }
        position = next.start;
        end = next.end;
      }
      need(HEADER);
      const header = readHeader(view, from);
      need(frameLength(header.stored));
      const start = from + HEADER;
      from += frameLength(header.stored);
      return unpack(header, buffer.subarray(start, start + header.stored));
    },
    close,
  };
}
