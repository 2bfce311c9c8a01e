/**
 * What the loader made of a program's files, kept by content in the user's cache: the second start of a program needs no
 * compiler, and the main thread can read the text that Node was given.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tsconfigFor } from "../../closure/tsconfig";
import { readEntry, trimCache, userCache, writeEntry } from "../../common/user-cache";
import type { ModuleFormat } from "./format";

/** Raise it when the same input gives another output. */
const VERSION = "program-3";
const EXTENSION = ".program.js";

/** Where the transform of a file with this content is kept; null where nothing can be. */
function placeOf(path: string, source: string, format: ModuleFormat): string | null {
  const folder = userCache();
  if (folder === null) return null;
  const hash = createHash("sha256")
    .update(`${VERSION}\0${format}\0${path}\0${tsconfigFor(path) ?? ""}\0`)
    .update(source);
  return join(folder, hash.digest("hex").slice(0, 32) + EXTENSION);
}

export interface CacheEntry {
  /** The transform, if there is one. */
  readonly code: string | undefined;
  keep(code: string): void;
}

export function cacheEntry(path: string, source: string, format: ModuleFormat): CacheEntry {
  const place = placeOf(path, source, format);
  return {
    code: place === null ? undefined : readEntry(place)?.toString("utf8"),
    keep: (code) => {
      if (place === null) return;
      writeEntry(place, code);
      trimCache(dirname(place), EXTENSION);
    },
  };
}

/** The text that Node was given for a TypeScript file of the program; undefined for other files and where it was not kept. */
export function loadedProgram(path: string, isModule: boolean): string | undefined {
  return /\.[mc]?ts$/.test(path)
    ? cacheEntry(path, readFileSync(path, "utf8"), isModule ? "module" : "commonjs").code
    : undefined;
}
