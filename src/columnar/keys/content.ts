/**
 * What a key is made of, for everything that compares keys by content: equality, hashing. One place decides which
 * objects can be keys and refuses the others in words.
 */
import { types } from "node:util";
import { UsageError } from "../../common/errors";
import { builtinKind, builtinName, constructorOf, describe, hooksOf, isBuiltinPrototype, SERIALIZE } from "../values/kinds";

/** The content of an object that is a key. */
export type KeyContent =
  | { readonly kind: "array"; readonly items: readonly unknown[] }
  /** `keys` sorted by UTF-16 units, so that the order of properties does not matter. `constructor` is null for plain objects. */
  | {
      readonly kind: "record";
      readonly constructor: Function | null;
      readonly keys: readonly string[];
      readonly object: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: "date"; readonly time: number }
  | { readonly kind: "regexp"; readonly source: string; readonly flags: string }
  /** A typed array (Buffers count as Uint8Array), DataView or ArrayBuffer: its type and bytes. */
  | { readonly kind: "numbers"; readonly type: string; readonly values: ArrayLike<number | bigint> }
  /** An instance of a class with hooks: what its serialize hook says it is. */
  | { readonly kind: "hooked"; readonly constructor: Function; readonly data: unknown };

/** Deeper keys are taken for cyclic ones. */
export const MAX_KEY_DEPTH = 200;

export function tooDeep(): UsageError {
  return new UsageError("INVALID_KEY", `A key is nested more than ${MAX_KEY_DEPTH} deep, or contains itself.`);
}

export function refuseKey(key: unknown): never {
  throw new UsageError(
    "INVALID_KEY",
    `${capital(describe(key))} cannot be a key: keys compare by content, and this has none that can be compared. ` +
      "Use a string, number, date, array or plain object made from it.",
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const classes = new WeakMap<Function, "fields" | "hooked">();

export function contentOf(key: object): KeyContent {
  const prototype: object | null = Reflect.getPrototypeOf(key);
  if (prototype === Object.prototype || prototype === null) return record(key, null);
  const kind = builtinKind(key);
  if (kind === null) {
    if (builtinName(prototype) === "Object") return record(key, null);
    const constructor = constructorOf(prototype);
    if (constructor === null) return refuseKey(key);
    if (comparison(key, constructor) === "fields") return record(key, constructor);
    return { kind: "hooked", constructor, data: hooksOf(constructor)![SERIALIZE](key) };
  }
  // A class that extends a built-in one has content that is neither its fields nor its elements alone.
  if (!isBuiltinPrototype(kind, prototype)) {
    const constructor = constructorOf(prototype);
    const hooks = constructor === null ? null : hooksOf(constructor);
    if (constructor === null || hooks === null) return refuseKey(key);
    return { kind: "hooked", constructor, data: hooks[SERIALIZE](key) };
  }
  switch (kind) {
    case "Array":
      return { kind: "array", items: key as unknown[] };
    case "Date":
      return { kind: "date", time: (key as Date).getTime() };
    case "RegExp":
      return { kind: "regexp", source: (key as RegExp).source, flags: (key as RegExp).flags };
    case "Buffer":
      return { kind: "numbers", type: "Uint8Array", values: key as Buffer };
    case "ArrayBuffer":
      return { kind: "numbers", type: "ArrayBuffer", values: new Uint8Array(key as ArrayBuffer) };
    case "View": {
      const view = key as ArrayBufferView;
      if (types.isDataView(view))
        return { kind: "numbers", type: "DataView", values: new Uint8Array(view.buffer, view.byteOffset, view.byteLength) };
      return { kind: "numbers", type: (view as Uint8Array)[Symbol.toStringTag], values: view as Uint8Array };
    }
    default:
      return refuseKey(key);
  }
}

function record(object: object, constructor: Function | null): KeyContent {
  const keys = Object.keys(object);
  if (keys.length > 1) keys.sort();
  return { kind: "record", constructor, keys, object: object as Record<string, unknown> };
}

/** How instances of a class compare. Refuses classes whose state nobody else can see. */
function comparison(key: object, constructor: Function): "fields" | "hooked" {
  let how = classes.get(constructor);
  if (how !== undefined) return how;
  if (hooksOf(constructor) !== null) how = "hooked";
  else if (builtinName(constructor.prototype as object) !== "") return refuseKey(key);
  else {
    for (
      let current: unknown = constructor;
      typeof current === "function" && current !== Function.prototype;
      current = Reflect.getPrototypeOf(current)
    ) {
      if (!/[.\s]#[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:[=;(,.)\]]|\bin\b)/u.test(Function.prototype.toString.call(current)))
        continue;
      throw new UsageError(
        "INVALID_KEY",
        `An instance of ${constructor.name} cannot be a key: its class keeps #private state, which cannot be compared. ` +
          'Give the class the static methods [Symbol.for("firesteel.serialize")] and [Symbol.for("firesteel.deserialize")], or use its values as the key.',
      );
    }
    how = "fields";
  }
  classes.set(constructor, how);
  return how;
}
