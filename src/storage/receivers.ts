/** Destinations for the bytes of block transfers: memory that is there, extents of the arena, a file. */
import { rmSync } from "node:fs";
import { crc32 } from "node:zlib";
import type { Extent } from "./arena";
import { encodeFooter, FrameIndexBuilder } from "./block-file";
import type { NewFrames } from "./block-store";
import { diskFull, isFull } from "./file-layout";
import type { LevelFlags } from "./host-calls";
import { closeLocal, openLocal, writeLocal } from "./local-data";
import type { BlockMeta, Meta } from "./transfer/frames";
import type { Receiver } from "./transfer/block-client";

/** Fills buffers one after the other. */
class Cursor {
  #at = 0;
  #filled = 0;

  constructor(private readonly buffers: readonly Uint8Array[]) {}

  place(): Uint8Array {
    while (this.#filled === this.buffers[this.#at]!.length) {
      this.#at++;
      this.#filled = 0;
    }
    return this.buffers[this.#at]!.subarray(this.#filled);
  }

  filled(count: number): void {
    this.#filled += count;
  }
}

/** Receives exactly the bytes of one buffer. */
export class BufferReceiver<M extends Meta> implements Receiver<M> {
  #cursor = new Cursor([]);

  constructor(private readonly into: Uint8Array) {}

  begin(meta: M): void {
    if (meta.total !== this.into.length) throw new Error(`${this.into.length} bytes were expected and ${meta.total} offered`);
    this.#cursor = new Cursor([this.into]);
  }

  place(): Uint8Array {
    return this.#cursor.place();
  }

  filled(count: number): void {
    this.#cursor.filled(count);
  }
}

/** Receives any number of bytes up to `limit` in memory of its own, which `memoryOf` gives. */
export class OwnMemoryReceiver<M extends Meta> implements Receiver<M> {
  bytes: Uint8Array = new Uint8Array(0);
  #inner = new BufferReceiver<M>(this.bytes);

  constructor(
    private readonly limit: number,
    private readonly memoryOf: (bytes: number) => Uint8Array = (bytes) => new Uint8Array(bytes),
  ) {}

  begin(meta: M): void {
    if (meta.total > this.limit) throw new Error(`${meta.total} bytes are more than the ${this.limit} that can be taken`);
    this.bytes = this.memoryOf(meta.total);
    this.#inner = new BufferReceiver(this.bytes);
    this.#inner.begin(meta);
  }

  place(): Uint8Array {
    return this.#inner.place();
  }

  filled(count: number): void {
    this.#inner.filled(count);
  }
}

export interface BlockDestination {
  /** An extent that can be had at once, or null. */
  allocate(bytes: number): Extent | null;
  release(extent: Extent): void;
  bytes(extent: Extent): Uint8Array;
  /** A path for a new file. */
  file(): string;
  readonly level: LevelFlags;
}

const FILE_BUFFER = 2 ** 20;

/** Receives a block: its frames in extents where there is room for all, else in a block file. */
export class BlockReceiver implements Receiver<BlockMeta> {
  #extents: Extent[] = [];
  #cursor = new Cursor([]);
  #file: FrameFile | null = null;
  #meta: BlockMeta | null = null;

  constructor(
    private readonly destination: BlockDestination,
    /** Whether memory may be used at all. */
    private readonly useMemory: boolean,
  ) {}

  begin(meta: BlockMeta): void {
    this.discard();
    if (sumOf(meta.lengths) !== meta.total) throw new Error("the frames do not add up");
    this.#meta = meta;
    if (this.useMemory && this.#allocate(meta.lengths))
      this.#cursor = new Cursor(this.#extents.map((extent) => this.destination.bytes(extent)));
    else this.#file = new FrameFile(this.destination.file(), meta.lengths);
  }

  place(): Uint8Array {
    return this.#file === null ? this.#cursor.place() : this.#file.place();
  }

  filled(count: number): void {
    if (this.#file === null) this.#cursor.filled(count);
    else this.#file.filled(count);
  }

  /** After the last byte: the block, whose bytes belong to the caller; a message when they do not match their checksums. */
  finish(): { readonly frames: NewFrames; readonly rows: number } | string {
    const { checksums, rows } = this.#meta!;
    if (this.#file !== null) {
      const frames = this.#file.finish(rows, this.destination.level);
      const bad = checksums === undefined ? -1 : frames.checksums.findIndex((checksum, i) => checksum !== checksums[i]);
      if (bad < 0) {
        this.#file = null;
        return { frames, rows };
      }
    } else {
      const bad =
        checksums === undefined
          ? -1
          : this.#extents.findIndex((extent, i) => crc32(this.destination.bytes(extent)) !== checksums[i]);
      if (bad < 0) {
        const extents = this.#extents;
        this.#extents = [];
        return { frames: { kind: "memory", extents }, rows };
      }
    }
    this.discard();
    return "what came does not match its checksums";
  }

  /** Gives back what was taken for an answer that did not come whole. */
  discard(): void {
    for (const extent of this.#extents) this.destination.release(extent);
    this.#extents = [];
    this.#file?.discard();
    this.#file = null;
  }

  #allocate(lengths: readonly number[]): boolean {
    for (const length of lengths) {
      const extent = this.destination.allocate(length);
      if (extent === null) {
        for (const taken of this.#extents) this.destination.release(taken);
        this.#extents = [];
        return false;
      }
      this.#extents.push(extent);
    }
    return true;
  }
}

/** NaN for what is no list of lengths: the other process is not trusted to keep to the form. */
function sumOf(lengths: unknown): number {
  if (!Array.isArray(lengths)) return NaN;
  return (lengths as unknown[]).reduce<number>(
    (sum, length) => sum + (Number.isSafeInteger(length) && (length as number) >= 0 ? (length as number) : NaN),
    0,
  );
}

/** A block file that is written as its bytes come. On the main thread, so in short writes. */
class FrameFile {
  readonly #fd: number;
  readonly #index = new FrameIndexBuilder();
  #frame = 0;
  #buffer: Uint8Array;
  #filled = 0;
  #written = 0;

  constructor(
    private readonly path: string,
    private readonly lengths: readonly number[],
  ) {
    this.#fd = openLocal(path, "wx");
    this.#buffer = new Uint8Array(Math.max(FILE_BUFFER, ...lengths));
  }

  place(): Uint8Array {
    while (this.#filled === this.lengths[this.#frame]) this.#endFrame();
    return this.#buffer.subarray(this.#filled, this.lengths[this.#frame]);
  }

  filled(count: number): void {
    this.#filled += count;
  }

  finish(
    rows: number,
    level: LevelFlags,
  ): { readonly kind: "disk"; readonly path: string } & ReturnType<FrameIndexBuilder["build"]> {
    while (this.#frame < this.lengths.length) this.#endFrame();
    const index = this.#index.build();
    this.#write(encodeFooter({ ...index, rows, level }));
    closeLocal(this.#fd);
    return { kind: "disk", path: this.path, ...index };
  }

  discard(): void {
    try {
      closeLocal(this.#fd);
    } catch {
      // Finished and closed before its checksums turned out wrong.
    }
    rmSync(this.path, { force: true });
  }

  #endFrame(): void {
    const frame = this.#buffer.subarray(0, this.lengths[this.#frame]);
    this.#write(frame);
    this.#index.add(frame);
    this.#frame++;
    this.#filled = 0;
  }

  #write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length;) {
        const written = writeLocal(this.#fd, bytes, done, bytes.length - done, this.#written);
        done += written;
        this.#written += written;
      }
    } catch (error) {
      throw isFull(error) ? diskFull(this.path, bytes.length, error) : error;
    }
  }
}
