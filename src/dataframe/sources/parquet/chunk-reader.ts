/** The pages of one column chunk, front to back: read in windows, decompressed, decoded or passed over. */
import type { Vector } from "../../../columnar/vector";
import type { RandomAccess } from "../random-access";
import { DamagedPage, decompress } from "./codecs";
import type { Conversion } from "./convert";
import { Codec, type ColumnChunk, Encoding, PageType } from "./metadata";
import { type DecodedPage, PageDecoder, type Selection } from "./page-decoder";
import { PageHeader } from "./page-header";
import type { ParquetNode } from "./schema";
import { ThriftError, ThriftReader } from "./thrift";
import { type Heap, heap, Region } from "../wasm/heap";

/** Bytes read at once: of a local file as many as stay in the processor's cache, of a remote one what makes a request worth its time. */
const WINDOW = { local: 1 << 18, remote: 8 << 20 };
/** The same where pages are passed over. */
const SPARSE_WINDOW = { local: 1 << 12, remote: 1 << 16 };
const HEADER_BYTES = 64;
const MAX_HEADER_BYTES = 16 << 20;
/** Old writers did not count the header of the dictionary page. */
const UNCOUNTED_BYTES = 100;
const MAX_PAGE_BYTES = 2 ** 30;
/** Entries of a page; more would be a page of gigabytes once decoded. */
const MAX_PAGE_VALUES = 2 ** 27;

/** The most that a compressed byte can stand for; where a format has no bound, the largest page is one. */
const MAX_EXPANSION: Readonly<Record<number, number>> = {
  [Codec.None]: 1,
  [Codec.Snappy]: 64,
  [Codec.Gzip]: 1100,
  [Codec.Lz4]: 256,
  [Codec.Lz4Raw]: 256,
};

/** Where the data pages are: of flat columns, whose entries are rows. */
export interface PagePlaces {
  readonly offsets: readonly number[];
  readonly firstRows: readonly number[];
}

export interface ChunkOptions {
  readonly nested: boolean;
  readonly levels: boolean;
  /** As in DecoderOptions. */
  readonly transient?: boolean;
  readonly transientStrings?: boolean;
  readonly tested?: boolean;
}

let pageOfThread: Region | undefined;

/** Of a chunk that has a dictionary, too: pages that were written when it was full. */
function isOfValues([page, encoding]: readonly [page: number, encoding: number, count: number]): boolean {
  return (
    page !== (PageType.Dictionary as number) &&
    encoding !== (Encoding.PlainDictionary as number) &&
    encoding !== (Encoding.RleDictionary as number)
  );
}

export class ChunkReader {
  readonly #heap: Heap = heap();
  readonly #decoder: PageDecoder;
  readonly #header = new PageHeader();
  /** Compressed bytes [#windowStart, #windowEnd) of the file. */
  readonly #window: Region;
  #windowStart = 0;
  #windowEnd = 0;
  #position: number;
  readonly #end: number;
  #entriesLeft: number;
  /** A header was read, its page not yet. */
  #pending = false;
  #closed = false;

  constructor(
    private readonly file: RandomAccess,
    private readonly chunk: ColumnChunk,
    node: ParquetNode,
    conversion: Conversion,
    options: ChunkOptions,
    private readonly pages: PagePlaces | null = null,
  ) {
    if (chunk.encrypted) throw new DamagedPage(`its column ${node.name} is encrypted, which cannot be read`);
    if (chunk.external) throw new DamagedPage(`its column ${node.name} is in another file, which cannot be read`);
    if (chunk.type !== node.element.type) throw new DamagedPage(`its column ${node.name} has two physical types`);
    const { dataOffset, dictionaryOffset } = chunk;
    // Some writers left 0, or the wrong one of the two.
    const start = dictionaryOffset > 0 && dictionaryOffset < dataOffset ? dictionaryOffset : dataOffset;
    if (!(start >= 4 && chunk.compressedSize >= 0 && start + chunk.compressedSize <= file.length))
      throw new DamagedPage(`its column ${node.name} lies outside of the file`);
    this.#position = start;
    this.#end = Math.min(file.length, start + chunk.compressedSize + UNCOUNTED_BYTES);
    this.#entriesLeft = chunk.values;
    if (chunk.values < 0) throw new DamagedPage(`its column ${node.name} has a negative number of values`);
    this.#decoder = new PageDecoder(node, conversion, {
      transient: false,
      transientStrings: false,
      tested: false,
      ...options,
      entries: chunk.values,
      mixed: chunk.encodingStats?.some(isOfValues) === true,
    });
    this.#window = new Region(this.#heap);
  }

  /** Entries of the data page that comes next; 0 at the end. Flat columns have as many rows. */
  peek(): number {
    if (this.#pending) return this.#header.values;
    for (;;) {
      if (this.#entriesLeft <= 0 || this.#position >= this.#end) {
        if (this.#entriesLeft > 0) throw new DamagedPage("a column has fewer values than it says");
        return 0;
      }
      this.#readHeader();
      const { type } = this.#header;
      if (type === (PageType.Dictionary as number)) this.#dictionary();
      else if (type === (PageType.Data as number) || type === (PageType.DataV2 as number)) {
        const { values } = this.#header;
        if (values < 0 || values > this.#entriesLeft || values > MAX_PAGE_VALUES)
          throw new DamagedPage(`a page says that it has ${values} values`);
        if (values === 0) {
          this.#position += this.#header.compressedSize;
          continue;
        }
        this.#pending = true;
        return values;
      } else this.#position += this.#header.compressedSize;
    }
  }

  /** The page that `peek` told of, or the selected entries of it. `fresh`: the page before is still needed. */
  next(selection: Selection | null = null, fresh = false): DecodedPage {
    const header = this.#header;
    this.#pending = false;
    this.#entriesLeft -= header.values;
    const from = this.#bytes(header.compressedSize);
    this.#position += header.compressedSize;
    const levels = header.type === (PageType.DataV2 as number) ? header.definitionBytes + header.repetitionBytes : 0;
    if (
      header.definitionBytes < 0 ||
      header.repetitionBytes < 0 ||
      levels > header.compressedSize ||
      levels > header.uncompressedSize
    )
      throw new DamagedPage("levels end too early");
    const codec = header.compressed ? this.chunk.codec : Codec.None;
    if (codec === Codec.None) return this.#decoder.page(header, from, from + header.compressedSize, selection, fresh);
    const page = (pageOfThread ??= new Region(this.#heap)).need(header.uncompressedSize);
    // The levels of pages of version 2 are never compressed.
    if (levels > 0) this.#heap.bytes.copyWithin(page, from, from + levels);
    const size = header.uncompressedSize - levels;
    const packed = header.compressedSize - levels;
    // Pages without values have no bytes, or a block of no bytes.
    if (size > 0) decompress(codec, this.#heap, from + levels, packed, page + levels, size);
    return this.#decoder.page(header, page, page + header.uncompressedSize, selection, fresh);
  }

  /**
   * Goes to the page that has a row; gives the first row of that page, or null where the places of pages are not known. Rows count from
   * the start of the chunk; only forwards.
   */
  seek(row: number): number | null {
    const { pages } = this;
    if (pages === null) return null;
    // The dictionary comes first.
    this.peek();
    let page = 0;
    while (page + 1 < pages.firstRows.length && pages.firstRows[page + 1]! <= row) page++;
    const position = pages.offsets[page]!;
    if (position >= this.#end || position < this.#position - MAX_HEADER_BYTES)
      throw new DamagedPage("the index of pages leads out of its column");
    this.#pending = false;
    this.#position = position;
    this.#entriesLeft = this.chunk.values - pages.firstRows[page]!;
    return pages.firstRows[page]!;
  }

  /** Passes over the page that `peek` told of. */
  skip(): void {
    this.#pending = false;
    this.#entriesLeft -= this.#header.values;
    this.#position += this.#header.compressedSize;
  }

  /** The dictionary's values, once `peek` has been called; null where there is none. */
  get dictionary(): Vector | null {
    return this.#decoder.values;
  }

  /** What came last has codes that only tests want. */
  get isLoose(): boolean {
    return this.#decoder.isLoose;
  }

  #dictionary(): void {
    const header = this.#header;
    const from = this.#bytes(header.compressedSize);
    this.#position += header.compressedSize;
    if (header.values < 0 || header.values > MAX_PAGE_VALUES)
      throw new DamagedPage(`a dictionary says that it has ${header.values} values`);
    if (this.chunk.codec === Codec.None)
      return this.#decoder.dictionary(from, from + header.compressedSize, header.values, header.encoding);
    const { uncompressedSize, values } = header;
    const own = uncompressedSize > 0 ? this.#decoder.dictionaryRoom(uncompressedSize, values) : 0;
    const page = own > 0 ? own : (pageOfThread ??= new Region(this.#heap)).need(uncompressedSize);
    if (uncompressedSize > 0) decompress(this.chunk.codec, this.#heap, from, header.compressedSize, page, uncompressedSize);
    this.#decoder.dictionary(page, page + uncompressedSize, values, header.encoding);
  }

  #readHeader(): void {
    const header = this.#header;
    for (let guess = HEADER_BYTES; ; guess *= 8) {
      const length = Math.min(guess, this.#end - this.#position);
      const from = this.#bytes(length);
      // What the window holds behind it costs nothing more.
      const known = Math.min(this.#windowEnd, this.#end) - this.#position;
      const reader = new ThriftReader(this.#heap.bytes, from, from + known);
      try {
        header.read(reader);
        this.#position += reader.position - from;
        break;
      } catch (error) {
        if (!(error instanceof ThriftError)) throw error;
        if (!error.ended || known >= this.#end - this.#position || guess > MAX_HEADER_BYTES)
          throw new DamagedPage("the header of a page is damaged");
      }
    }
    const { compressedSize, uncompressedSize } = header;
    if (compressedSize < 0 || compressedSize > this.#end - this.#position)
      throw new DamagedPage("a page is longer than its column");
    if (uncompressedSize < 0 || uncompressedSize > MAX_PAGE_BYTES || uncompressedSize > this.#mostBytes(compressedSize))
      throw new DamagedPage(`a page of ${compressedSize} bytes says that it has ${uncompressedSize} once decompressed`);
  }

  #mostBytes(compressed: number): number {
    const expansion = MAX_EXPANSION[this.chunk.codec];
    if (expansion === undefined) return MAX_PAGE_BYTES;
    return this.chunk.codec === Codec.None ? MAX_PAGE_BYTES : compressed * expansion + 1024;
  }

  /** Address of `length` bytes from the position on. */
  #bytes(length: number): number {
    const start = this.#position;
    if (start >= this.#windowStart && start + length <= this.#windowEnd)
      return this.#window.address + (start - this.#windowStart);
    const window = this.pages === null ? WINDOW : SPARSE_WINDOW;
    const wanted = Math.min(Math.max(this.file.remote ? window.remote : window.local, length), this.#end - start);
    const kept = start >= this.#windowStart && start < this.#windowEnd ? this.#windowEnd - start : 0;
    const before = kept > 0 ? this.#window.address + (start - this.#windowStart) : 0;
    // A region that grows loses its bytes: what is kept of them is read again.
    const moved = kept > 0 && this.#window.holds(wanted);
    const to = this.#window.need(wanted);
    if (moved) this.#heap.bytes.copyWithin(to, before, before + kept);
    const have = moved ? kept : 0;
    this.file.read(start + have, this.#heap.bytes, to + have, wanted - have);
    this.#windowStart = start;
    this.#windowEnd = start + wanted;
    return to;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#window.free();
    this.#decoder.close();
  }
}
