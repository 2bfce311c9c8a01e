/**
 * How a task reaches files: everything blocks. Local files are read and written by the task's own thread; what lives
 * elsewhere comes through the ports below, which the executor provides (its main thread does the asynchronous work in
 * StorageService while the task's thread waits).
 */
import { closeSync, openSync, readSync } from "node:fs";
import { UsageError } from "../common/errors";
import { errorCode, errorText, pathNotFound, readFailed } from "./file-system";
import type { PendingUpload } from "./file-system";
import { isLocalPath, toLocalPath } from "./path";

export interface BlockingFetch {
  /**
   * The bytes [offset, offset + length) of a file: fewer only where the file ends. `next` is the length of the request
   * that will follow directly behind this one, 0 for none: the other side may read ahead.
   */
  (path: string, offset: number, length: number, next: number): Uint8Array;
}

export interface BlockingUploads {
  /** Sends a local file; it stays invisible until the job completes the upload. */
  upload(localFile: string, path: string): PendingUpload;
  abort(upload: PendingUpload): void;
}

export interface TaskStorage {
  readonly fetch: BlockingFetch;
  readonly uploads: BlockingUploads;
  /** A new path in a local directory, for a file that is removed at the latest when the attempt ends. */
  tempFile(purpose: string): string;
}

/** For tasks of a process that offers local files only. */
export function localTaskStorage(tempFile: (purpose: string) => string): TaskStorage {
  const refuse = (path: string): never => {
    throw new UsageError("UNSUPPORTED_FILE_SYSTEM", `Tasks of this process can reach local files only, not ${path}.`);
  };
  return { fetch: refuse, uploads: { upload: (_file, path) => refuse(path), abort: (upload) => refuse(upload.path) }, tempFile };
}

/** Bytes from some place, front to back. */
export interface ByteInput {
  /** Puts 1 to `length` bytes at `offset` of `into`; 0 at the end. */
  read(into: Uint8Array, offset: number, length: number): number;
  close(): void;
  /** Bytes taken from storage so far. */
  readonly bytesRead: number;
}

/**
 * Opens a file at a byte position. `end` is where the reader expects to stop (it may read on): requests to remote
 * storage do not go far beyond it.
 */
export function openBytes(path: string, position: number, end: number, storage: TaskStorage): ByteInput {
  return isLocalPath(path) ? new LocalInput(path, position) : new RemoteInput(path, position, end, storage.fetch);
}

/** All bytes of a file of known length. */
export function readWholeFile(path: string, length: number, storage: TaskStorage): Uint8Array {
  const input = openBytes(path, 0, length, storage);
  try {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const n = input.read(bytes, filled, length - filled);
      if (n === 0) throw readFailed(path, `it had ${length} bytes when the job began, and has ${filled} now.`);
      filled += n;
    }
    return bytes;
  } finally {
    input.close();
  }
}

/** A local file that a task reads, at any place. */
export class LocalReader {
  bytesRead = 0;
  #fd: number;

  constructor(readonly path: string) {
    try {
      this.#fd = openSync(toLocalPath(path), "r");
    } catch (error) {
      if (errorCode(error) === "ENOENT") {
        throw pathNotFound(
          path,
          `${path} was there when the job began, but cannot be found by its task. Was it deleted, or is it on another host?`,
          error,
        );
      }
      throw readFailed(path, errorText(error), error);
    }
  }

  /** Puts 1 to `length` bytes from `position` on at `offset` of `into`; 0 at the end of the file. */
  read(into: Uint8Array, offset: number, length: number, position: number): number {
    try {
      const n = readSync(this.#fd, into, offset, length, position);
      this.bytesRead += n;
      return n;
    } catch (error) {
      throw readFailed(this.path, errorText(error), error);
    }
  }

  close(): void {
    if (this.#fd < 0) return;
    closeSync(this.#fd);
    this.#fd = -1;
  }
}

class LocalInput implements ByteInput {
  readonly #file: LocalReader;
  #position: number;

  constructor(path: string, position: number) {
    this.#file = new LocalReader(path);
    this.#position = position;
  }

  get bytesRead(): number {
    return this.#file.bytesRead;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    const n = this.#file.read(into, offset, length, this.#position);
    this.#position += n;
    return n;
  }

  close(): void {
    this.#file.close();
  }
}

const SMALLEST_REQUEST = 64 * 1024;
const LARGEST_REQUEST = 4 * 1024 * 1024;

class RemoteInput implements ByteInput {
  bytesRead = 0;
  readonly #path: string;
  readonly #fetch: BlockingFetch;
  readonly #end: number;
  #position: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #used = 0;
  #ended = false;

  constructor(path: string, position: number, end: number, fetch: BlockingFetch) {
    this.#path = path;
    this.#position = position;
    this.#end = end;
    this.#fetch = fetch;
  }

  read(into: Uint8Array, offset: number, length: number): number {
    if (this.#used === this.#bytes.length) {
      if (this.#ended) return 0;
      const wanted = this.#requestAt(this.#position);
      // Behind the expected end hardly more than a line is read.
      const next = this.#position + wanted < this.#end ? this.#requestAt(this.#position + wanted) : 0;
      this.#bytes = this.#fetch(this.#path, this.#position, wanted, next);
      this.#used = 0;
      this.#position += this.#bytes.length;
      this.bytesRead += this.#bytes.length;
      this.#ended = this.#bytes.length < wanted;
    }
    const n = Math.min(length, this.#bytes.length - this.#used);
    into.set(this.#bytes.subarray(this.#used, this.#used + n), offset);
    this.#used += n;
    return n;
  }

  #requestAt(position: number): number {
    return Math.min(LARGEST_REQUEST, Math.max(SMALLEST_REQUEST, this.#end - position));
  }

  close(): void {
    this.#bytes = new Uint8Array(0);
    this.#used = 0;
    this.#ended = true;
  }
}
