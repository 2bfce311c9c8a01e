/**
 * Opens frozen functions and values in one thread. Code is compiled once per text and place; a reusable capture is revived
 * once, others for every call. Has the thread's classes and modules.
 */
import { DataError } from "../common/errors";
import { ClassRegistry, parseClassId } from "./class-registry";
import type { Frozen } from "./frozen";
import type { ModuleLoaderOptions } from "./module-loader";
import { ModuleLoader } from "./module-loader";
import type { ModuleFile } from "./module-target";
import { Revival } from "./revival";
import { RecentlyUsed } from "./recently-used";
import { type FrozenTable, readTable } from "./wire";

export interface ReviverOptions {
  /** What an object that travelled as a reference (`Symbol.for("firesteel.travel")`) is in this thread. */
  readonly resolveRef: (ref: string, id: unknown) => unknown;
  /** The exports of firesteel in this thread. */
  readonly engineModule: object;
  /** A user's module that did not come with a task, by hash; asks the driver, may block. */
  readonly fetchModule?: (hash: string) => ModuleFile | undefined;
  /** As in ModuleLoaderOptions. */
  readonly fetchPackage?: ModuleLoaderOptions["fetchPackage"];
  /** The definition of a class that is in data but came with no function, by id; asks the driver, may block. */
  readonly fetchClass?: (id: string) => Pick<Frozen, "hash" | "bytes"> | undefined;
}

const TABLES = 1000;
const TABLE_BYTES = 4 * 1024 * 1024;

interface Revived {
  readonly value: unknown;
  /** The classes that the value brought: it may be used again only while they are what it made them. */
  readonly classes: readonly string[];
}

export class Reviver {
  /** How rows of user classes are read and written in this thread. */
  readonly classes: ClassRegistry;
  readonly modules: ModuleLoader;
  private readonly files = new Map<string, ModuleFile>();
  /** The latest ones: a thread that has seen a thousand jobs does not keep them all. */
  private readonly tables = new RecentlyUsed<FrozenTable>(TABLES, TABLE_BYTES);
  private readonly reusable = new RecentlyUsed<Revived>(TABLES, TABLE_BYTES);
  /** By class id: the frozen value whose environment the class has now. */
  private readonly owners = new Map<string, string>();
  private readonly declared = new Map<string, Pick<Frozen, "hash" | "bytes">>();

  constructor(readonly options: ReviverOptions) {
    this.modules = new ModuleLoader({
      engineModule: options.engineModule,
      fetchModule: (hash) => this.fileOf(hash),
      ...(options.fetchPackage === undefined ? {} : { fetchPackage: options.fetchPackage }),
    });
    this.classes = new ClassRegistry(
      {
        identify: (constructor) => this.modules.classIdOf(constructor),
        find: (id) => this.findClass(id),
      },
      "strong",
    );
  }

  /** Module files that came with a task, so that they need not be fetched. */
  addModules(files: Iterable<ModuleFile>): void {
    for (const file of files) this.files.set(file.hash, file);
  }

  /** Definitions of classes that data of this task may have; they are opened when they are met. */
  declareClasses(frozen: Pick<Frozen, "hash" | "bytes">): void {
    for (const id of this.tableOf(frozen).classes) this.declared.set(id, frozen);
  }

  /**
   * The function or value. Where it may be shared between tasks the same one is given each time; otherwise each call makes
   * a copy with the state it had when it was frozen. Errors: DataError for damaged bytes or unknown modules, TaskError for
   * a module that does not load, and what a module of the user's throws when it is loaded.
   */
  revive(frozen: Pick<Frozen, "hash" | "bytes"> & { readonly reusable?: boolean }): unknown {
    const known = this.reusable.get(frozen.hash);
    if (known?.classes.every((id) => this.owners.get(id) === frozen.hash)) return known.value;
    const table = this.tableOf(frozen);
    for (const [file, targets] of Object.entries(table.imports)) this.modules.addSpecifiers(file, targets);
    const value = new Revival(table, this).run();
    for (const id of table.classes) this.owners.set(id, frozen.hash);
    if (frozen.reusable === true) this.reusable.set(frozen.hash, { value, classes: table.classes }, frozen.bytes.length);
    return value;
  }

  private tableOf(frozen: Pick<Frozen, "hash" | "bytes">): FrozenTable {
    let table = this.tables.get(frozen.hash);
    if (!table) this.tables.set(frozen.hash, (table = readTable(frozen.bytes)), frozen.bytes.length);
    return table;
  }

  private fileOf(hash: string): ModuleFile | undefined {
    let file = this.files.get(hash);
    if (!file) {
      file = this.options.fetchModule?.(hash);
      if (file) this.files.set(hash, file);
    }
    return file;
  }

  private findClass(id: string): Function | undefined {
    const parsed = parseClassId(id);
    if (!parsed) {
      const definition = this.declared.get(id) ?? this.options.fetchClass?.(id);
      if (definition) this.revive(definition);
      return this.classes.known(id);
    }
    const found =
      parsed.kind === "module"
        ? this.modules.classIn(parsed.hash, parsed.name)
        : parsed.kind === "package"
          ? this.modules.classInPackage(parsed.package, parsed.version, parsed.path, parsed.name)
          : (this.options.engineModule as Record<string, unknown>)[parsed.name];
    if (typeof found !== "function")
      throw new DataError("UNKNOWN_CLASS", `The data has instances of ${id}, which is no class in this thread.`);
    return found;
  }
}
