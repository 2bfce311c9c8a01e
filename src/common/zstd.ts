/** Zstandard: Node's own where it has it, otherwise a WebAssembly module; and the frames of streams that may be cut off. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as zlib from "node:zlib";
import { type LinearMemory, webAssembly } from "./web-assembly";

interface Zstd {
  /** One or several whole frames, which hold at most `size` bytes. Throws where they are damaged or hold more. */
  decompress(bytes: Uint8Array, size: number): Uint8Array;
  /** One frame that says how many bytes it holds. */
  compress(bytes: Uint8Array): Uint8Array;
}

const ZSTD_LEVEL = 3;
/** Room that the library keeps for what goes in, and as much for what comes out. */
const KEPT_BYTES = 1 << 20;

let zstdOfThread: Zstd | undefined;

export function zstd(): Zstd {
  return (zstdOfThread ??= "zstdDecompressSync" in zlib ? nativeZstd() : wasmZstd());
}

/** Node's own, of 22.15 and later; the types of Node 20 do not know it. */
function nativeZstd(): Zstd {
  const native = zlib as unknown as {
    zstdDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
    zstdCompressSync(bytes: Uint8Array): Uint8Array;
  };
  return {
    decompress: (bytes, size) => native.zstdDecompressSync(bytes, { maxOutputLength: size + 1 }),
    compress: (bytes) => native.zstdCompressSync(bytes),
  };
}

/**
 * The library that @bokuweb/zstd-wasm carries, started here because the package's own start is asynchronous. Its exports have
 * the short names that its linker gave them in the version that package.json pins.
 */
function wasmZstd(): Zstd {
  const file = join(dirname(require.resolve("@bokuweb/zstd-wasm")), "zstd.wasm");
  const grow = (size: number): number => {
    const missing = (size >>> 0) - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return 1;
  };
  const stop = (): never => {
    throw new Error("the zstd library stopped");
  };
  const { exports } = new webAssembly.Instance(new webAssembly.Module(readFileSync(file)), {
    a: { a: stop, b: stop, c: stop, d: () => 0, e: grow },
  });
  const memory = exports["f"] as LinearMemory;
  const call = exports as unknown as Record<string, (...args: number[]) => number>;
  call["g"]!();
  const isError = call["h"]!;
  const allocate = (size: number): number => {
    const at = call["s"]!(Math.max(1, size));
    if (at === 0) throw new Error("the zstd library has no memory left");
    return at;
  };
  // Tables of a context are cleared when it is made, not when it is used again: that is half of the time for pages of a few kilobytes.
  const compressor = call["j"]!();
  const kept = [allocate(KEPT_BYTES), allocate(KEPT_BYTES)] as const;
  const within = (input: Uint8Array, capacity: number, work: (to: number, from: number) => number): Uint8Array => {
    const from = input.length <= KEPT_BYTES ? kept[0] : allocate(input.length);
    let to = kept[1];
    try {
      if (capacity > KEPT_BYTES) to = allocate(capacity);
      new Uint8Array(memory.buffer).set(input, from);
      const size = work(to, from) >>> 0;
      if (isError(size) !== 0) throw new Error("bytes that are no zstd frame of the length given");
      return new Uint8Array(memory.buffer).slice(to, to + size);
    } finally {
      if (from !== kept[0]) call["t"]!(from);
      if (to !== kept[1]) call["t"]!(to);
    }
  };
  return {
    decompress: (bytes, size) => within(bytes, size, (to, from) => call["r"]!(to, size, from, bytes.length)),
    compress: (bytes) => {
      const bound = call["i"]!(bytes.length);
      return within(bytes, bound, (to, from) => call["l"]!(compressor, to, bound, from, bytes.length, 0, 0, ZSTD_LEVEL));
    },
  };
}

const MAGIC = 0xfd2fb528;
const LARGEST_BLOCK = 128 * 1024;

/** A frame, and at most how many bytes it holds. */
interface Frame {
  readonly bytes: Uint8Array;
  readonly size: number;
}

/**
 * The frames in a file that may still be growing, or whose writer died: what is whole is read. Of a frame that breaks off, as
 * streams of the JVM do, its whole blocks are taken (RFC 8878, 3.1.1).
 */
export function* zstdFrames(file: Uint8Array): Generator<Frame, void, undefined> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at + 8 <= file.length;) {
    const magic = view.getUint32(at, true);
    // Skippable frames have a length and no meaning.
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== MAGIC) throw new Error("no zstd frame");
    const descriptor = file[at + 4]!;
    const singleSegment = (descriptor >> 5) & 1;
    const sizeBytes = [singleSegment, 2, 4, 8][descriptor >> 6]!;
    let end = at + 5 + (singleSegment === 1 ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + sizeBytes;
    let blocks = 0;
    let lastHeader = -1;
    let whole = false;
    while (end + 3 <= file.length) {
      const header = file[end]! | (file[end + 1]! << 8) | (file[end + 2]! << 16);
      const next = end + 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
      if (next > file.length) break;
      lastHeader = end;
      blocks++;
      end = next;
      if ((header & 1) === 1) {
        whole = true;
        break;
      }
    }
    const checksum = (descriptor >> 2) & 1;
    if (whole && end + 4 * checksum <= file.length) {
      end += 4 * checksum;
      yield { bytes: file.subarray(at, end), size: blocks * LARGEST_BLOCK };
      at = end;
      continue;
    }
    // A frame that says how long it is cannot be cut.
    if (lastHeader < 0 || sizeBytes > 0) return;
    const cut = file.slice(at, end);
    cut[4] = descriptor & ~4;
    cut[lastHeader - at]! |= 1;
    yield { bytes: cut, size: blocks * LARGEST_BLOCK };
    return;
  }
}
