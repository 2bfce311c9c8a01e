/**
 * Loads modules in a worker thread: the user's files from their transforms, once per thread, so that a module has one
 * identity and one state there; packages and builtins by Node; `firesteel` as the running instance. Synchronous.
 */
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { DataError, InternalError, TaskError } from "../common/errors";
import { builtinModule } from "./builtins";
import { moduleClassId } from "./class-registry";
import { IMPORT_META_NAME, IMPORT_NAME } from "./free-variables";
import { moduleByHash, moduleTarget } from "./module-graph";
import type { ModuleFile, ModuleTarget } from "./module-target";
import { type ImportMode, packageOf, resolveSpecifier } from "./resolve-module";
import type { ImportPath } from "./wire";

export interface ModuleLoaderOptions {
  /** What `import … from "firesteel"` gives in this thread. */
  readonly engineModule: object;
  /** A user's module by hash; undefined when the driver does not know it. May block. */
  readonly fetchModule: (hash: string) => ModuleFile | undefined;
  /** A file of a package that this host does not have, as the driver has it; undefined where it cannot be had. May block. */
  readonly fetchPackage?: (target: ModuleTarget & { kind: "package" }) => string | undefined;
}

interface LoadedModule {
  readonly file: ModuleFile;
  readonly module: { exports: unknown };
  /** Reads a top-level variable; undefined for JSON, and until the code has begun to run. */
  read: ((name: string) => unknown) | undefined;
}

type Exports = Record<string, unknown>;
type ImportFunction = (specifier: unknown) => Promise<unknown>;

export class ModuleLoader {
  /** By path: one instance per file. */
  private readonly loaded = new Map<string, LoadedModule>();
  private readonly packages = new Map<
    string,
    { readonly target: ModuleTarget & { kind: "package" }; readonly exports: unknown }
  >();
  private readonly namespaces = new WeakMap<object, object>();
  private readonly specifiers = new Map<string, Readonly<Record<string, ModuleTarget>>>();

  constructor(private readonly options: ModuleLoaderOptions) {}

  /** What a captured binding stands for in this thread. */
  bindingOf(target: ModuleTarget, path: ImportPath): unknown {
    if (path.kind === "binding") {
      if (target.kind !== "file") throw new InternalError(`A top-level variable of ${target.kind} was asked for.`);
      return this.variable(target, path.name);
    }
    const exports = this.load(target);
    if (path.kind === "exports") return exports;
    return path.kind === "export" ? this.exportOf(target, exports, path.name) : this.interop(exports, path.kind);
  }

  /** What interop helpers make of a module's exports: the namespace, or a box with the default. */
  interop(exports: unknown, form: "star" | "default-box"): unknown {
    if (form === "star") return this.namespaceOf(exports);
    return isEsModule(exports) ? exports : { default: exports };
  }

  /** The exports of a module, which is loaded if this thread has not loaded it. */
  load(target: ModuleTarget): unknown {
    switch (target.kind) {
      case "builtin":
        return builtinModule(target.name);
      case "engine":
        return this.options.engineModule;
      case "missing": {
        const error = new Error(target.message) as Error & { code: string };
        error.code = "MODULE_NOT_FOUND";
        throw error;
      }
      case "package":
        return this.loadPackage(target);
      case "file":
        return this.loadFile(target).module.exports;
    }
  }

  /** Targets of literal specifiers in functions of a file, which need not be files on this host. */
  addSpecifiers(file: string, targets: Readonly<Record<string, ModuleTarget>>): void {
    this.specifiers.set(file, { ...this.specifiers.get(file), ...targets });
  }

  /** `require` as a function of a file sees it. */
  requireFor(file: string): NodeJS.Require {
    const load = (specifier: string): unknown => this.load(this.targetOf(specifier, file, "require"));
    const resolve = (specifier: string): string => {
      const target = this.targetOf(specifier, file, "require");
      return "path" in target ? target.path : "name" in target ? target.name : specifier;
    };
    return Object.assign(load, { resolve, cache: {}, main: undefined, extensions: {} }) as unknown as NodeJS.Require;
  }

  /** `import()` as a function of a file sees it. */
  importFor(file: string): ImportFunction {
    return (specifier) =>
      new Promise((resolve) => {
        resolve(this.namespaceOf(this.load(this.targetOf(String(specifier), file, "import"))));
      });
  }

  /** `import.meta` of a file. */
  metaFor(file: string): object {
    return {
      dirname: dirname(file),
      filename: file,
      url: pathToFileURL(file).href,
      resolve: (specifier: string): string => {
        const target = this.targetOf(specifier, file, "import");
        return "path" in target ? pathToFileURL(target.path).href : "name" in target ? target.name : specifier;
      },
    };
  }

  /** The class under a `module:` id. */
  classIn(hash: string, name: string): unknown {
    const file = this.options.fetchModule(hash);
    if (!file) return undefined;
    const target: ModuleTarget = { kind: "file", path: file.path, hash };
    const exports = this.load(target) as Exports;
    return name in exports ? exports[name] : this.variable(target, name);
  }

  classInPackage(name: string, version: string, path: string, exported: string): unknown {
    const exports = this.loadPackage({ kind: "package", specifier: path, name, version, path }) as Exports;
    return exported === "module.exports" ? exports : exports[exported];
  }

  /** The id of a class that some loaded module exports or declares at its top level. */
  classIdOf(constructor: Function): string | undefined {
    for (const { file, module, read } of this.loaded.values()) {
      const target: ModuleTarget = { kind: "file", path: file.path, hash: file.hash };
      const name =
        nameAmong(module.exports, constructor) ?? file.bindings.find((binding) => safely(() => read?.(binding)) === constructor);
      if (name !== undefined) return moduleClassId(target, name);
    }
    for (const { target, exports } of this.packages.values()) {
      const name = exports === constructor ? "module.exports" : nameAmong(exports, constructor);
      if (name !== undefined) return moduleClassId(target, name);
    }
    const name = nameAmong(this.options.engineModule, constructor);
    return name === undefined ? undefined : moduleClassId({ kind: "engine" }, name);
  }

  private targetOf(specifier: string, file: string, mode: ImportMode): ModuleTarget {
    const known = this.specifiers.get(file)?.[specifier];
    // A specifier that was computed: it is resolved here, on the executor's own files.
    return known ?? moduleTarget(specifier, resolveSpecifier(specifier, file, mode));
  }

  private exportOf(target: ModuleTarget, exports: unknown, name: string): unknown {
    if (name === "default" && !isEsModule(exports)) return exports;
    const value = (exports as Exports | null | undefined)?.[name];
    if (value === undefined && (exports === null || exports === undefined || !(name in Object(exports)))) {
      throw new TaskError("MODULE_EXPORT_NOT_FOUND", `Module ${describe(target)} has no export ${name} in the executor.`);
    }
    return value;
  }

  private variable(target: ModuleTarget & { kind: "file" }, name: string): unknown {
    const { file, read } = this.loadFile(target);
    if (!read || !file.bindings.includes(name)) {
      throw new TaskError("MODULE_EXPORT_NOT_FOUND", `Module ${target.path} has no top-level variable ${name} in the executor.`);
    }
    return read(name);
  }

  /** The view of `import *`: of CommonJS its members, and the whole as default; what calls itself an ES module is its own. */
  private namespaceOf(exports: unknown): unknown {
    if (isEsModule(exports) || (typeof exports !== "object" && typeof exports !== "function") || exports === null) return exports;
    let namespace = this.namespaces.get(exports);
    if (!namespace) {
      namespace = Object.create(null) as object;
      for (const key of Object.keys(exports)) {
        if (key !== "default") Object.defineProperty(namespace, key, { enumerable: true, get: () => (exports as Exports)[key] });
      }
      Object.defineProperty(namespace, "default", { enumerable: true, value: exports });
      this.namespaces.set(exports, namespace);
    }
    return namespace;
  }

  private loadPackage(target: ModuleTarget & { kind: "package" }): unknown {
    const known = this.packages.get(target.path);
    if (known) return known.exports;
    const exports = requirePackage(target, this.options.fetchPackage);
    this.packages.set(target.path, { target, exports });
    return exports;
  }

  private loadFile(target: ModuleTarget & { kind: "file" }): LoadedModule {
    const known = this.loaded.get(target.path);
    if (known) return known;
    const file = this.options.fetchModule(target.hash) ?? moduleByHash(target.hash);
    if (!file) throw new DataError("MODULE_NOT_FOUND", `The driver did not send module ${target.path} (${target.hash}).`);
    const loaded: LoadedModule = { file, module: { exports: {} }, read: undefined };
    this.loaded.set(target.path, loaded);
    try {
      this.run(loaded);
    } catch (error) {
      // As in Node, a module that threw while it was loaded is tried anew next time.
      this.loaded.delete(target.path);
      throw error;
    }
    return loaded;
  }

  private run(loaded: LoadedModule): void {
    const { file, module } = loaded;
    if (file.format === "json") {
      module.exports = JSON.parse(file.code);
      return;
    }
    const cases = file.bindings.map((name) => `case ${JSON.stringify(name)}:return ${name};`).join("");
    const reader = `__fs_reader(__fs_name=>{switch(__fs_name){${cases}}});`;
    // The reader stands before a directive of the file's, which would lose its meaning.
    const strict = file.isEsm || /^\s*(["'])use strict\1/.test(file.code) ? '"use strict";' : "";
    const parameters = `exports,require,module,__filename,__dirname,${IMPORT_NAME},${IMPORT_META_NAME},__fs_reader`;
    // One line of prologue without a line break: lines stay, and columns matter little in the first line of a module.
    const wrapper = `(function(${parameters}){${strict}${reader}${file.code}\n})`;
    const run = new Script(wrapper, { filename: file.path }).runInThisContext() as (...args: unknown[]) => void;
    this.specifiers.set(file.path, { ...this.specifiers.get(file.path), ...file.imports });
    const require = this.requireFor(file.path);
    const requireHere = file.isEsm
      ? Object.assign((specifier: string) => this.requireAsImport(specifier, file.path), require)
      : require;
    const setReader = (read: (name: string) => unknown): void => {
      loaded.read = read;
    };
    run.call(
      module.exports,
      module.exports,
      requireHere,
      module,
      file.path,
      dirname(file.path),
      this.importFor(file.path),
      this.metaFor(file.path),
      setReader,
    );
  }

  /**
   * An ES module's import of CommonJS: Node gives the whole `module.exports` as default, whatever `__esModule` says, while
   * the transformed code believes `__esModule`.
   */
  private requireAsImport(specifier: string, file: string): unknown {
    const target = this.targetOf(specifier, file, "import");
    const exports = this.load(target);
    const isPackage = target.kind === "package" || target.kind === "builtin";
    if (!isPackage || !isEsModule(exports) || isNamespace(exports)) return exports;
    return { ...(exports as object), __esModule: true, default: exports };
  }
}

function requirePackage(
  target: ModuleTarget & { kind: "package" },
  fetch: ModuleLoaderOptions["fetchPackage"] = () => undefined,
): unknown {
  const here = packageOf(target.path);
  if (here?.name === target.name && here.version === target.version) return createRequire(target.path)(target.path);
  // Another host: the same package from where this executor was started.
  const resolution = resolveSpecifier(
    target.specifier.startsWith(sep) ? target.name : target.specifier,
    `${process.cwd()}${sep}`,
    "require",
  );
  if (resolution.kind !== "package" || resolution.version !== target.version) {
    const shipped = fetch(target);
    if (shipped !== undefined) return createRequire(shipped)(shipped);
  }
  if (resolution.kind !== "package") {
    throw new TaskError(
      "PACKAGE_NOT_FOUND",
      `The executor has no package ${target.name} ${target.version}, which a function imports. Install it there.`,
    );
  }
  if (resolution.version !== target.version) {
    throw new TaskError(
      "PACKAGE_VERSION_MISMATCH",
      `A function imports ${target.name} ${target.version}, but the executor has ${resolution.version} at ${resolution.path}.`,
    );
  }
  return createRequire(resolution.path)(resolution.path);
}

function isEsModule(exports: unknown): boolean {
  return typeof exports === "object" && exports !== null && ((exports as Exports)["__esModule"] === true || isNamespace(exports));
}

function isNamespace(exports: unknown): boolean {
  return (exports as Record<symbol, unknown>)[Symbol.toStringTag] === "Module";
}

function nameAmong(exports: unknown, value: unknown): string | undefined {
  if ((typeof exports !== "object" && typeof exports !== "function") || exports === null) return undefined;
  for (const key of Object.keys(exports)) {
    const descriptor = Object.getOwnPropertyDescriptor(exports, key);
    if (descriptor?.value === value || (descriptor?.get && safely(() => (exports as Exports)[key]) === value)) return key;
  }
  return undefined;
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function describe(target: ModuleTarget): string {
  return "path" in target ? target.path : "name" in target ? target.name : target.kind;
}
