/**
 * The fast way through lines: bytes to columns, without a string for each value. What a line is made of is the format's business; lines with
 * anything unusual in them go to the reader of single records, one by one, and come back into their places.
 */
import { isUtf8 } from "node:buffer";
import { concat, gather, vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType, StructField } from "../../../columnar/types";
import type { BytesVector, ColumnBatch, Vector } from "../../../columnar/vector";
import type { TaskStorage } from "../../../filesystem/task-storage";
import { decodeUtf8 } from "../../../filesystem/utf8";
import type { ScanColumn } from "../data-source";
import { type Heap, heap, Region } from "../wasm/heap";
import type { FieldParser } from "./field-parsers";
import type { SplitReader } from "./file-scan";
import { LineWindows } from "./line-windows";
import type { FileSplit } from "./packing";

export interface FastColumn {
  readonly type: DataType;
  readonly parser: FieldParser;
}

/** Addresses of what a splitter gives, for at most `most` rows. */
export interface LineFields {
  readonly most: number;
  /** The field of column c in a row is bytes starts[c * most + row] to ends[c * most + row] behind the first line's begin. */
  readonly starts: number;
  readonly ends: number;
  /** Begin and end of each row's line, without its line end. */
  readonly lines: number;
  /** A byte a row: 1 for those that the reader of single records must read. */
  readonly odd: number;
}

/** What lines of a format are made of. */
export interface LineSplitter {
  /** Lines have much besides the texts of columns: each column gets a copy of its own, where they otherwise share one of the lines. */
  readonly packs: boolean;
  /** Rows of the lines from `src` to `end`. */
  split(src: number, end: number, to: LineFields): number;
  /** The address behind the last line that was split. */
  stopped(): number;
  /** 1 for each field that is a value, at `valid`; how many there are. */
  valid(starts: number, ends: number, count: number, valid: number): number;
  free(): void;
}

const BATCH_ROWS = 8192;

/** Rows of one line by the careful way: none, one, several, or an error. */
export type ReadRecord = (line: string) => readonly (readonly Boxed[])[];

export interface FastLinesOptions {
  /** Made of the heap that the fields are in. */
  readonly splitter: (heap: Heap) => LineSplitter;
  readonly readRecord: ReadRecord;
  /** The first line of a file that is not blank is no record. */
  readonly header: boolean;
}

export class FastLines implements SplitReader {
  readonly firstRow = 0;
  readonly #heap = heap();
  readonly #windows: LineWindows;
  readonly #starts = new Region(this.#heap);
  readonly #ends = new Region(this.#heap);
  readonly #lines = new Region(this.#heap);
  readonly #odd = new Region(this.#heap);
  readonly #values = new Region(this.#heap);
  readonly #valid = new Region(this.#heap);
  readonly #splitter: LineSplitter;
  readonly #readRecord: ReadRecord;
  #headerAhead: boolean;

  constructor(
    split: FileSplit,
    private readonly columns: readonly FastColumn[],
    options: FastLinesOptions,
    storage: TaskStorage,
  ) {
    this.#windows = new LineWindows(split, this.#heap, storage);
    this.#splitter = options.splitter(this.#heap);
    this.#readRecord = options.readRecord;
    this.#headerAhead = options.header && this.#windows.isFirst;
  }

  get bytesRead(): number {
    return this.#windows.bytesRead;
  }

  next(): ColumnBatch | null {
    while (this.#windows.more()) {
      if (this.#headerAhead) {
        // Blank lines before it are no records.
        this.#headerAhead = this.#windows.line().trim() === "";
        continue;
      }
      const batch = this.#batch();
      if (batch !== null && batch.length > 0) return batch;
    }
    return null;
  }

  #batch(): ColumnBatch | null {
    const { columns } = this;
    const size = 4 * BATCH_ROWS * Math.max(1, columns.length) + 64;
    const to: LineFields = {
      most: BATCH_ROWS,
      starts: this.#starts.need(size),
      ends: this.#ends.need(size),
      lines: this.#lines.need(8 * BATCH_ROWS),
      odd: this.#odd.need(BATCH_ROWS),
    };
    const src = this.#windows.begin;
    const { end } = this.#windows;
    const rows = this.#splitter.split(src, end, to);
    const stopped = this.#splitter.stopped();
    this.#windows.use(rows < BATCH_ROWS ? end : stopped);
    if (rows === 0) return null;
    const vectors = this.#vectors(src, stopped - src, to, rows);
    return this.#withOddRows(vectors, src, to, rows);
  }

  #vectors(src: number, used: number, fields: LineFields, rows: number): Vector[] {
    const { starts, ends, odd } = fields;
    let shared: Uint8Array | undefined;
    const texts = this.columns.some(({ parser }) => parser.kind === "text");
    const ascii = texts && this.#isAscii(src, used, fields, rows);
    return this.columns.map(({ parser }, slot): Vector => {
      const from = starts + slot * 4 * BATCH_ROWS;
      const to = ends + slot * 4 * BATCH_ROWS;
      const validAt = this.#valid.need(rows);
      const present = this.#splitter.valid(from, to, rows, validAt);
      const valid = present === rows ? null : copied(this.#heap, validAt, rows);
      if (parser.kind === "text") {
        const bytes = this.#splitter.packs ? this.#packed(src, used, from, to, rows) : (shared ??= copied(this.#heap, src, used));
        return this.#textVector(bytes, ascii, from, to, rows, valid);
      }
      const values = this.#values.need(8 * rows + 64);
      parser.parse(this.#heap, src, from, to, rows, values, odd);
      const buffer = copied(this.#heap, values, rows * parser.bytes).buffer as ArrayBuffer;
      return { form: "fixed", length: rows, values: parser.values(buffer, rows), valid };
    });
  }

  /** Whether the lines are ASCII. Those that are no UTF-8 are odd. */
  #isAscii(src: number, used: number, { lines, odd }: LineFields, rows: number): boolean {
    const { bytes, kernels } = this.#heap;
    if (kernels.isAscii(src, used) === 1) return true;
    if (!isUtf8(bytes.subarray(src, src + used))) {
      for (let row = 0; row < rows; row++) if (!isUtf8(this.#line(src, lines, row))) bytes[odd + row] = 1;
    }
    return false;
  }

  /** The bytes of a column's texts alone; their ranges become ranges of those. */
  #packed(src: number, used: number, starts: number, ends: number, rows: number): Uint8Array {
    const to = this.#values.need(used + 64);
    return copied(this.#heap, to, this.#heap.kernels.packRanges(src, starts, ends, rows, to));
  }

  #textVector(
    bytes: Uint8Array,
    ascii: boolean,
    starts: number,
    ends: number,
    rows: number,
    valid: Uint8Array | null,
  ): BytesVector {
    const ranges = copied(this.#heap, starts, 4 * rows);
    const others = copied(this.#heap, ends, 4 * rows);
    return {
      form: "bytes",
      length: rows,
      bytes,
      starts: new Int32Array(ranges.buffer, 0, rows),
      ends: new Int32Array(others.buffer, 0, rows),
      valid,
      ascii,
    };
  }

  #line(src: number, lines: number, row: number): Buffer {
    const { bytes } = this.#heap;
    return bytes.subarray(src + bytes.readInt32LE(lines + 8 * row), src + bytes.readInt32LE(lines + 8 * row + 4));
  }

  #withOddRows(vectors: Vector[], src: number, { lines, odd }: LineFields, rows: number): ColumnBatch {
    const { bytes } = this.#heap;
    const marks = bytes.subarray(odd, odd + rows);
    let at = marks.indexOf(1);
    if (at < 0) return { length: rows, columns: vectors };
    const indices: number[] = [];
    const patched: (readonly Boxed[])[] = [];
    let from = 0;
    for (; at >= 0; at = marks.indexOf(1, at + 1)) {
      for (; from < at; from++) indices.push(from);
      from = at + 1;
      for (const row of this.#readRecord(decodeUtf8(this.#line(src, lines, at)))) {
        indices.push(-1 - patched.length);
        patched.push(row);
      }
    }
    for (; from < rows; from++) indices.push(from);
    return {
      length: indices.length,
      columns: vectors.map((vector, i) => merged(vector, patched, i, this.columns[i]!.type, indices)),
    };
  }

  close(): void {
    this.#windows.close();
    this.#splitter.free();
    for (const region of [this.#starts, this.#ends, this.#lines, this.#odd, this.#values, this.#valid]) region.free();
  }
}

/** The columns of a scan, of the fields that a reader gives. */
export class PickedColumns implements SplitReader {
  readonly firstRow = 0;
  readonly #places: readonly number[];

  constructor(
    private readonly reader: SplitReader,
    fields: readonly StructField[],
    columns: readonly ScanColumn[],
    caseSensitive: boolean,
  ) {
    const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
    this.#places = columns.map(({ path }) => fields.findIndex((field) => fold(field.name) === fold(path[0]!)));
  }

  get bytesRead(): number {
    return this.reader.bytesRead;
  }

  next(): ColumnBatch | null {
    const batch = this.reader.next();
    if (batch === null) return null;
    const { length } = batch;
    const columns = this.#places.map((place): Vector =>
      place < 0 ? { form: "null", length, valid: new Uint8Array(length) } : batch.columns[place]!,
    );
    return { length, columns };
  }

  close(): void {
    this.reader.close();
  }
}

function copied(from: Heap, address: number, count: number): Uint8Array {
  const copy = new Uint8Array(Buffer.allocUnsafeSlow(count).buffer);
  copy.set(from.bytes.subarray(address, address + count));
  return copy;
}

/** Rows of a vector, and between them values of rows that were read one by one (-1 the first, -2 the second, …). */
function merged(
  vector: Vector,
  patched: readonly (readonly Boxed[])[],
  column: number,
  type: DataType,
  indices: readonly number[],
): Vector {
  const others = vectorOfBoxed(
    patched.map((row) => row[column]!),
    type,
  );
  const both = concat([vector, others]);
  const rows = Int32Array.from(indices, (index) => (index >= 0 ? index : vector.length - 1 - index));
  return gather(both, rows, rows.length);
}
