/**
 * Functions and values as they are now, as bytes for the executors. Everything a function needs comes with it, or is
 * refused here, where the caller can still do something about it.
 */
import { createHash } from "node:crypto";
import type { Frozen } from "./frozen";
import { driverClasses, setEngineExports, setIdentifier } from "./driver-classes";
import { type Encoded, encode } from "./encode";
import { moduleFiles } from "./module-graph";
import { addMainFile, noteEngine } from "./module-references";
import type { ModuleFile, ModuleTarget } from "./module-target";
import { type LoadedSource, setLoadedSource } from "./script-guess";
import { type FrozenTable, readTable, writeTable } from "./wire";

export interface FreezeOptions {
  /** How messages call it, for example `map`: "The function of map cannot be sent …". Default: the function's own name. */
  readonly name?: string;
}

/**
 * Captures a function with all that it uses. Takes 0.2 to 0.5 ms for a usual closure.
 * Throws a TaskError (TASK_NOT_SERIALIZABLE) that names the path to what cannot travel.
 */
export function freeze(fn: Function, options: FreezeOptions = {}): Frozen {
  const name = options.name ?? (fn.name || "anonymous function");
  const subject =
    options.name === undefined ? (fn.name ? `Function ${fn.name}` : "A function") : `The function of ${options.name}`;
  return seal(encode(fn, subject, driverClasses), name);
}

/** Captures a value (a zero value, a broadcast, rows of classes). Errors as for `freeze`. */
export function freezeValue(value: unknown, options: FreezeOptions = {}): Frozen {
  const name = options.name ?? "value";
  return seal(encode(value, `The ${name}`, driverClasses), name);
}

/** The files of the user's modules that frozen values need to be revived, with all that those import. */
export function modulesOf(frozen: Iterable<Pick<Frozen, "bytes">>): ModuleFile[] {
  return moduleFiles([...frozen].flatMap((one) => contentsOf(one).targets));
}

/** The ids of the classes that a frozen value brings along. */
export function classesOf(frozen: Pick<Frozen, "bytes">): readonly string[] {
  return contentsOf(frozen).classes;
}

/** What freezing should know about the process it runs in. */
export interface ClosureHost {
  /** The exports of firesteel: they travel by name. */
  readonly engine?: object;
  /** Those of them that are loaded by now, where that is not all. */
  readonly loaded?: object;
  /** The user's program, where `process.argv[1]` is a launcher. */
  readonly mainFile?: string;
  /** The text that a loader of this process gave to Node for a file; saves the first freeze 20 ms. */
  readonly loadedSource?: LoadedSource;
}

export function configureClosures({ engine, loaded, mainFile, loadedSource }: ClosureHost): void {
  if (loadedSource) setLoadedSource(loadedSource);
  if (engine) {
    noteEngine(loaded ?? engine);
    setEngineExports(engine);
  }
  if (mainFile !== undefined) addMainFile(mainFile);
}

interface Contents {
  readonly targets: readonly ModuleTarget[];
  readonly classes: readonly string[];
  /** Kept alive with the frozen value, so that instances in results can be theirs. */
  readonly constructors: readonly unknown[];
  /**
   * Broadcasts and accumulators that tasks will ask for: kept alive, too. The function itself is not: what else its scope reaches may be the
   * handle of the very dataset that has the frozen value, which then would never be released.
   */
  readonly travellers: readonly object[];
}

const contents = new WeakMap<object, Contents>();

function contentsOf(frozen: Pick<Frozen, "bytes">): Contents {
  return contents.get(frozen) ?? contentsOfTable(readTable(frozen.bytes));
}

function contentsOfTable({ modules, imports, classes }: FrozenTable, travellers: readonly object[] = []): Contents {
  const targets = [...modules, ...Object.values(imports).flatMap((ofFile) => Object.values(ofFile))];
  return { targets, classes, constructors: classes.map((id) => driverClasses.known(id)), travellers };
}

function seal({ table, reusable, travellers }: Encoded, name: string): Frozen {
  const bytes = writeTable(table);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  const frozen: Frozen = { hash, bytes, reusable, name };
  contents.set(frozen, contentsOfTable(table, travellers));
  return frozen;
}

setIdentifier((constructor) => {
  freezeValue(constructor, { name: `class ${constructor.name}` });
  return driverClasses.idIfKnown(constructor);
});
