/**
 * Writes records as batches (format.ts): typed columns where the records of a batch share a shape, the general tagged
 * format where they do not.
 */
import { InternalError } from "../../common/errors";
import type { ByteWriter } from "../bytes";
import type { Chunk, Column, Shape } from "../chunk";
import { rowsOf } from "../read-code";
import type { ValueContext } from "../value-context";
import { ForbiddenReference, ValueWriter } from "../values/writer";
import { BATCH_ROWS, BatchKind, COLUMN_HEADER_BYTES, ColumnType, HEADER_BYTES, MAGIC, VERSION } from "./format";
import { clearScratch, type Gatherer, gathererOf, type TextScratch } from "./gather";
import { inferShape, internShape, leavesOf, mergeShapes, NUMBER, shapeKey } from "./shapes";

const BEYOND_LATIN1 = /[^\x00-\xff]/;
const SAMPLES = 8;
/** Bytes of values in the general format after which a batch ends, so that one of large records stays a bearable piece of memory. */
const VALUE_BYTES = 1 << 24;
/** A record holds something twice that columns cannot give back as one. */
const TWICE = -1;
/** Name of a record in messages, as in "record.user.socket cannot travel …". */
const RECORD = "record";

export class BatchEncoder {
  readonly #any: ValueWriter;
  /** Shape of the last batch: most likely also that of the next. */
  #last: Gatherer | null = null;
  /** Records that a batch of the general format had room for when last it ran out. */
  #roomFor = BATCH_ROWS;

  constructor(values: ValueContext) {
    this.#any = new ValueWriter(values);
  }

  /** Appends rows[from … to) to `out` as whole batches. Throws a TaskError for records that cannot be written; `out` is then as before. */
  encodeRows(rows: readonly unknown[], from: number, to: number, out: ByteWriter): void {
    const start = out.length;
    try {
      while (from < to) from += this.#encodeBatch(rows, from, Math.min(BATCH_ROWS, to - from), out);
    } catch (error) {
      out.length = start;
      throw error;
    }
  }

  /** Appends the records of a chunk, its columns as they are where it has some. */
  encodeChunk(chunk: Chunk, out: ByteWriter): void {
    switch (chunk.kind) {
      case "rows":
        return this.encodeRows(chunk.rows, chunk.start, chunk.end, out);
      case "columns":
        return this.encodeColumns(chunk.shape, chunk.columns, chunk.length, out);
      case "range": {
        const values = new Float64Array(chunk.length);
        for (let index = 0; index < chunk.length; index++) values[index] = chunk.start + index * chunk.step;
        return this.encodeColumns(NUMBER, [{ type: "number", values }], chunk.length, out);
      }
      case "lines": {
        const rows = rowsOf(chunk);
        return this.encodeRows(rows, 0, rows.length, out);
      }
    }
  }

  /** Appends `length` records that a writer already holds as columns: the leaves of `shape` from left to right, each at least so long. */
  encodeColumns(shape: Shape, columns: readonly Column[], length: number, out: ByteWriter): void {
    const leaves = leavesOf(shape);
    if (leaves.length !== columns.length || leaves.some((leaf, index) => leaf.type !== columns[index]!.type)) {
      throw new InternalError(
        `Columns ${columns.map((column) => column.type).join(", ")} do not fit the shape ${shapeKey(shape)}.`,
      );
    }
    if (shape.type === "any") return this.encodeRows((columns[0] as Column & { type: "any" }).values, 0, length, out);
    const start = out.length;
    try {
      for (let from = 0; from < length; from += BATCH_ROWS) {
        this.#encodeColumnBatch(shape, leaves, columns, from, Math.min(BATCH_ROWS, length - from), out);
      }
    } catch (error) {
      out.length = start;
      throw error;
    }
  }

  /** Writes one batch of at most `count` records and gives their number. */
  #encodeBatch(rows: readonly unknown[], from: number, count: number, out: ByteWriter): number {
    const last = this.#last;
    let shape: Shape | null = null;
    if (last === null || last.hasAny) shape = sampleShape(rows, from, count);
    else shape = last.shape;
    for (;;) {
      // Objects of nothing but odd values are as well off in the general format.
      if (shape.type === "any" || (shape.type === "record" && leavesOf(shape).every((leaf) => leaf.type === "any"))) break;
      const gatherer = gathererOf(shape);
      const taken = gatherer.gather(rows, from, gatherer.hasAny ? Math.min(count, this.#roomFor) : count, gatherer.scratch);
      if (taken >= 0) {
        this.#last = gatherer;
        const start = out.length;
        const written = this.#writeColumns(gatherer, rows, from, taken, out);
        if (written === taken) {
          if (taken === this.#roomFor) this.#roomFor = Math.min(BATCH_ROWS, Math.ceil(taken * 1.1));
          return taken;
        }
        out.length = start;
        if (written === TWICE) break;
        this.#roomFor = written;
        continue;
      }
      const misfit = inferShape(rows[from + ~taken]);
      // A shape guessed from the batch before is no reason to widen.
      const wider: Shape =
        shape === last?.shape && !last.hasAny ? mergeShapes(sampleShape(rows, from, count), misfit) : mergeShapes(shape, misfit);
      if (shapeKey(wider) === shapeKey(shape)) break;
      shape = internShape(wider);
    }
    return this.#writeValues(rows, from, count, out);
  }

  /** Writes at most `count` records and gives their number. */
  #writeValues(rows: readonly unknown[], from: number, count: number, out: ByteWriter): number {
    const start = beginBatch(out);
    const writer = this.#any;
    writer.out = out;
    writer.startBatch();
    let written = 0;
    while (written < count && out.length - start < VALUE_BYTES) writer.write(rows[from + written++], RECORD);
    endBatch(out, start, BatchKind.Values, written, 0);
    return written;
  }

  /** `count` when done; TWICE, or a smaller number of records for which there is room, when what was written is to be dropped. */
  #writeColumns(gatherer: Gatherer, rows: readonly unknown[], from: number, count: number, out: ByteWriter): number {
    const start = beginBatch(out);
    const shapeBytes = writeShape(gatherer.shape, start, out);
    try {
      gatherer.leaves.forEach((leaf, index) => {
        const scratch = gatherer.scratch[index]!;
        if (leaf.type === "number") writeNumbers(scratch as Float64Array, count, out);
        else if (leaf.type === "boolean") writeBooleans(scratch as Uint8Array, count, out);
        else if (leaf.type === "string") writeText((scratch as TextScratch).text, (scratch as TextScratch).lengths, count, out);
      });
      if (gatherer.hasAny) {
        const written = this.#writeAny(gatherer, rows, from, count, out);
        if (written < count) return written;
      }
    } catch (error) {
      if (error instanceof ForbiddenReference) return TWICE;
      throw error;
    } finally {
      clearScratch(gatherer);
    }
    endBatch(out, start, BatchKind.Columns, count, shapeBytes);
    return count;
  }

  #writeAny(gatherer: Gatherer, rows: readonly unknown[], from: number, count: number, out: ByteWriter): number {
    const columns = gatherer.leaves.flatMap((leaf, index) => (leaf.type === "any" ? [gatherer.scratch[index] as unknown[]] : []));
    const writer = this.#any;
    const forbid = (container: object): void => writer.forbid(container);
    const section = beginSection(out);
    writer.out = out;
    writer.startBatch();
    let row = 0;
    for (; row < count && out.length - section < VALUE_BYTES; row++) {
      writer.startValue();
      gatherer.containers(rows[from + row], forbid);
      for (const column of columns) writer.writePart(column[row], RECORD);
    }
    endSection(out, section);
    return row;
  }

  #encodeColumnBatch(
    shape: Shape,
    leaves: readonly Shape[],
    columns: readonly Column[],
    from: number,
    count: number,
    out: ByteWriter,
  ): void {
    const start = beginBatch(out);
    const shapeBytes = writeShape(shape, start, out);
    const any: (readonly unknown[])[] = [];
    for (let index = 0; index < leaves.length; index++) {
      const column = columns[index]!;
      switch (column.type) {
        case "number":
          writeNumbers(column.values.subarray(from, from + count), count, out);
          break;
        case "boolean":
          writeBooleans(column.values.subarray(from, from + count), count, out);
          break;
        case "string": {
          const { offsets } = column;
          for (let row = 0; row < count; row++) lengthScratch[row] = offsets[from + row + 1]! - offsets[from + row]!;
          writeText(column.text.substring(offsets[from]!, offsets[from + count]), lengthScratch, count, out);
          break;
        }
        case "any":
          any.push(column.values);
      }
    }
    if (any.length > 0) {
      const writer = this.#any;
      const section = beginSection(out);
      writer.out = out;
      writer.startBatch();
      for (let row = from; row < from + count; row++) {
        writer.startValue();
        for (const values of any) writer.writePart(values[row], RECORD);
      }
      endSection(out, section);
    }
    endBatch(out, start, BatchKind.Columns, count, shapeBytes);
  }
}

const lengthScratch = new Int32Array(BATCH_ROWS);
const intScratch = new Int32Array(BATCH_ROWS);
const intBytes = new Uint8Array(intScratch.buffer);

function sampleShape(rows: readonly unknown[], from: number, count: number): Shape {
  let shape = inferShape(rows[from]);
  const samples = Math.min(count, SAMPLES);
  for (let sample = 1; sample < samples; sample++) {
    shape = mergeShapes(shape, inferShape(rows[from + Math.floor((sample * (count - 1)) / (samples - 1))]));
  }
  return internShape(shape);
}

function beginBatch(out: ByteWriter): number {
  const start = out.length;
  out.reserve(HEADER_BYTES);
  out.length += HEADER_BYTES;
  return start;
}

function endBatch(out: ByteWriter, start: number, kind: number, rows: number, shapeBytes: number): void {
  out.align8(start);
  const bytes = out.length - start;
  const view = out.view;
  view.setUint32(start, MAGIC | (VERSION << 8) | (kind << 16), true);
  view.setUint32(start + 4, bytes, true);
  view.setUint32(start + 8, rows, true);
  view.setUint32(start + 12, shapeBytes, true);
}

function writeShape(shape: Shape, start: number, out: ByteWriter): number {
  const text = shapeKey(shape);
  out.reserve(text.length);
  out.length += out.bytes.latin1Write(text, out.length);
  out.align8(start);
  return text.length;
}

/** Sections begin where the batch is aligned; padding counts from there. */
function beginSection(out: ByteWriter): number {
  const start = out.length;
  out.reserve(COLUMN_HEADER_BYTES);
  out.length += COLUMN_HEADER_BYTES;
  return start;
}

function endSection(out: ByteWriter, start: number, type = 0, width = 0, bytes = out.length - start - COLUMN_HEADER_BYTES): void {
  out.view.setUint32(start, type | (width << 8), true);
  out.view.setUint32(start + 4, bytes, true);
  out.align8(start);
}

function writeNumbers(values: Float64Array | Int32Array, count: number, out: ByteWriter): void {
  const section = beginSection(out);
  if (values instanceof Int32Array) {
    out.raw(values.subarray(0, count));
    return endSection(out, section, ColumnType.Int32);
  }
  if (asInts(values, count)) {
    out.raw(intBytes.subarray(0, 4 * count));
    return endSection(out, section, ColumnType.Int32);
  }
  out.raw(values.length === count ? values : values.subarray(0, count));
  endSection(out, section, ColumnType.Float64);
}

/** Copies numbers to `intScratch`; false at the first one that no int32 gives back exactly. */
function asInts(values: Float64Array, count: number): boolean {
  const ints = intScratch;
  for (let index = 0; index < count; index++) {
    const value = values[index]!;
    const int = value | 0;
    if (int !== value || (int === 0 && 1 / value < 0)) return false;
    ints[index] = int;
  }
  return true;
}

function writeBooleans(values: Uint8Array, count: number, out: ByteWriter): void {
  const section = beginSection(out);
  out.raw(values.subarray(0, count));
  endSection(out, section, ColumnType.Boolean);
}

function writeText(text: string, lengths: Int32Array, count: number, out: ByteWriter): void {
  const section = beginSection(out);
  let longest = 0;
  for (let index = 0; index < count; index++) if (lengths[index]! > longest) longest = lengths[index]!;
  const width = longest < 0x100 ? 1 : longest < 0x10000 ? 2 : 4;
  out.reserve(width * count);
  if (width === 1) {
    const bytes = out.bytes;
    const at = out.length;
    for (let index = 0; index < count; index++) bytes[at + index] = lengths[index]!;
    out.length += count;
  } else if (width === 2) {
    for (let index = 0; index < count; index++) out.view.setUint16(out.length + 2 * index, lengths[index]!, true);
    out.length += 2 * count;
  } else {
    out.raw(lengths.subarray(0, count));
  }
  out.align8(section);
  const wide = BEYOND_LATIN1.test(text);
  out.reserve(wide ? 2 * text.length : text.length);
  const written = wide ? out.bytes.ucs2Write(text, out.length) : out.bytes.latin1Write(text, out.length);
  out.length += written;
  endSection(out, section, wide ? ColumnType.Utf16 : ColumnType.Latin1, width, written);
}
