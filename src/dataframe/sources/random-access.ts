/** A file as tasks read it out of order: ranges, all blocking. */
import { readFailed } from "../../filesystem/file-system";
import { isLocalPath } from "../../filesystem/path";
import { type BlockingFetch, LocalReader } from "../../filesystem/task-storage";

export interface RandomAccess {
  readonly path: string;
  readonly length: number;
  /** Whether every request goes over a network, so that few large ones are better than many. */
  readonly remote: boolean;
  /** Fills into[at, at + length) with the bytes from `offset` on; throws where the file ends before. */
  read(offset: number, into: Uint8Array, at: number, length: number): void;
  readonly bytesRead: number;
  close(): void;
}

/** `length` is what the file had when it was listed. */
export function openRandomAccess(path: string, length: number, fetch: BlockingFetch): RandomAccess {
  return isLocalPath(path) ? new LocalFile(path, length) : new RemoteFile(path, length, fetch);
}

class LocalFile implements RandomAccess {
  readonly remote = false;
  readonly #file: LocalReader;

  constructor(
    readonly path: string,
    readonly length: number,
  ) {
    this.#file = new LocalReader(path);
  }

  get bytesRead(): number {
    return this.#file.bytesRead;
  }

  read(offset: number, into: Uint8Array, at: number, length: number): void {
    let filled = 0;
    while (filled < length) {
      const n = this.#file.read(into, at + filled, length - filled, offset + filled);
      if (n === 0) throw shorter(this.path, offset + length, offset + filled);
      filled += n;
    }
  }

  close(): void {
    this.#file.close();
  }
}

class RemoteFile implements RandomAccess {
  readonly remote = true;
  bytesRead = 0;

  constructor(
    readonly path: string,
    readonly length: number,
    private readonly fetch: BlockingFetch,
  ) {}

  read(offset: number, into: Uint8Array, at: number, length: number): void {
    if (length === 0) return;
    const bytes = this.fetch(this.path, offset, length, 0);
    if (bytes.length < length) throw shorter(this.path, offset + length, offset + bytes.length);
    into.set(bytes, at);
    this.bytesRead += length;
  }

  close(): void {}
}

function shorter(path: string, wanted: number, there: number): Error {
  return readFailed(path, `it ends at byte ${there}, and bytes up to ${wanted} are needed.`);
}
