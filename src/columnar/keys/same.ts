/**
 * Which keys are the same key: those of the same content. Arrays by elements (a hole is undefined), plain objects whatever
 * the order of their properties, dates by time, typed arrays by type and elements, instances by class and fields. NaN is
 * NaN and 0 is -0; 1, 1n, "1" and true all differ, and so do null and undefined.
 */
import { contentOf, type KeyContent, MAX_KEY_DEPTH, refuseKey, tooDeep } from "./content";

/** A UsageError for objects that cannot be keys: Map, Set, functions, symbols, promises, objects with hidden state. */
export function sameKey(left: unknown, right: unknown): boolean {
  return samePart(left, right, 0);
}

function samePart(left: unknown, right: unknown, depth: number): boolean {
  if (typeof left === "object" && left !== null) {
    if (typeof right === "object" && right !== null) return sameContent(left, right, depth);
    return checked(right) && false;
  }
  if (typeof left === "function" || typeof left === "symbol") return refuseKey(left);
  return left === right ? checked(right) : checked(right) && left !== left && right !== right;
}

/** True; throws for what no key can be. */
function checked(part: unknown): boolean {
  return typeof part === "function" || typeof part === "symbol" ? refuseKey(part) : true;
}

function sameContent(left: object, right: object, depth: number): boolean {
  if (depth > MAX_KEY_DEPTH) throw tooDeep();
  const prototype: object | null = Reflect.getPrototypeOf(left);
  if (prototype === Reflect.getPrototypeOf(right)) {
    if (prototype === Array.prototype && Array.isArray(left) && Array.isArray(right)) return sameItems(left, right, depth);
    if (prototype === Object.prototype) return sameFields(Object.keys(left), left, Object.keys(right), right, depth);
  }
  const [a, b] = [contentOf(left), contentOf(right)];
  return a.kind === b.kind && sameKind(a, b, depth);
}

function sameKind(left: KeyContent, right: KeyContent, depth: number): boolean {
  switch (left.kind) {
    case "array":
      return sameItems(left.items, (right as typeof left).items, depth);
    case "record": {
      const other = right as typeof left;
      return left.constructor === other.constructor && sameFields(left.keys, left.object, other.keys, other.object, depth);
    }
    case "date":
      return Object.is(left.time, (right as typeof left).time);
    case "regexp":
      return left.source === (right as typeof left).source && left.flags === (right as typeof left).flags;
    case "numbers":
      return left.type === (right as typeof left).type && sameItems(left.values, (right as typeof left).values, depth);
    case "hooked":
      return (
        left.constructor === (right as typeof left).constructor && samePart(left.data, (right as typeof left).data, depth + 1)
      );
  }
}

function sameItems(left: ArrayLike<unknown>, right: ArrayLike<unknown>, depth: number): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    const item = left[index];
    // Most keys differ in primitives, or not at all.
    if (item !== right[index] || typeof item === "object") if (!samePart(item, right[index], depth + 1)) return false;
  }
  return true;
}

function sameFields(
  leftKeys: readonly string[],
  left: object,
  rightKeys: readonly string[],
  right: object,
  depth: number,
): boolean {
  if (leftKeys.length !== rightKeys.length) return false;
  for (let index = 0; index < leftKeys.length; index++) {
    const key = leftKeys[index]!;
    if (key !== rightKeys[index] && !Object.prototype.propertyIsEnumerable.call(right, key)) return false;
    if (!samePart((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key], depth + 1)) return false;
  }
  return true;
}
