/**
 * The one way to the files in which this machine keeps an application's data: map outputs, spills, blocks on disk. As `node:fs`, with positions
 * always said; where a key is set (`spark.io.encryption.enabled`), what stands in a file is encrypted by AES in counter mode.
 *
 *   magic, 8 bytes | initial counter, 16 bytes, random for each file | data
 *
 * Positions and sizes are those of the data. Block i of it, of 16 bytes, is combined with the cipher of the initial counter + i, so any part is read
 * by itself. The files' own checksums are of plain bytes. Nothing is authenticated: who can change files of this user can do more than that.
 */
import { createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  read as readAsync,
  readSync,
  renameSync,
  rmSync,
  write as writeAsync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { IO_ENCRYPTION, IO_ENCRYPTION_KEY_BITS } from "../common/config-entries";

/** Of this thread. */
let key: Uint8Array | null = null;
/** Initial counters of open files that are encrypted, by descriptor. */
const counters = new Map<number, Buffer>();

const MAGIC = Buffer.from("FSAESCTR");
const BLOCK = 16;
const HEADER = MAGIC.length + BLOCK;
/** Bytes encrypted at a time. */
const PIECE = 2 ** 20;
const ZEROS = new Uint8Array(BLOCK);

/**
 * The key of an application's files, by its settings; null where they are not encrypted. Made of the secret that its processes hold anyway, so that
 * it is never sent, and whoever takes over a file has it.
 */
export function localDataKey(secret: string | Uint8Array, conf: (key: string) => string | undefined): Uint8Array | null {
  if (!IO_ENCRYPTION.parse(conf(IO_ENCRYPTION.key) ?? IO_ENCRYPTION.defaultText, IO_ENCRYPTION.key)) return null;
  const bits = conf(IO_ENCRYPTION_KEY_BITS.key) ?? IO_ENCRYPTION_KEY_BITS.defaultText;
  const length = Number(IO_ENCRYPTION_KEY_BITS.parse(bits, IO_ENCRYPTION_KEY_BITS.key)) / 8;
  return new Uint8Array(hkdfSync("sha256", secret, "", "firesteel local data", length));
}

/** From now on files that this thread makes are encrypted. Those that are not stay readable. */
export function encryptLocalData(secret: Uint8Array | null): void {
  key = secret;
}

export function localDataIsEncrypted(): boolean {
  return key !== null;
}

/**
 * "r" and "r+" open a file that is there, "w", "w+" and "wx" make one for this user alone, and its folder where that was taken away; "wx"
 * throws where there is one.
 */
export function openLocal(path: string, flags: "r" | "r+" | "w" | "w+" | "wx"): number {
  const open = (): number => openSync(path, flags, 0o600);
  const fd = flags.startsWith("w") ? withFolder(path, open) : open();
  if (key === null) return fd;
  counters.delete(fd);
  try {
    if (flags.startsWith("w")) begin(fd);
    else recognize(fd);
  } catch (error) {
    closeSync(fd);
    if (flags.startsWith("w")) rmSync(path, { force: true });
    throw error;
  }
  return fd;
}

/** Gives a file another name on the same disk. */
export function moveLocal(from: string, to: string): void {
  withFolder(to, () => renameSync(from, to));
}

/** Tools that clean directories for temporary files take folders of long applications away: `path`'s is made again where it is missing. */
function withFolder<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return make();
  }
}

function begin(fd: number): void {
  const counter = randomBytes(BLOCK);
  const header = Buffer.concat([MAGIC, counter]);
  for (let done = 0; done < HEADER;) done += writeSync(fd, header, done, HEADER - done, done);
  counters.set(fd, counter);
}

function recognize(fd: number): void {
  const header = Buffer.alloc(HEADER);
  const got = readSync(fd, header, 0, HEADER, 0);
  if (got === HEADER && header.subarray(0, MAGIC.length).equals(MAGIC)) counters.set(fd, header.subarray(MAGIC.length));
}

export function closeLocal(fd: number): void {
  if (key !== null) counters.delete(fd);
  closeSync(fd);
}

/** Reads up to `length` bytes from `position` to `at`, and gives how many; 0 at the end. */
export function readLocal(fd: number, into: Uint8Array, at: number, length: number, position: number): number {
  const counter = key === null ? undefined : counters.get(fd);
  if (counter === undefined) return readSync(fd, into, at, length, position);
  const got = readSync(fd, into, at, length, position + HEADER);
  decrypt(counter, into.subarray(at, at + got), position);
  return got;
}

/** The same beside other work. The descriptor must stay open until it resolves. */
export function readLocalAsync(fd: number, into: Uint8Array, at: number, length: number, position: number): Promise<number> {
  const counter = key === null ? undefined : counters.get(fd);
  return new Promise((resolve, reject) =>
    readAsync(fd, into, at, length, counter === undefined ? position : position + HEADER, (error, got) => {
      if (error !== null) return reject(error);
      if (counter !== undefined) decrypt(counter, into.subarray(at, at + got), position);
      resolve(got);
    }),
  );
}

/** Writes up to `length` bytes from `at` to `position`, and gives how many. */
export function writeLocal(fd: number, bytes: Uint8Array, at: number, length: number, position: number): number {
  const counter = key === null ? undefined : counters.get(fd);
  if (counter === undefined) return writeSync(fd, bytes, at, length, position);
  const piece = combined(counter, bytes.subarray(at, at + Math.min(length, PIECE)), position);
  return writeSync(fd, piece, 0, piece.length, position + HEADER);
}

/** The same beside other work. */
export function writeLocalAsync(fd: number, bytes: Uint8Array, at: number, length: number, position: number): Promise<number> {
  const counter = key === null ? undefined : counters.get(fd);
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, written: number): void => (error === null ? resolve(written) : reject(error));
    if (counter === undefined) return writeAsync(fd, bytes, at, length, position, done);
    const piece = combined(counter, bytes.subarray(at, at + Math.min(length, PIECE)), position);
    writeAsync(fd, piece, 0, piece.length, position + HEADER, done);
  });
}

/** Bytes of data in the file. */
export function sizeOfLocal(fd: number): number {
  const { size } = fstatSync(fd);
  return key !== null && counters.has(fd) ? size - HEADER : size;
}

export function truncateLocal(fd: number, length: number): void {
  ftruncateSync(fd, key !== null && counters.has(fd) ? length + HEADER : length);
}

function decrypt(counter: Buffer, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; done += PIECE) {
    const piece = bytes.subarray(done, done + PIECE);
    piece.set(combined(counter, piece, position + done));
  }
}

/** Bytes from `position` on, combined with the cipher: both ways are the same in counter mode. */
function combined(counter: Buffer, bytes: Uint8Array, position: number): Buffer {
  const skipped = position % BLOCK;
  const cipher = createCipheriv(`aes-${key!.length * 8}-ctr`, key!, plus(counter, (position - skipped) / BLOCK));
  if (skipped > 0) cipher.update(ZEROS.subarray(0, skipped));
  return cipher.update(bytes);
}

/** The counter, a number of 128 bits with its highest byte first, `blocks` later. */
function plus(counter: Buffer, blocks: number): Buffer {
  const sum = Buffer.from(counter);
  for (let i = BLOCK - 1, carry = blocks; i >= 0 && carry > 0; i--) {
    carry += sum[i]!;
    sum[i] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return sum;
}
