/**
 * The folder of packages that were asked for when the program was submitted (`--packages`): where the program's own folders do not have
 * one, it is looked for there. Told by a variable, which the threads of the process see, too.
 */
import { join } from "node:path";

const VARIABLE = "FIRESTEEL_PACKAGES_FOLDER";

/** `folder` has a "node_modules". Before anything of the program is loaded. */
export function setExtraPackages(folder: string): void {
  process.env[VARIABLE] = folder;
}

/** The folder whose "node_modules" is looked through last; undefined where there is none. */
export function extraPackages(): string | undefined {
  return process.env[VARIABLE];
}

/** A file for which Node's resolution begins there. */
export function besideExtraPackages(): string | undefined {
  const folder = extraPackages();
  return folder === undefined ? undefined : join(folder, "program.js");
}
