/**
 * Module hooks for TypeScript programs (they run in Node's own hooks thread). Resolution is Node's, and beyond it what
 * TypeScript users write: imports without an extension, `.js` that means `.ts`, and folders with an index file.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import type { LoadHook, ResolveHook } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformTypeScript } from "./transform";

const TYPESCRIPT = /\.([mc]?)ts$/;

export const resolve: ResolveHook = async (specifier, context, next) => {
  // Programs run on the engine that they were submitted to, installed beside them or not.
  if (specifier === "firesteel") return { url: new URL("./index.mjs", import.meta.url).href, shortCircuit: true };
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
  if (parentURL === undefined || !/^(\.{1,2}\/|file:|\/)/.test(specifier)) return null;
  const path = fileURLToPath(new URL(specifier, parentURL));
  const candidates = [path.replace(/\.([mc]?)js$/, ".$1ts"), `${path}.ts`, `${path}.js`, `${path}.mts`, join(path, "index.ts"), join(path, "index.js")];
  const found = candidates.find((candidate) => candidate !== path && existsSync(candidate) && statSync(candidate).isFile());
  return found === undefined ? null : pathToFileURL(found).href;
}

export const load: LoadHook = async (url, context, next) => {
  const kind = url.startsWith("file:") ? TYPESCRIPT.exec(url) : null;
  if (kind === null) return next(url, context);
  const path = fileURLToPath(url);
  const format = kind[1] === "c" ? "commonjs" : "module";
  return { format, source: await transformed(path, format), shortCircuit: true };
};

/** Transforms are kept by content in the user's own temporary folder: the second start of a program needs no compiler. */
async function transformed(path: string, format: "module" | "commonjs"): Promise<string> {
  const source = readFileSync(path, "utf8");
  const directory = join(tmpdir(), `firesteel-transforms-${userInfo().uid}`);
  const cached = join(directory, createHash("sha256").update(`1 ${format} ${path}\0${source}`).digest("hex"));
  if (existsSync(cached) && ownedByUs(cached)) return readFileSync(cached, "utf8");
  const code = await transformTypeScript(source, path, format);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (ownedByUs(directory)) {
    const temporary = `${cached}.${process.pid}`;
    writeFileSync(temporary, code, { mode: 0o600 });
    renameSync(temporary, cached);
  }
  return code;
}

/** A cache of code must not be writable by others. */
function ownedByUs(path: string): boolean {
  const status = statSync(path);
  return status.uid === userInfo().uid && (status.mode & 0o022) === 0;
}
