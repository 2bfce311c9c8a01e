/**
 * Decides which captured values are somebody's module exports, to be loaded by the executors instead of copied: what an
 * import or a `require` bound, and top-level functions of the user's modules. The user's main module is never one: loading
 * it would run the driver's program again.
 */
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { realpathSync } from "node:fs";
import { moduleByHash, moduleTarget } from "./module-graph";
import type { ModuleTarget } from "./module-target";
import { offerPackage } from "./shipped-packages";
import { TRAVEL } from "./protocols";
import { type ImportMode, isInstalled, packageOf, resolveSpecifier } from "./resolve-module";
import type { ImportBinding, Script } from "./scripts";
import type { ImportPath } from "./wire";

export interface ModuleReference {
  readonly target: ModuleTarget;
  readonly path: ImportPath;
}

const mainFiles = new Set<string>();
const known = new WeakMap<object, ModuleReference>();
let engineNoted: object | undefined;

/** Tells which file is the user's program, where `process.argv[1]` is not (a launcher, a test runner). */
export function addMainFile(path: string): void {
  mainFiles.add(real(path));
}

/** Lets firesteel's own exports travel by name, however they are reached. */
export function noteEngine(engine: object): void {
  if (engineNoted === engine) return;
  engineNoted = engine;
  for (const [name, value] of Object.entries(engine)) {
    if ((typeof value === "object" && value !== null) || typeof value === "function") {
      if (!known.has(value as object)) known.set(value as object, { target: { kind: "engine" }, path: { kind: "export", name } });
    }
  }
}

/** The reference under which a value has been met, or is exported by firesteel. */
export function knownReference(value: object): ModuleReference | undefined {
  return known.get(value);
}

/** The reference of a top-level variable that an import bound; undefined when its module cannot be loaded by executors. */
export function referenceOfBinding(
  script: Pick<Script, "file">,
  binding: ImportBinding,
  value: object,
): ModuleReference | undefined {
  const target = referable(binding.specifier, script.file, binding.mode);
  if (!target) return undefined;
  const reference = { target, path: binding.path };
  if (binding.path.kind !== "default-box") known.set(value, reference);
  return reference;
}

/** What an `import` in `file` bound, where that import is not to be seen in the text of a script: at a prompt. */
export function noteImported(file: string, specifier: string, path: ImportPath, value: object): void {
  if (!(TRAVEL in value)) referenceOfBinding({ file }, { specifier, mode: "import", path }, value);
}

/** The reference of a function that stands at the top level of a module which executors can load. */
export function referenceOfFunction(script: Script, offset: number, fn: Function): ModuleReference | undefined {
  const { file } = script;
  if (file === undefined || isEngineFile(file)) return undefined;
  const reference = isInstalled(file)
    ? referenceInPackage(script, file, offset, fn)
    : referenceInUserModule(script, file, offset);
  if (reference) known.set(fn, reference);
  return reference;
}

/** What a literal specifier of a shipped function leads to; never undefined: what is missing fails when it is loaded. */
export function importTarget(specifier: string, file: string, mode: ImportMode): ModuleTarget {
  const resolution = resolveSpecifier(specifier, file, mode);
  if (resolution.kind === "file" && isMain(resolution.path)) {
    return {
      kind: "missing",
      specifier,
      message: `'${specifier}' is the main module of the program, which executors do not load`,
    };
  }
  return moduleTarget(specifier, resolution);
}

function referable(specifier: string, file: string | undefined, mode: ImportMode): ModuleTarget | undefined {
  const resolution = resolveSpecifier(specifier, file ?? join(process.cwd(), sep), mode);
  if (resolution.kind === "missing" || (resolution.kind === "file" && isMain(resolution.path))) return undefined;
  const target = moduleTarget(specifier, resolution);
  return target.kind === "missing" ? undefined : target;
}

function referenceInUserModule(script: Script, file: string, offset: number): ModuleReference | undefined {
  if (isMain(file)) return undefined;
  const name = script.syntax.functions.get(offset);
  if (name === undefined || !script.syntax.hasExports) return undefined;
  const target = moduleTarget(file, { kind: "file", path: real(file) });
  // The loader that the program runs under may have added names (interop helpers), which the executors' transform lacks.
  if (target.kind !== "file" || moduleByHash(target.hash)?.bindings.includes(name) !== true) return undefined;
  return { target, path: { kind: "binding", name } };
}

/** CommonJS packages: by identity among what the loaded file exports. ES modules: by the names they export. */
function referenceInPackage(script: Script, file: string, offset: number, fn: Function): ModuleReference | undefined {
  const owner = packageOf(file);
  if (!owner) return undefined;
  const target = { kind: "package", specifier: file, name: owner.name, version: owner.version, path: file } as const;
  offerPackage(target);
  if (script.isModule) {
    const local = script.syntax.functions.get(offset);
    const name = local === undefined ? undefined : script.syntax.exportNames.get(local);
    return name === undefined ? undefined : { target, path: { kind: "export", name } };
  }
  const exports = createRequire(file).cache[file]?.exports as unknown;
  if (exports === fn) return { target, path: { kind: "exports" } };
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return undefined;
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
    if (descriptor.value === fn) return { target, path: { kind: "export", name } };
  }
  return undefined;
}

function isMain(file: string): boolean {
  const path = real(file);
  const [, program] = process.argv;
  if (mainFiles.has(path) || (program !== undefined && real(program) === path)) return true;
  // Jest keeps the test file, which is the main module there, in the state of its matchers.
  const jest = (globalThis as Record<symbol, unknown>)[Symbol.for("$$jest-matchers-object")] as
    { state?: { testPath?: string } } | undefined;
  return jest?.state?.testPath !== undefined && real(jest.state.testPath) === path;
}

const engineFolder = packageOf(__filename);

function isEngineFile(file: string): boolean {
  if (engineFolder?.name !== "firesteel") return false;
  return file.startsWith(join(engineFolder.folder, "src", sep)) || file.startsWith(join(engineFolder.folder, "dist", sep));
}

const realPaths = new Map<string, string>();

function real(path: string): string {
  let found = realPaths.get(path);
  if (found === undefined) {
    try {
      found = realpathSync(path);
    } catch {
      found = path;
    }
    realPaths.set(path, found);
  }
  return found;
}
