/**
 * Module hooks for TypeScript programs (they run in Node's own hooks thread). Resolution is Node's, and beyond it what
 * TypeScript users write: imports without an extension, `.js` that means `.ts`, and folders with an index file.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { LoadHook, ResolveHook } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { formatOf } from "./format";
import { transformTypeScript } from "./transform";
import { cachedProgram } from "./transform-cache";

export const resolve: ResolveHook = async (specifier, context, next) => {
  // Programs run on the engine that they were submitted to, installed beside them or not.
  if (specifier === "firesteel") {
    const required = context.conditions.includes("require") && !context.conditions.includes("import");
    return { url: new URL(required ? "./index.js" : "./index.mjs", import.meta.url).href, format: required ? "commonjs" : "module", shortCircuit: true };
  }
  try {
    return await next(specifier, context);
  } catch (error) {
    const found = typescriptFile(specifier, context.parentURL);
    if (found === null) throw error;
    return { url: found, shortCircuit: true };
  }
};

/** The TypeScript file that a relative specifier means where Node finds none; null when there is none either. */
function typescriptFile(specifier: string, parentURL: string | undefined): string | null {
  if (parentURL === undefined || !/^(\.{1,2}(\/|$)|file:|\/)/.test(specifier)) return null;
  const path = fileURLToPath(new URL(specifier, parentURL));
  const candidates = [
    path.replace(/\.([mc]?)js$/, ".$1ts"),
    ...[".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json"].map((extension) => path + extension),
    join(path, "index.ts"),
    join(path, "index.js"),
  ];
  const found = candidates.find((candidate) => candidate !== path && existsSync(candidate) && statSync(candidate).isFile());
  return found === undefined ? null : pathToFileURL(found).href;
}

export const load: LoadHook = async (url, context, next) => {
  if (!/^file:[^?#]*\.[mc]?ts(?:[?#]|$)/.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const source = readFileSync(path, "utf8");
  const format = formatOf(path, source);
  return { format, source: await cachedProgram(path, source, format, () => transformTypeScript(source, path, format)), shortCircuit: true };
};
