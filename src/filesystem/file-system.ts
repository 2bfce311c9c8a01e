/**
 * The file-system port of the asynchronous side (driver, an executor's main thread). One implementation per kind of
 * storage, all for qualified paths (path.ts). Tasks read through task-storage.ts instead.
 */
import type { Writable } from "node:stream";
import { DataError } from "../common/errors";

export interface FileStatus {
  /** Qualified. */
  readonly path: string;
  /** Bytes; 0 for directories. */
  readonly length: number;
  readonly isDirectory: boolean;
  /** Milliseconds since 1970; 0 where the storage knows none (directories of object stores). */
  readonly modificationTime: number;
}

export interface FileSystem {
  /** null when there is nothing at `path`. */
  status(path: string): Promise<FileStatus | null>;
  /**
   * What is in a directory, by path in order of UTF-16 units; hidden files too. Recursive: all files below it, and no
   * directories. Throws PATH_NOT_FOUND where there is no such directory.
   */
  list(directory: string, options?: { readonly recursive?: boolean }): Promise<FileStatus[]>;
  /**
   * Makes a directory and those above it. False when it was there already: of several callers at the same time one gets
   * true. Object stores have no directories: nothing is made, true.
   */
  mkdirs(directory: string): Promise<boolean>;
  /** A file, or a directory with all that is in it. False when there was nothing. */
  delete(path: string): Promise<boolean>;
  /** Atomic for local files; on object stores a copy and a deletion of each object. The target must not exist. */
  rename(from: string, to: string): Promise<void>;
  /** A new file, replacing one that is there; visible at the latest when the stream has finished. */
  create(path: string): Promise<Writable>;
  /** Writes a small file at once, replacing one that is there. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  /** Up to `length` bytes from `offset`: fewer only where the file ends. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** How a job's output becomes visible where a rename costs a copy; null where renames are atomic. */
  readonly uploads: PendingUploads | null;
  close(): void;
}

/** An upload that holds all bytes of a file which nobody can see before it is completed. Plain data. */
export interface PendingUpload {
  readonly path: string;
  readonly uploadId: string;
  /** One per uploaded part, in order. */
  readonly etags: readonly string[];
  readonly bytes: number;
}

export interface PendingUploads {
  upload(localFile: string, path: string): Promise<PendingUpload>;
  complete(upload: PendingUpload): Promise<void>;
  /** Does nothing when the upload is gone already. */
  abort(upload: PendingUpload): Promise<void>;
  /** Uploads that were never completed, of whomever, for files below `directory`. */
  abortAllBelow(directory: string): Promise<void>;
}

export function pathNotFound(path: string, message = `Input path does not exist: ${path}`, cause?: unknown): DataError {
  return new DataError("PATH_NOT_FOUND", message, {
    sqlState: "42K03",
    parameters: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A file that is there but cannot be read, or does not hold what its name or header says. */
export function readFailed(path: string, reason: string, cause?: unknown): DataError {
  return new DataError("FAILED_READ_FILE.NO_HINT", `Cannot read ${path}: ${reason}`, {
    sqlState: "KD001",
    parameters: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

export function writeFailed(path: string, reason: string, cause?: unknown): DataError {
  return new DataError("FAILED_WRITE_FILE", `Cannot write ${path}: ${reason}`, {
    parameters: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The `code` of a Node or AWS error, "" when it has none. */
export function errorCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Not by instanceof: Node's own errors are of another realm when the program runs in a vm context, as under Jest. */
export function errorText(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

/** Order of paths in listings: by UTF-16 units, whatever the locale. */
export function byPath(a: FileStatus, b: FileStatus): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
