/**
 * Reads row batches (format.ts). Typed columns are views of the bytes where those lie aligned, so the bytes must stay as
 * they are while chunks of the source are in use; strings and values of the general format are copies. Every count is
 * checked against the bytes that are there: damaged bytes end in a DataError.
 */
import { asBuffer, corrupt, type TextBuffer } from "../bytes";
import type { Chunk, ChunkSource, Column } from "../chunk";
import type { ValueContext } from "../value-context";
import { ValueReader } from "../values/reader";
import { BatchKind, COLUMN_HEADER_BYTES, ColumnType, HEADER_BYTES, MAGIC, VERSION } from "./format";
import { leavesOf, parseShape } from "./shapes";

/** The records of a block: one chunk per batch. */
export function decodeBatches(bytes: Uint8Array, values: ValueContext): ChunkSource {
  return new BatchSource(asBuffer(bytes), values);
}

interface Header {
  readonly kind: number;
  readonly rows: number;
  readonly shapeBytes: number;
  readonly end: number;
}

function readHeader(view: DataView, position: number): Header {
  const left = view.byteLength - position;
  if (left < HEADER_BYTES) throw corrupt("a batch is cut off");
  const bytes = view.getUint32(position + 4, true);
  const rows = view.getUint32(position + 8, true);
  if (view.getUint16(position, true) !== (MAGIC | (VERSION << 8)))
    throw corrupt("no batch begins here, or one of another version");
  if (bytes > left || bytes < HEADER_BYTES || bytes % 8 !== 0) throw corrupt("the length of a batch");
  // Every record takes a byte at the least.
  if (rows === 0 || rows > bytes) throw corrupt("the number of records in a batch");
  return { kind: view.getUint8(position + 2), rows, shapeBytes: view.getUint32(position + 12, true), end: position + bytes };
}

class BatchSource implements ChunkSource {
  #bytes: TextBuffer | null;
  readonly #view: DataView;
  readonly #values: ValueContext;
  #position = 0;

  constructor(bytes: TextBuffer, values: ValueContext) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#values = values;
  }

  next(): Chunk | null {
    const bytes = this.#bytes;
    if (bytes === null || this.#position === bytes.length) return null;
    const start = this.#position;
    const header = readHeader(this.#view, start);
    this.#position = header.end;
    if (header.kind === BatchKind.Values) return this.#readValues(bytes, header, start);
    if (header.kind === BatchKind.Columns) return this.#readColumns(bytes, header, start);
    throw corrupt("an unknown kind of batch");
  }

  close(): void {
    this.#bytes = null;
  }

  #readValues(bytes: TextBuffer, header: Header, start: number): Chunk {
    const reader = new ValueReader(bytes, this.#values, start + HEADER_BYTES, header.end);
    const rows: unknown[] = [];
    for (let row = 0; row < header.rows; row++) rows.push(reader.read());
    if (header.end - reader.position >= 8) throw corrupt("bytes after the records of a batch");
    return { kind: "rows", rows, start: 0, end: header.rows };
  }

  #readColumns(bytes: TextBuffer, header: Header, start: number): Chunk {
    const { rows, end, shapeBytes } = header;
    let position = start + HEADER_BYTES;
    if (shapeBytes > end - position) throw corrupt("the description of a batch's columns");
    const shape = parseShape(bytes.latin1Slice(position, position + shapeBytes));
    position += padded(shapeBytes);
    const columns: Column[] = [];
    const any: unknown[][] = [];
    for (const leaf of leavesOf(shape)) {
      if (leaf.type === "any") {
        const column: unknown[] = [];
        any.push(column);
        columns.push({ type: "any", values: column });
        continue;
      }
      const section = this.#section(position, end);
      const content = position + COLUMN_HEADER_BYTES;
      if (leaf.type === "string") {
        if (section.type !== ColumnType.Latin1 && section.type !== ColumnType.Utf16) throw corrupt("the type of a column");
        const lengths = padded(rows * section.width);
        if (lengths + section.bytes > end - content) throw corrupt("a column is cut off");
        const offsets = this.#offsets(content, rows, section.width);
        const from = content + lengths;
        const text =
          section.type === ColumnType.Latin1
            ? bytes.latin1Slice(from, from + section.bytes)
            : bytes.ucs2Slice(from, from + section.bytes);
        if (offsets[rows] !== text.length) throw corrupt("the lengths of strings");
        columns.push({ type: "string", text, offsets });
        position = from + padded(section.bytes);
        continue;
      }
      const size = section.type === ColumnType.Float64 ? 8 : section.type === ColumnType.Int32 ? 4 : 1;
      if (section.bytes !== rows * size || section.bytes > end - content) throw corrupt("a column is cut off");
      if (leaf.type === "boolean") {
        if (section.type !== ColumnType.Boolean) throw corrupt("the type of a column");
        columns.push({ type: "boolean", values: new Uint8Array(bytes.buffer, bytes.byteOffset + content, rows) });
      } else {
        if (section.type !== ColumnType.Float64 && section.type !== ColumnType.Int32) throw corrupt("the type of a column");
        columns.push({ type: "number", values: numbers(bytes, content, rows, section.type) });
      }
      position = content + padded(section.bytes);
    }
    if (any.length > 0) position = this.#readAny(bytes, any, position, end, rows);
    if (position !== end) throw corrupt("bytes after the columns of a batch");
    return { kind: "columns", shape, columns, length: rows };
  }

  #section(position: number, end: number): { readonly type: number; readonly width: number; readonly bytes: number } {
    if (end - position < COLUMN_HEADER_BYTES) throw corrupt("a column is missing");
    return {
      type: this.#view.getUint8(position),
      width: this.#view.getUint8(position + 1),
      bytes: this.#view.getUint32(position + 4, true),
    };
  }

  #offsets(position: number, rows: number, width: number): Int32Array {
    const offsets = new Int32Array(rows + 1);
    const view = this.#view;
    let offset = 0;
    if (width === 1) {
      const bytes = this.#bytes!;
      for (let row = 0; row < rows; row++) offsets[row + 1] = offset += bytes[position + row]!;
    } else if (width === 2) {
      for (let row = 0; row < rows; row++) offsets[row + 1] = offset += view.getUint16(position + 2 * row, true);
    } else if (width === 4) {
      for (let row = 0; row < rows; row++) {
        const length = view.getUint32(position + 4 * row, true);
        offset += length;
        if (offset > 0x7fffffff) throw corrupt("the lengths of strings");
        offsets[row + 1] = offset;
      }
    } else {
      throw corrupt("the lengths of strings");
    }
    return offsets;
  }

  #readAny(bytes: TextBuffer, columns: readonly unknown[][], position: number, end: number, rows: number): number {
    const section = this.#section(position, end);
    const content = position + COLUMN_HEADER_BYTES;
    if (section.bytes > end - content) throw corrupt("a column is cut off");
    const reader = new ValueReader(bytes, this.#values, content, content + section.bytes);
    for (let row = 0; row < rows; row++) {
      reader.startValue();
      for (const column of columns) column.push(reader.readPart());
    }
    if (reader.position !== content + section.bytes) throw corrupt("bytes after the values of a column");
    return content + padded(section.bytes);
  }
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/** A view of the numbers where they are aligned, else a copy. */
function numbers(bytes: TextBuffer, position: number, count: number, type: number): Float64Array | Int32Array {
  const constructor = type === ColumnType.Float64 ? Float64Array : Int32Array;
  const size = constructor.BYTES_PER_ELEMENT;
  const offset = bytes.byteOffset + position;
  if (offset % size === 0) return new constructor(bytes.buffer, offset, count);
  const copy = new Uint8Array(count * size);
  copy.set(bytes.subarray(position, position + count * size));
  return new constructor(copy.buffer);
}
