/**
 * Names for what every Node process has: JavaScript's and Node's globals and the builtin modules with what they export.
 * Such values travel by name. Names look like `Math.floor`, `Array.prototype.map`, `node:path`, `node:crypto#createHash`,
 * `Array.prototype.@@iterator`, `%GeneratorFunction.prototype%`.
 */
import { isBuiltin } from "node:module";
import { runInThisContext } from "node:vm";
import { DataError } from "../common/errors";

/** Globals that exist in every supported Node; anything else found on a global object is the user's. */
const GLOBAL_NAMES = new Set(
  (
    "globalThis Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Date " +
    "Promise RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON " +
    "Math Intl ArrayBuffer Atomics Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array " +
    "Float64Array Uint8ClampedArray BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet WeakRef " +
    "Proxy Reflect FinalizationRegistry SharedArrayBuffer Iterator decodeURI decodeURIComponent encodeURI " +
    "encodeURIComponent escape unescape eval isFinite isNaN console process global WebAssembly Buffer URL " +
    "URLSearchParams TextEncoder TextDecoder AbortController AbortSignal EventTarget Event MessageChannel " +
    "MessagePort MessageEvent DOMException clearInterval clearTimeout setInterval setTimeout queueMicrotask " +
    "structuredClone atob btoa performance fetch FormData Headers Request Response Blob File BroadcastChannel " +
    "clearImmediate setImmediate crypto Crypto CryptoKey SubtleCrypto CustomEvent PerformanceEntry ReadableStream " +
    "WritableStream TransformStream CompressionStream DecompressionStream TextDecoderStream TextEncoderStream " +
    "navigator WebSocket EventSource Float16Array SuppressedError DisposableStack AsyncDisposableStack"
  ).split(" "),
);

/** Namespaces whose members are worth a name of their own; of `process`, which has live streams, only functions are taken. */
const NAMESPACES = new Set(["Math", "JSON", "Reflect", "Atomics", "Intl", "WebAssembly", "console", "process"]);

/** Intrinsics that no global names, each with the expression that reaches it. */
const INTRINSICS: Readonly<Record<string, string>> = {
  TypedArray: "Object.getPrototypeOf(Int8Array)",
  GeneratorFunction: "Object.getPrototypeOf(function* () {}).constructor",
  AsyncFunction: "Object.getPrototypeOf(async function () {}).constructor",
  AsyncGeneratorFunction: "Object.getPrototypeOf(async function* () {}).constructor",
  GeneratorPrototype: "Object.getPrototypeOf(function* () {}).prototype",
  AsyncGeneratorPrototype: "Object.getPrototypeOf(async function* () {}).prototype",
  IteratorPrototype: "Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))",
  ArrayIteratorPrototype: "Object.getPrototypeOf([][Symbol.iterator]())",
  AsyncIteratorPrototype: "Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}).prototype)",
};

/** Getters of builtin modules that are safe to read and lead to things people capture. */
const SAFE_GETTERS = new Set(["promises", "webcrypto", "subtle", "constants", "types", "posix", "win32"]);

const REALM_VALUES = `[globalThis, { ${Object.entries(INTRINSICS)
  .map(([name, expression]) => `${JSON.stringify(name)}: ${expression}`)
  .join(", ")} }]`;

const names = new Map<unknown, string>();
let modulesSeen = -1;

/** Whether a bare name means a builtin global wherever it is not shadowed. */
export function isBuiltinGlobal(name: string): boolean {
  return GLOBAL_NAMES.has(name);
}

/** The name of a builtin object, function or symbol; undefined for everything else. Symbols: well-known ones only. */
export function builtinName(value: object | symbol): string | undefined {
  if (names.size === 0) collectRealms();
  const known = names.get(value);
  if (known !== undefined) return known;
  const loaded = (process as unknown as { moduleLoadList: readonly string[] }).moduleLoadList;
  if (loaded.length !== modulesSeen) {
    modulesSeen = loaded.length;
    collectModules(loaded);
    const found = names.get(value);
    if (found !== undefined) return found;
  }
  return lateName(value);
}

/** The value that a name stands for in this thread. Throws a DataError for a name this Node does not have. */
export function builtinValue(name: string): unknown {
  let value = resolved.get(name);
  if (value === undefined) {
    value = resolveName(name);
    resolved.set(name, value);
  }
  return value;
}

/** A builtin module by its name with or without `node:`. */
export function builtinModule(specifier: string): object {
  const found = process.getBuiltinModule(specifier);
  if (!found) throw new DataError("BUILTIN_NOT_FOUND", `Node ${process.version} has no builtin module ${specifier}.`);
  return found;
}

const resolved = new Map<string, unknown>();

function resolveName(name: string): unknown {
  let at: unknown;
  let path: string[];
  if (name.startsWith("node:")) {
    const [module, ...rest] = name.split("#") as [string, ...string[]];
    at = builtinModule(module);
    path = rest.length > 0 ? rest.join("#").split(".") : [];
  } else if (name.startsWith("%")) {
    const [intrinsic, ...rest] = name.slice(1).split(".") as [string, ...string[]];
    at = currentRealm()[1][intrinsic];
    path = rest;
  } else {
    at = globalThis;
    path = name === "globalThis" ? [] : name.split(".");
  }
  for (const step of path) {
    if (step.startsWith("get ") || step.startsWith("set ")) {
      const descriptor = Object.getOwnPropertyDescriptor(at, stepKey(step.slice(4)));
      at = step.startsWith("get ") ? descriptor?.get : descriptor?.set;
    } else {
      at = (at as Record<PropertyKey, unknown> | undefined)?.[stepKey(step)];
    }
    if (at === undefined) throw new DataError("BUILTIN_NOT_FOUND", `Node ${process.version} has no builtin ${name}.`);
  }
  return at;
}

function stepKey(step: string): PropertyKey {
  return step.startsWith("@@") ? ((Symbol as unknown as Record<string, symbol>)[step.slice(2)] as symbol) : step;
}

type Realm = readonly [globalObject: Record<string, unknown>, intrinsics: Record<string, unknown>];

function currentRealm(): Realm {
  // Indirect eval: in the realm this file runs in, which inside Jest is not the main one.
  return (0, eval)(REALM_VALUES) as Realm;
}

function collectRealms(): void {
  const realms = [runInThisContext(REALM_VALUES) as Realm, currentRealm()];
  for (const [globalObject, intrinsics] of realms) {
    note(globalObject, "globalThis");
    for (const name of GLOBAL_NAMES) {
      const value = Object.getOwnPropertyDescriptor(globalObject, name)?.value as unknown;
      if (!isReference(value)) continue;
      if (!note(value, name)) continue;
      if (typeof value === "function") collectFunction(value, name);
      else if (NAMESPACES.has(name)) collectMembers(value, name, name === "Intl" || name === "WebAssembly");
    }
    for (const [name, value] of Object.entries(intrinsics)) {
      if (!isReference(value) || !note(value, `%${name}`)) continue;
      if (typeof value === "function") collectFunction(value, `%${name}`);
      else collectMembers(value, `%${name}`, false);
    }
  }
}

/** A constructor's statics and what its prototype has. */
function collectFunction(fn: object, name: string): void {
  collectMembers(fn, name, false);
  const prototype = Object.getOwnPropertyDescriptor(fn, "prototype")?.value as unknown;
  if (isReference(prototype)) {
    note(prototype, `${name}.prototype`);
    collectMembers(prototype, `${name}.prototype`, false);
  }
}

function collectMembers(owner: object, ownerName: string, deep: boolean): void {
  for (const key of Reflect.ownKeys(owner)) {
    if (key === "prototype" || key === "constructor") continue;
    const step = typeof key === "symbol" ? (/^Symbol\.(\w+)$/.exec(key.description ?? "")?.[1] ?? "") : key;
    if (step === "" || (typeof key === "string" && /[.#]/.test(key))) continue;
    const name = `${ownerName}.${typeof key === "symbol" ? "@@" : ""}${step}`;
    const descriptor = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
    const value = descriptor.value as unknown;
    if (typeof value === "symbol") note(value, name);
    else if (typeof value === "function") {
      if (note(value, name) && deep) collectFunction(value, name);
    } else if (descriptor.get) {
      note(descriptor.get, `${ownerName}.get ${typeof key === "symbol" ? "@@" : ""}${step}`);
    }
  }
}

function collectModules(loaded: readonly string[]): void {
  for (const entry of loaded) {
    const id = entry.replace(/^(?:NativeModule|Internal Binding) /, "");
    if (
      id === "wasi" ||
      id === "sys" ||
      id === "punycode" ||
      id.startsWith("internal/") ||
      !entry.startsWith("NativeModule") ||
      !isBuiltin(id)
    )
      continue;
    const exports = process.getBuiltinModule(id);
    if (!exports || names.has(exports)) continue;
    const name = id.startsWith("node:") ? id : `node:${id}`;
    note(exports, name);
    collectExports(exports, name, "#", true);
  }
}

function collectExports(owner: object, ownerName: string, separator: "#" | ".", deep: boolean): void {
  for (const key of Object.getOwnPropertyNames(owner)) {
    if (/[.#]/.test(key) || key === "prototype" || key === "constructor") continue;
    const descriptor = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
    const value: unknown = descriptor.get && SAFE_GETTERS.has(key) ? (owner as Record<string, unknown>)[key] : descriptor.value;
    if (!isReference(value)) continue;
    const name = `${ownerName}${separator}${key}`;
    if (!note(value, name)) continue;
    if (typeof value === "function") {
      const prototype = Object.getOwnPropertyDescriptor(value, "prototype")?.value as unknown;
      if (isReference(prototype)) note(prototype, `${name}.prototype`);
      if (deep) collectExports(value, name, ".", false);
    } else if (deep && !Array.isArray(value)) {
      collectExports(value, name, ".", false);
    }
  }
}

/**
 * Builtins that were not there to be collected: web globals, which are defined when they are first read (reading `fetch`
 * loads it, so they are looked at only when a value of the same name is met), and constructors of other realms (vm
 * contexts, the intrinsics that Jest hides behind the outer realm's).
 */
function lateName(value: object | symbol): string | undefined {
  if (typeof value === "object") {
    const constructor = Object.getOwnPropertyDescriptor(value, "constructor")?.value as unknown;
    return typeof constructor === "function" && constructor.prototype === value && lateName(constructor) !== undefined
      ? names.get(value)
      : undefined;
  }
  if (typeof value !== "function" || !GLOBAL_NAMES.has((value as Function).name)) return undefined;
  const { name } = value as Function;
  const { prototype } = value as { prototype?: { constructor?: unknown } };
  const isForeign = prototype?.constructor === value && NATIVE.test(Function.prototype.toString.call(value));
  if (!isForeign && ![runInThisContext("globalThis"), globalThis].some((one) => (one as Record<string, unknown>)[name] === value))
    return undefined;
  note(value, name);
  collectFunction(value, name);
  return name;
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

function isReference(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** True when the value had no name yet. */
function note(value: unknown, name: string): boolean {
  if (names.has(value)) return false;
  names.set(value, name);
  return true;
}
