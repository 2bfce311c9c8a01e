/**
 * Compression of whole files, known by their extension as in Hadoop. Tasks cannot await, so everything here is
 * synchronous and streams in flat memory: zlib's formats (and zstd where Node has it) through minizlib, bzip2 through
 * our own decoder.
 */
import { Deflate, Gunzip, Gzip, Inflate, ZstdCompress, ZstdDecompress } from "minizlib";
import type { ZlibOptions } from "minizlib";
import * as zlib from "node:zlib";
import { FiresteelError, unreachable, UsageError } from "../common/errors";
import { Bzip2Input } from "./bzip2";
import { errorText, readFailed } from "./file-system";
import type { ByteInput } from "./task-storage";
import { ZstdFrames } from "./zstd-frames";

export type Codec = "gzip" | "bzip2" | "deflate" | "zstd";

const EXTENSIONS: Readonly<Record<Codec, string>> = { gzip: ".gz", bzip2: ".bz2", deflate: ".deflate", zstd: ".zst" };

/** Codecs of Hadoop that nothing here can read: taking their bytes for text would be worse than an error. */
const UNREADABLE = new Map([
  [".snappy", "snappy"],
  [".lz4", "lz4"],
  [".lzo", "lzo"],
  [".lzo_deflate", "lzo"],
]);

const HAVE_ZSTD = "createZstdDecompress" in zlib;

/** The codec of a file by its extension, null for plain data. Throws for compressed files that cannot be read here. */
export function codecOf(path: string): Codec | null {
  for (const codec of Object.keys(EXTENSIONS) as Codec[]) {
    if (!path.endsWith(EXTENSIONS[codec])) continue;
    if (codec === "zstd" && !HAVE_ZSTD)
      throw new UsageError("UNSUPPORTED_COMPRESSION", `Reading ${path} needs Node 22.15 or later (zstd).`);
    return codec;
  }
  const dot = path.lastIndexOf(".");
  const unreadable = dot < 0 ? undefined : UNREADABLE.get(path.slice(dot));
  if (unreadable !== undefined) {
    throw new UsageError(
      "UNSUPPORTED_COMPRESSION",
      `${path} is compressed with ${unreadable}. Text can be read plain, or compressed as .gz, .bz2, .deflate or .zst.`,
    );
  }
  return null;
}

/** Names that writers accept: ours, and the class names of Hadoop's codecs. */
const OUTPUT_NAMES = new Map<string, Codec | null>([
  ["none", null],
  ["uncompressed", null],
  ["gzip", "gzip"],
  ["gz", "gzip"],
  ["org.apache.hadoop.io.compress.gzipcodec", "gzip"],
  ["deflate", "deflate"],
  ["org.apache.hadoop.io.compress.defaultcodec", "deflate"],
  ["org.apache.hadoop.io.compress.deflatecodec", "deflate"],
  ["zstd", "zstd"],
  ["org.apache.hadoop.io.compress.zstandardcodec", "zstd"],
]);

/** Names of codecs, in short. */
export const OUTPUT_CODECS: readonly string[] = [...OUTPUT_NAMES.keys()].filter((name) => !name.includes("."));

export function isOutputCodec(name: string): boolean {
  return OUTPUT_NAMES.has(name.toLowerCase());
}

/** The codec for output by its name, null for none. Throws for those that cannot be written. */
export function outputCodec(name: string | null | undefined): Codec | null {
  if (name === null || name === undefined) return null;
  const codec = OUTPUT_NAMES.get(name.toLowerCase());
  if (codec === undefined) {
    throw new UsageError(
      "UNSUPPORTED_COMPRESSION",
      `Output cannot be compressed with "${name}". Use gzip, deflate, zstd (Node 22.15 or later) or none.`,
    );
  }
  if (codec === "zstd" && !HAVE_ZSTD)
    throw new UsageError("UNSUPPORTED_COMPRESSION", "Output compressed with zstd needs Node 22.15 or later.");
  return codec;
}

export function codecExtension(codec: Codec | null): string {
  return codec === null ? "" : EXTENSIONS[codec];
}

/** The decompressed bytes of `input`; `path` is named in errors. Concatenated streams (gzip members) are one file. */
export function decompress(path: string, input: ByteInput, codec: Codec): ByteInput {
  return new NamedErrors(path, codec === "bzip2" ? new Bzip2Input(input) : new ZlibInput(input, codec));
}

/** Gives what goes wrong with the data the name of its file; errors of storage have it already. */
class NamedErrors implements ByteInput {
  readonly #path: string;
  readonly #input: ByteInput;

  constructor(path: string, input: ByteInput) {
    this.#path = path;
    this.#input = input;
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    try {
      return this.#input.read(into, offset, length);
    } catch (error) {
      if (error instanceof FiresteelError) throw error;
      throw readFailed(this.#path, errorText(error), error);
    }
  }

  close(): void {
    this.#input.close();
  }
}

/** What is read at once: a stream of zeros, compressed a thousandfold, then needs 16 MB. */
const COMPRESSED_BYTES = 16 * 1024;
const OUTPUT_BYTES = 128 * 1024;

type Emit = (bytes: Uint8Array) => void;

/** Calls hand on what they produce before they return, and throw what went wrong. */
interface SyncStream {
  write(bytes: Uint8Array): void;
  end(): void;
  close(): void;
}

/** minizlib hands on what node:zlib takes, though its types do not say so. */
function streamOptions(): ZlibOptions & { readonly chunkSize: number } {
  return { chunkSize: OUTPUT_BYTES };
}

class MinizlibStream implements SyncStream {
  readonly #stream: Gunzip | Inflate | ZstdDecompress | Gzip | Deflate | ZstdCompress;
  #failure: Error | null = null;

  constructor(stream: Gunzip | Inflate | ZstdDecompress | Gzip | Deflate | ZstdCompress, emit: Emit) {
    this.#stream = stream;
    // minizlib emits while `write` and `end` run.
    stream.on("data", emit);
    stream.on("error", (error: unknown) => (this.#failure = error instanceof Error ? error : new Error(errorText(error))));
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (this.#failure !== null) throw this.#failure;
  }

  end(): void {
    this.#stream.end();
    if (this.#failure !== null) throw this.#failure;
  }

  close(): void {
    this.#stream.close();
  }
}

/** One decoder a frame. */
class ZstdStream implements SyncStream {
  readonly #emit: Emit;
  readonly #frames = new ZstdFrames();
  #frame: MinizlibStream | null = null;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const end = this.#frames.take(bytes, at);
      if (!this.#frames.skippable) {
        this.#frame ??= new MinizlibStream(new ZstdDecompress(streamOptions()), this.#emit);
        this.#frame.write(bytes.subarray(at, end));
      }
      if (this.#frames.complete) this.#endFrame();
      at = end;
    }
  }

  end(): void {
    if (!this.#frames.complete) throw new Error("it ends in the middle of a zstd frame");
  }

  #endFrame(): void {
    this.#frame?.end();
    this.close();
  }

  close(): void {
    this.#frame?.close();
    this.#frame = null;
  }
}

class ZlibInput implements ByteInput {
  readonly #source: ByteInput;
  readonly #stream: SyncStream;
  readonly #compressed = new Uint8Array(COMPRESSED_BYTES);
  /** Decompressed but not yet read. */
  #ready: Uint8Array[] = [];
  #first = 0;
  #used = 0;
  #ended = false;

  constructor(source: ByteInput, codec: Exclude<Codec, "bzip2">) {
    this.#source = source;
    const emit: Emit = (bytes) => this.#ready.push(bytes);
    this.#stream =
      codec === "zstd"
        ? new ZstdStream(emit)
        : new MinizlibStream(codec === "gzip" ? new Gunzip(streamOptions()) : new Inflate(streamOptions()), emit);
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    while (this.#first === this.#ready.length) {
      if (this.#ended) return 0;
      this.#decompressMore();
    }
    const bytes = this.#ready[this.#first]!;
    const n = Math.min(length, bytes.length - this.#used);
    into.set(this.#used === 0 && n === bytes.length ? bytes : bytes.subarray(this.#used, this.#used + n), offset);
    this.#used += n;
    if (this.#used === bytes.length) {
      this.#first++;
      this.#used = 0;
    }
    return n;
  }

  #decompressMore(): void {
    this.#ready = [];
    this.#first = 0;
    const n = this.#source.read(this.#compressed, 0, COMPRESSED_BYTES);
    if (n > 0) this.#stream.write(this.#compressed.subarray(0, n));
    else {
      this.#ended = true;
      this.#stream.end();
    }
  }

  close(): void {
    this.#stream.close();
    this.#ready = [];
    this.#first = 0;
    this.#ended = true;
    this.#source.close();
  }
}

/** Compresses what is written and hands it on to `emit`, all within the calls. `codec` is one of outputCodec's. */
export function compressor(codec: Codec, emit: Emit): SyncStream {
  switch (codec) {
    case "gzip":
      return new MinizlibStream(new Gzip(streamOptions()), emit);
    case "deflate":
      return new MinizlibStream(new Deflate(streamOptions()), emit);
    case "zstd":
      return new MinizlibStream(new ZstdCompress(streamOptions()), emit);
    case "bzip2":
      throw new UsageError("UNSUPPORTED_COMPRESSION", "Output cannot be compressed with bzip2.");
    default:
      return unreachable(codec);
  }
}
