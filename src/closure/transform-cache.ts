/**
 * Transforms of files by content, in the user's own temporary folder: starting esbuild takes 50 ms, which the second run
 * of a program need not pay. What others could have written there is not believed.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** Raise it when the same input gives another output. */
const VERSION = "closure-1";

export interface CachedTransform {
  readonly code: string;
  readonly map: string;
}

/** The transform under `inputs`, made and kept when it is not there. A folder that cannot be used costs time, nothing else. */
export function cachedTransform(inputs: readonly string[], make: () => CachedTransform): CachedTransform {
  const hash = createHash("sha256").update(VERSION);
  for (const input of inputs) hash.update(`\0${input.length}\0`).update(input);
  const uid = userInfo().uid;
  const folder = join(tmpdir(), `firesteel-transforms-${uid}`);
  const file = join(folder, hash.digest("hex"));
  try {
    if (isOwn(folder, uid) && isOwn(file, uid)) return JSON.parse(readFileSync(file, "utf8")) as CachedTransform;
  } catch {
    // Not there, or cut short by a crash: it is made anew.
  }
  const made = make();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (isOwn(folder, uid)) {
      const temporary = `${file}.${process.pid}`;
      writeFileSync(temporary, JSON.stringify(made), { mode: 0o600 });
      renameSync(temporary, file);
    }
  } catch {
    // A read-only or full disk: the next run transforms again.
  }
  return made;
}

function isOwn(path: string, uid: number): boolean {
  const status = statSync(path, { throwIfNoEntry: false });
  return status !== undefined && status.uid === uid && (status.mode & 0o022) === 0;
}
