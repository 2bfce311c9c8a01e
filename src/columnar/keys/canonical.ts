/**
 * Keys as primitives: two keys are the same key exactly when their canonical primitives are the same to a JavaScript Map
 * (so NaN is NaN and 0 is -0). Keys are the same when their content is: arrays by elements (a hole is undefined), plain
 * objects whatever the order of their properties, dates by time, typed arrays by type and elements, instances by class and
 * fields. 1, 1n, "1" and true all differ, and so do null and undefined.
 *
 * Canonical strings of composite keys hold numbers given to classes in this thread: they must not leave it.
 */
import { unreachable } from "../../common/errors";
import { contentOf, MAX_KEY_DEPTH, refuseKey, tooDeep } from "./content";

export type CanonicalKey = string | number | boolean | bigint | null | undefined;

/** First character of canonical strings of composites. Strings that begin with it are escaped. */
const MARK = "\u0001";
const MARK_UNIT = 1;

/** A UsageError for what cannot be a key: Map, Set, functions, symbols, promises, objects with hidden state. */
export function canonicalKey(key: unknown): CanonicalKey {
  switch (typeof key) {
    case "string":
      return key.charCodeAt(0) === MARK_UNIT ? `${MARK}s${key}` : key;
    case "number":
    case "boolean":
    case "bigint":
    case "undefined":
      return key;
    case "object":
      return key === null ? null : MARK + compositeText(key, 0);
    default:
      return refuseKey(key);
  }
}

/** Whether two keys are the same key. */
export function sameKey(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== typeof right) return false;
  if (typeof left === "object" ? left === null || right === null : typeof left !== "number" && typeof left !== "function" && typeof left !== "symbol") return false;
  return Object.is(canonicalKey(left), canonicalKey(right));
}

/** Whether canonicalKey(key) stands for something other than itself. */
export function isMarked(canonical: CanonicalKey): canonical is string {
  return typeof canonical === "string" && canonical.charCodeAt(0) === MARK_UNIT;
}

/** Every part says where it ends, so that no two contents give one text. */
function partText(part: unknown, depth: number): string {
  switch (typeof part) {
    case "string":
      return `s${part.length}:${part}`;
    case "number":
      return `n${part};`;
    case "boolean":
      return part ? "t" : "f";
    case "bigint":
      return `i${part};`;
    case "undefined":
      return "u";
    case "object":
      return part === null ? "0" : compositeText(part, depth);
    default:
      return refuseKey(part);
  }
}

function compositeText(key: object, depth: number): string {
  if (depth > MAX_KEY_DEPTH) throw tooDeep();
  if (Array.isArray(key) && Object.getPrototypeOf(key) === Array.prototype) return arrayText(key, depth);
  const content = contentOf(key);
  switch (content.kind) {
    case "array":
      return arrayText(content.items, depth);
    case "record": {
      let text = content.constructor === null ? "{" : `c${classNumber(content.constructor)}{`;
      for (const name of content.keys) text += `${name.length}:${name}${partText(content.object[name], depth + 1)}`;
      return `${text}}`;
    }
    case "date":
      return `d${content.time};`;
    case "regexp":
      return `r${content.source.length}:${content.source}${content.flags};`;
    case "numbers": {
      let text = `a${content.type}:`;
      for (let index = 0; index < content.values.length; index++) text += `${content.values[index]!},`;
      return `${text};`;
    }
    case "hooked":
      return `h${classNumber(content.constructor)}:${partText(content.data, depth + 1)}`;
    default:
      return unreachable(content);
  }
}

function arrayText(items: readonly unknown[], depth: number): string {
  let text = "[";
  for (let index = 0; index < items.length; index++) text += partText(items[index], depth + 1);
  return `${text}]`;
}

const classNumbers = new WeakMap<Function, number>();
let classCount = 0;

function classNumber(constructor: Function): number {
  let number = classNumbers.get(constructor);
  if (number === undefined) {
    number = classCount++;
    classNumbers.set(constructor, number);
  }
  return number;
}
