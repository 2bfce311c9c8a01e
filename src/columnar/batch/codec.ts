/**
 * Batches as bytes: what shuffles, spill files, cached blocks and results hold. Buffers lie at multiples of eight, so that a batch
 * is read by laying typed arrays over the bytes.
 *
 *   uint32 bytes of the batch | uint32 rows | uint32 columns | uint32 zero | vectors
 *   vector: uint8 form, uint8 element kind, uint8 flags, uint8 zero, uint32 length, then what the form needs
 *   buffer: uint32 bytes, zeros up to a multiple of eight, the bytes, zeros up to a multiple of eight
 */
import { unreachable } from "../../common/errors";
import { ByteWriter, corrupt } from "../bytes";
import type { BytesVector, ColumnBatch, FixedVector, Vector, WideVector } from "../vector";
import { compactBytes, compactRanges, copyBytes, gather } from "./gather";
import { pick } from "./picking";

const FORMS: readonly Vector["form"][] = ["fixed", "wide", "bytes", "dictionary", "list", "map", "struct", "null"];
const ARRAYS = [Uint8Array, Int8Array, Uint16Array, Int16Array, Int32Array, Float32Array, Float64Array, BigInt64Array] as const;
type AnyArray = Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Float32Array | Float64Array | BigInt64Array;

const HAS_VALID = 1;
const ASCII = 2;
/** Doubles that are all small integers, as keys and decimals mostly are, are written as such. */
const NARROWED = 4;
const HEADER = 16;
/** Of a buffer, with the zeros before it at most. */
const BUFFER_HEADER = 16;
/** Numbers for which a thread keeps memory in which they are tried as integers. */
const MOST_KEPT = 1 << 16;

/** Appends a batch. `out` must stand at a multiple of eight. */
export function encodeBatch(out: ByteWriter, batch: ColumnBatch): void {
  const start = out.length;
  out.reserve(HEADER);
  out.length += HEADER;
  for (const column of batch.columns) encodeVector(out, column);
  endBatch(out, start, batch.length, batch.columns.length);
}

function endBatch(out: ByteWriter, start: number, rows: number, columns: number): void {
  out.align8();
  out.view.setUint32(start, out.length - start, true);
  out.view.setUint32(start + 4, rows, true);
  out.view.setUint32(start + 8, columns, true);
  out.view.setUint32(start + 12, 0, true);
}

/**
 * Batches of some of a batch's rows, as bytes: values go from their columns to where they are written, and whether doubles are integers is
 * found once for all of them.
 */
export class RowsEncoder {
  readonly #columns: readonly Column[];

  constructor({ columns }: ColumnBatch) {
    this.#columns = columns.map((vector) => ({ vector, narrow: narrowedOf(vector) }));
  }

  /** Appends the rows of these numbers as a batch. `out` must stand at a multiple of eight. */
  encode(out: ByteWriter, rows: Int32Array): void {
    const start = out.length;
    out.reserve(HEADER);
    out.length += HEADER;
    for (const column of this.#columns) encodePicked(out, column, rows);
    endBatch(out, start, rows.length, this.#columns.length);
  }
}

interface Column {
  readonly vector: Vector;
  /** What doubles are written as, where all of them are small integers. */
  readonly narrow: Int16Array | Int32Array | null;
}

function narrowedOf(vector: Vector): Int16Array | Int32Array | null {
  if (vector.form !== "fixed" || !(vector.values instanceof Float64Array)) return null;
  const values = vector.values.length === vector.length ? vector.values : vector.values.subarray(0, vector.length);
  return narrowed(values)?.slice() ?? null;
}

function encodePicked(out: ByteWriter, { vector, narrow }: Column, rows: Int32Array): void {
  if (vector.form !== "fixed" && vector.form !== "bytes") return encodeVector(out, gather(vector, rows, rows.length));
  const count = rows.length;
  const at = beginVector(out);
  if (vector.valid !== null) buffer(out, pick(vector.valid, rows, count, false));
  let flags = vector.valid === null ? 0 : HAS_VALID;
  let element = 0;
  if (vector.form === "fixed") {
    const values = narrow ?? vector.values;
    if (narrow !== null) flags |= NARROWED;
    element = kindOf(values);
    pick(values, rows, count, false, (bytes) => roomIn(out, bytes));
    out.align8();
  } else {
    if (vector.ascii === true) flags |= ASCII;
    encodeStrings(out, vector, rows);
  }
  endVector(out, at, vector.form, element, flags, count);
}

/** Strings one behind the other. */
function encodeStrings(out: ByteWriter, { bytes, starts, ends }: BytesVector, rows: Int32Array): void {
  const count = rows.length;
  let total = 0;
  for (let i = 0; i < count; i++) total += ends[rows[i]!]! - starts[rows[i]!]!;
  // Room for all at once: the memory is another one where it grows.
  out.reserve(3 * (BUFFER_HEADER + 8) + 8 * count + total);
  const from = roomFor(out, Int32Array, count);
  const to = roomFor(out, Int32Array, count);
  const { offset } = roomIn(out, total);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    from[i] = used;
    used += copyBytes(source, starts[row]!, ends[row]!, out.bytes, offset + used);
    to[i] = used;
  }
  out.align8();
}

function roomFor(out: ByteWriter, kind: Int32ArrayConstructor, count: number): Int32Array {
  const { buffer: memory, offset } = roomIn(out, count * kind.BYTES_PER_ELEMENT);
  const array = new kind(memory, offset, count);
  out.align8();
  return array;
}

/** A buffer of so many bytes, whose content is to be written before anything is appended. */
function roomIn(out: ByteWriter, bytes: number): { readonly buffer: ArrayBufferLike; readonly offset: number } {
  out.align8();
  out.uint32(bytes);
  out.align8();
  out.reserve(bytes);
  const offset = out.length;
  out.length += bytes;
  return { buffer: out.bytes.buffer, offset };
}

/** A batch in bytes of its own. */
export function encodedBatch(batch: ColumnBatch): Uint8Array {
  const out = new ByteWriter(1 << 12);
  encodeBatch(out, batch);
  return new Uint8Array(out.copy());
}

function encodeVector(out: ByteWriter, vector: Vector): void {
  const { length, valid, form } = vector;
  const at = beginVector(out);
  let element = 0;
  let flags = valid !== null && form !== "null" ? HAS_VALID : 0;
  if (valid !== null && form !== "null") buffer(out, valid);
  switch (vector.form) {
    case "fixed":
      if (vector.values instanceof Float64Array) {
        const narrow = narrowed(vector.values);
        if (narrow !== null) flags |= NARROWED;
        element = kindOf(narrow ?? vector.values);
        buffer(out, narrow ?? vector.values);
        break;
      }
      element = kindOf(vector.values);
      buffer(out, vector.values);
      break;
    case "wide":
      element = vector.words;
      buffer(out, vector.values);
      break;
    case "bytes": {
      const packed = compactBytes(vector);
      if (packed.ascii === true) flags |= ASCII;
      buffer(out, packed.starts);
      buffer(out, packed.ends);
      buffer(out, packed.bytes);
      break;
    }
    case "dictionary": {
      // A dictionary that is larger than what refers to it would cost more than the values.
      if (vector.dictionary.length > length) {
        out.length = at;
        const { codes } = vector;
        const values = gather(vector.dictionary, codes, length) as FixedVector | WideVector | BytesVector;
        encodeVector(out, { ...values, valid });
        return;
      }
      element = kindOf(vector.codes);
      buffer(out, vector.codes);
      encodeVector(out, vector.dictionary);
      break;
    }
    case "list":
    case "map": {
      const { starts, ends, children } = compactRanges(vector);
      buffer(out, starts);
      buffer(out, ends);
      for (const child of children) encodeVector(out, child);
      break;
    }
    case "struct":
      out.uint32(vector.children.length);
      for (const child of vector.children) encodeVector(out, child);
      break;
    case "null":
      break;
    default:
      unreachable(vector);
  }
  endVector(out, at, form, element, flags, length);
}

/** Leaves room for a vector's header; gives its place. */
function beginVector(out: ByteWriter): number {
  out.align8();
  const at = out.length;
  out.reserve(8);
  out.length += 8;
  return at;
}

function endVector(out: ByteWriter, at: number, form: Vector["form"], element: number, flags: number, length: number): void {
  const { bytes } = out;
  bytes[at] = FORMS.indexOf(form);
  bytes[at + 1] = element;
  bytes[at + 2] = flags;
  bytes[at + 3] = 0;
  out.view.setUint32(at + 4, length, true);
}

/** Where doubles are tried as integers: memory of the thread, of which nothing is kept. */
let tried = new Int32Array(0);

/** The same values in fewer bytes each, until the next call; null where some value is no integer of 32 bits, or is -0. */
function narrowed(values: Float64Array): Int16Array | Int32Array | null {
  const { length } = values;
  if (tried.length < length || tried.length > Math.max(MOST_KEPT, length)) tried = new Int32Array(length);
  const integers = tried;
  let spread = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    const integer = value | 0;
    if (integer !== value || (integer === 0 && 1 / value < 0)) return null;
    integers[i] = integer;
    spread |= integer ^ (integer >> 31);
  }
  if (spread >= 0x8000) return integers.subarray(0, length);
  // Each half word is written where a word was that has been read.
  const halves = new Int16Array(integers.buffer, 0, length);
  for (let i = 0; i < length; i++) halves[i] = integers[i]!;
  return halves;
}

function kindOf(values: AnyArray): number {
  return ARRAYS.findIndex((array) => values instanceof array);
}

function buffer(out: ByteWriter, values: AnyArray): void {
  out.align8();
  out.uint32(values.byteLength);
  out.align8();
  out.raw(values);
  out.align8();
}

/** Of vectors that `decodeBatchesOf` made: doubles as they were written. */
const WRITTEN = new WeakMap<Vector, Int16Array | Int32Array>();

/** The elements of lists as the whole numbers that they were written as; null where they were not, or that is not known. */
export function wholeNumbersOf(vector: Vector): Int16Array | Int32Array | null {
  return WRITTEN.get(vector) ?? null;
}

/** Doubles that are made when they are asked for: of lists that are only passed on, or of which most are dropped, they are not. */
function widenedLater(length: number, written: Int16Array | Int32Array, valid: Uint8Array | null): FixedVector {
  let values: Float64Array | undefined;
  const vector: FixedVector = {
    form: "fixed",
    length,
    get values() {
      return (values ??= new Float64Array(written));
    },
    valid,
  };
  WRITTEN.set(vector, written);
  return vector;
}

/** The batches in `bytes`, over the same memory where it lies at a multiple of eight, else over a copy. */
export function* decodeBatchesOf(bytes: Uint8Array): Generator<ColumnBatch> {
  const reader = new Reader((bytes.byteOffset & 7) === 0 ? bytes : new Uint8Array(bytes));
  while (!reader.atEnd) yield reader.batch();
}

class Reader {
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  batch(): ColumnBatch {
    const start = this.#at;
    if (start + HEADER > this.bytes.length) throw corrupt("a batch ends within its header");
    const end = start + this.#view.getUint32(start, true);
    const length = this.#view.getUint32(start + 4, true);
    const count = this.#view.getUint32(start + 8, true);
    if (end > this.bytes.length || end < start + HEADER) throw corrupt("a batch has an impossible length");
    this.#at = start + HEADER;
    const columns: Vector[] = [];
    for (let i = 0; i < count; i++) columns.push(this.#vector());
    this.#at = end;
    return { length, columns };
  }

  /** `later`: doubles that were narrowed are made when they are asked for. */
  #vector(later = false): Vector {
    this.#align();
    const at = this.#at;
    if (at + 8 > this.bytes.length) throw corrupt("a vector ends within its header");
    this.#at += 8;
    const form = FORMS[this.bytes[at]!];
    const element = this.bytes[at + 1]!;
    const flags = this.bytes[at + 2]!;
    const length = this.#view.getUint32(at + 4, true);
    const valid = (flags & HAS_VALID) === 0 ? null : (this.#buffer(0) as Uint8Array);
    switch (form) {
      case "fixed": {
        const values = this.#buffer(element) as FixedVector["values"];
        if ((flags & NARROWED) === 0) return { form, length, values, valid };
        return later
          ? widenedLater(length, values as Int16Array | Int32Array, valid)
          : { form, length, values: new Float64Array(values), valid };
      }
      case "wide":
        return { form, length, words: element as 1 | 2, values: this.#buffer(7) as BigInt64Array, valid };
      case "bytes": {
        const starts = this.#buffer(4) as Int32Array;
        const ends = this.#buffer(4) as Int32Array;
        const vector: BytesVector = { form, length, starts, ends, bytes: this.#buffer(0) as Uint8Array, valid };
        return (flags & ASCII) === 0 ? vector : { ...vector, ascii: true };
      }
      case "dictionary": {
        const codes = this.#buffer(element) as Int32Array;
        return { form, length, codes, dictionary: this.#vector() as FixedVector | WideVector | BytesVector, valid };
      }
      case "list": {
        const starts = this.#buffer(4) as Int32Array;
        const ends = this.#buffer(4) as Int32Array;
        return { form, length, starts, ends, child: this.#vector(true), valid };
      }
      case "map": {
        const starts = this.#buffer(4) as Int32Array;
        const ends = this.#buffer(4) as Int32Array;
        return { form, length, starts, ends, keys: this.#vector(), items: this.#vector(), valid };
      }
      case "struct": {
        this.#align();
        if (this.#at + 4 > this.bytes.length) throw corrupt("a struct is cut off");
        const count = this.#view.getUint32(this.#at, true);
        this.#at += 4;
        const children: Vector[] = [];
        for (let i = 0; i < count; i++) children.push(this.#vector());
        return { form, length, children, valid };
      }
      case "null":
        return { form, length, valid: new Uint8Array(length) };
      default:
        throw corrupt("a vector has an unknown form");
    }
  }

  #buffer(kind: number): AnyArray {
    this.#align();
    if (this.#at + 8 > this.bytes.length) throw corrupt("a vector's buffer is cut off");
    const count = this.#view.getUint32(this.#at, true);
    const start = this.#at + 8;
    const array = ARRAYS[kind];
    if (array === undefined || start + count > this.bytes.length || count % array.BYTES_PER_ELEMENT !== 0)
      throw corrupt("a vector's buffer has an impossible length");
    this.#at = start + count;
    return new array(this.bytes.buffer as ArrayBuffer, this.bytes.byteOffset + start, count / array.BYTES_PER_ELEMENT);
  }

  #align(): void {
    this.#at = (this.#at + 7) & ~7;
  }
}
