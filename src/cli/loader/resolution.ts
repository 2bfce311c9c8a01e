/** What TypeScript users write where Node finds no file: no extension, `.js` that means `.ts`, a folder with an index. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const EXTENSIONS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"];

/** The file that a path means; null when there is none. */
export function fileMeant(path: string): string | null {
  const candidates = [
    path.replace(/\.([mc]?)js$/, ".$1ts"),
    ...EXTENSIONS.map((extension) => path + extension),
    join(path, "index.ts"),
    join(path, "index.js"),
  ];
  return candidates.find((candidate) => candidate !== path && existsSync(candidate) && statSync(candidate).isFile()) ?? null;
}

/** Whether a specifier names a file, not a package. */
export function isPath(specifier: string): boolean {
  return /^(?:\.{1,2}(?:\/|$)|\/)/.test(specifier);
}
