/** Vectors into the heap, as the physical values of a page, nulls left out: piece by piece, one behind the other. */
import type { BytesVector, DictionaryVector, Vector } from "../../../../columnar/vector";
import { flattened, gather } from "../../../../columnar/batch";
import { DataError, InternalError } from "../../../../common/errors";
import { Physical } from "../metadata";
import { type Heap, Region } from "../../wasm/heap";
import type { WriteLeaf } from "./schema";

/** What kernels and pages see of a page's values. */
export class Staging {
  /** Packed physical values; booleans a byte each, decimals of more than 18 digits as two words. */
  readonly values: Region;
  readonly starts: Region;
  readonly ends: Region;
  /** Of byte arrays: what ranges are relative to. */
  readonly bytes: Region;
  /** A byte an entry: 1 where there is a value. */
  readonly valid: Region;
  readonly #raw: Region;

  /** Values that are there, and entries with those that are not. */
  present = 0;
  entries = 0;
  bytesUsed = 0;
  /** Bytes of all byte arrays: more than are used where some share theirs. */
  laidBytes = 0;

  constructor(private readonly heap: Heap) {
    this.values = new Region(heap);
    this.starts = new Region(heap);
    this.ends = new Region(heap);
    this.bytes = new Region(heap);
    this.valid = new Region(heap);
    this.#raw = new Region(heap);
  }

  /** Puts all pieces in place of what was there. */
  stage(leaf: WriteLeaf, pieces: readonly Vector[]): void {
    this.present = 0;
    this.entries = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.bytesUsed = 0;
    this.laidBytes = 0;
    this.stageValidity(pieces);
    const isBytes = leaf.physical === Physical.ByteArray;
    const plain = pieces.map((piece) => (piece.form === "dictionary" ? flattened(piece) : piece));
    if (isBytes) {
      this.starts.need(4 * this.entries);
      this.ends.need(4 * this.entries);
      const compact = plain.map((piece) => (piece.form === "bytes" ? denseBytes(piece) : piece));
      this.bytes.need(compact.reduce((sum, piece) => sum + (piece.form === "bytes" ? usedBytes(piece) : 0), 0));
      let entry = 0;
      for (const piece of compact) {
        if (piece.form === "bytes") this.#stageBytes(piece, entry);
        else if (piece.form !== "null") throw unexpected(piece, leaf);
        entry += piece.length;
      }
      return;
    }
    this.values.need(16 * this.entries);
    let entry = 0;
    for (const piece of plain) {
      if (piece.form !== "null") this.#stageFixed(leaf, piece, entry);
      entry += piece.length;
    }
  }

  /** Validity alone: for pages of codes. */
  stageValidity(pieces: readonly Vector[]): void {
    const entries = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.entries = entries;
    const at = this.valid.need(entries + 16);
    const { bytes } = this.heap;
    let entry = 0;
    for (const { valid, length } of pieces) {
      if (valid === null) bytes.fill(1, at + entry, at + entry + length);
      else bytes.set(valid, at + entry);
      entry += length;
    }
    bytes.fill(0, at + entries, at + entries + 16);
  }

  #stageBytes(piece: BytesVector, entry: number): void {
    const { kernels } = this.heap;
    const { low, high } = rangeOf(piece);
    this.laidBytes += sumOfLengths(piece);
    const at = this.bytes.address + this.bytesUsed;
    this.heap.bytes.set(piece.bytes.subarray(low, high), at);
    const by = this.bytesUsed - low;
    this.bytesUsed += high - low;
    const { length } = piece;
    const count = this.present;
    for (const [region, from] of [
      [this.starts, piece.starts],
      [this.ends, piece.ends],
    ] as const) {
      const raw = this.#raw.need(4 * length);
      this.heap.bytes.set(bytesOf(from), raw);
      const to = region.address + 4 * count;
      if (piece.valid === null) kernels.shifted(raw, length, by, to);
      else {
        kernels.pack32(raw, this.valid.address + entry, length, raw);
        this.present = count + kernels.sumOfBytes(this.valid.address + entry, length);
        kernels.shifted(raw, this.present - count, by, to);
      }
    }
    if (piece.valid === null) this.present = count + length;
  }

  #stageFixed(leaf: WriteLeaf, piece: Vector, entry: number): void {
    if (piece.form !== "fixed" && piece.form !== "wide") throw unexpected(piece, leaf);
    const { kernels } = this.heap;
    const { values, length } = piece;
    const width = piece.form === "wide" ? 8 * piece.words : values.BYTES_PER_ELEMENT;
    const raw = this.#raw.need(16 * length);
    this.heap.bytes.set(bytesOf(values), raw);
    let count = length;
    if (piece.valid !== null) {
      const valid = this.valid.address + entry;
      if (width === 1) count = kernels.pack8(raw, valid, length, raw);
      else if (width === 2) count = kernels.pack16(raw, valid, length, raw);
      else if (width === 4) count = kernels.pack32(raw, valid, length, raw);
      else if (width === 8) count = kernels.pack64(raw, valid, length, raw);
      else count = kernels.pack128(raw, valid, length, raw);
    }
    this.#convert(leaf, piece.form === "fixed" ? values.constructor : piece.words, raw, count);
    this.present += count;
  }

  /** `form`: the constructor of a typed array, or the words of wide integers. */
  #convert(leaf: WriteLeaf, form: unknown, raw: number, count: number): void {
    const { kernels, bytes } = this.heap;
    const to = this.values.address + this.present * stagedBytes(leaf);
    const copy = (size: number): void => {
      bytes.copyWithin(to, raw, raw + count * size);
    };
    switch (leaf.storage) {
      case "boolean":
        return copy(1);
      case "float":
        return copy(4);
      case "double":
        return copy(8);
      case "int":
        if (form === Int32Array) return copy(4);
        if (form === Int8Array) return kernels.bytesAsInts(raw, count, to);
        if (form === Int16Array) return kernels.shortsAsInts(raw, count, to);
        if (form === Float64Array) return kernels.doublesAsInts(raw, count, to);
        break;
      case "long":
        return this.#longs(form, raw, count, to);
      case "millis":
        this.#longs(form, raw, count, to);
        return kernels.longsOver(to, count, 1000n, to);
      case "timeMicros":
        this.#longs(form, raw, count, to);
        return kernels.longsOver(to, count, 1000n, to);
      case "int96":
        this.#longs(form, raw, count, raw);
        return kernels.microsAsInt96(raw, count, to);
      case "fixedDecimal":
        if (form === 2) return copy(16);
        this.#longs(form, raw, count, raw);
        return kernels.longsAsWords(raw, count, to);
      default:
    }
    throw new InternalError(`A column of type ${leaf.type.kind} is not stored as ${leaf.storage}.`);
  }

  #longs(form: unknown, raw: number, count: number, to: number): void {
    const { kernels, bytes } = this.heap;
    if (form === Float64Array) kernels.doublesAsLongs(raw, count, to);
    else if (form === 1) bytes.copyWithin(to, raw, raw + 8 * count);
    else if (form === 2 && kernels.wordsAsLongs(raw, count, raw) === 1) bytes.copyWithin(to, raw, raw + 8 * count);
    else if (form === Int32Array) kernels.intsAsLongs(raw, count, to);
    else
      throw new DataError("NUMERIC_VALUE_OUT_OF_RANGE", "A value does not fit the 64 bits of its column.", { sqlState: "22003" });
  }

  free(): void {
    for (const region of [this.values, this.starts, this.ends, this.bytes, this.valid, this.#raw]) region.free();
  }
}

/** Bytes a value has in `Staging.values`. */
export function stagedBytes(leaf: WriteLeaf): number {
  switch (leaf.storage) {
    case "boolean":
      return 1;
    case "int":
    case "float":
    case "nothing":
      return 4;
    case "int96":
      return 12;
    case "fixedDecimal":
      return 16;
    case "bytes":
      return 0;
    default:
      return 8;
  }
}

function unexpected(piece: Vector, leaf: WriteLeaf): InternalError {
  return new InternalError(`A ${piece.form} vector for a column of type ${leaf.type.kind} in Parquet's writer.`);
}

function bytesOf(array: {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function rangeOf({ starts, ends, length }: BytesVector): { readonly low: number; readonly high: number } {
  let low = Infinity;
  let high = 0;
  for (let i = 0; i < length; i++) {
    if (starts[i] === ends[i]) continue;
    if (starts[i]! < low) low = starts[i]!;
    if (ends[i]! > high) high = ends[i]!;
  }
  return low === Infinity ? { low: 0, high: 0 } : { low, high };
}

function usedBytes(piece: BytesVector): number {
  const { low, high } = rangeOf(piece);
  return high - low;
}

function sumOfLengths({ starts, ends, length }: BytesVector): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += ends[i]! - starts[i]!;
  return sum;
}

/** The same strings over memory that holds little else: rows that a filter left may be far apart. */
function denseBytes(piece: BytesVector): BytesVector {
  const { starts, ends, length } = piece;
  const used = sumOfLengths(piece);
  if (usedBytes(piece) <= 2 * used + 4096) return piece;
  const bytes = new Uint8Array(used);
  const newStarts = new Int32Array(length);
  const newEnds = new Int32Array(length);
  let at = 0;
  for (let i = 0; i < length; i++) {
    newStarts[i] = at;
    bytes.set(piece.bytes.subarray(starts[i], ends[i]), at);
    at += ends[i]! - starts[i]!;
    newEnds[i] = at;
  }
  return { ...piece, bytes, starts: newStarts, ends: newEnds };
}

/** The entries of a dictionary that some value has: as a vector, and the place of each entry in it (-1 where none has it). */
export function usedEntries(piece: DictionaryVector): {
  readonly entries: Vector;
  readonly places: Int32Array;
  readonly count: number;
} {
  const { codes, valid, dictionary, length } = piece;
  const places = new Int32Array(dictionary.length).fill(-1);
  const indices = new Int32Array(Math.min(length, dictionary.length));
  let count = 0;
  for (let i = 0; i < length; i++) {
    const code = codes[i]!;
    if (places[code] !== -1 || (valid !== null && valid[i] === 0)) continue;
    indices[count] = code;
    places[code] = count++;
  }
  return { entries: gather(dictionary, indices, count), places, count };
}
