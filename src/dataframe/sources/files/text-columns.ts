/** Columns of batches as text in the memory of the kernels that make lines of them. */
import { isUtf8 } from "node:buffer";
import { boxedReader } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { BytesVector, ColumnBatch, DictionaryVector, FixedVector, Vector } from "../../../columnar/vector";
import { ByteSink } from "../../codegen/bytes";
import { type Heap, heap, Region } from "../wasm/heap";

/** How the text of values comes about: bytes of strings, digits of numbers and dates, or only by the function `text`. */
export type TextForm = "string" | "number" | "double" | "date" | "other";

/** What a format does to text: nothing; what strings need; quotes around it. */
export type TextKind = 0 | 1 | 2;

export interface TextField {
  readonly type: DataType;
  readonly form: TextForm;
  readonly kind: TextKind;
  /** Before each value. */
  readonly prefix: string;
  /** Of a value that is not null; what `form` says agrees with it. */
  text(value: Boxed): string;
}

/** Text of so many bytes, and lines of so many, are not made at once. */
const MOST_BYTES = 1 << 26;
/** Of a number, at most. */
const NUMBER_BYTES = 40;
const DESCRIPTION_BYTES = 32;
/** Ranges that lie scattered over more than this, and over more than so many times their length, are brought together. */
const SCATTERED_BYTES = 1 << 16;
const SCATTERED_TIMES = 4;

/** Text that is more than is made at once. */
class TooMuch extends Error {}

/** What one column needs while lines are made. */
class ColumnRegions {
  readonly text: Region;
  readonly starts: Region;
  readonly ends: Region;
  readonly valid: Region;
  readonly values: Region;
  readonly prefix: Region;
  /** Of the dictionary that was seen last. */
  readonly entryStarts: Region;
  readonly entryEnds: Region;

  constructor(owner: Heap) {
    const region = (): Region => new Region(owner);
    [this.text, this.starts, this.ends, this.valid] = [region(), region(), region(), region()];
    [this.values, this.prefix, this.entryStarts, this.entryEnds] = [region(), region(), region(), region()];
  }

  free(): void {
    for (const region of [this.text, this.starts, this.ends, this.valid]) region.free();
    for (const region of [this.values, this.prefix, this.entryStarts, this.entryEnds]) region.free();
  }
}

/** Memory that all writers of a thread share, one after the other: a write into many partitions has many open files. */
class Scratch {
  readonly heap = heap();
  readonly columns: ColumnRegions[] = [];
  readonly descriptions = new Region(this.heap);
  readonly out = new Region(this.heap);
  users = 0;
  /** Whose dictionaries are in it. */
  owner: TextColumns | null = null;

  column(at: number): ColumnRegions {
    return (this.columns[at] ??= new ColumnRegions(this.heap));
  }

  free(): void {
    for (const column of this.columns) column.free();
    this.descriptions.free();
    this.out.free();
    this.owner = null;
  }
}

let shared: Scratch | undefined;

export class TextColumns {
  readonly #scratch = (shared ??= new Scratch());
  readonly #columns: readonly TextColumn[];
  #freed = false;

  constructor(fields: readonly TextField[]) {
    this.#scratch.users++;
    this.#columns = fields.map((field, i) => new TextColumn(this.#scratch.heap, this.#scratch.column(i), field));
  }

  /**
   * The lines of a batch: `make` writes those of `count` rows of the columns described at `columns` to `dst`, and gives their bytes, at most
   * `times` the text and `more` for each row. Good until the next call. Null where that is too much at once.
   */
  lines(
    batch: ColumnBatch,
    times: number,
    more: number,
    make: (columns: number, count: number, dst: number) => number,
  ): Uint8Array | null {
    const { length: count } = batch;
    const { descriptions, heap, out } = this.#scratch;
    if (this.#scratch.owner !== this) for (const column of this.#columns) column.forget();
    this.#scratch.owner = this;
    const at = descriptions.need(DESCRIPTION_BYTES * this.#columns.length);
    try {
      this.#columns.forEach((column, i) => column.put(batch.columns[i]!, at + DESCRIPTION_BYTES * i));
    } catch (error) {
      if (error instanceof TooMuch) return null;
      throw error;
    }
    const bytes = times * heap.kernels.bytesOfText(at, this.#columns.length, count) + more * count;
    if (bytes > MOST_BYTES) return null;
    const dst = out.need(bytes);
    const length = make(at, count, dst) >>> 0;
    return heap.bytes.subarray(dst, dst + length);
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    if (--this.#scratch.users === 0) this.#scratch.free();
  }
}

class TextColumn {
  readonly #prefixBytes: Uint8Array;
  #entriesOf: Vector | null = null;
  #entriesBase = 0;

  constructor(
    private readonly heap: Heap,
    private readonly regions: ColumnRegions,
    private readonly field: TextField,
  ) {
    this.#prefixBytes = new TextEncoder().encode(field.prefix);
  }

  /** Others have used the memory. */
  forget(): void {
    this.#entriesOf = null;
  }

  /** Writes where the text of the values is. */
  put(vector: Vector, description: number): void {
    const { length, valid } = vector;
    const base = vector.form === "dictionary" ? this.#pick(vector) : this.#write(vector, this.regions.starts, this.regions.ends);
    if (vector.form !== "dictionary") this.#entriesOf = null;
    if (valid !== null) {
      const at = this.regions.valid.need(length);
      this.heap.bytes.set(valid.subarray(0, length), at);
    }
    const prefix = this.regions.prefix.need(this.#prefixBytes.length);
    this.heap.bytes.set(this.#prefixBytes, prefix);
    const words = new Uint32Array(this.heap.buffer, description, 7);
    words[0] = base;
    words[1] = this.regions.starts.address;
    words[2] = this.regions.ends.address;
    words[3] = valid === null ? 0 : this.regions.valid.address;
    words[4] = this.field.kind;
    words[5] = prefix;
    words[6] = this.#prefixBytes.length;
  }

  /** Entries of a dictionary are written once. */
  #pick({ dictionary, codes, length }: DictionaryVector): number {
    if (this.#entriesOf !== dictionary) {
      this.#entriesOf = null;
      this.#entriesBase = this.#write(dictionary, this.regions.entryStarts, this.regions.entryEnds);
      this.#entriesOf = dictionary;
    }
    const { kernels } = this.heap;
    const at = this.regions.values.need(codes.byteLength);
    const [starts, ends] = [this.regions.starts.need(4 * length), this.regions.ends.need(4 * length)];
    this.heap.bytes.set(new Uint8Array(codes.buffer, codes.byteOffset, codes.BYTES_PER_ELEMENT * length), at);
    const pick = (from: Region, to: number): void => {
      if (codes instanceof Uint8Array) kernels.pick32by8(at, length, from.address, to);
      else if (codes instanceof Uint16Array) kernels.pick32by16(at, length, from.address, to);
      else kernels.pick32by32(at, length, from.address, to);
    };
    pick(this.regions.entryStarts, starts);
    pick(this.regions.entryEnds, ends);
    return this.#entriesBase;
  }

  /** Writes text and ranges; what ranges are relative to. */
  #write(vector: Vector, starts: Region, ends: Region): number {
    const { length } = vector;
    if (length > MOST_BYTES / NUMBER_BYTES) throw new TooMuch();
    starts.need(4 * length);
    ends.need(4 * length);
    if (vector.form === "fixed" && this.#writeFixed(vector, starts, ends)) return this.regions.text.address;
    if (vector.form === "bytes" && this.field.form === "string") {
      const base = this.#writeBytes(vector, starts, ends);
      if (base !== null) return base;
    }
    const sink = new ByteSink();
    const read = boxedReader(vector, this.field.type);
    const { valid } = vector;
    const [from, to] = [new Int32Array(length), new Int32Array(length)];
    for (let i = 0; i < length; i++) {
      if (valid !== null && valid[i] === 0) continue;
      from[i] = sink.appendText(this.field.text(read(i)));
      to[i] = sink.used;
      if (sink.used > MOST_BYTES) throw new TooMuch();
    }
    const at = this.regions.text.need(sink.used);
    this.heap.bytes.set(sink.bytes.subarray(0, sink.used), at);
    this.#putRanges(starts, from, ends, to);
    return at;
  }

  #putRanges(starts: Region, from: Int32Array, ends: Region, to: Int32Array): void {
    new Int32Array(this.heap.buffer, starts.address, from.length).set(from);
    new Int32Array(this.heap.buffer, ends.address, to.length).set(to);
  }

  /** False where the form asks for the function. */
  #writeFixed({ values, length, valid: given }: FixedVector, starts: Region, ends: Region): boolean {
    const { form, type } = this.field;
    if (form === "string" || form === "other") return false;
    const { kernels } = this.heap;
    const src = this.regions.values.need(8 * length);
    const text = this.regions.text.need(NUMBER_BYTES * length);
    const valid = given === null ? 0 : this.regions.valid.need(length);
    if (given !== null) this.heap.bytes.set(given.subarray(0, length), valid);
    if (form === "date") {
      new Int32Array(this.heap.buffer, src, length).set(values.subarray(0, length));
      return kernels.textOfDates(src, valid, length, text, starts.address, ends.address) >= 0;
    }
    new Float64Array(this.heap.buffer, src, length).set(values.subarray(0, length));
    if (form === "number") {
      kernels.textOfNumbers(src, valid, length, type.kind === "decimal" ? type.scale : 0, text, starts.address, ends.address);
      return true;
    }
    let used = kernels.textOfDoubles(src, valid, length, text, starts.address, ends.address);
    const from = new Int32Array(this.heap.buffer, starts.address, length);
    const to = new Int32Array(this.heap.buffer, ends.address, length);
    for (let i = 0; i < length; i++) {
      if (to[i]! >= 0) continue;
      from[i] = used;
      used += this.heap.bytes.write(this.field.text(values[i]!), text + used, "latin1");
      to[i] = used;
    }
    return true;
  }

  /** Strings as they are; null where their bytes are no text: as strings they have U+FFFD for that. */
  #writeBytes({ bytes, starts: from, ends: to, length, ascii }: BytesVector, starts: Region, ends: Region): number | null {
    let [first, last, sum] = [bytes.length, 0, 0];
    for (let i = 0; i < length; i++) {
      const [start, end] = [from[i]!, to[i]!];
      if (start === end) continue;
      if (start < first) first = start;
      if (end > last) last = end;
      sum += end - start;
    }
    if (sum > MOST_BYTES) throw new TooMuch();
    if (last <= first) [first, last] = [0, 0];
    if (last - first > SCATTERED_BYTES && last - first > SCATTERED_TIMES * sum) {
      const sink = new ByteSink(sum);
      const [placed, over] = [new Int32Array(length), new Int32Array(length)];
      for (let i = 0; i < length; i++) {
        placed[i] = sink.append(bytes, from[i]!, to[i]!);
        over[i] = sink.used;
      }
      return this.#writeBytes(
        { form: "bytes", bytes: sink.bytes, starts: placed, ends: over, length, valid: null },
        starts,
        ends,
      );
    }
    const text = bytes.subarray(first, last);
    if (ascii !== true && !isUtf8(text)) return null;
    const at = this.regions.text.need(text.length);
    this.heap.bytes.set(text, at);
    this.#putRanges(starts, from.subarray(0, length), ends, to.subarray(0, length));
    return at - first;
  }
}
