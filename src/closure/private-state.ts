/**
 * Tells which classes keep state in their instances that nobody else can read: `#private` members, natively or as
 * transpilers write them for older targets, and the inner state of builtin classes.
 */
import { builtinName } from "./builtins";
import { analyzeFunction } from "./free-variables";
import { SERIALIZE } from "./protocols";
import { builtinInstanceRefusal, privateStateRefusal, type Refusal } from "./refusals";

/** TypeScript, esbuild, swc and Babel keep private members in WeakMaps, through these helpers. */
const LOWERED = /\b(?:__classPrivate|__private(?:Add|Get|Set|Method|In)\b|_class_?[pP]rivate)/;

export function usesLoweredPrivate(source: string): boolean {
  return LOWERED.test(source);
}

/** Whether instances have private members of this very class, not counting its parents. */
export function hasPrivateState(constructor: Function): boolean {
  const source = Function.prototype.toString.call(constructor);
  if (usesLoweredPrivate(source)) return true;
  return source.startsWith("class") && source.includes("#") && analyzeFunction(source).classInfo?.hasPrivateState === true;
}

/** Whether instances of a class lose something when only their properties are copied: private members and no hooks. */
export function hidesState(constructor: Function): boolean {
  if (hasHook(constructor)) return false;
  for (let at: unknown = constructor; typeof at === "function"; at = Object.getPrototypeOf(at)) {
    if (builtinName(at) !== undefined) return false;
    if (hasPrivateState(at)) return true;
  }
  return false;
}

/** Why records cannot hold instances of a class, when they cannot. */
export function recordRefusal(constructor: Function): Refusal | undefined {
  if (hidesState(constructor)) return privateStateRefusal(constructor.name || "an unnamed class");
  const builtin = hasHook(constructor) ? undefined : opaqueBuiltin(constructor);
  return builtin === undefined ? undefined : builtinInstanceRefusal(constructor.name, builtin);
}

/** Builtin classes whose contents records copy, also those of classes that extend them. */
const COPIED = new Set(
  (
    "Array Date RegExp Map Set %TypedArray ArrayBuffer DataView Number String Boolean BigInt Symbol Error " +
    "AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError"
  ).split(" "),
);
/** Builtin classes whose instances are their properties. */
const STATELESS =
  /^(?:Object|%(?:Async)?IteratorPrototype|Iterator|node:events(?:#EventEmitter)?|node:fs#(?:BigInt)?Stats|node:url#Url)$/;
/** Builtin classes that the format of records knows by hooks of its own (columnar/values/kinds.ts), but no class that extends them. */
const HOOKED = /^(?:node:url#)?URL(?:SearchParams)?$|^DOMException$/;

/** The name of the builtin class that keeps state of a class's instances to itself, if one does. */
function opaqueBuiltin(constructor: Function): string | undefined {
  let nearest: string | undefined;
  for (let at = constructor.prototype as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = builtinName(at)?.replace(/\.prototype$/, "");
    if (name === undefined) continue;
    if (COPIED.has(name)) return undefined;
    if (nearest !== undefined) continue;
    if (HOOKED.test(name)) return at === constructor.prototype ? undefined : name;
    if (STATELESS.test(name)) return undefined;
    nearest = name;
  }
  return nearest;
}

function hasHook(constructor: Function): boolean {
  return typeof (constructor as unknown as Record<symbol, unknown>)[SERIALIZE] === "function";
}
