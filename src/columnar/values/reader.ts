/**
 * Reads values in the general tagged format (tags.ts). Every length is checked against the bytes that are left before
 * anything is allocated, so that damaged bytes end in a DataError, whatever they say.
 */
import { DataError } from "../../common/errors";
import { asBuffer, corrupt, type TextBuffer } from "../bytes";
import type { ValueContext } from "../value-context";
import { DESERIALIZE, hooksOf } from "./kinds";
import { latin1 } from "./short-text";
import { ERROR_TYPES, ObjectKind, Tag, VIEW_TYPES } from "./tags";

interface KeySet {
  readonly keys: readonly string[];
  /** Keys that cannot be assigned to, because a setter of the prototype would take the value. */
  readonly guarded: ReadonlySet<string> | null;
  /** null for a null prototype. */
  readonly prototype: object | null;
  readonly kind: number;
}

/** Place of an object whose content is still being read and that cannot exist before. */
const PENDING: unique symbol = Symbol("pending");
const HOLE: unique symbol = Symbol("hole");
const ARRAY_LIMIT = 2 ** 32 - 1;

export class ValueReader {
  /** Where the next value begins. */
  position: number;
  readonly #bytes: TextBuffer;
  readonly #view: DataView;
  readonly #end: number;
  readonly #values: ValueContext;
  #keySets: KeySet[] = [];
  /** The objects of the current value by number: the first `#count`. */
  readonly #objects: unknown[] = [];
  #count = 0;

  constructor(bytes: Uint8Array, values: ValueContext, start = 0, end: number = bytes.length) {
    this.#bytes = asBuffer(bytes);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.#end = end;
    this.#values = values;
  }

  startBatch(): void {
    this.#keySets = [];
  }

  /** The next value. Throws a DataError where the bytes are no value, or name a class that this application does not have. */
  read(): unknown {
    this.startValue();
    return this.readPart();
  }

  startValue(): void {
    this.#count = 0;
  }

  readPart(): unknown {
    try {
      const value = this.#value();
      if (value === HOLE) throw corrupt("a hole outside of an array");
      return value;
    } catch (error) {
      if (error instanceof RangeError && /call stack/i.test(error.message)) throw corrupt("values nested too deeply");
      throw error;
    }
  }

  #need(count: number): void {
    if (count > this.#end - this.position) throw corrupt(`${count} bytes expected, ${this.#end - this.position} left`);
  }

  #byte(): number {
    if (this.position >= this.#end) throw corrupt("a value is cut off");
    return this.#bytes[this.position++]!;
  }

  #varint(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte;
    let result = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = this.#byte();
      result += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (factor > 2 ** 56) throw corrupt("a number has too many bytes");
    } while (byte >= 0x80);
    return result;
  }

  /** A count of things that take `size` bytes each at the least. */
  #countOf(size: number): number {
    const count = this.#varint();
    this.#need(count * size);
    return count;
  }

  #float64(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  #register<T>(object: T): T {
    this.#objects[this.#count++] = object;
    return object;
  }

  #value(): unknown {
    const tag = this.#byte();
    if (tag >= Tag.SmallInt) return tag - Tag.SmallInt;
    if (tag >= Tag.ShortString) return this.#latin1(tag - Tag.ShortString);
    switch (tag) {
      case Tag.Undefined:
        return undefined;
      case Tag.Null:
        return null;
      case Tag.True:
        return true;
      case Tag.False:
        return false;
      case Tag.Int: {
        const zigzag = this.#varint();
        if (zigzag > 0xffffffff) throw corrupt("an integer is too large");
        return (zigzag >>> 1) ^ -(zigzag & 1);
      }
      case Tag.Float:
        return this.#float64();
      case Tag.Latin1:
        return this.#latin1(this.#countOf(1));
      case Tag.Utf16: {
        const length = this.#countOf(2);
        const start = this.position;
        this.position += 2 * length;
        return this.#bytes.ucs2Slice(start, this.position);
      }
      case Tag.BigInt:
        return this.#bigint();
      case Tag.RegisteredSymbol:
        return Symbol.for(this.#string());
      case Tag.WellKnownSymbol: {
        const symbol: unknown = (Symbol as unknown as Record<string, unknown>)[this.#string()];
        if (typeof symbol !== "symbol") throw corrupt("an unknown well-known symbol");
        return symbol;
      }
      case Tag.Hole:
        return HOLE;
      case Tag.Reference: {
        const number = this.#varint();
        if (number >= this.#count) throw corrupt("a reference to an object that is not there");
        const object = this.#objects[number];
        if (object === PENDING) throw corrupt("a reference to an object from within what it is made of");
        return object;
      }
      default:
        return this.#object(tag);
    }
  }

  #object(tag: number): unknown {
    switch (tag) {
      case Tag.ObjectNewKeys:
        return this.#fields(this.#newKeys());
      case Tag.ObjectKnownKeys: {
        const keys = this.#keySets[this.#varint()];
        if (keys === undefined) throw corrupt("an object's keys are not known");
        return this.#fields(keys);
      }
      case Tag.Array:
        return this.#array();
      case Tag.SparseArray:
        return this.#sparseArray();
      case Tag.IntArray:
        return this.#intArray();
      case Tag.FloatArray:
        return this.#floatArray();
      case Tag.Date:
        return this.#register(new Date(this.#float64()));
      case Tag.RegExp:
        return this.#regExp();
      case Tag.Map:
        return this.#map();
      case Tag.Set:
        return this.#set();
      case Tag.View:
        return this.#arrayView();
      case Tag.Buffer: {
        const bytes = this.#copy();
        return this.#register(Buffer.from(bytes.buffer, 0, bytes.length));
      }
      case Tag.ArrayBuffer:
        return this.#register(this.#copy().buffer);
      case Tag.Error:
        return this.#error();
      case Tag.Boxed:
        return this.#boxed();
      case Tag.Hooked:
        return this.#hooked();
      case Tag.Derived: {
        const constructor = this.#class();
        const value = this.#exotic();
        Object.setPrototypeOf(value, constructor.prototype as object);
        this.#properties(value, true);
        return value;
      }
      case Tag.WithProperties: {
        const value = this.#exotic();
        this.#properties(value, true);
        return value;
      }
      default:
        throw corrupt(`unknown tag ${tag}`);
    }
  }

  #array(): unknown[] {
    const length = this.#countOf(1);
    const array: unknown[] = this.#register([]);
    for (let index = 0; index < length; index++) {
      const element = this.#value();
      if (element === HOLE) array.length = index + 1;
      else array.push(element);
    }
    return array;
  }

  #sparseArray(): unknown[] {
    const length = this.#varint();
    if (length > ARRAY_LIMIT) throw corrupt("an array is too long");
    const count = this.#countOf(2);
    const array: unknown[] = this.#register([]);
    // An element far out makes V8 keep a table of elements, so that a length alone costs nothing.
    if (length > 4096) array[ARRAY_LIMIT - 1] = undefined;
    for (let item = 0; item < count; item++) {
      const index = this.#varint();
      if (index >= length) throw corrupt("an element lies outside of its array");
      array[index] = this.#data();
    }
    array.length = length;
    return array;
  }

  #intArray(): number[] {
    const length = this.#countOf(4);
    const array = this.#register(new Array<number>(length));
    for (let index = 0, at = this.position; index < length; index++, at += 4) array[index] = this.#view.getInt32(at, true);
    this.position += 4 * length;
    return array;
  }

  #floatArray(): number[] {
    const length = this.#countOf(8);
    const array = this.#register(new Array<number>(length));
    for (let index = 0, at = this.position; index < length; index++, at += 8) array[index] = this.#view.getFloat64(at, true);
    this.position += 8 * length;
    return array;
  }

  #map(): Map<unknown, unknown> {
    const count = this.#countOf(2);
    const map = this.#register(new Map<unknown, unknown>());
    for (let item = 0; item < count; item++) {
      const key = this.#data();
      map.set(key, this.#data());
    }
    return map;
  }

  #set(): Set<unknown> {
    const count = this.#countOf(1);
    const set = this.#register(new Set<unknown>());
    for (let item = 0; item < count; item++) set.add(this.#data());
    return set;
  }

  #boxed(): unknown {
    const slot = this.#count;
    this.#register(PENDING);
    const primitive = this.#data();
    if (primitive === null || primitive === undefined || typeof primitive === "object")
      throw corrupt("a boxed primitive is none");
    return (this.#objects[slot] = Object(primitive));
  }

  /** A value that is a place in an object: no hole. */
  #data(): unknown {
    const value = this.#value();
    if (value === HOLE) throw corrupt("a hole outside of an array");
    return value;
  }

  /** An object of a built-in class that has not been seen before, as wrapping tags need it. */
  #exotic(): object {
    const tag = this.#byte();
    if (tag < Tag.Array || tag >= Tag.ShortString) throw corrupt("a class on something that is no object");
    const value = this.#object(tag);
    if (typeof value !== "object" || value === null) throw corrupt("a class on something that is no object");
    return value;
  }

  #latin1(length: number): string {
    const start = this.position;
    this.#need(length);
    this.position = start + length;
    return latin1(this.#bytes, start, length);
  }

  #string(): string {
    const value = this.#value();
    if (typeof value !== "string") throw corrupt("a name is no string");
    return value;
  }

  #bigint(): bigint {
    const header = this.#varint();
    const length = Math.floor(header / 2);
    this.#need(length);
    const magnitude = Buffer.from(this.#bytes.subarray(this.position, this.position + length)).reverse();
    this.position += length;
    let value: bigint;
    try {
      value = length === 0 ? 0n : BigInt(`0x${magnitude.toString("hex")}`);
    } catch (error) {
      throw new DataError("CORRUPT_DATA", "Encoded records are damaged: a bigint is too large.", { cause: error });
    }
    return header % 2 === 1 ? -value : value;
  }

  #copy(): Uint8Array<ArrayBuffer> {
    const length = this.#countOf(1);
    const bytes = new Uint8Array(length);
    bytes.set(this.#bytes.subarray(this.position, this.position + length));
    this.position += length;
    return bytes;
  }

  #regExp(): RegExp {
    const slot = this.#count;
    this.#register(PENDING);
    const source = this.#string();
    const flags = this.#string();
    const lastIndex = this.#data();
    let value: RegExp;
    try {
      value = new RegExp(source, flags);
    } catch (error) {
      throw new DataError(
        "CORRUPT_DATA",
        `Encoded records are damaged, or come from another version of Node.js: ${String(error)}`,
        { cause: error },
      );
    }
    value.lastIndex = lastIndex as number;
    this.#objects[slot] = value;
    return value;
  }

  #arrayView(): ArrayBufferView {
    const slot = this.#count;
    this.#register(PENDING);
    const type = VIEW_TYPES[this.#byte()];
    if (type === undefined) throw corrupt("an unknown type of array");
    const whole = this.#byte() === 1;
    const buffer: unknown = whole ? this.#data() : this.#copy().buffer;
    if (!(Object.prototype.toString.call(buffer) === "[object ArrayBuffer]")) throw corrupt("an array without its bytes");
    const view = viewOf(type, buffer as ArrayBuffer);
    this.#objects[slot] = view;
    return view;
  }

  #error(): Error {
    const type = ERROR_TYPES[this.#byte()];
    if (type === undefined) throw corrupt("an unknown class of error");
    const error = newError(type);
    for (const key of ["message", "stack", "errors"]) delete (error as unknown as Record<string, unknown>)[key];
    this.#register(error);
    this.#properties(error, false);
    this.#properties(error, true);
    return error;
  }

  #class(): Function {
    return this.#values.classOf(this.#string());
  }

  #hooked(): unknown {
    const slot = this.#count;
    this.#register(PENDING);
    const constructor = this.#class();
    const hooks = hooksOf(constructor);
    if (hooks === null)
      throw new DataError(
        "CLASS_HOOK_MISSING",
        `The class ${constructor.name} has no static [Symbol.for("firesteel.deserialize")] any more.`,
      );
    const data = this.#data();
    try {
      return (this.#objects[slot] = hooks[DESERIALIZE](data));
    } catch (cause) {
      const message = `${constructor.name} could not be made of the data that stood for it: ${String(cause)}`;
      throw new DataError("CLASS_HOOK_FAILED", message, { cause });
    }
  }

  #newKeys(): KeySet {
    const kind = this.#byte();
    let prototype: object | null = Object.prototype;
    if (kind === ObjectKind.Class) prototype = this.#class().prototype as object;
    else if (kind === ObjectKind.NullPrototype) prototype = null;
    else if (kind !== ObjectKind.Plain) throw corrupt("an unknown kind of object");
    const count = this.#countOf(1);
    const keys: string[] = [];
    for (let index = 0; index < count; index++) keys.push(this.#string());
    const risky =
      kind === ObjectKind.Class ? keys.filter((key) => key in (prototype as object)) : keys.filter((key) => key === "__proto__");
    const set: KeySet = { keys, kind, prototype, guarded: risky.length > 0 ? new Set(risky) : null };
    this.#keySets.push(set);
    return set;
  }

  #fields(set: KeySet): object {
    const { keys, guarded } = set;
    const object: Record<string, unknown> =
      set.kind === ObjectKind.Plain ? {} : (Object.create(set.prototype) as Record<string, unknown>);
    this.#objects[this.#count++] = object;
    if (guarded === null) {
      for (let index = 0; index < keys.length; index++) object[keys[index]!] = this.#data();
    } else {
      for (const key of keys) {
        const value = this.#data();
        if (guarded.has(key)) define(object, key, value, true);
        else object[key] = value;
      }
    }
    return object;
  }

  #properties(object: object, enumerable: boolean): void {
    const count = this.#countOf(2);
    for (let item = 0; item < count; item++) {
      const key = this.#string();
      const value = this.#data();
      try {
        define(object, key, value, enumerable);
      } catch (error) {
        throw new DataError("CORRUPT_DATA", `Encoded records are damaged: property ${JSON.stringify(key)} cannot be set.`, {
          cause: error,
        });
      }
    }
  }
}

function define(object: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}

function viewOf(type: (typeof VIEW_TYPES)[number], buffer: ArrayBuffer): ArrayBufferView {
  const constructor = VIEW_CONSTRUCTORS[type];
  const size = "BYTES_PER_ELEMENT" in constructor ? constructor.BYTES_PER_ELEMENT : 1;
  if (buffer.byteLength % size !== 0) throw corrupt(`the bytes of a ${type} are no whole elements`);
  return new (constructor as new (buffer: ArrayBuffer) => ArrayBufferView)(buffer);
}

const VIEW_CONSTRUCTORS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
} as const;

function newError(type: (typeof ERROR_TYPES)[number]): Error {
  // The stack of this line is of no interest, and costs.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return type === "AggregateError" ? new AggregateError([]) : new ERROR_CONSTRUCTORS[type]();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const ERROR_CONSTRUCTORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError } as const;
