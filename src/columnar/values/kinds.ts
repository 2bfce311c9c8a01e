/**
 * Tells what an object is by what it is made of, not by `instanceof`: values of another realm (a test runner's sandbox)
 * are what they are, and a class that extends Map is a Map with a class.
 */
import { types } from "node:util";
import { ERROR_TYPES, VIEW_TYPES } from "./tags";

/** Static method of a class: takes an instance, gives the data that stands for it. */
export const SERIALIZE = Symbol.for("firesteel.serialize");
/** Static method of a class: takes the data, gives the instance. */
export const DESERIALIZE = Symbol.for("firesteel.deserialize");
/** Method of objects that travel by reference inside closures (broadcasts, accumulators, contexts). */
export const TRAVEL = Symbol.for("firesteel.travel");

export interface HookedClass {
  [SERIALIZE](instance: unknown): unknown;
  [DESERIALIZE](data: unknown): unknown;
}

export type Builtin =
  "Object" | "Array" | "Date" | "RegExp" | "Map" | "Set" | "View" | "Buffer" | "ArrayBuffer" | "Error" | "Boxed";

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
/** The source of a function, also of one whose toString is its own. */
const sourceOf = (value: Function): string => Function.prototype.toString.call(value);
const nativeNames = new WeakMap<object, string>();

/** The name of the built-in class whose prototype this is, in whatever realm; "" for others. */
export function builtinName(prototype: object): string {
  const known = nativeNames.get(prototype);
  if (known !== undefined) return known;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const native = typeof constructor === "function" && (NATIVE.test(sourceOf(constructor)) || constructor === Buffer);
  const name = native && constructor.prototype === prototype ? constructor.name : "";
  nativeNames.set(prototype, name);
  return name;
}

/** What an object is built as, when it is data at all. Buffers are told apart from other byte arrays. */
export function builtinKind(value: object): Builtin | null {
  if (Array.isArray(value)) return "Array";
  if (types.isDate(value)) return "Date";
  if (types.isMap(value)) return "Map";
  if (types.isSet(value)) return "Set";
  if (types.isRegExp(value)) return "RegExp";
  if (types.isNativeError(value)) return "Error";
  if (ArrayBuffer.isView(value)) return Buffer.isBuffer(value) ? "Buffer" : "View";
  if (types.isArrayBuffer(value)) return "ArrayBuffer";
  if (types.isBoxedPrimitive(value)) return "Boxed";
  return null;
}

/** The name of a kind of object that holds something which cannot be copied, or null. */
export function uncopiable(value: object): string | null {
  if (types.isPromise(value)) return "a promise";
  if (types.isWeakMap(value)) return "a WeakMap";
  if (types.isWeakSet(value)) return "a WeakSet";
  if (types.isGeneratorObject(value)) return "a running generator";
  if (types.isMapIterator(value) || types.isSetIterator(value)) return "an iterator";
  if (types.isSharedArrayBuffer(value)) return "a SharedArrayBuffer";
  if (ArrayBuffer.isView(value) && types.isSharedArrayBuffer(value.buffer)) return "a view of a SharedArrayBuffer";
  if (types.isExternal(value)) return "a native handle";
  if (Object.prototype.toString.call(value) === "[object WeakRef]") return "a WeakRef";
  return null;
}

/** Whether `prototype` is the built-in one for objects of this kind, so that no class is lost by leaving it out. */
export function isBuiltinPrototype(kind: Builtin, prototype: object): boolean {
  const name = builtinName(prototype);
  switch (kind) {
    case "View":
      return (VIEW_TYPES as readonly string[]).includes(name);
    case "Error":
      return (ERROR_TYPES as readonly string[]).includes(name);
    case "Boxed":
      return name === "Number" || name === "String" || name === "Boolean" || name === "BigInt" || name === "Symbol";
    default:
      return name === kind;
  }
}

/** The constructor that made an object of this prototype, where there is one. */
export function constructorOf(prototype: object): Function | null {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof constructor === "function" && constructor.prototype === prototype ? constructor : null;
}

/** The nearest built-in error class, as its number in the format. */
export function errorType(value: object): number {
  for (
    let prototype: object | null = Reflect.getPrototypeOf(value);
    prototype !== null;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    const index = (ERROR_TYPES as readonly string[]).indexOf(builtinName(prototype));
    if (index >= 0) return index;
  }
  return 0;
}

/** Hooks of Node's own classes that are data, by their global name. */
const NODE_HOOKS: Readonly<Record<string, HookedClass>> = {
  URL: {
    [SERIALIZE]: (url) => (url as URL).href,
    [DESERIALIZE]: (href) => new URL(href as string),
  },
  URLSearchParams: {
    [SERIALIZE]: (parameters) => (parameters as URLSearchParams).toString(),
    [DESERIALIZE]: (query) => new URLSearchParams(query as string),
  },
  DOMException: {
    [SERIALIZE]: (error) => [(error as DOMException).message, (error as DOMException).name],
    [DESERIALIZE]: (data) => new DOMException(...(data as [message: string, name: string])),
  },
};

/** The class's hooks: its own, inherited ones, or those that a class of Node has here. */
export function hooksOf(constructor: Function): HookedClass | null {
  const hooked = constructor as unknown as Partial<HookedClass>;
  if (typeof hooked[SERIALIZE] === "function" && typeof hooked[DESERIALIZE] === "function") return hooked as HookedClass;
  const { name } = constructor;
  return Object.hasOwn(NODE_HOOKS, name) && (globalThis as Record<string, unknown>)[name] === constructor
    ? NODE_HOOKS[name]!
    : null;
}

/** How messages name a value: its class or type, shortly. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  if (typeof value === "function") {
    return /^class\b/.test(sourceOf(value))
      ? `the class ${value.name || "(anonymous)"}`
      : `the function ${value.name || "(anonymous)"}`;
  }
  if (typeof value === "symbol") return `the symbol ${String(value.description ?? "")}`.trimEnd();
  if (typeof value !== "object") return `a ${typeof value}`;
  const special = uncopiable(value);
  if (special !== null) return special;
  if (Array.isArray(value)) return "an array";
  const prototype: object | null = Reflect.getPrototypeOf(value);
  const name = prototype === null ? "Object" : (constructorOf(prototype)?.name ?? "");
  if (name === "Object") return "an object";
  return name === "" ? "an object of an unknown class" : `an instance of ${name}`;
}
