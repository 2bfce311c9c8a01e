/**
 * Paths as strings: `file:/absolute/path` and `s3://bucket/key` (also s3a, s3n), always qualified and without a trailing
 * slash, so that equal strings mean equal files on every host. Nothing here looks at storage. As in Hadoop, characters
 * are taken as they stand: %20 is three characters.
 */
import { posix, resolve } from "node:path";
import { UsageError } from "../common/errors";

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/(\/?)/;
const S3_SCHEMES: ReadonlySet<string> = new Set(["s3", "s3a", "s3n"]);

/** The qualified form of what a user wrote. Plain paths are local, relative ones start at the working directory. */
export function qualifyPath(path: string): string {
  if (path === "") throw new UsageError("INVALID_PATH", "A path must not be empty.");
  const scheme = SCHEME.exec(path);
  if (scheme === null) return `file:${resolve(path)}`;
  const [prefix, name, authority] = scheme;
  const rest = path.slice(prefix.length);
  if (name!.toLowerCase() === "file") {
    // file:/x, file:///x and file://localhost/x; another host's files cannot be had.
    const host = authority ? rest.slice(0, rest.indexOf("/") < 0 ? rest.length : rest.indexOf("/")) : "";
    if (host !== "" && host !== "localhost") {
      throw new UsageError("INVALID_PATH", `"${path}" names a file on the host "${host}". Write file:/path for a local file.`);
    }
    const local = posix.normalize(`/${rest.slice(host.length)}`).replace(/^\/+/, "/");
    return `file:${local.length > 1 ? local.replace(/\/$/, "") : local}`;
  }
  if (authority && S3_SCHEMES.has(name!.toLowerCase())) {
    const trimmed = rest.replace(/\/+$/, "");
    if (trimmed === "" || trimmed.startsWith("/")) throw new UsageError("INVALID_PATH", `"${path}" names no bucket.`);
    return `${name!.toLowerCase()}://${trimmed}`;
  }
  throw new UsageError(
    "UNSUPPORTED_FILE_SYSTEM",
    `No file system for the scheme "${name}" of "${path}". Paths may be local (/path, file:/path) or on S3 (s3://bucket/key).`,
  );
}

/** Of a qualified path. */
export function isLocalPath(path: string): boolean {
  return path.startsWith("file:");
}

/** The path for node:fs, of a qualified local path. */
export function toLocalPath(path: string): string {
  return path.slice("file:".length);
}

/** Bucket and key of a qualified S3 path; the key is empty for the bucket itself. */
export function splitS3Path(path: string): { readonly bucket: string; readonly key: string } {
  const start = path.indexOf("://") + 3;
  const slash = path.indexOf("/", start);
  return slash < 0 ? { bucket: path.slice(start), key: "" } : { bucket: path.slice(start, slash), key: path.slice(slash + 1) };
}

export function joinPath(parent: string, name: string): string {
  return parent.endsWith("/") ? parent + name : `${parent}/${name}`;
}

/** What comes after the last slash; a bucket's own name for a bucket. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Root (`file:/`, `s3://bucket`) and the components below it. */
export function splitComponents(path: string): { readonly root: string; readonly components: readonly string[] } {
  const rootEnd = isLocalPath(path) ? "file:/".length : path.indexOf("/", path.indexOf("://") + 3);
  if (rootEnd < 0) return { root: path, components: [] };
  const rest = path.slice(rootEnd).replace(/^\//, "");
  return { root: path.slice(0, rootEnd), components: rest === "" ? [] : rest.split("/") };
}

/** Hadoop's rule for files that are no data: `_SUCCESS`, `_temporary`, `.part-00000.crc`. */
export function isHidden(name: string): boolean {
  return name.startsWith("_") || name.startsWith(".");
}
