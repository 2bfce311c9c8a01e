/** Files that the command line names: what is wrong with them is said before anything is started. */
import { readFileSync, statSync } from "node:fs";
import { UsageError } from "../common/errors";

/**
 * Throws a UsageError where there is no such file that can be read.
 * @param what what the user takes it for: "program", "file"
 */
export function checkFile(path: string, what: string, origin?: string): void {
  const from = origin === undefined ? "" : ` (${origin})`;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new UsageError(what === "program" ? "PROGRAM_NOT_FOUND" : "FILE_NOT_FOUND", `no such ${what}: ${path}${from}`);
  if (found.isDirectory()) throw new UsageError("IS_A_DIRECTORY", `${path} is a directory, not a ${what}${from}`);
}

/** The text of a file. Throws a UsageError where it cannot be read. */
export function readNamed(path: string, origin: string): string {
  checkFile(path, "file", origin);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError("FILE_NOT_READABLE", `${path} cannot be read (${origin}): ${(error as Error).message}`, {
      cause: error,
    });
  }
}
