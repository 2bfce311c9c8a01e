/**
 * The fast way through CSV: bytes to columns, without a string for each value. It takes files with one-byte separators, UTF-8
 * and the usual types; lines with anything unusual in them go to the reader of single records, one by one, and come back into
 * their places.
 */
import { isUtf8 } from "node:buffer";
import { concat, gather, vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed, DataType, StructField } from "../../../columnar/types";
import type { BytesVector, ColumnBatch, FixedVector, Vector } from "../../../columnar/vector";
import { codecOf, decompress } from "../../../filesystem/codecs";
import { readFailed } from "../../../filesystem/file-system";
import { decodeUtf8 } from "../../../filesystem/utf8";
import { type ByteInput, openBytes, type TaskStorage } from "../../../filesystem/task-storage";
import type { CsvOptions } from "../../csv/options";
import type { SplitReader } from "../files/file-scan";
import type { FileSplit } from "../files/packing";
import { type Heap, heap, Region } from "../wasm/heap";

/** How the fields of a column become values: a kernel, and what its results are. */
interface ColumnParser {
  readonly kind: "text" | "parsed";
  /** Bytes of a result. */
  readonly bytes: number;
  parse(heap: Heap, src: number, starts: number, ends: number, count: number, to: number, odd: number): void;
  values(buffer: ArrayBuffer, length: number): FixedVector["values"];
}

/** Null where the values of a type need the reader of records. */
function parserOf(type: DataType, options: CsvOptions): ColumnParser | null {
  const doubles = (buffer: ArrayBuffer, length: number): Float64Array => new Float64Array(buffer, 0, length);
  const whole = (
    bits: number,
    bytes: number,
    shrink: ((h: Heap, at: number, n: number) => void) | null,
  ): Omit<ColumnParser, "values"> => ({
    kind: "parsed",
    bytes,
    parse(h, src, starts, ends, count, to, odd) {
      const limit = bits === 64 ? 2 ** 53 : 2 ** (bits - 1);
      h.kernels.csvWhole(src, starts, ends, count, -limit, limit - 1, to, odd);
      shrink?.(h, to, count);
    },
  });
  switch (type.kind) {
    case "string":
      return type.length !== undefined ? null : { kind: "text", bytes: 0, parse: () => {}, values: doubles };
    case "byte":
      return { ...whole(8, 1, (h, at, n) => h.kernels.doublesAsBytes(at, n, at)), values: (b, n) => new Int8Array(b, 0, n) };
    case "short":
      return { ...whole(16, 2, (h, at, n) => h.kernels.doublesAsShorts(at, n, at)), values: (b, n) => new Int16Array(b, 0, n) };
    case "int":
      return { ...whole(32, 4, (h, at, n) => h.kernels.doublesAsInts(at, n, at)), values: (b, n) => new Int32Array(b, 0, n) };
    case "long":
      return { ...whole(64, 8, null), values: doubles };
    case "decimal":
      return {
        kind: "parsed",
        bytes: 8,
        parse: (h, src, starts, ends, count, to, odd) =>
          h.kernels.csvDecimals(src, starts, ends, count, type.scale, 10 ** Math.min(type.precision, 15), to, odd),
        values: doubles,
      };
    case "float":
    case "double": {
      const single = type.kind === "float";
      return {
        kind: "parsed",
        bytes: single ? 4 : 8,
        parse(h, src, starts, ends, count, to, odd) {
          h.kernels.csvDoubles(src, starts, ends, count, to, odd);
          if (single) h.kernels.doublesAsFloats(to, count, to);
        },
        values: (buffer, length) => (single ? new Float32Array(buffer, 0, length) : doubles(buffer, length)),
      };
    }
    case "date":
      if (options.dateFormat !== undefined) return null;
      return {
        kind: "parsed",
        bytes: 4,
        parse: (h, src, starts, ends, count, to, odd) => h.kernels.csvDates(src, starts, ends, count, to, odd),
        values: (buffer, length) => new Int32Array(buffer, 0, length),
      };
    case "timestamp":
    case "timestamp_ntz": {
      const format = type.kind === "timestamp" ? options.timestampFormat : options.timestampNtzFormat;
      if (format !== undefined) return null;
      const utc = options.timeZone === "UTC" || options.timeZone === "Etc/UTC";
      const zoned = type.kind === "timestamp_ntz" ? 0 : utc ? 2 : 1;
      return {
        kind: "parsed",
        bytes: 8,
        parse: (h, src, starts, ends, count, to, odd) => h.kernels.csvTimestamps(src, starts, ends, count, zoned, to, odd),
        values: doubles,
      };
    }
    case "boolean":
      return {
        kind: "parsed",
        bytes: 1,
        parse: (h, src, starts, ends, count, to, odd) => h.kernels.csvBooleans(src, starts, ends, count, to, odd),
        values: (buffer, length) => new Uint8Array(buffer, 0, length),
      };
    default:
      return null;
  }
}

export interface FastColumn {
  /** Place of the field in a line. */
  readonly field: number;
  readonly type: DataType;
  readonly parser: ColumnParser;
}

/** Columns of the needed fields; null where the options or a type ask for the careful way. */
export function fastColumns(
  needed: readonly StructField[],
  all: readonly StructField[],
  options: CsvOptions,
): readonly FastColumn[] | null {
  const oneByte = (text: string): boolean => text.length === 1 && text.charCodeAt(0) < 128;
  const simple =
    !options.multiLine &&
    // Headers that must be as the schema says are looked at by the careful way.
    (options.enforceSchema || !options.header) &&
    (options.encoding === undefined || /^utf-?8$/i.test(options.encoding)) &&
    (options.lineSep === undefined || options.lineSep === "\n") &&
    options.comment === undefined &&
    options.nullValue === "" &&
    options.emptyValue.read === "" &&
    options.maxCharsPerColumn < 0 &&
    all.length > 1 &&
    all.length <= options.maxColumns &&
    !options.trimLeading.read &&
    !options.trimTrailing.read &&
    oneByte(options.delimiter) &&
    (options.quote === "" || oneByte(options.quote)) &&
    (options.escape === "" || oneByte(options.escape));
  if (!simple) return null;
  const columns: FastColumn[] = [];
  for (const field of needed) {
    const parser = parserOf(field.type, options);
    if (parser === null) return null;
    columns.push({ field: all.indexOf(field), type: field.type, parser });
  }
  return columns;
}

const WINDOW_BYTES = 1 << 18;
const BATCH_ROWS = 8192;
const MAX_LINE_BYTES = 1 << 29;

/** Rows of one line by the careful way: none, one, or an error. */
export type ReadRecord = (line: string) => readonly (readonly Boxed[])[];

export class FastCsvSplit implements SplitReader {
  readonly firstRow = 0;
  readonly #heap = heap();
  readonly #input: ByteInput;
  readonly #window: Region;
  readonly #slots: Region;
  readonly #starts: Region;
  readonly #ends: Region;
  readonly #lines: Region;
  readonly #odd: Region;
  readonly #values: Region;
  readonly #valid: Region;
  /** Bytes [#from, #to) of the window are not yet used; byte #from is byte #position of the (decompressed) file. */
  #from = 0;
  #to = 0;
  #position: number;
  readonly #end: number;
  #inputEnded = false;
  #skipping: boolean;
  /** Whole lines of the window end here. */
  #cut = 0;
  #lastCut = false;
  #headerAhead: boolean;
  #done = false;
  readonly #path: string;

  constructor(
    split: FileSplit,
    private readonly columns: readonly FastColumn[],
    /** Fields of a line; 0 where any number is fine. */
    private readonly width: number,
    private readonly options: CsvOptions,
    private readonly readRecord: ReadRecord,
    storage: TaskStorage,
  ) {
    const { path, start, length, fileLength } = split;
    this.#path = path;
    const codec = codecOf(path);
    const end = start + length;
    if (codec === null) this.#input = openBytes(path, start, end, storage);
    else this.#input = decompress(path, openBytes(path, 0, fileLength, storage), codec);
    this.#position = codec === null ? start : 0;
    this.#end = codec !== null || end >= fileLength ? Infinity : end;
    this.#skipping = codec === null && start > 0;
    this.#headerAhead = options.header && !this.#skipping;
    const region = (): Region => new Region(this.#heap);
    this.#window = region();
    this.#slots = region();
    this.#starts = region();
    this.#ends = region();
    this.#lines = region();
    this.#odd = region();
    this.#values = region();
    this.#valid = region();
    this.#window.need(WINDOW_BYTES);
    this.#putSlots();
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  get #slotted(): number {
    return this.columns.reduce((most, { field }) => Math.max(most, field + 1), 0);
  }

  #putSlots(): void {
    const count = this.#slotted;
    const at = this.#slots.need(4 * count);
    for (let field = 0; field < count; field++) {
      this.#heap.bytes.writeInt32LE(
        this.columns.findIndex((column) => column.field === field),
        at + 4 * field,
      );
    }
  }

  next(): ColumnBatch | null {
    for (;;) {
      if (this.#from >= this.#cut && !this.#moreLines()) return null;
      const batch = this.#batch();
      if (batch !== null && batch.length > 0) return batch;
    }
  }

  /** Reads until the window has a whole line that is ours; false at the end. */
  #moreLines(): boolean {
    while (!this.#done) {
      if (this.#lastCut) break;
      this.#fill();
      if (this.#skipping && !this.#skip()) continue;
      this.#findCut();
      if (this.#cut > this.#from) return true;
      if (this.#lastCut) break;
    }
    this.#done = true;
    return false;
  }

  #fill(): void {
    const { bytes } = this.#heap;
    let at = this.#window.address;
    const left = this.#to - this.#from;
    if (this.#from > 0) {
      bytes.copyWithin(at, at + this.#from, at + this.#to);
      this.#from = 0;
      this.#to = left;
    } else if (left > 0) {
      // A line fills the window.
      if (left > MAX_LINE_BYTES) throw readFailed(this.#path, `a line of it has more than ${MAX_LINE_BYTES} bytes`);
      at = this.#window.keep(left, left * 2 + WINDOW_BYTES);
    }
    this.#cut = 0;
    const room = Math.max(WINDOW_BYTES, left * 2);
    while (!this.#inputEnded && this.#to < room) {
      const n = this.#input.read(this.#heap.bytes, at + this.#to, room - this.#to);
      if (n === 0) {
        this.#inputEnded = true;
        this.#endLastLine(at);
      }
      this.#to += n;
    }
    if (this.#position === 0) this.#skipMark(at);
  }

  /** The last line of a file ends like any other. */
  #endLastLine(at: number): void {
    const { bytes } = this.#heap;
    if (this.#to === 0 || bytes[at + this.#to - 1] === LF) return;
    if (bytes[at + this.#to - 1] === CR) return;
    bytes[at + this.#to++] = LF;
  }

  #skipMark(at: number): void {
    const { bytes } = this.#heap;
    if (this.#to >= 3 && bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) this.#advance(3);
  }

  #advance(to: number): void {
    this.#position += to - this.#from;
    this.#from = to;
  }

  /** The place behind the first line end at or after `from`; -1 where there is none yet. */
  #lineEnd(from: number): number {
    const at = this.#window.address;
    const bytes = this.#heap.bytes.subarray(at + from, at + this.#to);
    const feed = bytes.indexOf(LF);
    const carriage = (feed < 0 ? bytes : bytes.subarray(0, feed)).indexOf(CR);
    if (carriage < 0) return feed < 0 ? -1 : from + feed + 1;
    const next = from + carriage + 1;
    if (next < this.#to) return this.#heap.bytes[at + next] === LF ? next + 1 : next;
    return this.#inputEnded ? next : -1;
  }

  /** A line that begins where the split begins belongs to the split before. */
  #skip(): boolean {
    const begin = this.#lineEnd(this.#from);
    if (begin < 0) {
      if (this.#inputEnded) this.#done = true;
      else {
        const at = this.#window.address;
        const carriage = this.#to > this.#from && this.#heap.bytes[at + this.#to - 1] === CR;
        this.#advance(carriage ? this.#to - 1 : this.#to);
      }
      return false;
    }
    this.#advance(begin);
    this.#skipping = false;
    this.#done = this.#position > this.#end;
    return !this.#done;
  }

  #findCut(): void {
    const at = this.#window.address;
    if (this.#position + (this.#to - this.#from) > this.#end) {
      const last = this.#lineEnd(Math.max(this.#from, this.#from + this.#end - this.#position));
      if (last >= 0) {
        this.#cut = last;
        this.#lastCut = true;
        return;
      }
    }
    if (this.#inputEnded) {
      this.#cut = this.#to;
      this.#lastCut = true;
      return;
    }
    const bytes = this.#heap.bytes.subarray(at + this.#from, at + this.#to);
    const feed = bytes.lastIndexOf(LF);
    if (feed >= 0) this.#cut = this.#from + feed + 1;
    else {
      const carriage = bytes.length < 2 ? -1 : bytes.subarray(0, bytes.length - 1).lastIndexOf(CR);
      this.#cut = this.#from + carriage + 1;
    }
  }

  #batch(): ColumnBatch | null {
    const { kernels } = this.#heap;
    const { columns, options } = this;
    if (this.#headerAhead) {
      // The first line that is not empty; blank ones before it are no records.
      const end = this.#lineEnd(this.#from);
      const at = this.#window.address;
      const text = this.#heap.bytes.toString("latin1", at + this.#from, at + end);
      this.#advance(end);
      if (text.trim() !== "") this.#headerAhead = false;
      return null;
    }
    const size = 4 * BATCH_ROWS * Math.max(1, columns.length) + 64;
    const starts = this.#starts.need(size);
    const ends = this.#ends.need(size);
    const lines = this.#lines.need(8 * BATCH_ROWS);
    const odd = this.#odd.need(BATCH_ROWS);
    const src = this.#window.address + this.#from;
    const end = this.#window.address + this.#cut;
    // A character that stands for none: line feeds are looked for anyway.
    const byte = (text: string): number => (text === "" ? LF : text.charCodeAt(0));
    const rows = kernels.csvFields(
      src,
      end,
      byte(options.delimiter),
      byte(options.quote),
      options.escape === options.quote ? LF : byte(options.escape),
      this.width,
      this.#slotted,
      this.#slots.address,
      BATCH_ROWS,
      starts,
      ends,
      lines,
      odd,
    );
    const used = kernels.csvStopped() - src;
    this.#advance(this.#from + (rows < BATCH_ROWS ? this.#cut - this.#from : used));
    if (rows === 0) return null;
    const vectors = this.#vectors(src, used, starts, ends, rows, odd);
    return this.#withOddRows(vectors, src, lines, odd, rows);
  }

  #vectors(src: number, used: number, starts: number, ends: number, rows: number, odd: number): Vector[] {
    const { kernels } = this.#heap;
    let text: { readonly bytes: Uint8Array; readonly ascii: boolean } | null = null;
    return this.columns.map(({ parser }, slot): Vector => {
      const from = starts + slot * 4 * BATCH_ROWS;
      const to = ends + slot * 4 * BATCH_ROWS;
      const validAt = this.#valid.need(rows);
      const present = kernels.csvValid(from, to, rows, validAt);
      const valid = present === rows ? null : copied(this.#heap, validAt, rows);
      if (parser.kind === "text") {
        text ??= this.#text(src, used, rows, odd);
        return this.#textVector(text, from, to, rows, valid);
      }
      const values = this.#values.need(8 * rows + 64);
      parser.parse(this.#heap, src, from, to, rows, values, odd);
      const buffer = copied(this.#heap, values, rows * parser.bytes).buffer as ArrayBuffer;
      return { form: "fixed", length: rows, values: parser.values(buffer, rows), valid };
    });
  }

  /** The bytes that texts are in, in memory of their own. Bytes that are no UTF-8 make all rows odd. */
  #text(src: number, used: number, rows: number, odd: number): { readonly bytes: Uint8Array; readonly ascii: boolean } {
    const bytes = copied(this.#heap, src, used);
    const ascii = this.#heap.kernels.isAscii(src, used) === 1;
    if (!ascii && !isUtf8(bytes)) this.#heap.bytes.fill(1, odd, odd + rows);
    return { bytes, ascii };
  }

  #textVector(
    { bytes, ascii }: { readonly bytes: Uint8Array; readonly ascii: boolean },
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

  #withOddRows(vectors: Vector[], src: number, lines: number, odd: number, rows: number): ColumnBatch {
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
      const start = bytes.readInt32LE(lines + 8 * at);
      const end = bytes.readInt32LE(lines + 8 * at + 4);
      for (const row of this.readRecord(decodeUtf8(bytes.subarray(src + start, src + end)))) {
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
    this.#done = true;
    this.#lastCut = true;
    this.#from = this.#cut = this.#to = 0;
    for (const region of [this.#window, this.#slots, this.#starts, this.#ends, this.#lines, this.#odd, this.#values, this.#valid])
      region.free();
    this.#input.close();
  }
}

const LF = 10;
const CR = 13;

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
