/**
 * The bytes that say what follows in the general format of values. One value is a tag and its payload; numbers called
 * "varint" are unsigned, seven bits a byte. `n` stands for a varint, `value` for a whole value.
 *
 * Objects are numbered from 0 in the order in which their tags appear within one top-level value, so that `Reference`
 * can name one again: shared references and cycles come back as they were.
 */
export const Tag = {
  Undefined: 0x00,
  Null: 0x01,
  True: 0x02,
  False: 0x03,
  /** An int32 (never -0): zigzag varint. Those from 0 to 127 are `SmallInt`. */
  Int: 0x04,
  Float: 0x05,
  /** n = 2 * count of magnitude bytes + sign, then the bytes, low ones first. */
  BigInt: 0x06,
  /** n characters of one byte each. Up to 63 are `ShortString`. */
  Latin1: 0x07,
  /** n UTF-16 units of two bytes each: any JavaScript string, lone surrogates too. */
  Utf16: 0x08,
  /** The key of `Symbol.for`, a string value. */
  RegisteredSymbol: 0x09,
  /** The name of a well-known symbol ("iterator"), a string value. */
  WellKnownSymbol: 0x0a,
  Reference: 0x0b,
  /** Element of `Array` that is not there. */
  Hole: 0x0c,

  /** n elements, each a value or `Hole`. */
  Array: 0x10,
  /** length, n, then n times index and value. */
  SparseArray: 0x11,
  /** n numbers as int32. */
  IntArray: 0x12,
  /** n numbers as float64. */
  FloatArray: 0x13,
  /** Kind (plain, null prototype, class), the class's id where it is one, n keys, then n values. The keys get the batch's next number. */
  ObjectNewKeys: 0x14,
  /** Number of the keys, then their values. */
  ObjectKnownKeys: 0x15,
  Date: 0x16,
  /** Source, flags, lastIndex. */
  RegExp: 0x17,
  Map: 0x18,
  Set: 0x19,
  /** Element type, 0, n bytes: a copy of the view alone. Or element type, 1, value: a view of all of that ArrayBuffer. */
  View: 0x1a,
  Buffer: 0x1b,
  ArrayBuffer: 0x1c,
  /** Number of the built-in class, then n properties that are not enumerable, then n that are. */
  Error: 0x1d,
  /** Number, String, Boolean, BigInt, Symbol objects: the primitive. */
  Boxed: 0x1e,
  /** The class's id and the value that its serialize hook gave. */
  Hooked: 0x1f,
  /** The class's id, the value as of its built-in base class, n properties: an instance of a class that extends Array, Map, Error, … */
  Derived: 0x20,
  /** A value of a built-in class with n properties of its own. */
  WithProperties: 0x21,

  /** 0x40 + length, then that many characters of one byte each. */
  ShortString: 0x40,
  /** 0x80 + the number. */
  SmallInt: 0x80,
} as const;

export const ObjectKind = { Plain: 0, NullPrototype: 1, Class: 2 } as const;

/** Index = number in the format. */
export const VIEW_TYPES = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
] as const;

/** Index = number in the format. */
export const ERROR_TYPES = [
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "AggregateError",
] as const;

/** Well-known symbols by name: the same in every realm. */
export const WELL_KNOWN_SYMBOLS: ReadonlyMap<symbol, string> = new Map(
  Object.getOwnPropertyNames(Symbol)
    .map((name) => [(Symbol as unknown as Record<string, unknown>)[name], name] as const)
    .filter((entry): entry is readonly [symbol, string] => typeof entry[0] === "symbol"),
);
