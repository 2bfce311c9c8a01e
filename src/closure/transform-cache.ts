/**
 * Transforms of files by content, in the user's cache: starting esbuild takes 50 ms, which the second run of a program
 * need not pay.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readEntry, trimCache, userCache, writeEntry } from "../common/user-cache";

/** Raise it when the same input gives another output. */
const VERSION = "closure-1";
const EXTENSION = ".closure.json";

export interface CachedTransform {
  readonly code: string;
  readonly map: string;
}

/** The transform under `inputs`, made and kept when it is not there. A folder that cannot be used costs time, nothing else. */
export function cachedTransform(inputs: readonly string[], make: () => CachedTransform): CachedTransform {
  const folder = userCache();
  if (folder === null) return make();
  const hash = createHash("sha256").update(VERSION);
  for (const input of inputs) hash.update(`\0${input.length}\0`).update(input);
  const file = join(folder, hash.digest("hex").slice(0, 32) + EXTENSION);
  const kept = readTransform(file);
  if (kept !== undefined) return kept;
  const made = make();
  writeEntry(file, JSON.stringify(made));
  trimCache(folder, EXTENSION);
  return made;
}

function readTransform(file: string): CachedTransform | undefined {
  const text = readEntry(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text.toString("utf8")) as CachedTransform;
  } catch {
    // Cut short by a crash: it is made anew.
    return undefined;
  }
}
