/** A Parquet file, batch by batch: row groups, page indexes, footer. Knows nothing of where the bytes go. */
import { slice } from "../../../../columnar/batch";
import type { StructType } from "../../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../../columnar/vector";
import { typeToJson } from "../../../types/text";
import { type Codec, Encoding, PageType, Physical } from "../metadata";
import { ThriftType, ThriftWriter } from "../thrift";
import { heap, Region } from "../../wasm/heap";
import { ChunkWriter, type WriteScratch, type WrittenPage } from "./chunk-writer";
import { elementsOf, type TimestampStorage, type WriteLeaf, type WriteSchema, writeSchema } from "./schema";
import { type Levels, shred } from "./shred";
import { Staging } from "./staging";

export interface ParquetWriteOptions {
  readonly codec: Codec;
  readonly timestamps: TimestampStorage;
  readonly dictionary: boolean;
  /** Of a row group, before compression. */
  readonly rowGroupBytes: number;
  readonly pageBytes: number;
  /** Columns that get bloom filters, by their dotted paths. */
  readonly bloomFilters: readonly string[];
}

/** Where the bytes go. */
export interface Output {
  write(bytes: Uint8Array): void;
}

/** Rows of a page at most, as parquet-mr; those that come are put together up to three quarters of it. */
const PAGE_ROWS = 20_000;
const MAX_GROUP_ROWS = 1 << 20;
const MAGIC = Buffer.from("PAR1", "latin1");
const CREATED_BY = "firesteel";

interface FinishedChunk {
  readonly writer: ChunkWriter;
  readonly leaf: WriteLeaf;
  readonly start: number;
  readonly dataStart: number;
  readonly pageOffsets: readonly number[];
  offsetIndex: readonly [number, number];
  columnIndex: readonly [number, number] | null;
  bloom: readonly [number, number] | null;
}

interface FinishedGroup {
  readonly chunks: readonly FinishedChunk[];
  readonly rows: number;
  readonly start: number;
}

let scratchOfThread: WriteScratch | undefined;

function scratch(): WriteScratch {
  const of = heap();
  return (scratchOfThread ??= {
    staging: new Staging(of),
    codes: new Region(of),
    page: new Region(of),
    compressed: new Region(of),
    table: new Region(of),
    small: new Region(of),
  });
}

export class ParquetFileWriter {
  readonly #schema: WriteSchema;
  readonly #scratch = scratch();
  #chunks: ChunkWriter[] = [];
  #pending: ColumnBatch[] = [];
  #pendingRows = 0;
  #groupRows = 0;
  readonly #groups: FinishedGroup[] = [];
  #position = 0;
  rows = 0;

  constructor(
    private readonly schema: StructType,
    private readonly options: ParquetWriteOptions,
    private readonly output: Output,
  ) {
    this.#schema = writeSchema(schema, options.timestamps);
    this.#put(MAGIC);
    this.#beginGroup();
  }

  /** Bytes of the file so far, those that wait in memory included. */
  get size(): number {
    return this.#position + this.#chunks.reduce((sum, chunk) => sum + chunk.compressedBytes, 0);
  }

  #put(bytes: Uint8Array): void {
    this.output.write(bytes);
    this.#position += bytes.length;
  }

  #beginGroup(): void {
    const { codec, dictionary, bloomFilters } = this.options;
    this.#chunks = this.#schema.leaves.map((leaf) => {
      const bloom = bloomFilters.includes(leaf.path.join(".")) && mayHaveBloomFilter(leaf);
      return new ChunkWriter(heap(), leaf, this.#scratch, { codec, dictionary, bloom });
    });
    this.#groupRows = 0;
  }

  write(batch: ColumnBatch): void {
    for (let from = 0; from < batch.length;) {
      const to = Math.min(batch.length, from + PAGE_ROWS - this.#pendingRows);
      this.#pending.push(
        from === 0 && to === batch.length
          ? batch
          : { length: to - from, columns: batch.columns.map((column) => slice(column, from, to)) },
      );
      this.#pendingRows += to - from;
      this.rows += to - from;
      from = to;
      if (this.#pendingRows >= (PAGE_ROWS * 3) / 4) this.#flushPages();
    }
  }

  #flushPages(): void {
    const pending = this.#pending;
    const rows = this.#pendingRows;
    if (rows === 0) return;
    this.#pending = [];
    this.#pendingRows = 0;
    this.#schema.root.children.forEach((node, column) => {
      const pieces = pending.map((batch) => batch.columns[column]!);
      if (node.leaf !== null) {
        this.#writeFlat(this.#chunks[node.leaf.index]!, pieces, rows);
        return;
      }
      const shredded = pieces.map((piece) => shred(node, piece));
      for (const [i, { leaf }] of shredded[0]!.entries()) {
        const values = shredded.map((leaves) => leaves[i]!.vector);
        this.#chunks[leaf.index]!.write(values, joinedLevels(shredded.map((leaves) => leaves[i]!.levels!)), rows);
      }
    });
    this.#groupRows += rows;
    const bytes = this.#chunks.reduce((sum, chunk) => sum + chunk.size, 0);
    if (bytes >= this.options.rowGroupBytes || this.#groupRows >= MAX_GROUP_ROWS) this.#endGroup();
  }

  /** Long values make several pages of what other columns have in one. */
  #writeFlat(chunk: ChunkWriter, pieces: readonly Vector[], rows: number): void {
    const bytes = pieces.reduce((sum, piece) => sum + bytesOf(piece), 0);
    const parts = Math.min(rows, Math.ceil(bytes / this.options.pageBytes));
    if (parts <= 1) {
      chunk.write(pieces, null, rows);
      return;
    }
    const rowsAPart = Math.ceil(rows / parts);
    for (const piece of pieces) {
      for (let from = 0; from < piece.length; from += rowsAPart) {
        const to = Math.min(piece.length, from + rowsAPart);
        chunk.write([slice(piece, from, to)], null, to - from);
      }
    }
  }

  #endGroup(): void {
    if (this.#groupRows === 0) return;
    const start = this.#position;
    const chunks = this.#chunks.map((writer, i): FinishedChunk => {
      writer.finish();
      const chunkStart = this.#position;
      if (writer.dictionaryPage !== null) this.#putPage(writer.dictionaryPage);
      const dataStart = this.#position;
      const pageOffsets: number[] = [];
      for (const page of writer.pages) {
        pageOffsets.push(this.#position);
        this.#putPage(page);
      }
      return {
        writer,
        leaf: this.#schema.leaves[i]!,
        start: chunkStart,
        dataStart,
        pageOffsets,
        offsetIndex: [0, 0],
        columnIndex: null,
        bloom: null,
      };
    });
    for (const chunk of chunks) {
      const filter = chunk.writer.bloomFilter;
      if (filter === null) continue;
      const start = this.#position;
      this.#put(bloomHeader(filter.length));
      this.#put(filter);
      chunk.writer.bloomFilter = null;
      chunk.bloom = [start, this.#position - start];
    }
    // What the file has is not kept: the indexes need headers and bounds only.
    for (const { writer } of chunks) {
      for (const [i, page] of writer.pages.entries()) writer.pages[i] = { ...page, body: new Uint8Array(0), ...sizeOf(page) };
    }
    this.#groups.push({ chunks, rows: this.#groupRows, start });
    this.#beginGroup();
  }

  #putPage(page: WrittenPage): void {
    this.#put(page.header);
    this.#put(page.body);
  }

  /** Ends the file; nothing can be written afterwards. */
  finish(): void {
    this.#flushPages();
    this.#endGroup();
    this.#putIndexes();
    const footer = this.#footer();
    this.#put(footer);
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(footer.length, 0);
    MAGIC.copy(tail, 4);
    this.#put(tail);
    this.free();
  }

  free(): void {
    for (const chunk of this.#chunks) chunk.free();
  }

  #putIndexes(): void {
    for (const { chunks } of this.#groups) {
      for (const chunk of chunks) {
        const index = columnIndex(chunk);
        if (index === null) continue;
        chunk.columnIndex = [this.#position, index.length];
        this.#put(index);
      }
    }
    for (const { chunks } of this.#groups) {
      for (const chunk of chunks) {
        const index = offsetIndex(chunk);
        chunk.offsetIndex = [this.#position, index.length];
        this.#put(index);
      }
    }
  }

  #footer(): Uint8Array {
    const w = new ThriftWriter();
    const elements = elementsOf(this.#schema.root);
    const keyValues: [string, string][] = [
      // Spark asks this version which calendar dates are in: ours is its newer one.
      ["org.apache.spark.version", "4.0.0"],
      ["org.apache.spark.sql.parquet.row.metadata", JSON.stringify(typeToJson(this.schema))],
    ];
    return w
      .body(() => {
        w.i32(1, 1);
        w.structs(2, elements, (element) => element(w));
        w.i64(3, this.rows);
        w.structs(4, this.#groups, (group) => rowGroup(w, group, this.options.codec, this.#groups.indexOf(group)));
        w.structs(5, keyValues, ([key, value]) => w.text(1, key).text(2, value));
        w.text(6, CREATED_BY);
        w.structs(7, this.#schema.leaves, () => w.struct(1, () => {}));
      })
      .written();
  }
}

/** Sizes survive the bodies. */
function sizeOf(page: WrittenPage): { readonly bodyLength: number } {
  return { bodyLength: page.body.length };
}

function rowGroup(w: ThriftWriter, group: FinishedGroup, codec: Codec, ordinal: number): void {
  const { chunks } = group;
  w.structs(1, chunks, (chunk) => {
    const { writer, leaf } = chunk;
    w.i64(2, 0);
    w.struct(3, () => {
      w.i32(1, leaf.physical);
      w.numbers(2, ThriftType.I32, writer.encodings);
      w.texts(3, leaf.path);
      w.i32(4, codec);
      w.i64(5, writer.values).i64(6, writer.uncompressedBytes).i64(7, writer.compressedBytes).i64(9, chunk.dataStart);
      if (writer.dictionaryPage !== null) w.i64(11, chunk.start);
      w.struct(12, () => {
        w.i64(3, writer.nulls);
        const { bounds } = writer;
        if (bounds !== null) w.binary(5, bounds.max).binary(6, bounds.min);
      });
      const stats: [number, number, number][] = [];
      if (writer.dictionaryPage !== null) stats.push([PageType.Dictionary, Encoding.PlainDictionary, 1]);
      const coded = writer.pages.length - writer.plainPages;
      if (coded > 0) stats.push([PageType.Data, Encoding.PlainDictionary, coded]);
      if (writer.plainPages > 0) stats.push([PageType.Data, Encoding.Plain, writer.plainPages]);
      w.structs(13, stats, ([type, encoding, count]) => w.i32(1, type).i32(2, encoding).i32(3, count));
      if (chunk.bloom !== null) w.i64(14, chunk.bloom[0]).i32(15, chunk.bloom[1]);
    });
    w.i64(4, chunk.offsetIndex[0]).i32(5, chunk.offsetIndex[1]);
    if (chunk.columnIndex !== null) w.i64(6, chunk.columnIndex[0]).i32(7, chunk.columnIndex[1]);
  });
  const sum = (of: (writer: ChunkWriter) => number): number => chunks.reduce((total, { writer }) => total + of(writer), 0);
  w.i64(
    2,
    sum((writer) => writer.uncompressedBytes),
  );
  w.i64(3, group.rows);
  w.i64(5, group.start);
  w.i64(
    6,
    sum((writer) => writer.compressedBytes),
  );
  w.field16(7, ordinal);
}

/** Blocks, XXH64, not compressed. */
function bloomHeader(bytes: number): Uint8Array {
  const w = new ThriftWriter();
  const first = (): void => {
    w.struct(1, () => {});
  };
  return w.body(() => w.i32(1, bytes).struct(2, first).struct(3, first).struct(4, first)).written();
}

function mayHaveBloomFilter({ physical, storage }: WriteLeaf): boolean {
  return (physical === Physical.Int32 || physical === Physical.Int64 || physical === Physical.ByteArray) && storage !== "nothing";
}

/** Null where some page has values without bounds. */
function columnIndex({ writer }: FinishedChunk): Uint8Array | null {
  const { pages } = writer;
  if (pages.some((page) => !page.empty && page.bounds === null)) return null;
  const none = Buffer.alloc(0);
  const w = new ThriftWriter();
  return w
    .body(() => {
      w.bools(
        1,
        pages.map((page) => page.empty),
      );
      w.binaries(
        2,
        pages.map((page) => page.bounds?.min ?? none),
      );
      w.binaries(
        3,
        pages.map((page) => page.bounds?.max ?? none),
      );
      w.i32(4, 0);
      w.numbers(
        5,
        ThriftType.I64,
        pages.map((page) => page.nulls),
      );
    })
    .written();
}

function offsetIndex({ writer, pageOffsets }: FinishedChunk): Uint8Array {
  const w = new ThriftWriter();
  let row = 0;
  return w
    .body(() => {
      w.structs(1, writer.pages, (page) => {
        const place = writer.pages.indexOf(page);
        const length = page.header.length + (page.bodyLength ?? page.body.length);
        w.i64(1, pageOffsets[place]!).i32(2, length).i64(3, row);
        row += page.rows;
      });
    })
    .written();
}

function joinedLevels(parts: readonly Levels[]): Levels {
  if (parts.length === 1) return parts[0]!;
  const length = parts.reduce((sum, part) => sum + part.definition.length, 0);
  const definition = new Uint8Array(length);
  const repetition = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    definition.set(part.definition, at);
    repetition.set(part.repetition, at);
    at += part.definition.length;
  }
  return { definition, repetition };
}

/** Bytes that strings will take; other values are short. */
function bytesOf(vector: Vector): number {
  if (vector.form !== "bytes") return 0;
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector.ends[i]! - vector.starts[i]! + 4;
  return sum;
}
