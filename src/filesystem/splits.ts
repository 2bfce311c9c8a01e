/**
 * Cuts files into what one task reads each, as Hadoop's input formats do. Splits are plain data: they travel in task
 * binaries.
 */
import type { FileStatus } from "./file-system";
import { codecOf } from "./codecs";
import type { Codec } from "./codecs";

export interface FileSplit {
  readonly path: string;
  /** The bytes [start, start + length) of the file; how records at the edges are shared out is the reader's business. */
  readonly start: number;
  readonly length: number;
  /** Bytes of the whole file when it was listed. */
  readonly fileLength: number;
  /** Compressed files are one split each. */
  readonly codec: Codec | null;
}

/** Whole files, read by one task. */
export interface FileGroup {
  readonly files: readonly { readonly path: string; readonly length: number }[];
}

/** Hadoop's block size of local files (`fs.local.block.size`) and of S3 (`fs.s3a.block.size`). */
export const DEFAULT_BLOCK_BYTES = 32 * 1024 * 1024;

/** The last split of a file may be a tenth longer than the others. */
const SLOP = 1.1;

/**
 * Splits of text files. A file is cut so that all files together give about `minPartitions` splits, more where splits
 * would exceed `blockBytes`; a split holds bytes of one file. Empty files give none, as in Spark since 3.2.
 */
export function textSplits(
  files: readonly FileStatus[],
  minPartitions: number,
  blockBytes: number = DEFAULT_BLOCK_BYTES,
): FileSplit[] {
  return cut(files, goalBytes(files, minPartitions, blockBytes), (file) => codecOf(file.path) === null);
}

/** As textSplits, at multiples of the record's length. */
export function recordSplits(
  files: readonly FileStatus[],
  recordBytes: number,
  minPartitions: number,
  blockBytes: number = DEFAULT_BLOCK_BYTES,
): FileSplit[] {
  const goal = goalBytes(files, minPartitions, blockBytes);
  return cut(files, Math.max(recordBytes, goal - (goal % recordBytes)), () => true, false);
}

/** As textSplits, for object files (object-file.ts). */
export function objectSplits(
  files: readonly FileStatus[],
  minPartitions: number,
  blockBytes: number = DEFAULT_BLOCK_BYTES,
): FileSplit[] {
  return cut(files, goalBytes(files, minPartitions, blockBytes), () => true, false);
}

function goalBytes(files: readonly FileStatus[], minPartitions: number, blockBytes: number): number {
  let total = 0;
  for (const file of files) total += file.length;
  return Math.max(1, Math.min(blockBytes, Math.floor(total / Math.max(1, minPartitions))));
}

function cut(
  files: readonly FileStatus[],
  goal: number,
  splittable: (file: FileStatus) => boolean,
  compressed = true,
): FileSplit[] {
  const splits: FileSplit[] = [];
  for (const file of files) {
    if (file.length === 0) continue;
    const whole = { path: file.path, fileLength: file.length, codec: compressed ? codecOf(file.path) : null };
    let start = 0;
    if (splittable(file)) {
      for (; (file.length - start) / goal > SLOP; start += goal) splits.push({ ...whole, start, length: goal });
    }
    splits.push({ ...whole, start, length: file.length - start });
  }
  return splits;
}

/**
 * Groups of whole files of about equal size, about `minPartitions` of them (Hadoop's CombineFileInputFormat on one host).
 * `maxBytes` bounds a group that has more than one file.
 */
export function fileGroups(
  files: readonly FileStatus[],
  minPartitions: number,
  maxBytes: number = Number.POSITIVE_INFINITY,
): FileGroup[] {
  let total = 0;
  for (const file of files) total += file.length;
  const goal = Math.min(maxBytes, Math.ceil(total / Math.max(1, minPartitions)));
  const groups: FileGroup[] = [];
  let group: { path: string; length: number }[] = [];
  let bytes = 0;
  for (const { path, length } of files) {
    // An empty file begins no group.
    if (length > 0 && group.length > 0 && (bytes >= goal || bytes + length > maxBytes)) {
      groups.push({ files: group });
      group = [];
      bytes = 0;
    }
    group.push({ path, length });
    bytes += length;
  }
  if (group.length > 0) groups.push({ files: group });
  return groups;
}
