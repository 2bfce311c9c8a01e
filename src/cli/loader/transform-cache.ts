/**
 * What the loader made of a program's files, kept by content in the user's cache: the second start of a program needs no
 * compiler, and the main thread can read the text that Node was given.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tsconfigFor } from "../../closure/tsconfig";
import { readEntry, trimCache, userCache, writeEntry } from "../../common/user-cache";
import type { ModuleFormat } from "./format";
import { formatOf } from "./format";

/** Raise it when the same input gives another output. */
const VERSION = "program-2";
const EXTENSION = ".program.js";

/** The entry of a file with this content; null where nothing can be kept. */
function entryOf(path: string, source: string, format: ModuleFormat): string | null {
  const folder = userCache();
  if (folder === null) return null;
  const hash = createHash("sha256").update(`${VERSION}\0${format}\0${path}\0${tsconfigFor(path) ?? ""}\0`).update(source);
  return join(folder, hash.digest("hex").slice(0, 32) + EXTENSION);
}

/** The transform of `source`, made and kept when it is not there. */
export async function cachedProgram(path: string, source: string, format: ModuleFormat, make: () => Promise<string>): Promise<string> {
  const entry = entryOf(path, source, format);
  const kept = entry === null ? undefined : readEntry(entry);
  if (kept !== undefined) return kept.toString("utf8");
  const code = await make();
  if (entry !== null) {
    writeEntry(entry, code);
    trimCache(join(entry, ".."), EXTENSION);
  }
  return code;
}

/** The text that Node was given for a TypeScript file of the program; undefined for other files and where it was not kept. */
export function loadedProgram(path: string): string | undefined {
  if (!/\.[mc]?ts$/.test(path)) return undefined;
  const source = readFileSync(path, "utf8");
  const entry = entryOf(path, source, formatOf(path, source));
  return entry === null ? undefined : readEntry(entry)?.toString("utf8");
}
