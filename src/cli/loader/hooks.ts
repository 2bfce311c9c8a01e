/**
 * Module hooks for what programs import (they run in Node's own hooks thread). Resolution is Node's, and beyond it what
 * TypeScript users write.
 */
import { readFileSync } from "node:fs";
import type { LoadHook, ResolveHook } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { besideExtraPackages } from "../../common/extra-packages";
import { formatOf } from "./format";
import { fileMeant, isPath } from "./resolution";
import { transformTypeScript } from "./transform";
import { cacheEntry } from "./transform-cache";

const ENTRIES: Readonly<Record<string, string>> = { firesteel: "./index.mjs", "firesteel/mllib": "./mllib.mjs" };

export const resolve: ResolveHook = async (specifier, context, next) => {
  // Programs run on the engine that they were submitted to, installed beside them or not.
  const entry = ENTRIES[specifier];
  if (entry !== undefined) return { url: new URL(entry, import.meta.url).href, format: "module", shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    const beside = besideExtraPackages();
    // A package that the program's folders do not have.
    if (beside !== undefined && !isPath(specifier) && !specifier.includes(":"))
      return next(specifier, { ...context, parentURL: pathToFileURL(beside).href });
    if (context.parentURL === undefined || !(isPath(specifier) || specifier.startsWith("file:"))) throw error;
    const found = fileMeant(fileURLToPath(new URL(specifier, context.parentURL)));
    if (found === null) throw error;
    return { url: pathToFileURL(found).href, shortCircuit: true };
  }
};

export const load: LoadHook = async (url, context, next) => {
  if (!/^file:[^?#]*\.[mc]?ts(?:[?#]|$)/.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const source = readFileSync(path, "utf8");
  const format = formatOf(path, source);
  const entry = cacheEntry(path, source, format);
  const code = entry.code ?? (await transformTypeScript(source, path, format));
  if (entry.code === undefined) entry.keep(code);
  return { format, source: code, shortCircuit: true };
};
