/**
 * The driver's store of the user's modules: one transform per file, made when a captured reference first needs it and
 * kept for the life of the application, so that every executor sees the program as it was started. Files are known by the
 * hash of their path and code.
 */
import { createHash } from "node:crypto";
import type { ModuleFile, ModuleTarget } from "./module-target";
import { type Resolution, resolveSpecifier } from "./resolve-module";
import { offerPackage } from "./shipped-packages";
import { noteSourceMap } from "./source-maps";
import { transformFile } from "./transform";

interface StoredFile {
  readonly hash: string;
  file: ModuleFile | undefined;
  /** Why executors cannot load it. */
  readonly failure: string | undefined;
}

const byPath = new Map<string, StoredFile>();
const byHash = new Map<string, ModuleFile>();

/** The target for a resolved specifier. A user file is transformed, and with it all that it imports. */
export function moduleTarget(specifier: string, resolution: Resolution): ModuleTarget {
  switch (resolution.kind) {
    case "builtin":
      return { kind: "builtin", name: resolution.name };
    case "engine":
      return { kind: "engine" };
    case "package": {
      const { name, version, path } = resolution;
      const target = { kind: "package", specifier, name, version, path } as const;
      offerPackage(target);
      return target;
    }
    case "missing":
      return { kind: "missing", specifier, message: resolution.message };
    case "file":
      return fileTarget(specifier, resolution.path);
  }
}

/** A module by the hash of a `file` target, on the driver; undefined for a hash that the driver never gave out. */
export function moduleByHash(hash: string): ModuleFile | undefined {
  return byHash.get(hash);
}

/** The files behind targets, with all that they import, each once. */
export function moduleFiles(targets: Iterable<ModuleTarget>): ModuleFile[] {
  const files = new Map<string, ModuleFile>();
  const visit = (target: ModuleTarget): void => {
    if (target.kind !== "file" || files.has(target.hash)) return;
    const file = byHash.get(target.hash);
    if (!file) return;
    files.set(target.hash, file);
    for (const next of Object.values(file.imports)) visit(next);
  };
  for (const target of targets) visit(target);
  return [...files.values()];
}

function fileTarget(specifier: string, path: string): ModuleTarget {
  const stored = byPath.get(path) ?? store(path);
  if (stored.failure !== undefined) return { kind: "missing", specifier, message: stored.failure };
  return { kind: "file", path, hash: stored.hash };
}

function store(path: string): StoredFile {
  let transformed: ReturnType<typeof transformFile>;
  try {
    transformed = transformFile(path);
  } catch (error) {
    return fail(path, error instanceof Error ? error.message : String(error));
  }
  const { code, format, isEsm, bindings, specifiers, sourceMapUrl } = transformed;
  const hash = createHash("sha256").update(path).update("\0").update(code).digest("hex").slice(0, 32);
  // Registered before its imports are followed, for modules that import each other.
  const stored: StoredFile = { hash, file: undefined, failure: undefined };
  byPath.set(path, stored);
  const imports: Record<string, ModuleTarget> = {};
  for (const { specifier, mode, isRequired } of specifiers) {
    const target = moduleTarget(specifier, resolveSpecifier(specifier, path, mode));
    imports[specifier] = target;
    if (isRequired && target.kind === "missing") return fail(path, `it imports '${specifier}': ${target.message}`);
  }
  stored.file = { path, hash, code, format, isEsm, bindings, imports };
  byHash.set(hash, stored.file);
  noteSourceMap(path, sourceMapUrl);
  return stored;
}

function fail(path: string, reason: string): StoredFile {
  const failed = { hash: "", file: undefined, failure: `${path}: ${reason}` };
  byPath.set(path, failed);
  return failed;
}
