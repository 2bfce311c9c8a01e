/**
 * Writes any JavaScript value that is data in the general tagged format (tags.ts). What is no data (functions, promises,
 * weak collections, shared memory) is refused with the path at which it was found.
 *
 * Kept: content and class, shared references and cycles within one top-level value, holes, -0, lone surrogates, the
 * order of properties. Not kept, as with structuredClone: property attributes, accessors (their value travels), properties
 * under symbols or not enumerable. Named properties of arrays are not kept either, except those of match results: looking
 * for them would cost more than writing most arrays. A view that covers all of its ArrayBuffer stays a view of it; one of
 * a part travels as a copy of that part.
 */
import { types } from "node:util";
import { TaskError, unreachable } from "../../common/errors";
import { ByteWriter } from "../bytes";
import type { ValueContext } from "../value-context";
import {
  type Builtin,
  builtinKind,
  builtinName,
  constructorOf,
  describe,
  errorType,
  hooksOf,
  isBuiltinPrototype,
  SERIALIZE,
  TRAVEL,
  uncopiable,
} from "./kinds";
import { pathTo } from "./path";
import { ObjectKind, Tag, VIEW_TYPES, WELL_KNOWN_SYMBOLS } from "./tags";

/** A value that cannot be written, before its path is known. */
class Refusal extends Error {
  constructor(
    readonly value: unknown,
    readonly reason: string,
    override readonly cause?: unknown,
  ) {
    super(reason);
  }
}

/** Thrown by `writePart` when a value refers to one that `forbid` named. */
export class ForbiddenReference extends Error {}

/** Keys that objects of one class share, known to reader and writer by their number in the batch. */
interface KeySet {
  readonly kind: number;
  readonly prototype: object | null;
  readonly keys: readonly string[];
  readonly index: number;
  readonly name: string;
}

const BEYOND_LATIN1 = /[^\x00-\xff]/;
const PACK_FROM = 8;
/** Room of a writer of its own, at first. */
const FIRST_BYTES = 1 << 10;
/** Longer arrays are looked at by their keys, not index by index. */
const LONGEST_WALK = 1 << 27;
const IN_HOOK = -1;
const NOT_ALLOWED = -2;

export class ValueWriter {
  /** Where to write; may be changed between values. */
  out: ByteWriter;
  readonly #values: ValueContext;

  #keySets: KeySet[] = [];
  #keySetByName = new Map<string, KeySet>();
  #lastKeySet: KeySet | null = null;
  #classIds = new Map<Function, string>();
  /** Prototypes of classes without hooks that extend no built-in one, whose instances have travelled before. */
  readonly #ordinary = new Set<object>();

  /** Numbers of the objects of the current value. Number 0 waits in `#first` until a second object makes a look-up necessary. */
  #numbers = new Map<object, number>();
  #count = 0;
  #first: object | null = null;
  /** The first `#forbiddenCount` are those of the current value. */
  readonly #forbidden: (object | null)[] = [];
  #forbiddenCount = 0;

  constructor(values: ValueContext, out: ByteWriter = new ByteWriter(FIRST_BYTES)) {
    this.#values = values;
    this.out = out;
  }

  /** Begins a run of values that is read from its first: no keys are known. */
  startBatch(): void {
    this.#keySets = [];
    this.#keySetByName.clear();
    this.#lastKeySet = null;
    this.startValue();
    this.#forbidden.fill(null);
  }

  /** Writes one value. `name` is what messages call it. Throws a TaskError for what cannot travel; `out` is then as before. */
  write(value: unknown, name = "value"): void {
    this.startValue();
    this.writePart(value, name);
  }

  /** Begins a value that is written in parts, between which references are kept. */
  startValue(): void {
    if (this.#numbers.size > 0) this.#numbers.clear();
    this.#count = 0;
    this.#first = null;
    this.#forbiddenCount = 0;
  }

  /** Until the next `startValue`, a reference to `object` makes `writePart` throw a ForbiddenReference. */
  forbid(object: object): void {
    this.#forbidden[this.#forbiddenCount++] = object;
  }

  writePart(value: unknown, name = "value"): void {
    const start = this.out.length;
    const keySets = this.#keySets.length;
    try {
      this.#value(value);
    } catch (error) {
      this.out.length = start;
      // Keys first named in what was just dropped must be named again.
      for (const dropped of this.#keySets.splice(keySets)) this.#keySetByName.delete(dropped.name);
      this.#lastKeySet = null;
      const explained = explain(error, value, name);
      if (explained !== null) throw explained;
      throw error;
    }
  }

  #value(value: unknown): void {
    const out = this.out;
    switch (typeof value) {
      case "number":
        return this.#number(value);
      case "string":
        return this.#string(value);
      case "boolean":
        return out.byte(value ? Tag.True : Tag.False);
      case "undefined":
        return out.byte(Tag.Undefined);
      case "object":
        return value === null ? out.byte(Tag.Null) : this.#object(value);
      case "bigint":
        return this.#bigint(value);
      case "symbol":
        return this.#symbol(value);
      case "function":
        throw new Refusal(value, `it is ${describe(value)}, and functions are no data.`);
      default:
        throw new Refusal(value, `its type ${typeof value} is unknown.`);
    }
  }

  #number(value: number): void {
    const out = this.out;
    out.reserve(9);
    const int = value | 0;
    if (int === value && (int !== 0 || 1 / value > 0)) {
      if (int >= 0 && int < 0x80) {
        out.bytes[out.length++] = Tag.SmallInt + int;
        return;
      }
      out.bytes[out.length++] = Tag.Int;
      out.varint(((int << 1) ^ (int >> 31)) >>> 0);
      return;
    }
    out.bytes[out.length] = Tag.Float;
    out.view.setFloat64(out.length + 1, value, true);
    out.length += 9;
  }

  #string(value: string): void {
    const out = this.out;
    const length = value.length;
    if (length < 0x40) {
      out.reserve(1 + length);
      const bytes = out.bytes;
      const start = out.length;
      let index = 0;
      for (; index < length; index++) {
        const unit = value.charCodeAt(index);
        if (unit > 0xff) break;
        bytes[start + 1 + index] = unit;
      }
      if (index === length) {
        bytes[start] = Tag.ShortString + length;
        out.length = start + 1 + length;
        return;
      }
    } else if (!BEYOND_LATIN1.test(value)) {
      out.byte(Tag.Latin1);
      out.varint(length);
      out.reserve(length);
      out.length += out.bytes.latin1Write(value, out.length);
      return;
    }
    out.byte(Tag.Utf16);
    out.varint(length);
    out.reserve(2 * length);
    out.length += out.bytes.ucs2Write(value, out.length);
  }

  #bigint(value: bigint): void {
    const out = this.out;
    const negative = value < 0n;
    let hex = (negative ? -value : value).toString(16);
    if (hex.length % 2 === 1) hex = `0${hex}`;
    const magnitude = Buffer.from(hex, "hex").reverse();
    out.byte(Tag.BigInt);
    out.varint(2 * magnitude.length + (negative ? 1 : 0));
    out.raw(magnitude);
  }

  #symbol(value: symbol): void {
    const key = Symbol.keyFor(value);
    const name = WELL_KNOWN_SYMBOLS.get(value);
    if (key !== undefined) {
      this.out.byte(Tag.RegisteredSymbol);
      this.#string(key);
    } else if (name !== undefined) {
      this.out.byte(Tag.WellKnownSymbol);
      this.#string(name);
    } else {
      throw new Refusal(value, `it is ${describe(value)}, which exists in one thread only; use Symbol.for(…).`);
    }
  }

  /** Gives an object its number, or writes a reference and returns false where it has one. */
  #register(value: object): boolean {
    if (this.#count === 0) {
      for (let index = 0; index < this.#forbiddenCount; index++)
        if (this.#forbidden[index] === value) throw new ForbiddenReference();
      this.#first = value;
      this.#count = 1;
      return true;
    }
    const numbers = this.#numbers;
    if (this.#first !== null) {
      numbers.set(this.#first, 0);
      this.#first = null;
      this.#numberForbidden();
    }
    const number = numbers.get(value);
    if (number === undefined) {
      numbers.set(value, this.#count++);
      return true;
    }
    if (number === NOT_ALLOWED) throw new ForbiddenReference();
    if (number === IN_HOOK)
      throw new Refusal(value, `what its class's ${String(SERIALIZE)} returns refers back to the instance itself.`);
    this.out.byte(Tag.Reference);
    this.out.varint(number);
    return false;
  }

  #numberForbidden(): void {
    for (let index = 0; index < this.#forbiddenCount; index++) this.#numbers.set(this.#forbidden[index]!, NOT_ALLOWED);
  }

  #object(value: object): void {
    const prototype: object | null = Reflect.getPrototypeOf(value);
    if (prototype === Object.prototype) {
      if (this.#register(value)) this.#fields(value, ObjectKind.Plain, prototype);
    } else if (prototype === Array.prototype && Array.isArray(value)) {
      if (this.#register(value)) this.#array(value);
    } else if (prototype === null) {
      if (this.#register(value)) this.#fields(value, ObjectKind.NullPrototype, null);
    } else {
      this.#special(value, prototype);
    }
  }

  /** Objects that are not plain: built-in classes, classes that extend them, other classes. */
  #special(value: object, prototype: object): void {
    // Told by the prototype alone, as with most objects: asking the object itself what it is made of takes a while.
    if (this.#ordinary.has(prototype) && !(TRAVEL in value)) {
      if (this.#register(value)) this.#fields(value, ObjectKind.Class, prototype);
      return;
    }
    const obstacle = uncopiable(value);
    if (obstacle !== null) throw new Refusal(value, `it is ${obstacle}.`);
    const travel: unknown = (value as Record<symbol, unknown>)[TRAVEL];
    if (typeof travel === "function") throw travellerRefusal(value, travel);
    const kind = builtinKind(value);
    if (kind === null) {
      if (builtinName(prototype) === "Object") {
        if (this.#register(value)) this.#fields(value, ObjectKind.Plain, prototype);
        return;
      }
      const constructor = this.#classOf(value, prototype);
      const hooks = hooksOf(constructor);
      const id = this.#classId(value, constructor);
      if (hooks === null) this.#ordinary.add(prototype);
      if (!this.#register(value)) return;
      if (hooks === null) this.#fields(value, ObjectKind.Class, prototype);
      else this.#hooked(value, id, hooks[SERIALIZE](value));
      return;
    }
    if (isBuiltinPrototype(kind, prototype)) {
      if (!this.#register(value)) return;
      const properties =
        kind === "Array" || kind === "View" || kind === "Buffer" || kind === "Error" || kind === "Boxed"
          ? null
          : Object.keys(value);
      if (properties !== null && properties.length > 0) {
        this.out.byte(Tag.WithProperties);
        this.#builtin(value, kind);
        this.#properties(value, properties);
      } else {
        this.#builtin(value, kind);
      }
      return;
    }
    const constructor = this.#classOf(value, prototype);
    const hooks = hooksOf(constructor);
    const id = this.#classId(value, constructor);
    if (!this.#register(value)) return;
    if (hooks !== null) return this.#hooked(value, id, hooks[SERIALIZE](value));
    this.out.byte(Tag.Derived);
    this.#string(id);
    this.#builtin(value, kind);
    this.#properties(value, kind === "Error" ? [] : ownFields(value, kind));
  }

  #classOf(value: object, prototype: object): Function {
    const constructor = constructorOf(prototype);
    if (constructor === null)
      throw new Refusal(value, "its prototype belongs to no class. Make it a plain object or an instance of a class.");
    return constructor;
  }

  #classId(value: object, constructor: Function): string {
    let id = this.#classIds.get(constructor);
    if (id === undefined) {
      try {
        id = this.#values.classId(constructor);
      } catch (error) {
        throw error instanceof TaskError
          ? new Refusal(value, error.message.slice(`[${error.errorClass}] `.length), error)
          : error;
      }
      this.#classIds.set(constructor, id);
    }
    return id;
  }

  #hooked(value: object, id: string, data: unknown): void {
    const number = this.#count - 1;
    this.out.byte(Tag.Hooked);
    this.#string(id);
    if (this.#first === value) this.#first = null;
    this.#numbers.set(value, IN_HOOK);
    this.#numberForbidden();
    this.#value(data);
    this.#numbers.set(value, number);
  }

  /** Own enumerable properties, their keys written once a batch. */
  #fields(value: object, kind: number, prototype: object | null): void {
    const keys = Object.keys(value);
    const out = this.out;
    const known = this.#findKeys(kind, prototype, keys);
    if (known !== null) {
      out.byte(Tag.ObjectKnownKeys);
      out.varint(known.index);
    } else {
      out.byte(Tag.ObjectNewKeys);
      out.byte(kind);
      if (kind === ObjectKind.Class) this.#string(this.#classId(value, this.#classOf(value, prototype!)));
      out.varint(keys.length);
      for (const key of keys) this.#string(key);
    }
    const record = value as Record<string, unknown>;
    for (let index = 0; index < keys.length; index++) this.#value(record[keys[index]!]);
  }

  #findKeys(kind: number, prototype: object | null, keys: readonly string[]): KeySet | null {
    const last = this.#lastKeySet;
    if (last !== null && sameKeys(last, kind, prototype, keys)) return last;
    const name = `${kind}${keys.join("\0")}`;
    const named = this.#keySetByName.get(name);
    if (named !== undefined && sameKeys(named, kind, prototype, keys)) {
      this.#lastKeySet = named;
      return named;
    }
    const added: KeySet = { kind, prototype, keys, index: this.#keySets.length, name };
    this.#keySets.push(added);
    this.#keySetByName.set(name, added);
    this.#lastKeySet = added;
    return null;
  }

  #array(value: readonly unknown[]): void {
    // Match results are the arrays whose named properties people use.
    if ((value as { index?: unknown }).index !== undefined) {
      this.out.byte(Tag.WithProperties);
      this.#elements(value);
      this.#properties(value, ownFields(value, "Array"));
    } else {
      this.#elements(value);
    }
  }

  #elements(value: readonly unknown[]): void {
    const out = this.out;
    const length = value.length;
    if (length >= PACK_FROM && this.#packed(value)) return;
    if (length > PACK_FROM && isSparse(value)) {
      const indices = Object.keys(value).filter(isIndex);
      out.byte(Tag.SparseArray);
      out.varint(length);
      out.varint(indices.length);
      for (const index of indices) {
        out.varint(Number(index));
        this.#value(value[Number(index)]);
      }
      return;
    }
    out.byte(Tag.Array);
    out.varint(length);
    for (let index = 0; index < length; index++) {
      const element = value[index];
      if (element === undefined && !Object.hasOwn(value, index)) out.byte(Tag.Hole);
      else this.#value(element);
    }
  }

  /** Arrays of nothing but numbers are written as one typed array. */
  #packed(value: readonly unknown[]): boolean {
    const length = value.length;
    let ints = true;
    for (let index = 0; index < length; index++) {
      const element = value[index];
      if (typeof element !== "number") return false;
      if (ints && ((element | 0) !== element || (element === 0 && 1 / element < 0))) ints = false;
    }
    const out = this.out;
    out.byte(ints ? Tag.IntArray : Tag.FloatArray);
    out.varint(length);
    out.reserve(length * (ints ? 4 : 8));
    const view = out.view;
    let at = out.length;
    if (ints) for (let index = 0; index < length; index++, at += 4) view.setInt32(at, value[index] as number, true);
    else for (let index = 0; index < length; index++, at += 8) view.setFloat64(at, value[index] as number, true);
    out.length = at;
    return true;
  }

  #properties(value: object, keys: readonly string[]): void {
    this.out.varint(keys.length);
    for (const key of keys) {
      this.#string(key);
      this.#value((value as Record<string, unknown>)[key]);
    }
  }

  #builtin(value: object, kind: Builtin): void {
    const out = this.out;
    switch (kind) {
      case "Object":
        return this.#fields(value, ObjectKind.Plain, Object.prototype);
      case "Array":
        return this.#array(value as unknown[]);
      case "Date":
        out.byte(Tag.Date);
        return out.float64(Date.prototype.getTime.call(value));
      case "RegExp":
        out.byte(Tag.RegExp);
        this.#string((value as RegExp).source);
        this.#string((value as RegExp).flags);
        return this.#value((value as RegExp).lastIndex);
      case "Map": {
        const entries = Array.from(Map.prototype.entries.call(value));
        out.byte(Tag.Map);
        out.varint(entries.length);
        for (const [key, item] of entries) {
          this.#value(key);
          this.#value(item);
        }
        return;
      }
      case "Set": {
        const items = Array.from(Set.prototype.values.call(value));
        out.byte(Tag.Set);
        out.varint(items.length);
        for (const item of items) this.#value(item);
        return;
      }
      case "View":
        return this.#view(value as ArrayBufferView);
      case "Buffer":
        out.byte(Tag.Buffer);
        out.varint((value as Buffer).byteLength);
        return out.raw(value as Buffer);
      case "ArrayBuffer": {
        const bytes = new Uint8Array(value as ArrayBuffer);
        out.byte(Tag.ArrayBuffer);
        out.varint(bytes.byteLength);
        return out.raw(bytes);
      }
      case "Error":
        return this.#error(value);
      case "Boxed":
        out.byte(Tag.Boxed);
        return this.#value(
          types.isStringObject(value) ? String.prototype.valueOf.call(value) : (value as { valueOf(): unknown }).valueOf(),
        );
      default:
        return unreachable(kind);
    }
  }

  #view(value: ArrayBufferView): void {
    const out = this.out;
    const type = types.isDataView(value) ? "DataView" : (value as Uint8Array)[Symbol.toStringTag];
    out.byte(Tag.View);
    out.byte((VIEW_TYPES as readonly string[]).indexOf(type));
    if (value.byteLength === value.buffer.byteLength) {
      out.byte(1);
      this.#object(value.buffer);
    } else {
      out.byte(0);
      out.varint(value.byteLength);
      out.raw(value);
    }
  }

  #error(value: object): void {
    const enumerable = Object.keys(value);
    const hidden = ["name", "message", "stack", "cause", "errors"].filter(
      (key) => Object.hasOwn(value, key) && !enumerable.includes(key),
    );
    this.out.byte(Tag.Error);
    this.out.byte(errorType(value));
    this.#properties(value, hidden);
    this.#properties(value, enumerable);
  }
}

/** Why an object that closures carry by reference is no data. */
function travellerRefusal(value: object, travel: Function): Refusal {
  const ticket = travel.call(value) as { readonly ref?: string; readonly refuse?: string };
  return new Refusal(value, ticket.refuse ?? `it is ${describe(value)}, which functions may use but records cannot hold.`);
}

/** What to tell the user; null where the error speaks for itself. */
function explain(error: unknown, root: unknown, name: string): TaskError | null {
  if (error instanceof Refusal) {
    const path = pathTo(root, error.value, name);
    const message = `${path} cannot travel to another thread or be stored: ${error.reason}`;
    return new TaskError("VALUE_NOT_SERIALIZABLE", message, { cause: error.cause, parameters: { path } });
  }
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    const message = `${name} is nested too deeply to be written. Keep long lists in arrays.`;
    return new TaskError("VALUE_NOT_SERIALIZABLE", message, { cause: error });
  }
  return null;
}

function sameKeys(set: KeySet, kind: number, prototype: object | null, keys: readonly string[]): boolean {
  const known = set.keys;
  if (set.kind !== kind || known.length !== keys.length) return false;
  if (kind === ObjectKind.Class && set.prototype !== prototype) return false;
  for (let index = 0; index < keys.length; index++) if (known[index] !== keys[index]) return false;
  return true;
}

const isIndex = (key: string): boolean => {
  const index = Number(key);
  return index >= 0 && index < 2 ** 32 - 1 && String(index >>> 0) === key;
};

/** Own enumerable properties of an instance of a class that extends a built-in one, without what the built-in part writes. */
function ownFields(value: object, kind: Builtin): string[] {
  const keys = Object.keys(value);
  return kind === "Array" || kind === "View" || kind === "Buffer" || types.isStringObject(value)
    ? keys.filter((key) => !isIndex(key))
    : keys;
}

/** Whether an array is mostly holes, by looking at some places; always, and exactly, for lengths that no walk would end. */
function isSparse(value: readonly unknown[]): boolean {
  const length = value.length;
  if (length > LONGEST_WALK) return true;
  const probes = Math.min(length, 32);
  let missing = 0;
  for (let probe = 0; probe < probes; probe++) {
    const index = Math.floor((probe * length) / probes);
    if (value[index] === undefined && !Object.hasOwn(value, index)) missing++;
  }
  return missing > probes * 0.75;
}
