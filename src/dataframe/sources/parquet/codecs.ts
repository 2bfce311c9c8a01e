/** Compression of Parquet's pages: one block in, one block out. Snappy and LZ4 by our own kernels, the others by zlib. */
import * as zlib from "node:zlib";
import { UsageError } from "../../../common/errors";
import { zstd } from "../../../common/zstd";
import { Codec } from "./metadata";
import type { Heap } from "../wasm/heap";

/** A page that is not what its header says. The file's name is put before it further up. */
export class DamagedPage extends Error {}

/**
 * Puts the decompressed bytes of `compressed` (a region of the heap) at `to`, where `size` bytes and some slack are free.
 * The result must have exactly `size` bytes.
 */
export function decompress(codec: Codec, heap: Heap, from: number, length: number, to: number, size: number): void {
  const written = decompressedBytes(codec, heap, from, length, to, size);
  if (written !== size) {
    throw new DamagedPage(
      written < 0
        ? `a page cannot be decompressed (${CODEC_NAMES[codec]})`
        : `a page has ${written} bytes, and should have ${size}`,
    );
  }
}

export const CODEC_NAMES: Readonly<Record<number, string>> = {
  [Codec.None]: "uncompressed",
  [Codec.Snappy]: "snappy",
  [Codec.Gzip]: "gzip",
  [Codec.Lzo]: "lzo",
  [Codec.Brotli]: "brotli",
  [Codec.Lz4]: "lz4",
  [Codec.Zstd]: "zstd",
  [Codec.Lz4Raw]: "lz4_raw",
};

function decompressedBytes(codec: Codec, heap: Heap, from: number, length: number, to: number, size: number): number {
  const { kernels } = heap;
  switch (codec) {
    case Codec.None:
      heap.bytes.copyWithin(to, from, from + Math.min(length, size));
      return length;
    case Codec.Snappy: {
      const said = kernels.snappyLength(from, from + length);
      return said !== size ? said : kernels.snappyDecompress(from, from + length, to, to + size);
    }
    case Codec.Lz4Raw:
      return kernels.lz4Decompress(from, from + length, to, to + size);
    case Codec.Lz4: {
      const framed = hadoopLz4(heap, from, length, to, size);
      return framed === size ? framed : kernels.lz4Decompress(from, from + length, to, to + size);
    }
    case Codec.Gzip:
      return put(heap, to, size, () => zlib.gunzipSync(heap.bytes.subarray(from, from + length), { maxOutputLength: size + 1 }));
    case Codec.Brotli:
      return put(heap, to, size, () =>
        zlib.brotliDecompressSync(heap.bytes.subarray(from, from + length), { maxOutputLength: size + 1 }),
      );
    case Codec.Zstd:
      return put(heap, to, size, () => zstd().decompress(heap.bytes.subarray(from, from + length), size));
    default:
      throw new DamagedPage(`its pages are compressed with ${CODEC_NAMES[codec] ?? `codec ${codec}`}, which cannot be read`);
  }
}

function put(heap: Heap, to: number, size: number, decompressed: () => Uint8Array): number {
  let bytes: Uint8Array;
  try {
    bytes = decompressed();
  } catch (error) {
    throw new DamagedPage(`a page cannot be decompressed: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (bytes.length <= size) heap.bytes.set(bytes, to);
  return bytes.length;
}

/** Hadoop's frames: [decompressed length, compressed length, block]…, big-endian. -1 where the bytes are none. */
function hadoopLz4(heap: Heap, from: number, length: number, to: number, size: number): number {
  const end = from + length;
  const { bytes, kernels } = heap;
  let written = 0;
  let at = from;
  while (at < end) {
    if (at + 8 > end) return -1;
    const whole = bytes.readUInt32BE(at);
    const packed = bytes.readUInt32BE(at + 4);
    at += 8;
    if (packed > end - at || whole > size - written) return -1;
    if (kernels.lz4Decompress(at, at + packed, to + written, to + written + whole) !== whole) return -1;
    written += whole;
    at += packed;
  }
  return written;
}

/** The block of `bytes`, possibly a view of memory that is used again. */
export function compress(codec: Codec, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case Codec.None:
      return bytes;
    case Codec.Snappy:
      return snappy().compressSync(bytes, { copyOutputData: true });
    case Codec.Gzip:
      return zlib.gzipSync(bytes, { level: 6 });
    case Codec.Brotli:
      return zlib.brotliCompressSync(bytes, {
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      });
    case Codec.Zstd:
      return zstd().compress(bytes);
    default:
      throw new UsageError("UNSUPPORTED_COMPRESSION", `Parquet files cannot be written with ${CODEC_NAMES[codec] ?? codec}.`);
  }
}

/** Loaded when first needed: a native module that many programs never use, and that some loaders cannot load in the driver. */
function snappy(): typeof import("snappy") {
  return require("snappy") as typeof import("snappy");
}
