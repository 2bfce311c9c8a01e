/** Files and links in one run of bytes, compressed, and out of it again under another root. */
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { DataError } from "../common/errors";
import type { FolderLink } from "./package-tree";

interface Index {
  /** Path, length and mode of each file, in the order of their bytes. */
  readonly files: readonly (readonly [path: string, length: number, mode: number])[];
  readonly links: readonly FolderLink[];
  readonly facts: Readonly<Record<string, unknown>>;
}

const HEAD = 4;

/** @param facts plain data that comes back with `unpack` */
export function pack(
  files: Iterable<string>,
  links: readonly FolderLink[],
  facts: Readonly<Record<string, unknown>> = {},
): Buffer {
  const parts: Buffer[] = [];
  const entries: [string, number, number][] = [];
  for (const path of files) {
    const bytes = readFileSync(path);
    parts.push(bytes);
    entries.push([path, bytes.length, statSync(path).mode & 0o777]);
  }
  const index = Buffer.from(JSON.stringify({ files: entries, links, facts } satisfies Index));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(index.length);
  return gzipSync(Buffer.concat([head, index, ...parts]), { level: 1 });
}

/** Writes all of it below `root`, absolute paths too. Returns the facts. Throws a DataError for bytes that are no bundle. */
export function unpack(bundle: Uint8Array, root: string): Readonly<Record<string, unknown>> {
  const { index, bytes } = open(bundle);
  for (const [path, , mode] of index.files) {
    const target = below(root, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes.get(path)!);
    chmodSync(target, (mode & 0o755) | 0o600);
  }
  for (const { path, target } of index.links) {
    const at = below(root, path);
    mkdirSync(dirname(at), { recursive: true });
    try {
      symlinkSync(relative(dirname(at), below(root, target)), at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return index.facts;
}

/** A path under `root`; nothing leads out of it. */
export function below(root: string, path: string): string {
  const inside = normalize(`${sep}${path.replace(/^[A-Za-z]:/, "")}`);
  return join(root, inside);
}

function open(bundle: Uint8Array): { index: Index; bytes: Map<string, Buffer> } {
  let plain: Buffer;
  try {
    plain = gunzipSync(bundle);
    const length = plain.readUInt32LE(0);
    const index = JSON.parse(plain.toString("utf8", HEAD, HEAD + length)) as Index;
    const bytes = new Map<string, Buffer>();
    let at = HEAD + length;
    for (const [path, size] of index.files) bytes.set(path, plain.subarray(at, (at += size)));
    if (at !== plain.length) throw new Error("its length is not what its index says");
    return { index, bytes };
  } catch (error) {
    throw new DataError("BUNDLE_DAMAGED", `A bundle of files cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}
