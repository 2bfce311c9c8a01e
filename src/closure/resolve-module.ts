/**
 * Node's module resolution, synchronous and for either kind of importer, with the TypeScript file names that loaders
 * (submit, tsx) accept: `./x`, `./x.ts`, `./x.js` standing for x.ts, and folders with an index. Follows "Resolution
 * Algorithm Specification" of Node's ESM documentation; `paths` of tsconfig.json are not known.
 */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, join, resolve as resolvePath, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { extraPackages } from "../common/extra-packages";

/** Which conditions of package.json `exports` hold. */
export type ImportMode = "import" | "require";

export type Resolution =
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "engine" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly path: string; readonly name: string; readonly version: string }
  | { readonly kind: "missing"; readonly message: string };

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly main?: string;
  readonly type?: string;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".json", ".node"];
const TYPESCRIPT_OF: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** Where a specifier leads from a file (or from a folder, given with a trailing separator). Never throws. */
export function resolveSpecifier(specifier: string, fromFile: string, mode: ImportMode): Resolution {
  if (isBuiltin(specifier)) return { kind: "builtin", name: specifier.startsWith("node:") ? specifier : `node:${specifier}` };
  if (specifier === "firesteel" || specifier.startsWith("firesteel/")) return { kind: "engine" };
  const folder = fromFile.endsWith(sep) ? fromFile : dirname(fromFile);
  const plain = specifier.startsWith("file:")
    ? fileURLToPath(specifier)
    : specifier.replace(/(?<=.)[?#].*$/, mode === "import" ? "" : "$&");
  const path = /^\.{0,2}\//.test(plain) || plain === "." || plain === ".." ? resolveFile(resolvePath(folder, plain)) : undefined;
  if (path !== undefined) return located(path);
  if (plain.startsWith("#")) {
    const scope = packageScope(folder);
    const target = scope && matchEntry(plain, scope.json.imports, scope.folder, mode, true);
    if (typeof target === "string" && !target.startsWith(sep))
      return resolveSpecifier(target, join(scope?.folder ?? folder, sep), mode);
    const found = target === undefined ? undefined : resolveFile(target);
    return found === undefined ? missing(specifier, fromFile) : located(found);
  }
  if (/^\.{0,2}(?:\/|$)/.test(plain)) return missing(specifier, fromFile);
  const found = resolvePackage(plain, folder, mode);
  return found === undefined ? missing(specifier, fromFile) : located(found);
}

/** How Node takes a file: by its extension, else by `type` of the package.json above it. */
export function declaredFormat(path: string): "module" | "commonjs" | undefined {
  const extension = extname(path);
  if (extension === ".mjs" || extension === ".mts") return "module";
  if (extension === ".cjs" || extension === ".cts") return "commonjs";
  const type = packageScope(dirname(path))?.json.type;
  return type === "module" || type === "commonjs" ? type : undefined;
}

/** The package that a file belongs to: the nearest package.json with a name. */
export function packageOf(
  path: string,
): { readonly name: string; readonly version: string; readonly folder: string } | undefined {
  for (let scope = packageScope(dirname(path)); scope; scope = packageScope(dirname(scope.folder))) {
    if (scope.json.name !== undefined) return { name: scope.json.name, version: scope.json.version ?? "", folder: scope.folder };
    if (dirname(scope.folder) === scope.folder) return undefined;
  }
  return undefined;
}

export function isInstalled(path: string): boolean {
  return path.includes(`${sep}node_modules${sep}`);
}

function located(path: string): Resolution {
  // TypeScript inside node_modules cannot be loaded by Node itself, so it is transformed like the user's own.
  if (!isInstalled(path) || /\.[cm]?tsx?$/.test(path)) return { kind: "file", path };
  const owner = packageOf(path);
  return { kind: "package", path, name: owner?.name ?? "", version: owner?.version ?? "" };
}

function missing(specifier: string, fromFile: string): Resolution {
  return { kind: "missing", message: `Cannot find module '${specifier}' from ${fromFile}` };
}

/** A file by a path that may lack its extension, name a folder, or name the JavaScript that a TypeScript file becomes. */
function resolveFile(path: string): string | undefined {
  if (isFile(path)) return real(path);
  const extension = extname(path);
  for (const other of TYPESCRIPT_OF[extension] ?? []) {
    const candidate = path.slice(0, -extension.length) + other;
    if (isFile(candidate)) return real(candidate);
  }
  for (const extra of EXTENSIONS) if (isFile(path + extra)) return real(path + extra);
  return isFolder(path) ? resolveFolder(path) : undefined;
}

function resolveFolder(folder: string): string | undefined {
  const main = readPackage(folder)?.main;
  if (main !== undefined && main !== "" && resolvePath(folder, main) !== resolvePath(folder)) {
    const found = resolveFile(resolvePath(folder, main));
    if (found !== undefined) return found;
  }
  for (const extension of EXTENSIONS)
    if (isFile(join(folder, `index${extension}`))) return real(join(folder, `index${extension}`));
  return undefined;
}

function resolvePackage(specifier: string, folder: string, mode: ImportMode): string | undefined {
  const match = /^(@[^/]+\/[^/]+|[^@/][^/]*)(\/.*)?$/.exec(specifier);
  if (!match) return undefined;
  const name = match[1] as string;
  const subpath = `.${match[2] ?? ""}`;
  const self = packageScope(folder);
  if (self?.json.name === name && self.json.exports !== undefined) {
    return fileOf(matchEntry(subpath, self.json.exports, self.folder, mode, false));
  }
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (isFolder(candidate)) {
      const json = readPackage(candidate);
      if (json?.exports !== undefined && json.exports !== null)
        return fileOf(matchEntry(subpath, json.exports, candidate, mode, false));
      return subpath === "." ? resolveFolder(candidate) : resolveFile(join(candidate, subpath));
    }
    if (dirname(at) !== at) continue;
    const extra = extraPackages();
    return extra === undefined || folder === extra || folder.startsWith(extra + sep)
      ? undefined
      : resolvePackage(specifier, extra, mode);
  }
}

function fileOf(target: string | undefined): string | undefined {
  return target !== undefined && isFile(target) ? real(target) : undefined;
}

/** PACKAGE_IMPORTS_EXPORTS_RESOLVE: exact keys first, then patterns, longest prefix first. */
function matchEntry(key: string, entries: unknown, folder: string, mode: ImportMode, internal: boolean): string | undefined {
  const isTable = typeof entries === "object" && entries !== null && !Array.isArray(entries);
  const table = isTable ? (entries as Record<string, unknown>) : {};
  const isSugar = !internal && (!isTable || Object.keys(table).every((entry) => !entry.startsWith(".")));
  if (isSugar) return key === "." ? pickTarget(entries, folder, "", mode, internal) : undefined;
  if (key in table && !key.includes("*")) return pickTarget(table[key], folder, "", mode, internal);
  const patterns = Object.keys(table)
    .filter((entry) => entry.includes("*"))
    .sort((a, b) => b.indexOf("*") - a.indexOf("*") || b.length - a.length);
  for (const pattern of patterns) {
    const star = pattern.indexOf("*");
    const before = pattern.slice(0, star);
    const after = pattern.slice(star + 1);
    if (key.startsWith(before) && key.length >= pattern.length && key.endsWith(after)) {
      return pickTarget(table[pattern], folder, key.slice(star, key.length - after.length), mode, internal);
    }
  }
  return undefined;
}

/** PACKAGE_TARGET_RESOLVE. The result is an absolute path, or for `imports` also another bare specifier. */
function pickTarget(target: unknown, folder: string, match: string, mode: ImportMode, internal: boolean): string | undefined {
  if (typeof target === "string") {
    const filled = target.replaceAll("*", match);
    if (filled.startsWith("./")) return join(folder, filled);
    return internal && !filled.startsWith("/") ? filled : undefined;
  }
  if (Array.isArray(target)) {
    for (const one of target) {
      const found = pickTarget(one, folder, match, mode, internal);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof target !== "object" || target === null) return undefined;
  for (const [condition, value] of Object.entries(target)) {
    if (
      condition === "default" ||
      condition === "node" ||
      condition === "node-addons" ||
      condition === mode ||
      condition === "module-sync"
    ) {
      const found = pickTarget(value, folder, match, mode, internal);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const packages = new Map<string, PackageJson | undefined>();

function readPackage(folder: string): PackageJson | undefined {
  if (packages.has(folder)) return packages.get(folder);
  let json: PackageJson | undefined;
  try {
    json = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageJson;
  } catch {
    json = undefined;
  }
  packages.set(folder, json);
  return json;
}

function packageScope(folder: string): { readonly folder: string; readonly json: PackageJson } | undefined {
  for (let at = folder.endsWith(sep) && folder.length > 1 ? folder.slice(0, -1) : folder; ; at = dirname(at)) {
    const json = readPackage(at);
    if (json) return { folder: at, json };
    if (dirname(at) === at) return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function real(path: string): string {
  return realpathSync(path);
}
