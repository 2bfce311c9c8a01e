/** Archives of submitted programs, by SHA-256 of their content. */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Bytes that travel in one message. */
export const PIECE = 2 ** 20;
/** Longest archive. */
export const MAX_BLOB = 2 ** 30;
const HASH = /^[0-9a-f]{64}$/;

export function isBlobHash(hash: string): boolean {
  return HASH.test(hash);
}

export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export class BlobStore {
  constructor(readonly directory: string) {}

  path(hash: string): string {
    if (!isBlobHash(hash)) throw new RangeError("not a hash");
    return join(this.directory, hash);
  }

  has(hash: string): boolean {
    return isBlobHash(hash) && existsSync(this.path(hash));
  }

  /** A piece of at most `PIECE` bytes; null when there is no such blob. */
  read(hash: string, offset: number): { readonly total: number; readonly bytes: Buffer } | null {
    if (!this.has(hash)) return null;
    const fd = openSync(this.path(hash), "r");
    try {
      const total = fstatSync(fd).size;
      const bytes = Buffer.alloc(Math.max(0, Math.min(PIECE, total - offset)));
      readSync(fd, bytes, 0, bytes.length, offset);
      return { total, bytes };
    } finally {
      closeSync(fd);
    }
  }

  /** It is used now: as new as if it had just come. */
  touch(hash: string): void {
    const now = new Date();
    utimesSync(this.path(hash), now, now);
  }

  remove(hash: string): void {
    if (isBlobHash(hash)) rmSync(this.path(hash), { force: true });
  }
}

/** A blob that comes piece by piece, in order. */
export class IncomingBlob {
  readonly #staging: string;
  #fd: number | null;
  offset = 0;

  constructor(
    private readonly store: BlobStore,
    readonly hash: string,
    suffix: string,
  ) {
    mkdirSync(store.directory, { recursive: true, mode: 0o700 });
    this.#staging = `${store.path(hash)}.${suffix}`;
    this.#fd = openSync(this.#staging, "w", 0o600);
  }

  /** True when it is complete and in its place. Throws when it is not what its hash says, or too long. */
  take(piece: { readonly offset: number; readonly total: number; readonly bytes: Uint8Array }): boolean {
    if (
      this.#fd === null ||
      piece.total < 0 ||
      piece.total > MAX_BLOB ||
      piece.offset !== this.offset ||
      (piece.bytes.length === 0 && this.offset < piece.total)
    ) {
      this.drop();
      throw new Error(piece.total < 0 ? "there is no such archive" : "the archive came in pieces that do not fit");
    }
    writeSync(this.#fd, piece.bytes);
    this.offset += piece.bytes.length;
    if (this.offset < piece.total) return false;
    closeSync(this.#fd);
    this.#fd = null;
    if (hashOf(readFileSync(this.#staging)) !== this.hash) {
      this.drop();
      throw new Error("the archive is damaged");
    }
    renameSync(this.#staging, this.store.path(this.hash));
    return true;
  }

  drop(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    rmSync(this.#staging, { force: true });
  }
}
