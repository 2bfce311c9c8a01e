/**
 * Columns of SQL values: Arrow's layouts over typed arrays, in the few forms that generated code knows. A vector does not
 * carry its type; the plan says it.
 *
 * `valid` is one byte a value (1 = there is one), null where no value is missing: a byte costs a load where a bit costs a load,
 * a shift and a mask, and is written without reading. Bits are made where Arrow's own layout leaves the engine.
 * The value behind a null is zero or an empty range, and may be read.
 */
import type { Boxed } from "./types";

export type Vector =
  FixedVector | WideVector | BytesVector | DictionaryVector | ListVector | MapVector | StructVector | NullVector;

interface Nullable {
  readonly valid: Uint8Array | null;
}

/**
 *   boolean                     Uint8Array of 0 and 1
 *   byte, short, int            Int8Array, Int16Array, Int32Array
 *   date, year-month interval   Int32Array
 *   float, double               Float32Array, Float64Array
 *   long, decimal (unscaled), timestamp(_ntz), time, day-time interval
 *                               Float64Array: all values are safe integers; otherwise a WideVector
 */
export interface FixedVector extends Nullable {
  readonly form: "fixed";
  readonly length: number;
  readonly values: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

/** 64-bit integers where some value is not a safe integer: one word a value; decimals beyond 64 bits: two (low word first, two's complement). */
export interface WideVector extends Nullable {
  readonly form: "wide";
  readonly length: number;
  readonly words: 1 | 2;
  readonly values: BigInt64Array;
}

/**
 * Strings (UTF-8) and binaries: value i is bytes[starts[i], ends[i]). Arrow's offsets are the case starts = offsets[0..n),
 * ends = offsets[1..n+1); a selection of rows only gathers starts and ends.
 */
export interface BytesVector extends Nullable {
  readonly form: "bytes";
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** All bytes are below 128, where known. */
  readonly ascii?: boolean;
}

/** Value i is dictionary[codes[i]]. Entries of the dictionary are not null and need not differ; nulls are in `valid`, with code 0. The dictionary is "fixed", "wide" or "bytes". */
export interface DictionaryVector extends Nullable {
  readonly form: "dictionary";
  readonly length: number;
  readonly codes: Int32Array | Uint16Array | Uint8Array;
  readonly dictionary: FixedVector | WideVector | BytesVector;
}

/** Arrays: value i is child[starts[i], ends[i]). */
export interface ListVector extends Nullable {
  readonly form: "list";
  readonly length: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly child: Vector;
}

export interface MapVector extends Nullable {
  readonly form: "map";
  readonly length: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly keys: Vector;
  readonly items: Vector;
}

/** Structs; also calendar intervals (months, days: Int32Array; microseconds: long) and variants (value, metadata: bytes). */
export interface StructVector extends Nullable {
  readonly form: "struct";
  readonly length: number;
  readonly children: readonly Vector[];
}

export interface NullVector {
  readonly form: "null";
  readonly length: number;
  readonly valid: Uint8Array;
}

/** Rows, column by column. All columns have `length` values. */
export interface ColumnBatch {
  readonly length: number;
  readonly columns: readonly Vector[];
}

/** A stream of batches; synchronous, as everything inside a task. */
export interface BatchSource {
  next(): ColumnBatch | null;
  /** May be called at any time, more than once. */
  close(): void;
}

/** Rows as boxed values, for what is not worth columns. */
export type BoxedRow = readonly Boxed[];
