/** Whole files and records of fixed length. */
import { constants } from "node:buffer";
import type { Chunk } from "../columnar/chunk";
import { DataError } from "../common/errors";
import { codecOf, decompress } from "./codecs";
import type { FileGroup, FileSplit } from "./splits";
import { openBytes, readWholeFile } from "./task-storage";
import type { ByteInput, TaskStorage } from "./task-storage";
import type { FileSource } from "./text-source";
import { decodeUtf8 } from "./utf8";

/** `[path, text]` of every file, compressed ones decompressed. Paths are qualified, `file:/data/a.txt`. */
export function openWholeTextFiles(group: FileGroup, storage: TaskStorage): FileSource {
  return new WholeFiles(group, (path, length) => {
    const codec = codecOf(path);
    const bytes =
      codec === null
        ? readWholeFile(path, length, storage)
        : readAll(decompress(path, openBytes(path, 0, length, storage), codec));
    if (bytes.length > constants.MAX_STRING_LENGTH) {
      throw new DataError(
        "FILE_TOO_LONG",
        `${path} is longer than a string can be (${constants.MAX_STRING_LENGTH} characters). Read it with textFile.`,
        {
          parameters: { path },
        },
      );
    }
    return decodeUtf8(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  });
}

/** `[path, bytes]` of every file, as it is stored. */
export function openBinaryFiles(group: FileGroup, storage: TaskStorage): FileSource {
  return new WholeFiles(group, (path, length) => readWholeFile(path, length, storage));
}

/** One record a chunk: files may be large. */
class WholeFiles implements FileSource {
  bytesRead = 0;
  readonly #files: FileGroup["files"];
  readonly #read: (path: string, length: number) => unknown;
  #next = 0;

  constructor(group: FileGroup, read: (path: string, length: number) => unknown) {
    this.#files = group.files;
    this.#read = read;
  }

  next(): Chunk | null {
    const file = this.#files[this.#next++];
    if (file === undefined) return null;
    const content = this.#read(file.path, file.length);
    this.bytesRead += file.length;
    return { kind: "rows", rows: [[file.path, content]], start: 0, end: 1 };
  }

  close(): void {
    this.#next = this.#files.length;
  }
}

function readAll(input: ByteInput): Uint8Array {
  try {
    const parts: Uint8Array[] = [];
    for (;;) {
      const part = new Uint8Array(256 * 1024);
      const n = input.read(part, 0, part.length);
      if (n === 0) return Buffer.concat(parts);
      parts.push(part.subarray(0, n));
    }
  } finally {
    input.close();
  }
}

const RECORDS_BYTES = 64 * 1024;

/** The records of a split made by recordSplits, each a Uint8Array of `recordBytes`. */
export function openBinaryRecords(split: FileSplit, recordBytes: number, storage: TaskStorage): FileSource {
  if (split.fileLength % recordBytes !== 0) {
    throw new DataError(
      "PARTIAL_RECORD",
      `${split.path} has ${split.fileLength} bytes, which is no multiple of the record length ${recordBytes}.`,
      { parameters: { path: split.path } },
    );
  }
  return new FixedRecords(split, recordBytes, openBytes(split.path, split.start, split.start + split.length, storage));
}

class FixedRecords implements FileSource {
  readonly #path: string;
  readonly #recordBytes: number;
  readonly #input: ByteInput;
  #left: number;

  constructor(split: FileSplit, recordBytes: number, input: ByteInput) {
    this.#path = split.path;
    this.#recordBytes = recordBytes;
    this.#input = input;
    this.#left = split.length / recordBytes;
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  next(): Chunk | null {
    const size = this.#recordBytes;
    const count = Math.min(this.#left, Math.max(1, Math.floor(RECORDS_BYTES / size)));
    if (count === 0) {
      this.close();
      return null;
    }
    // Fresh memory: the records are the user's to keep.
    const bytes = new Uint8Array(count * size);
    for (let filled = 0; filled < bytes.length;) {
      const n = this.#input.read(bytes, filled, bytes.length - filled);
      if (n === 0)
        throw new DataError("PARTIAL_RECORD", `${this.#path} became shorter while it was read.`, {
          parameters: { path: this.#path },
        });
      filled += n;
    }
    this.#left -= count;
    const rows = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    return { kind: "rows", rows, start: 0, end: count };
  }

  close(): void {
    this.#left = 0;
    this.#input.close();
  }
}
