/** `import()` for the command line, whose own bundle Node has not loaded (common/cached-load). */
import { InternalError } from "../common/errors";

export type ImportModule = (url: string) => Promise<unknown>;

let given: ImportModule | undefined;

export function setImport(importModule: ImportModule): void {
  given = importModule;
}

export function importModule(url: string): Promise<unknown> {
  if (given === undefined) throw new InternalError("The command line was not given import().");
  return given(url);
}
