/**
 * The directory for what can be made again but takes its time: compiled code, transformed programs. Nobody else can write
 * there, since what lies there is executed.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";

/** Entries of one kind, and their bytes, beyond which the older half goes. */
const MOST_ENTRIES = 2000;
const MOST_BYTES = 256 * 2 ** 20;

/** `$XDG_CACHE_HOME/firesteel`, else `~/.cache/firesteel`; null where there is no directory that is private. */
export function userCache(): string | null {
  try {
    const directory = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "firesteel");
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const state = lstatSync(directory);
    if (!state.isDirectory() || (process.getuid !== undefined && state.uid !== process.getuid())) return null;
    if (state.mode & 0o077) chmodSync(directory, 0o700);
    return directory;
  } catch {
    return null;
  }
}

/** The entry's content; undefined when it is not there. */
export function readEntry(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Replaces the entry as a whole. Where there is no room or no permission, it is made again the next time. */
export function writeEntry(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}-${threadId}`;
  try {
    writeFileSync(temporary, content, { mode: 0o600 });
    renameSync(temporary, path);
  } catch {
    rmSync(temporary, { force: true });
  }
}

/** Lets go of entries that were not made lately, once they are many or large. For times when nobody waits. */
export function trimCache(directory: string, extension: string): void {
  try {
    const paths = readdirSync(directory)
      .filter((name) => name.endsWith(extension))
      .map((name) => join(directory, name));
    const aged = paths.map((path) => ({ path, stat: statSync(path) })).sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs);
    let entries = aged.length;
    let bytes = aged.reduce((sum, { stat }) => sum + stat.size, 0);
    if (entries <= MOST_ENTRIES && bytes <= MOST_BYTES) return;
    for (const { path, stat } of aged) {
      if (entries <= MOST_ENTRIES / 2 && bytes <= MOST_BYTES / 2) return;
      rmSync(path, { force: true });
      entries--;
      bytes -= stat.size;
    }
  } catch {
    // Another process is at it.
  }
}
