/**
 * How event logs lie in their directory, as Spark lays them out:
 *
 *   <application id>[_<attempt>][.zstd][.inprogress]                          one file
 *   eventlog_v2_<application id>/appstatus_<application id>[.inprogress]      a directory of files
 *                               /events_<number>_<application id>[.zstd]
 */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DataError } from "../common/errors";
import { zstd, zstdFrames } from "../common/zstd";

export const IN_PROGRESS = ".inprogress";
const ROLLING = "eventlog_v2_";
/** Endings of files, which say how they are compressed. Spark writes two names for one codec. */
const COMPRESSED = /\.(zstd|lz4|lzf|snappy|gz)$/;

export interface EventLogFiles {
  /** The file, or the directory of a rolling log. */
  readonly path: string;
  /** Its files in the order of events. */
  readonly parts: readonly string[];
  readonly completed: boolean;
  /** Bytes of all parts, and when the newest one changed, ms. */
  readonly size: number;
  readonly modified: number;
}

/** Null for what is no event log. Throws where it cannot be looked at. */
export function eventLogAt(directory: string, name: string): EventLogFiles | null {
  if (name.startsWith(".") || name.endsWith(".crc")) return null;
  const path = join(directory, name);
  const stat = statSync(path);
  if (stat.isFile())
    return { path, parts: [path], completed: !name.endsWith(IN_PROGRESS), size: stat.size, modified: stat.mtimeMs };
  if (!stat.isDirectory() || !name.startsWith(ROLLING)) return null;
  const entries = readdirSync(path);
  const parts = entries
    .filter((entry) => /^events_\d+_/.test(entry))
    .sort((a, b) => partNumber(a) - partNumber(b))
    .map((entry) => join(path, entry));
  const status = entries.find((entry) => entry.startsWith("appstatus_"));
  if (status === undefined || parts.length === 0) return null;
  const stats = [...parts, join(path, status)].map((part) => statSync(part));
  return {
    path,
    parts,
    completed: !status.endsWith(IN_PROGRESS),
    size: stats.reduce((sum, { size }) => sum + size, 0),
    modified: Math.max(...stats.map(({ mtimeMs }) => mtimeMs)),
  };
}

function partNumber(name: string): number {
  return Number(/^events_(\d+)_/.exec(name)![1]);
}

/** Whole lines of a part. The last one of a log that is being written, or was cut off, may be missing. */
export function* linesOf(part: string): Generator<string, void, undefined> {
  let rest = "";
  for (const bytes of piecesOf(part)) {
    const lines = (rest + bytes.toString("utf8")).split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}

const PIECE = 2 ** 20;

/** Of a file that is not compressed: only what is asked for is read. */
function* plainPieces(part: string): Generator<Buffer, void, undefined> {
  const file = openSync(part, "r");
  try {
    let pending: Buffer = Buffer.alloc(0);
    for (;;) {
      const piece = Buffer.allocUnsafe(PIECE);
      const length = readSync(file, piece);
      if (length === 0) break;
      const all = Buffer.concat([pending, piece.subarray(0, length)]);
      // A piece may end within a character: only whole lines go on.
      const end = all.lastIndexOf(10) + 1;
      pending = all.subarray(end);
      if (end > 0) yield all.subarray(0, end);
    }
    if (pending.length > 0) yield pending;
  } finally {
    closeSync(file);
  }
}

/** The last lines of a part, about `bytes` of them where it is not compressed. */
export function lastLinesOf(part: string, bytes: number): string[] {
  if (COMPRESSED.test(basename(part).replace(IN_PROGRESS, ""))) return [...linesOf(part)].slice(-100);
  const file = openSync(part, "r");
  try {
    const { size } = fstatSync(file);
    const from = Math.max(0, size - bytes);
    const tail = Buffer.alloc(size - from);
    readSync(file, tail, 0, tail.length, from);
    const lines = tail.toString("utf8").split("\n");
    return (from === 0 ? lines : lines.slice(1)).filter((line) => line !== "");
  } finally {
    closeSync(file);
  }
}

function* piecesOf(part: string): Generator<Buffer, void, undefined> {
  const codec = COMPRESSED.exec(basename(part).replace(IN_PROGRESS, ""))?.[1];
  switch (codec) {
    case undefined:
      yield* plainPieces(part);
      return;
    case "gz":
      yield gunzipSync(readFileSync(part), { finishFlush: 2 });
      return;
    case "zstd": {
      let pending: Buffer | null = null;
      for (const { bytes, size } of zstdFrames(readFileSync(part))) {
        const piece = zstd().decompress(bytes, size);
        const whole: Buffer = pending === null ? Buffer.from(piece) : Buffer.concat([pending, piece]);
        // A frame may end within a character: only whole lines go on.
        const end = whole.lastIndexOf(10) + 1;
        pending = end < whole.length ? whole.subarray(end) : null;
        yield whole.subarray(0, end);
      }
      if (pending !== null) yield pending;
      return;
    }
    default:
      throw new DataError(
        "EVENT_LOG_CODEC",
        `The event log ${part} is compressed with ${codec}, which is not supported: have it written with spark.eventLog.compression.codec=zstd.`,
      );
  }
}

/** Names of a log that is to be written. */
export function rollingDirectory(applicationId: string): string {
  return `${ROLLING}${applicationId}`;
}
