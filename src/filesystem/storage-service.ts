/**
 * The asynchronous side of task-storage.ts: what an executor's main thread does for its worker threads. Ranges that a
 * reader announced are fetched ahead, so that a task that reads a file front to back waits for its first range only.
 */
import type { PendingUpload } from "./file-system";
import type { FileSystems } from "./file-systems";
import { UsageError } from "../common/errors";

/** Ranges fetched ahead but not asked for yet: those of tasks that ended early are dropped, oldest first. */
const MAX_AHEAD = 16;

export class StorageService {
  readonly #fileSystems: FileSystems;
  readonly #ahead = new Map<string, Promise<Uint8Array>>();

  constructor(fileSystems: FileSystems) {
    this.#fileSystems = fileSystems;
  }

  /** As BlockingFetch: `next` bytes behind the range are fetched ahead. */
  async readRange(path: string, offset: number, length: number, next = 0): Promise<Uint8Array> {
    const key = rangeKey(path, offset, length);
    const started = this.#ahead.get(key) ?? this.#fileSystems.of(path).readRange(path, offset, length);
    this.#ahead.delete(key);
    if (next > 0) this.#startAhead(path, offset + length, next);
    return started;
  }

  #startAhead(path: string, offset: number, length: number): void {
    const key = rangeKey(path, offset, length);
    if (this.#ahead.has(key)) return;
    for (const oldest of this.#ahead.keys()) {
      if (this.#ahead.size < MAX_AHEAD) break;
      this.#ahead.delete(oldest);
    }
    const range = this.#fileSystems.of(path).readRange(path, offset, length);
    this.#ahead.set(key, range);
    // A range that failed is asked for again by whoever needs it; nobody may be waiting for this one.
    range.catch(() => this.#ahead.delete(key));
  }

  /** As BlockingUploads. */
  async upload(localFile: string, path: string): Promise<PendingUpload> {
    const { uploads } = this.#fileSystems.of(path);
    if (uploads === null)
      throw new UsageError("UNSUPPORTED_FILE_SYSTEM", `Files are uploaded to object stores only, not to ${path}.`);
    return uploads.upload(localFile, path);
  }

  async abortUpload(upload: PendingUpload): Promise<void> {
    await this.#fileSystems.of(upload.path).uploads?.abort(upload);
  }

  close(): void {
    this.#ahead.clear();
    this.#fileSystems.close();
  }
}

function rangeKey(path: string, offset: number, length: number): string {
  return `${offset}+${length} ${path}`;
}
