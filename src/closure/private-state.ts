/** Tells which classes keep `#private` state in their instances, natively or as transpilers write it for older targets. */
import { builtinName } from "./builtins";
import { analyzeFunction } from "./free-variables";
import { SERIALIZE } from "./protocols";

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
  if (typeof (constructor as unknown as Record<symbol, unknown>)[SERIALIZE] === "function") return false;
  for (let at: unknown = constructor; typeof at === "function"; at = Object.getPrototypeOf(at)) {
    if (builtinName(at) !== undefined) return false;
    if (hasPrivateState(at)) return true;
  }
  return false;
}
