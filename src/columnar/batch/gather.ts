/** Rows of vectors picked, cut and put together. */
import { InternalError, unreachable } from "../../common/errors";
import { codesFor, mergedDictionary } from "./dictionaries";
import { type Indices, type Numbers, pick, type Room } from "./picking";
import type { BytesVector, ColumnBatch, DictionaryVector, FixedVector, Vector, WideVector } from "../vector";

/**
 * Values at indices[0..count). Where one `mayMiss`, a negative index gives null. Arrays of numbers lie in `room`, if there is one: they last
 * as long as its owner says.
 */
export function gather(vector: Vector, indices: Indices, count: number, mayMiss = false, room?: Room): Vector {
  const valid = gatherValid(vector.valid, indices, count, mayMiss);
  const picked = <A extends Numbers>(values: A): A => pick(values, indices, count, mayMiss, room);
  switch (vector.form) {
    case "fixed":
      return { form: "fixed", length: count, values: picked(vector.values), valid };
    case "wide":
      return { form: "wide", length: count, words: vector.words, values: gatherWide(vector, indices, count), valid };
    case "dictionary": {
      const codes = picked(vector.codes);
      return { form: "dictionary", length: count, codes, dictionary: vector.dictionary, valid };
    }
    case "bytes": {
      const starts = picked(vector.starts);
      const ends = picked(vector.ends);
      const result: BytesVector = { form: "bytes", length: count, bytes: vector.bytes, starts, ends, valid };
      return vector.ascii === undefined ? result : { ...result, ascii: vector.ascii };
    }
    case "list": {
      const starts = picked(vector.starts);
      const ends = picked(vector.ends);
      return { form: "list", length: count, starts, ends, child: vector.child, valid };
    }
    case "map": {
      const starts = picked(vector.starts);
      const ends = picked(vector.ends);
      return { form: "map", length: count, starts, ends, keys: vector.keys, items: vector.items, valid };
    }
    case "struct":
      return {
        form: "struct",
        length: count,
        children: vector.children.map((child) => gather(child, indices, count, mayMiss, room)),
        valid,
      };
    case "null":
      return { form: "null", length: count, valid: new Uint8Array(count) };
    default:
      return unreachable(vector);
  }
}

function gatherValid(valid: Uint8Array | null, indices: Indices, count: number, mayMiss: boolean): Uint8Array | null {
  if (!mayMiss) return valid === null ? null : pick(valid, indices, count, false);
  const out = new Uint8Array(count);
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const at = indices[i]!;
    const has = at < 0 ? 0 : valid === null ? 1 : valid[at]!;
    out[i] = has;
    missing += 1 - has;
  }
  return missing === 0 ? null : out;
}

function gatherWide(vector: WideVector, indices: Indices, count: number): BigInt64Array {
  const { values, words } = vector;
  const out = new BigInt64Array(count * words);
  for (let i = 0; i < count; i++) {
    const at = indices[i]!;
    if (at < 0) continue;
    for (let word = 0; word < words; word++) out[i * words + word] = values[at * words + word]!;
  }
  return out;
}

export function gatherBatch(batch: ColumnBatch, indices: Int32Array, count: number): ColumnBatch {
  return { length: count, columns: batch.columns.map((column) => gather(column, indices, count)) };
}

/** Values [from, to), over the same memory. */
export function slice(vector: Vector, from: number, to: number): Vector {
  const length = to - from;
  const valid = vector.valid === null ? null : vector.valid.subarray(from, to);
  switch (vector.form) {
    case "fixed":
      return { ...vector, length, values: vector.values.subarray(from, to), valid };
    case "wide":
      return { ...vector, length, values: vector.values.subarray(from * vector.words, to * vector.words), valid };
    case "dictionary":
      return { ...vector, length, codes: vector.codes.subarray(from, to), valid };
    case "bytes":
    case "list":
    case "map":
      return { ...vector, length, starts: vector.starts.subarray(from, to), ends: vector.ends.subarray(from, to), valid };
    case "struct":
      return { ...vector, length, children: vector.children.map((child) => slice(child, from, to)), valid };
    case "null":
      return { form: "null", length, valid: vector.valid.subarray(from, to) };
    default:
      return unreachable(vector);
  }
}

export function sliceBatch(batch: ColumnBatch, from: number, to: number): ColumnBatch {
  if (from === 0 && to === batch.length) return batch;
  return { length: to - from, columns: batch.columns.map((column) => slice(column, from, to)) };
}

/**
 * The rows of batches with the same columns, one after the other. At least one batch. Strings are copied one behind the other, so that memory that
 * they hardly use can go; where they are `shared`, those of batches over the same memory stay in it: for rows that are soon let go.
 */
export function concatBatches(batches: readonly ColumnBatch[], shared = false): ColumnBatch {
  const [first] = batches;
  if (first === undefined) throw new InternalError("No batches to put together.");
  if (batches.length === 1) return first;
  const columns = first.columns.map((_, column) => {
    const vectors = batches.map((batch) => batch.columns[column]!);
    return (shared ? concatShared(vectors) : null) ?? concat(vectors);
  });
  return { length: batches.reduce((sum, batch) => sum + batch.length, 0), columns };
}

/** Strings over one memory as ranges of it; null where they, or the vectors, are not such. */
function concatShared(vectors: readonly Vector[]): BytesVector | null {
  const [first] = vectors;
  if (first?.form !== "bytes") return null;
  const { bytes } = first;
  if (!vectors.every((vector): vector is BytesVector => vector.form === "bytes" && vector.bytes === bytes)) return null;
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0);
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let at = 0;
  for (const vector of vectors) {
    starts.set(vector.starts.subarray(0, vector.length), at);
    ends.set(vector.ends.subarray(0, vector.length), at);
    at += vector.length;
  }
  return { form: "bytes", length, bytes, starts, ends, valid: concatValid(vectors, length) };
}

/** The values of vectors of one type, one vector after the other. At least one vector. */
export function concat(vectors: readonly Vector[]): Vector {
  const [first] = vectors;
  if (first === undefined) throw new InternalError("No vectors to put together.");
  if (vectors.length === 1) return first;
  const length = vectors.reduce((sum, vector) => sum + vector.length, 0);
  const valid = concatValid(vectors, length);
  if (vectors.every((vector) => vector.form === "null")) return { form: "null", length, valid: new Uint8Array(length) };
  const shared = sharedDictionary(vectors);
  if (shared !== null) {
    const { dictionary } = shared[0]!;
    const codes = codesFor(dictionary.length, length);
    let at = 0;
    for (const { codes: part } of shared) {
      codes.set(part, at);
      at += part.length;
    }
    return { form: "dictionary", length, codes, dictionary, valid };
  }
  const merged = mergedDictionary(vectors, length);
  if (merged !== null) return { form: "dictionary", length, ...merged, valid };
  const plain = vectors.map((vector) => (vector.form === "dictionary" ? flattened(vector) : vector));
  const kind = plain.find((vector) => vector.form !== "null") as Exclude<(typeof plain)[number], { form: "null" }>;
  switch (kind.form) {
    case "fixed":
    case "wide":
      return concatNumbers(plain, length, valid);
    case "bytes":
      return concatBytes(plain, length, valid);
    case "list": {
      const parts = plain.map((vector) => compactRanges(vector));
      return {
        form: "list",
        length,
        ...concatRanges(parts, length),
        child: concat(parts.filter((part) => part.count > 0 || part.children.length > 0).map((part) => part.children[0]!)),
        valid,
      };
    }
    case "map": {
      const parts = plain.map((vector) => compactRanges(vector));
      const present = parts.filter((part) => part.children.length > 0);
      return {
        form: "map",
        length,
        ...concatRanges(parts, length),
        keys: concat(present.map((part) => part.children[0]!)),
        items: concat(present.map((part) => part.children[1]!)),
        valid,
      };
    }
    case "struct":
      return {
        form: "struct",
        length,
        children: kind.children.map((_, i) =>
          concat(
            plain.map((vector) =>
              vector.form === "struct"
                ? vector.children[i]!
                : ({ form: "null", length: vector.length, valid: new Uint8Array(vector.length) } as const),
            ),
          ),
        ),
        valid,
      };
    default:
      return unreachable(kind);
  }
}

function sharedDictionary(vectors: readonly Vector[]): readonly DictionaryVector[] | null {
  const [first] = vectors;
  if (first?.form !== "dictionary") return null;
  const { dictionary } = first;
  return vectors.every((vector) => vector.form === "dictionary" && vector.dictionary === dictionary)
    ? (vectors as readonly DictionaryVector[])
    : null;
}

/** Without its dictionary. `room` is as in `gather`. */
export function flattened(vector: DictionaryVector, room?: Room): FixedVector | WideVector | BytesVector {
  // The dictionary's own entries are never null.
  const values = gather(vector.dictionary, vector.codes, vector.length, false, room) as FixedVector | WideVector | BytesVector;
  return { ...values, valid: vector.valid };
}

function concatValid(vectors: readonly Vector[], length: number): Uint8Array | null {
  if (vectors.every((vector) => vector.valid === null)) return null;
  const valid = new Uint8Array(length).fill(1);
  let at = 0;
  for (const vector of vectors) {
    if (vector.valid !== null) valid.set(vector.valid, at);
    at += vector.length;
  }
  return valid;
}

function concatNumbers(vectors: readonly Vector[], length: number, valid: Uint8Array | null): Vector {
  const words = vectors.find((vector) => vector.form === "wide")?.words;
  if (words === undefined) {
    const sample = vectors.find((vector) => vector.form === "fixed")!.values;
    const values = new (sample.constructor as Float64ArrayConstructor)(length);
    let at = 0;
    for (const vector of vectors) {
      if (vector.form === "fixed") values.set(vector.values, at);
      at += vector.length;
    }
    return { form: "fixed", length, values, valid };
  }
  const values = new BigInt64Array(length * words);
  let at = 0;
  for (const vector of vectors) {
    if (vector.form === "wide") values.set(vector.values, at * words);
    else if (vector.form === "fixed") {
      for (let i = 0; i < vector.length; i++) {
        const value = BigInt(vector.values[i]!);
        values[(at + i) * words] = value;
        if (words === 2) values[(at + i) * 2 + 1] = value < 0n ? -1n : 0n;
      }
    }
    at += vector.length;
  }
  return { form: "wide", length, words, values, valid };
}

function concatBytes(vectors: readonly Vector[], length: number, valid: Uint8Array | null): Vector {
  const parts = vectors.map((vector) => (vector.form === "bytes" ? compactBytes(vector) : null));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part?.bytes.length ?? 0), 0));
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let at = 0;
  let base = 0;
  vectors.forEach((vector, i) => {
    const part = parts[i];
    if (part !== null && part !== undefined) {
      bytes.set(part.bytes, base);
      for (let k = 0; k < part.length; k++) {
        starts[at + k] = part.starts[k]! + base;
        ends[at + k] = part.ends[k]! + base;
      }
      base += part.bytes.length;
    }
    at += vector.length;
  });
  return { form: "bytes", length, bytes, starts, ends, valid };
}

/**
 * The same strings over memory that holds little else: as they are where they use most of their bytes, otherwise copied one
 * behind the other.
 */
export function compactBytes(vector: BytesVector): BytesVector {
  const { bytes, starts, ends, length, valid } = vector;
  let used = 0;
  for (let i = 0; i < length; i++) used += ends[i]! - starts[i]!;
  if (used === bytes.length || used * 4 >= bytes.length * 3) return vector;
  const packed = Buffer.allocUnsafeSlow(used);
  const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const newStarts = new Int32Array(length);
  const newEnds = new Int32Array(length);
  let at = 0;
  for (let i = 0; i < length; i++) {
    newStarts[i] = at;
    at += copyBytes(from, starts[i]!, ends[i]!, packed, at);
    newEnds[i] = at;
  }
  const result: BytesVector = {
    form: "bytes",
    length,
    bytes: new Uint8Array(packed.buffer, packed.byteOffset, used),
    starts: newStarts,
    ends: newEnds,
    valid,
  };
  return vector.ascii === undefined ? result : { ...result, ascii: vector.ascii };
}

/** The same values over memory that holds little else: rows that stay behind do not keep all that was read with them. */
export function compacted(vector: Vector): Vector {
  switch (vector.form) {
    case "bytes":
      return compactBytes(vector);
    case "dictionary":
      return vector.dictionary.length > vector.length ? compacted(flattened(vector)) : vector;
    case "struct":
      return { ...vector, children: vector.children.map(compacted) };
    case "list":
    case "map": {
      const { starts, ends, children } = compactRanges(vector);
      const [first, second] = children.map(compacted);
      return vector.form === "list"
        ? { ...vector, starts, ends, child: first! }
        : { ...vector, starts, ends, keys: first!, items: second! };
    }
    default:
      return vector;
  }
}

/** Short runs byte by byte: a native call costs more than they do. Gives how many bytes there were. */
export function copyBytes(from: Buffer, start: number, end: number, to: Uint8Array, at: number): number {
  const length = end - start;
  if (length > 48) from.copy(to, at, start, end);
  else for (let k = 0; k < length; k++) to[at + k] = from[start + k]!;
  return length;
}

interface Ranges {
  readonly length: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly count: number;
  readonly children: readonly Vector[];
}

/** Lists with children that hold what the ranges name, in their order; ranges start at 0 and follow each other. */
export function compactRanges(vector: Vector): Ranges {
  const { length } = vector;
  if (vector.form !== "list" && vector.form !== "map")
    return { length, starts: new Int32Array(length), ends: new Int32Array(length), count: 0, children: [] };
  const children = vector.form === "list" ? [vector.child] : [vector.keys, vector.items];
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let count = 0;
  let inOrder = true;
  for (let i = 0; i < length; i++) {
    if (vector.starts[i] !== count) inOrder = false;
    starts[i] = count;
    count += vector.ends[i]! - vector.starts[i]!;
    ends[i] = count;
  }
  if (inOrder && children[0]!.length === count) return { length, starts, ends, count, children };
  const indices = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < length; i++) for (let k = vector.starts[i]!; k < vector.ends[i]!; k++) indices[at++] = k;
  return { length, starts, ends, count, children: children.map((child) => gather(child, indices, count)) };
}

function concatRanges(parts: readonly Ranges[], length: number): { starts: Int32Array; ends: Int32Array } {
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let at = 0;
  let base = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      starts[at + i] = part.starts[i]! + base;
      ends[at + i] = part.ends[i]! + base;
    }
    at += part.length;
    base += part.count;
  }
  return { starts, ends };
}
