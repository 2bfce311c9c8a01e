/**
 * One column of one row group: its pages, compressed, kept until the row group ends. Begins with a dictionary where one may pay, and goes
 * over to plain values when it grows too large.
 */
import type { DictionaryVector, Vector } from "../../../../columnar/vector";
import { compress } from "../codecs";
import { Codec, Encoding, PageType, Physical } from "../metadata";
import { ThriftWriter } from "../thrift";
import type { Region } from "../../wasm/heap";
import { type Heap } from "../../wasm/heap";
import { bytesBounds, fixedBounds, isBoundBelow, type PageBounds } from "./bounds";
import { ChunkDictionary } from "./dictionary";
import type { WriteLeaf } from "./schema";
import type { Levels } from "./shred";
import { stagedBytes, type Staging, usedEntries } from "./staging";

export interface WrittenPage {
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  readonly rows: number;
  readonly nulls: number;
  /** All entries are null. */
  readonly empty: boolean;
  readonly bounds: PageBounds | null;
  /** Once the body is in the file and has been dropped. */
  readonly bodyLength?: number;
}

export interface ChunkOptions {
  readonly codec: Codec;
  readonly dictionary: boolean;
  /** A bloom filter of the column's values is wanted. */
  readonly bloom: boolean;
}

/** Regions that all chunks of a thread's writers share. */
export interface WriteScratch {
  readonly staging: Staging;
  readonly codes: Region;
  readonly page: Region;
  readonly compressed: Region;
  readonly table: Region;
  readonly small: Region;
}

const BLOOM_BITS = 10;
const MAX_BLOOM_BYTES = 1 << 20;

/** What a dictionary must save of the first page, or it is given up. */
const LEAST_SAVING = 0.9;

export class ChunkWriter {
  readonly pages: WrittenPage[] = [];
  dictionaryPage: WrittenPage | null = null;
  values = 0;
  nulls = 0;
  uncompressedBytes = 0;
  compressedBytes = 0;
  bounds: PageBounds | null = null;
  /** Some page has values without bounds: NaN, or text that cannot be cut. */
  #unbounded = false;
  #dictionary: ChunkDictionary | null = null;
  /** Places of an input dictionary's entries in ours, for the vectors that share it. */
  #mapped: { readonly from: DictionaryVector["dictionary"]; readonly codes: Int32Array } | null = null;
  #dictionaryPages = 0;
  /** Hashes of the values for the bloom filter: of the dictionary's entries at the end, of plain values page by page. */
  readonly #hashes: Uint8Array[] = [];
  bloomFilter: Uint8Array | null = null;

  constructor(
    private readonly heap: Heap,
    private readonly leaf: WriteLeaf,
    private readonly scratch: WriteScratch,
    private readonly options: ChunkOptions,
  ) {
    const { physical } = leaf;
    const width = physical === Physical.ByteArray ? 0 : stagedBytes(leaf);
    const may = physical === Physical.ByteArray || ((width === 4 || width === 8) && leaf.storage !== "nothing");
    if (options.dictionary && may) this.#dictionary = new ChunkDictionary(heap, width);
  }

  /** One page. `pieces`: a value an entry where there are no levels; the values that are there where there are. */
  write(pieces: readonly Vector[], levels: Levels | null, rows: number): void {
    const { leaf } = this;
    const { staging } = this.scratch;
    let staged = false;
    let encoded: number | null = null;
    if (this.#dictionary !== null && pieces.every((piece) => piece.form === "dictionary")) encoded = this.#mappedCodes(pieces);
    if (encoded === null) {
      staging.stage(leaf, pieces);
      staged = true;
      encoded = this.#codes();
    }
    const entries = levels === null ? staging.entries : levels.definition.length;
    let bounds: PageBounds | null;
    if (staged) bounds = this.#stagedBounds();
    else bounds = this.#codeBounds(encoded!);
    const present = encoded ?? staging.present;
    this.#page(entries, present, rows, levels, encoded === null ? null : encoded, bounds);
  }

  /** Bytes that the row group holds of this column. */
  get size(): number {
    return this.uncompressedBytes + (this.#dictionary?.bytes ?? 0);
  }

  /** Codes of the staged values to scratch.codes: how many; null where the dictionary is not, or no more, in use. */
  #codes(): number | null {
    const dictionary = this.#dictionary;
    if (dictionary === null) return null;
    const { staging, codes } = this.scratch;
    const { present } = staging;
    const to = codes.need(4 * present + 64);
    const before = dictionary.size;
    const from = this.leaf.physical === Physical.ByteArray ? staging.bytes.address : staging.values.address;
    if (!dictionary.encode(from, staging.starts.address, staging.ends.address, present, to)) {
      this.#giveUp();
      return null;
    }
    if (this.#dictionaryPages === 0 && present > 0 && before === 0) {
      const plain = dictionary.width === 0 ? staging.laidBytes + 4 * present : dictionary.width * present;
      const withCodes =
        dictionary.bytes + (dictionary.width === 0 ? 4 * dictionary.size : 0) + (present * widthOf(dictionary.size)) / 8;
      if (withCodes > plain * LEAST_SAVING) {
        this.#giveUp();
        return null;
      }
    }
    return present;
  }

  /** Plain values from here on; pages that have codes keep the dictionary as far as it got. */
  #giveUp(): void {
    if (this.#dictionaryPages > 0) this.#finishDictionary();
    this.#dictionary?.free();
    this.#dictionary = null;
    this.#mapped = null;
  }

  /** Codes of vectors that have dictionaries already: each of their entries is looked up once. */
  #mappedCodes(pieces: readonly DictionaryVector[]): number | null {
    const { heap } = this;
    const { staging, codes, small } = this.scratch;
    const dictionary = this.#dictionary!;
    // An entry that some row has is in ours afterwards; codes of nulls are packed away.
    const maps: Int32Array[] = [];
    for (const piece of pieces) {
      if (this.#mapped?.from !== piece.dictionary)
        this.#mapped = { from: piece.dictionary, codes: new Int32Array(piece.dictionary.length).fill(-1) };
      const map = this.#mapped.codes;
      const { entries, places, count } = usedEntries(piece);
      const missing: number[] = [];
      for (let code = 0; code < places.length; code++) if (places[code] !== -1 && map[code] === -1) missing.push(code);
      if (missing.length > 0) {
        staging.stage(this.leaf, [entries]);
        const to = codes.need(4 * count + 64);
        const from = this.leaf.physical === Physical.ByteArray ? staging.bytes.address : staging.values.address;
        if (!dictionary.encode(from, staging.starts.address, staging.ends.address, count, to)) {
          this.#giveUp();
          return null;
        }
        const found = new Int32Array(heap.buffer, to, count);
        for (const code of missing) map[code] = found[places[code]!]!;
      }
      maps.push(map);
    }
    staging.stageValidity(pieces);
    const to = codes.need(4 * staging.entries + 64);
    let present = 0;
    let entry = 0;
    pieces.forEach((piece, i) => {
      present += this.#remap(piece, maps[i]!, staging.valid.address + entry, to + 4 * present, small);
      entry += piece.length;
    });
    return present;
  }

  #remap(piece: DictionaryVector, map: Int32Array, valid: number, to: number, region: Region): number {
    const { heap } = this;
    const { kernels } = heap;
    const { codes, length } = piece;
    const width = codes.BYTES_PER_ELEMENT;
    // Two areas of the region: the map, then the codes.
    const at = region.need(4 * map.length + 64 + width * length);
    const raw = at + 4 * map.length + (64 - ((4 * map.length) % 64));
    heap.bytes.set(new Uint8Array(map.buffer, map.byteOffset, map.byteLength), at);
    heap.bytes.set(new Uint8Array(codes.buffer, codes.byteOffset, codes.byteLength), raw);
    let count = length;
    if (piece.valid !== null) {
      if (width === 1) count = kernels.pack8(raw, valid, length, raw);
      else if (width === 2) count = kernels.pack16(raw, valid, length, raw);
      else count = kernels.pack32(raw, valid, length, raw);
    }
    if (width === 1) kernels.remap8(raw, count, at, to);
    else if (width === 2) kernels.remap16(raw, count, at, to);
    else kernels.remap32(raw, count, at, to);
    return count;
  }

  #stagedBounds(): PageBounds | null {
    const { staging, small } = this.scratch;
    if (this.leaf.physical === Physical.ByteArray)
      return bytesBounds(
        this.heap,
        this.leaf,
        staging.bytes.address,
        staging.starts.address,
        staging.ends.address,
        staging.present,
      );
    return fixedBounds(this.heap, this.leaf, staging.values.address, staging.present, small.need(128));
  }

  /** Bounds of the entries that the page's codes name. */
  #codeBounds(count: number): PageBounds | null {
    const { heap } = this;
    const { kernels } = heap;
    const dictionary = this.#dictionary!;
    const { codes, small, staging } = this.scratch;
    const used = small.need(dictionary.size + 64);
    heap.bytes.fill(0, used, used + dictionary.size);
    kernels.mark32(codes.address, count, used);
    if (dictionary.width === 0) {
      const starts = staging.starts.need(4 * dictionary.size);
      const ends = staging.ends.need(4 * dictionary.size);
      const n = kernels.markedRanges(used, dictionary.size, dictionary.offsets, starts, ends);
      return bytesBounds(heap, this.leaf, dictionary.entries, starts, ends, n);
    }
    const values = staging.values.need(16 * dictionary.size);
    heap.bytes.copyWithin(values, dictionary.entries, dictionary.entries + dictionary.bytes);
    const n =
      dictionary.width === 4
        ? kernels.pack32(values, used, dictionary.size, values)
        : kernels.pack64(values, used, dictionary.size, values);
    return fixedBounds(heap, this.leaf, values, n, staging.starts.need(128));
  }

  /** Puts the page together: levels, then codes or values. */
  #page(
    entries: number,
    present: number,
    rows: number,
    levels: Levels | null,
    codes: number | null,
    bounds: PageBounds | null,
  ): void {
    const { heap, leaf, scratch } = this;
    const { kernels } = heap;
    const { staging } = scratch;
    const isBytes = leaf.physical === Physical.ByteArray;
    const plainBytes = isBytes ? staging.laidBytes + 4 * present : 16 * present;
    // Levels take at most two bytes an entry, codes four.
    const page = scratch.page.need(1024 + 4 * entries + (codes === null ? plainBytes : 5 * present));
    let at = page;
    if (levels !== null) {
      if (leaf.repetition > 0) at = this.#levels(levels.repetition, leaf.repetition, at);
      at = this.#levels(levels.definition, leaf.definition, at);
    } else if (leaf.definition > 0) {
      const length = kernels.encodeHybrid8(staging.valid.address, entries, 1, at + 4);
      heap.bytes.writeInt32LE(length, at);
      at += 4 + length;
    }
    let encoding = Encoding.Plain;
    if (codes !== null) {
      encoding = Encoding.PlainDictionary;
      const width = widthOf(this.#dictionary!.size);
      heap.bytes[at++] = width;
      const from = scratch.codes.address;
      heap.bytes.fill(0, from + 4 * codes, from + 4 * codes + 32);
      at += kernels.encodeHybrid32(from, codes, width, at);
      this.#dictionaryPages++;
    } else {
      at += this.#plain(at, present);
      if (this.options.bloom) this.#hashStaged(present);
    }
    const header = (compressed: number): Uint8Array => {
      const w = new ThriftWriter();
      return w
        .body(() => {
          w.i32(1, PageType.Data)
            .i32(2, at - page)
            .i32(3, compressed);
          w.struct(5, () => w.i32(1, entries).i32(2, encoding).i32(3, Encoding.Rle).i32(4, Encoding.Rle));
        })
        .written();
    };
    const body = this.#compressed(page, at - page);
    const head = header(body.length);
    this.pages.push({ header: head, body, rows, nulls: entries - present, empty: present === 0, bounds });
    this.values += entries;
    this.nulls += entries - present;
    this.uncompressedBytes += head.length + (at - page);
    this.compressedBytes += head.length + body.length;
    if (present > 0) this.#widen(bounds);
  }

  #hashStaged(count: number): void {
    const { staging } = this.scratch;
    const { starts, ends, bytes, values } = staging;
    if (this.leaf.physical === Physical.ByteArray) this.#hash(bytes.address, starts.address, ends.address, count);
    else this.#hash(values.address, 0, 0, count);
  }

  #hash(values: number, starts: number, ends: number, count: number): void {
    const { heap, leaf } = this;
    const to = this.scratch.small.need(8 * count);
    if (leaf.physical === Physical.ByteArray) heap.kernels.hashRanges(values, starts, ends, count, to);
    else heap.kernels.hashFixed(values, stagedBytes(leaf), count, to);
    this.#hashes.push(copied(heap, to, 8 * count));
  }

  /** About one false answer in a hundred. */
  #makeBloomFilter(): void {
    const { heap } = this;
    const count = this.#hashes.reduce((sum, hashes) => sum + hashes.length / 8, 0);
    if (count === 0) return;
    const bytes = Math.min(MAX_BLOOM_BYTES, Math.max(32, 2 ** Math.ceil(Math.log2((count * BLOOM_BITS) / 8))));
    const filter = heap.allocate(bytes);
    heap.bytes.fill(0, filter, filter + bytes);
    for (const hashes of this.#hashes) {
      const at = this.scratch.small.need(hashes.length);
      heap.bytes.set(hashes, at);
      heap.kernels.bloomAdd(filter, bytes / 32, at, hashes.length / 8);
    }
    this.bloomFilter = copied(heap, filter, bytes);
    heap.free(filter);
    this.#hashes.length = 0;
  }

  #levels(levels: Uint8Array, most: number, at: number): number {
    const { heap } = this;
    const from = this.scratch.small.need(levels.length + 16);
    heap.bytes.set(levels, from);
    heap.bytes.fill(0, from + levels.length, from + levels.length + 16);
    const length = heap.kernels.encodeHybrid8(from, levels.length, 32 - Math.clz32(most), at + 4);
    heap.bytes.writeInt32LE(length, at);
    return at + 4 + length;
  }

  #plain(at: number, present: number): number {
    const { heap, leaf } = this;
    const { staging } = this.scratch;
    const { kernels } = heap;
    const values = staging.values.address;
    switch (leaf.storage) {
      case "bytes":
        return kernels.layBytes(staging.bytes.address, staging.starts.address, staging.ends.address, present, at);
      case "boolean":
        heap.bytes.fill(0, values + present, values + present + 8);
        return kernels.packBits(values, present, at);
      case "fixedDecimal":
        kernels.wordsAsFixed(values, leaf.typeLength, present, at);
        return leaf.typeLength * present;
      default: {
        const length = stagedBytes(leaf) * present;
        heap.bytes.copyWithin(at, values, values + length);
        return length;
      }
    }
  }

  #compressed(from: number, length: number): Uint8Array {
    const { heap } = this;
    const { compressed, table } = this.scratch;
    const { kernels } = heap;
    switch (this.options.codec) {
      case Codec.Snappy: {
        const to = compressed.need(kernels.snappyBound(length) + 64);
        return copied(heap, to, kernels.snappyCompress(from, length, to, table.need(65536)));
      }
      case Codec.Lz4Raw: {
        const to = compressed.need(length + Math.ceil(length / 255) + 128);
        return copied(heap, to, kernels.lz4Compress(from, length, to, table.need(65536)));
      }
      case Codec.None:
        return copied(heap, from, length);
      default:
        return compress(this.options.codec, heap.bytes.subarray(from, from + length));
    }
  }

  #widen(bounds: PageBounds | null): void {
    if (bounds === null) this.#unbounded = true;
    if (this.#unbounded || bounds === null) {
      this.bounds = null;
      return;
    }
    const { bounds: known, leaf } = this;
    this.bounds =
      known === null
        ? bounds
        : {
            min: isBoundBelow(leaf, bounds.min, known.min) ? bounds.min : known.min,
            max: isBoundBelow(leaf, known.max, bounds.max) ? bounds.max : known.max,
          };
  }

  #finishDictionary(): void {
    const dictionary = this.#dictionary!;
    const { heap } = this;
    const { page } = this.scratch;
    if (this.options.bloom) {
      const { entries, offsets } = dictionary;
      this.#hash(entries, offsets, offsets + 4, dictionary.size);
    }
    let length = dictionary.bytes;
    const at = page.need(length + 4 * dictionary.size + 64);
    if (dictionary.width === 0) {
      const { offsets, size } = dictionary;
      length = heap.kernels.layBytes(dictionary.entries, offsets, offsets + 4, size, at);
    } else heap.bytes.copyWithin(at, dictionary.entries, dictionary.entries + length);
    const body = this.#compressed(at, length);
    const w = new ThriftWriter();
    const header = w
      .body(() => {
        w.i32(1, PageType.Dictionary).i32(2, length).i32(3, body.length);
        w.struct(7, () => w.i32(1, dictionary.size).i32(2, Encoding.PlainDictionary));
      })
      .written();
    this.dictionaryPage = { header, body, rows: 0, nulls: 0, empty: false, bounds: null };
    this.uncompressedBytes += header.length + length;
    this.compressedBytes += header.length + body.length;
  }

  /** Ends the chunk: its dictionary page is made. */
  finish(): void {
    if (this.#dictionary !== null && this.#dictionaryPages > 0) this.#finishDictionary();
    if (this.options.bloom) this.#makeBloomFilter();
    this.free();
  }

  get encodings(): number[] {
    const result = [Encoding.Rle, Encoding.BitPacked];
    if (this.dictionaryPage !== null) result.push(Encoding.PlainDictionary);
    if (this.dictionaryPage === null || this.#dictionaryPages < this.pages.length) result.push(Encoding.Plain);
    return result.filter((encoding) => encoding !== Encoding.BitPacked);
  }

  get plainPages(): number {
    return this.pages.length - this.#dictionaryPages;
  }

  free(): void {
    this.#dictionary?.free();
    this.#dictionary = null;
    this.#mapped = null;
  }
}

function copied(heap: Heap, from: number, length: number): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(length);
  copy.set(heap.bytes.subarray(from, from + length));
  return copy;
}

/** Bits of codes of a dictionary of so many entries. */
function widthOf(size: number): number {
  return size <= 1 ? 1 : 32 - Math.clz32(size - 1);
}
