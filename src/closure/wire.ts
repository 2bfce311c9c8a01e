/**
 * The form of a frozen value: a table of nodes that refer to each other by index, so that cycles and shared references
 * survive. Written and read by v8's serializer; never evaluated as code except for `codes`, which came from the driver's
 * own functions.
 */
import { deserialize, serialize } from "node:v8";
import { DataError } from "../common/errors";
import type { ModuleTarget } from "./module-target";

/** A primitive as itself, anything else as a one-element array: the index of its node. */
export type Slot = string | number | boolean | null | undefined | bigint | readonly [node: number];

/** Properties and prototype of an object beyond what its kind implies. */
export interface Own {
  /** Prototype, where it is not the usual one of the kind. */
  p?: Slot;
  /** Enumerable, writable, configurable data properties. */
  k?: string[];
  v?: Slot[];
  /** All others. */
  x?: OwnProperty[];
  /** 1 not extensible, 2 sealed, 3 frozen. */
  i?: 1 | 2 | 3;
}

/** `flags`: 1 enumerable, 2 configurable, 4 writable, 8 accessor. */
export type OwnProperty = readonly [key: Slot, flags: number, valueOrGet: Slot, set: Slot];
export const ENUMERABLE = 1;
export const CONFIGURABLE = 2;
export const WRITABLE = 4;
export const ACCESSOR = 8;

export type Node =
  | { t: "object"; own?: Own }
  | { t: "array"; length: number; items?: Slot[]; own?: Own }
  | { t: "map"; entries: Slot[]; own?: Own }
  | { t: "set"; items: Slot[]; own?: Own }
  | { t: "date"; time: number; own?: Own }
  | { t: "regexp"; source: string; flags: string; lastIndex: number; own?: Own }
  | { t: "error"; stack: string | undefined; own?: Own }
  | { t: "boxed"; value: Slot; own?: Own }
  | { t: "buffer"; bytes: Uint8Array; shared: boolean; maxByteLength?: number; own?: Own }
  /** `length` in elements; undefined for one that tracks its resizable buffer. */
  | { t: "view"; name: string; buffer: Slot; offset: number; length: number; own?: Own }
  | { t: "arguments"; items: Slot[] }
  | { t: "symbol"; description: string | undefined; registered: boolean }
  | { t: "builtin"; name: string }
  /** The namespace of a builtin module as `import *` gives it. */
  | { t: "namespace"; name: string }
  | { t: "rebuilt"; name: string; args: Slot[]; own?: Own }
  | { t: "travel"; ref: string; id: Slot }
  | { t: "import"; module: number; path: ImportPath }
  | { t: "require"; file: string; kind: "require" | "import" | "meta" }
  /** A function that transpilers add to a file. */
  | { t: "helper"; name: HelperName }
  | { t: "prototype"; of: Slot }
  | { t: "hooked"; class: Slot; data: Slot }
  | { t: "cell"; value: Slot }
  | FunctionNode;

/** Interop of import() and require, and the one by which esbuild keeps names. */
export type HelperName = "star" | "default-box" | "name";

export interface FunctionNode {
  t: "function";
  code: number;
  name: string | undefined;
  /** Values the code needs when it is evaluated; then those it is given afterwards. */
  eager: Slot[];
  late: Slot[];
  /** The class it extends, or the prototype of a method's home object. */
  parent?: Slot;
  /** Set for classes: the id that instances carry in data. */
  id?: string;
  own?: Own;
  /** Members of `prototype` that the code does not define. */
  members?: Own;
  /** A `prototype` that was replaced as a whole. */
  replaced?: Slot;
}

/** How a binding is reached in a module: an export, a top-level name, or the module as some interop form shows it. */
export type ImportPath =
  | { readonly kind: "export"; readonly name: string }
  /** A top-level variable, exported or not (user modules only). */
  | { readonly kind: "binding"; readonly name: string }
  /** `module.exports` itself. */
  | { readonly kind: "exports" }
  /** The namespace object, as `import *`, `__toESM`, `__importStar` make it. */
  | { readonly kind: "star" }
  /** `{ default: … }`, as `__importDefault` makes it. */
  | { readonly kind: "default-box" };

/** Source text with the place it came from; lines and columns are 0-based. */
export interface Code {
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface FrozenTable {
  readonly root: Slot;
  readonly nodes: readonly Node[];
  readonly codes: readonly Code[];
  readonly modules: readonly ModuleTarget[];
  /** `import("…")` and `require("…")` of shipped functions: file → specifier → target. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, ModuleTarget>>>>;
  /** Ids of the classes that the table defines by value. */
  readonly classes: readonly string[];
}

export function writeTable(table: FrozenTable): Uint8Array {
  return serialize(table);
}

export function readTable(bytes: Uint8Array): FrozenTable {
  try {
    return deserialize(bytes) as FrozenTable;
  } catch (cause) {
    throw new DataError("FROZEN_VALUE_DAMAGED", `A frozen function or value of ${bytes.length} bytes cannot be read.`, { cause });
  }
}
