/** A block's records as a source of chunks, frame by frame, from shared memory or from a file. */
import { crc32 } from "node:zlib";
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { FrameIndex } from "./block-file";
import { readWhole } from "./block-file";
import { closeLocal, openLocal } from "./local-data";

/** Decodes one frame. The bytes may lie in shared memory, and stay as they are while the source is open. */
export type DecodeFrame = (bytes: Uint8Array) => ChunkSource;

/** Gives the frames of a block in turn; null after the last one. */
export interface Frames {
  next(): Uint8Array | null;
  close(): void;
}

export class FrameSource implements ChunkSource {
  #current: ChunkSource | null = null;
  #closed = false;

  /** @param onClose called once: releases what keeps the block */
  constructor(
    private readonly frames: Frames,
    private readonly decode: DecodeFrame,
    private readonly onClose: () => void,
  ) {}

  next(): Chunk | null {
    while (!this.#closed) {
      if (this.#current === null) {
        const bytes = this.frames.next();
        if (bytes === null) return null;
        this.#current = this.decode(bytes);
      }
      const chunk = this.#current.next();
      if (chunk !== null) return chunk;
      this.#current.close();
      this.#current = null;
    }
    return null;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#current?.close();
    this.frames.close();
    this.onClose();
  }
}

export function framesOf(views: readonly Uint8Array[]): Frames {
  let next = 0;
  return { next: () => views[next++] ?? null, close: () => undefined };
}

/** Files up to this are read and checked as a whole before the first record is given out. */
const WHOLE = 8 * 2 ** 20;

/**
 * The frames of a block file. `open` reads ahead, so that damage to a small file shows before any of its records is used.
 */
export class FileFrames implements Frames {
  readonly #ahead: Uint8Array[] = [];
  #next = 0;

  private constructor(
    private readonly path: string,
    private readonly fd: number,
    private readonly index: FrameIndex,
    /** Called when a later frame is damaged; must throw. */
    private readonly onDamage: (message: string) => never,
  ) {}

  /** The open file, or a message when it cannot be read or its beginning does not match its checksums. */
  static open(path: string, index: FrameIndex, onDamage: (message: string) => never): FileFrames | string {
    let fd: number;
    try {
      fd = openLocal(path, "r");
    } catch (error) {
      return `The file of a block cannot be opened: ${(error as Error).message}.`;
    }
    const frames = new FileFrames(path, fd, index, onDamage);
    let bytes = 0;
    while (frames.#next < index.checksums.length && (bytes === 0 || bytes < WHOLE)) {
      const frame = frames.#read();
      if (typeof frame === "string") {
        frames.close();
        return frame;
      }
      bytes += frame.length;
      frames.#ahead.push(frame);
    }
    return frames;
  }

  next(): Uint8Array | null {
    const ahead = this.#ahead.shift();
    if (ahead !== undefined) return ahead;
    if (this.#next === this.index.checksums.length) return null;
    const frame = this.#read();
    return typeof frame === "string" ? this.onDamage(frame) : frame;
  }

  close(): void {
    this.#ahead.length = 0;
    this.#next = this.index.checksums.length;
    closeLocal(this.fd);
  }

  #read(): Uint8Array | string {
    const i = this.#next++;
    const position = this.index.offsets[i]!;
    const bytes = new Uint8Array(this.index.offsets[i + 1]! - position);
    if (!readWhole(this.fd, bytes, position)) return `Block file ${this.path} is cut short in frame ${i}.`;
    if (crc32(bytes) !== this.index.checksums[i]) return `Frame ${i} of block file ${this.path} does not match its checksum.`;
    return bytes;
  }
}
