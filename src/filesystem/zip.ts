/**
 * Unpacks zip archives (PKWARE's APPNOTE, the parts that everybody writes: stored and deflated entries, UTF-8 names,
 * Unix modes). Refuses what it does not know: encrypted entries, links, archives beyond 4 GB, names that leave the directory.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32, inflateRawSync } from "node:zlib";
import { readFailed } from "./file-system";

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;
const UNIX = 3;
const FILE_TYPE = 0o170000;
const LINK = 0o120000;

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
  /** 0 where the archive does not tell. */
  readonly mode: number;
}

/** Writes the files of the archive below `directory`, which exists. @param path the archive's name, for errors */
export function unzip(archive: Uint8Array, directory: string, path: string): void {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  for (const entry of entriesOf(bytes, path)) {
    const { name, mode } = entry;
    if (name.split("/").includes("..") || name.startsWith("/") || name.includes("\\") || name.includes("\0"))
      throw readFailed(path, `its entry "${name}" lies outside of the archive.`);
    const target = join(directory, name);
    if (name.endsWith("/")) {
      mkdirSync(target, { recursive: true });
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, contentOf(bytes, entry, path));
    if ((mode & 0o777) !== 0) chmodSync(target, mode & 0o777);
  }
}

function* entriesOf(bytes: Buffer, path: string): Generator<Entry> {
  const end = endOf(bytes, path);
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffff_ffff) throw readFailed(path, "zip archives beyond 4 GB are not read; use .tar.gz.");
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY) throw readFailed(path, "its directory is damaged.");
    const nameLength = bytes.readUInt16LE(at + 28);
    const mode = bytes[at + 5] === UNIX ? bytes.readUInt32LE(at + 38) >>> 16 : 0;
    const entry: Entry = {
      name: bytes.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength),
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
      mode,
    };
    if ((entry.flags & ENCRYPTED) !== 0) throw readFailed(path, `its entry "${entry.name}" is encrypted.`);
    if ((mode & FILE_TYPE) === LINK) throw readFailed(path, `its entry "${entry.name}" is a symbolic link; use .tar.gz.`);
    yield entry;
    at += ENTRY_BYTES + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
}

/** Where the record that ends the archive begins; a comment may stand behind it. */
function endOf(bytes: Buffer, path: string): number {
  for (let at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT); at--) {
    if (bytes.readUInt32LE(at) === END && at + END_BYTES + bytes.readUInt16LE(at + 20) === bytes.length) return at;
  }
  throw readFailed(path, "it is not a zip archive, or not a whole one.");
}

function contentOf(bytes: Buffer, entry: Entry, path: string): Uint8Array {
  const { at, name, packed, size, method } = entry;
  const damaged = (cause?: unknown) => readFailed(path, `its entry "${name}" is damaged.`, cause);
  if (at + LOCAL_BYTES > bytes.length) throw damaged();
  const start = at + LOCAL_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const raw = bytes.subarray(start, start + packed);
  if (method !== STORED && method !== DEFLATED)
    throw readFailed(path, `its entry "${name}" is packed by method ${method}; only deflate is read.`);
  let content: Uint8Array;
  try {
    content = method === STORED || size === 0 ? raw.subarray(0, size) : inflateRawSync(raw, { maxOutputLength: size });
  } catch (error) {
    throw damaged(error);
  }
  if (content.length !== size || crc32(content) !== entry.crc) throw damaged();
  return content;
}
