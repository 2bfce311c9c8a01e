/**
 * The script of a function without asking the debugger, whose first answer takes 20 ms: usually it is one of the files on
 * the stack, and its text is known, from disk or from the loader that transformed it. A guess counts only when the
 * function's text stands in it where V8 says.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { textOffset } from "./positions";
import type { FunctionLocation, ScriptFacts } from "./scopes";
import { fileOfUrl } from "./source-maps";

/** The text that was loaded for a file, where it is not the file's own. */
export type LoadedSource = (path: string, isModule: boolean) => string | undefined;

const FRAMES = 30;
let loadedSource: LoadedSource = () => undefined;

/** Tells what a loader made of files: see `configureClosures`. */
export function setLoadedSource(find: LoadedSource): void {
  loadedSource = find;
}

export function guessScript(location: FunctionLocation, text: string): ScriptFacts | undefined {
  for (const place of filesOnStack()) {
    const file = fileOfUrl(place);
    if (file === undefined) continue;
    // A frame that a source map was applied to names the file of a module by its path, too.
    for (const isModule of place.startsWith("file:") ? [true] : [false, true]) {
      const source = sourceOf(file, isModule);
      if (source === undefined || textOffset(source, location, text) === undefined) continue;
      const url = isModule ? pathToFileURL(file).href : file;
      return { url, isModule, source, sourceMapUrl: /\/\/[#@] sourceMappingURL=(\S+)\s*$/.exec(source)?.[1] ?? "" };
    }
  }
  return undefined;
}

function sourceOf(file: string, isModule: boolean): string | undefined {
  try {
    return loadedSource(file, isModule) ?? (/\.[cm]?js$/.test(file) ? readFileSync(file, "utf8") : undefined);
  } catch {
    // A file that is gone or cannot be read: the debugger knows its text.
    return undefined;
  }
}

function filesOnStack(): Set<string> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const stack: unknown = new Error().stack;
  Error.stackTraceLimit = stackTraceLimit;
  const files = new Set<string>();
  if (typeof stack === "string") {
    for (const [, url] of stack.matchAll(/\(?((?:file:\/\/)?(?:\/|[A-Za-z]:\\)[^\s():]*):\d+:\d+\)?$/gm))
      if (url !== undefined && url !== __filename) files.add(url);
  }
  return files;
}
