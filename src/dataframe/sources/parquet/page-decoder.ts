/**
 * Pages of one column chunk as vectors. A decoder lives as long as its chunk: it keeps the dictionary. All that a page needs
 * on the way is in scratch regions that the decoders of a thread share.
 */
import { gather } from "../../../columnar/batch";
import type { Vector } from "../../../columnar/vector";
import { DamagedPage } from "./codecs";
import { type Conversion, Form, type Packed, physicalBytes } from "./convert";
import { Encoding, PageType, Physical } from "./metadata";
import type { ParquetNode } from "./schema";
import { heap } from "../wasm/heap";
import { PageDictionary } from "./page-dictionary";
import type { PageHeader } from "./page-header";
import { scratch } from "./page-scratch";
import { copyBytes, noValues, PageVectors } from "./page-vectors";

/** Values of one page or several. */
export interface DecodedPage {
  readonly vector: Vector;
  /** Entries: values, nulls and empty lists. */
  readonly entries: number;
  /** A byte an entry, where the decoder was asked for them; null where all entries have the highest level. */
  readonly definition: Uint8Array | null;
  readonly repetition: Uint8Array | null;
}

/** Rows of a page or a batch by their places, in rising order: places[0..count). There is one at least. */
export interface Selection {
  readonly places: Int32Array;
  readonly count: number;
}

export interface DecoderOptions {
  /** Definition and repetition levels are wanted; values are then given packed, without the nulls. */
  readonly nested: boolean;
  /** Definition levels are wanted beside a vector with nulls: a field of a struct. */
  readonly levels: boolean;
  /** Entries of the chunk. */
  readonly entries: number;
  /** Some pages have codes, others values. */
  readonly mixed: boolean;
  /** A page's numbers and codes need only last until the next page is decoded. */
  readonly transient: boolean;
  /** So do its strings, unless they are a dictionary's. */
  readonly transientStrings: boolean;
  /** Its integers are tested: they may come as codes of a large dictionary, which is then `isLoose`. */
  readonly tested: boolean;
}

export class PageDecoder {
  readonly #heap = heap();
  readonly #scratch = scratch(this.#heap);
  readonly #physical: Physical;
  readonly #width: number;
  readonly #packed: Packed = { form: Form.Uint8, address: 0, starts: 0, ends: 0, bytesLength: 0 };

  readonly #vectors: PageVectors;
  readonly #dictionary: PageDictionary;

  constructor(
    private readonly node: ParquetNode,
    private readonly conversion: Conversion,
    private readonly options: DecoderOptions,
  ) {
    this.#physical = node.element.type!;
    this.#width = physicalBytes(node);
    if (this.#physical === Physical.FixedLength && (this.#width < 0 || this.#width > 1 << 24))
      throw new DamagedPage(`its column ${node.name} says that values have ${this.#width} bytes`);
    this.#vectors = new PageVectors(options.transient, options.transientStrings);
    const physical = { type: this.#physical, width: this.#width };
    this.#dictionary = new PageDictionary(this.#vectors, this.#packed, physical, conversion, options);
  }

  close(): void {
    this.#dictionary.close();
    this.#vectors.close();
  }

  /** The dictionary's. */
  get values(): Vector | null {
    return this.#dictionary.values;
  }

  get isLoose(): boolean {
    return this.#dictionary.isLoose;
  }

  /** Where the bytes of a dictionary page of `count` values can be put so that they need not be moved; 0 for anywhere. */
  dictionaryRoom(bytes: number, count: number): number {
    return this.#dictionary.room(bytes, count);
  }

  /** The dictionary page: its decompressed bytes are [from, end) of the heap. */
  dictionary(from: number, end: number, count: number, encoding: number): void {
    if (encoding !== (Encoding.Plain as number) && encoding !== (Encoding.PlainDictionary as number))
      throw new DamagedPage("a dictionary has an unknown encoding");
    this.#plain(from, end, count);
    this.#dictionary.fill(count);
  }

  /**
   * A data page of version 1 or 2; its decompressed bytes, levels included, are [from, end) of the heap. The vector has the values of the
   * selected entries where there is a selection: only for columns without lists, read without levels. `fresh`: it leaves the page before alone.
   */
  page(header: PageHeader, from: number, end: number, selection: Selection | null = null, fresh = false): DecodedPage {
    this.#vectors.fresh = fresh;
    const { node, options } = this;
    const count = header.values;
    const heap = this.#heap;
    const { levels, valid } = this.#scratch;
    let at = from;
    let repetition: Uint8Array | null = null;
    let definition: Uint8Array | null = null;
    let present = count;
    let validAt = 0;

    const version2 = header.type === (PageType.DataV2 as number);
    if (node.repetition > 0) {
      const to = levels.need(count);
      at = this.#levels(header, at, end, node.repetition, to, version2 ? header.repetitionBytes : -1, header.repetitionEncoding);
      if (heap.kernels.maxOf8(to, count) > node.repetition) throw new DamagedPage("a repetition level is out of range");
      if (options.nested) repetition = copyBytes(heap, to, count);
    } else if (version2) at += header.repetitionBytes;
    if (node.definition > 0) {
      const to = levels.need(count);
      at = this.#levels(header, at, end, node.definition, to, version2 ? header.definitionBytes : -1, header.definitionEncoding);
      validAt = valid.need(count);
      present = heap.kernels.markLevel(to, count, node.definition, validAt);
      if (present < count) {
        if (heap.kernels.maxOf8(to, count) > node.definition) throw new DamagedPage("a definition level is out of range");
        if (options.nested || options.levels) definition = copyBytes(heap, to, count);
      }
    } else if (version2) at += header.definitionBytes;

    const packedOnly = options.nested;
    const whole = packedOnly || present === count;
    if (selection !== null && whole && this.#mayTake(header.encoding)) {
      return { vector: this.#taken(header.encoding, at, end, count, selection), entries: count, definition, repetition };
    }
    const vector = this.#valuesOf(header.encoding, at, end, present, count, whole ? 0 : validAt);
    const kept = selection === null ? vector : gather(vector, selection.places, selection.count);
    return { vector: kept, entries: count, definition, repetition };
  }

  /** Levels as bytes at `to`; gives where they end. `bytes` is their length where the header says it. */
  #levels(header: PageHeader, from: number, end: number, most: number, to: number, bytes: number, encoding: number): number {
    const { kernels } = this.#heap;
    const width = 32 - Math.clz32(most);
    let at = from;
    let length = bytes;
    if (encoding === (Encoding.BitPacked as number) && bytes < 0) {
      const taken = kernels.bitPackedLevels(at, end, width, header.values, to);
      if (taken < 0) throw new DamagedPage("levels end too early");
      return at + taken;
    }
    if (bytes < 0) {
      if (end - at < 4) throw new DamagedPage("levels end too early");
      length = this.#heap.bytes.readInt32LE(at);
      at += 4;
    }
    if (length < 0 || length > end - at) throw new DamagedPage("levels end too early");
    if (kernels.hybrid8(at, at + length, width, header.values, to) < 0) throw new DamagedPage("levels end too early");
    return at + length;
  }

  /** The vector of a page's values: `present` of them in the page, `count` in the vector if `valid` is an address. */
  #valuesOf(encoding: number, from: number, end: number, present: number, count: number, valid: number): Vector {
    if (encoding === (Encoding.PlainDictionary as number) || encoding === (Encoding.RleDictionary as number))
      return this.#codes(from, end, present, count, valid);
    this.#decode(encoding, from, end, present);
    this.#convert(present);
    return this.#vectors.vector(this.#packed, present, valid === 0 ? null : { at: valid, count });
  }

  /** Whether values can be picked before they are converted. */
  #mayTake(encoding: number): boolean {
    if (encoding === (Encoding.PlainDictionary as number) || encoding === (Encoding.RleDictionary as number)) return true;
    return this.#width === 0 || this.#width === 1 || this.#width === 4 || this.#width === 8;
  }

  /** The selected ones of `count` values. */
  #taken(encoding: number, from: number, end: number, count: number, { places, count: taken }: Selection): Vector {
    const heap = this.#heap;
    const { kernels } = heap;
    const at = this.#scratch.places.need(4 * taken);
    if (encoding === (Encoding.PlainDictionary as number) || encoding === (Encoding.RleDictionary as number)) {
      new Int32Array(heap.buffer, at, taken).set(places.subarray(0, taken));
      return this.#codes(from, end, count, taken, 0, at);
    }
    this.#decode(encoding, from, end, count);
    // Decoding may have made the heap larger.
    new Int32Array(heap.buffer, at, taken).set(places.subarray(0, taken));
    const packed = this.#packed;
    const to = this.#scratch.taken.need(taken * 8);
    if (this.#width === 0) {
      kernels.take32(packed.starts, at, taken, to);
      kernels.take32(packed.ends, at, taken, to + 4 * taken);
      // Where no nulls are spread, nothing else is there.
      const bytes = this.#scratch.spread.need(packed.bytesLength);
      packed.starts = to;
      packed.ends = to + 4 * taken;
      packed.bytesLength = kernels.packRanges(packed.address, packed.starts, packed.ends, taken, bytes);
      packed.address = bytes;
    } else {
      if (this.#width === 1) kernels.take8(packed.address, at, taken, to);
      else if (this.#width === 4) kernels.take32(packed.address, at, taken, to);
      else kernels.take64(packed.address, at, taken, to);
      packed.address = to;
    }
    this.#convert(taken);
    return this.#vectors.vector(this.#packed, taken, null);
  }

  #decode(encoding: number, from: number, end: number, count: number): void {
    switch (encoding as Encoding) {
      case Encoding.Plain:
        this.#plain(from, end, count);
        return;
      case Encoding.Rle:
        if (this.#physical !== Physical.Boolean) break;
        this.#runLengthBooleans(from, end, count);
        return;
      case Encoding.DeltaBinaryPacked:
        if (this.#physical !== Physical.Int32 && this.#physical !== Physical.Int64) break;
        this.#deltas(from, end, count);
        return;
      case Encoding.DeltaLengthByteArray:
        if (this.#physical !== Physical.ByteArray) break;
        this.#deltaLengths(from, end, count);
        return;
      case Encoding.DeltaByteArray:
        if (this.#physical !== Physical.ByteArray && this.#physical !== Physical.FixedLength) break;
        this.#deltaByteArrays(from, end, count);
        return;
      case Encoding.ByteStreamSplit:
        if (this.#width === 0 || this.#physical === Physical.Boolean) break;
        if (this.#width * count > end - from) throw new DamagedPage("a page has fewer values than it says");
        this.#packed.address = this.#scratch.physical.need(count * this.#width);
        this.#heap.kernels.byteStreams(from, this.#width, count, this.#packed.address);
        return;
      default:
    }
    throw new DamagedPage(`its column ${this.node.name} has the encoding ${encoding}, which does not go with its type`);
  }

  #plain(from: number, end: number, count: number): void {
    const packed = this.#packed;
    const { kernels } = this.#heap;
    packed.address = from;
    if (this.#physical === Physical.Boolean) {
      if ((count + 7) >> 3 > end - from) throw new DamagedPage("a page has fewer values than it says");
      packed.address = this.#scratch.physical.need(count + 8);
      kernels.booleans(from, count, packed.address);
    } else if (this.#physical === Physical.ByteArray) {
      // Each has a length of four bytes.
      if (count * 4 > end - from) throw new DamagedPage("a page has fewer values than it says");
      this.#ranges(count);
      packed.bytesLength = kernels.byteArrays(from, end, count, packed.starts, packed.ends);
      if (packed.bytesLength < 0) throw new DamagedPage("a value is longer than its page");
    } else if (count * this.#width > end - from) throw new DamagedPage("a page has fewer values than it says");
  }

  #ranges(count: number): void {
    this.#packed.starts = this.#scratch.starts.need(4 * count);
    this.#packed.ends = this.#scratch.ends.need(4 * count);
  }

  #runLengthBooleans(from: number, end: number, count: number): void {
    if (end - from < 4) throw new DamagedPage("a page has fewer values than it says");
    const length = this.#heap.bytes.readInt32LE(from);
    this.#packed.address = this.#scratch.physical.need(count + 8);
    const start = from + 4;
    if (length < 0 || length > end - start) throw new DamagedPage("a page has fewer values than it says");
    if (count > 0 && this.#heap.kernels.hybrid8(start, start + length, 1, count, this.#packed.address) < 0)
      throw new DamagedPage("a page has fewer values than it says");
  }

  /** 64-bit integers at `to`; gives where they end in the page. */
  #deltasTo(from: number, end: number, count: number, to: number, narrow: boolean): number {
    const taken = this.#heap.kernels.deltas(from, end, count, to, narrow ? 1 : 0);
    if (taken < 0) throw new DamagedPage("a page of deltas is damaged");
    return from + taken;
  }

  #deltas(from: number, end: number, count: number): void {
    const to = this.#scratch.physical.need(count * 8);
    const narrow = this.#physical === Physical.Int32;
    if (count > 0) this.#deltasTo(from, end, count, to, narrow);
    if (narrow) this.#heap.kernels.longsAsInts(to, count, to);
    this.#packed.address = to;
  }

  #deltaLengths(from: number, end: number, count: number): void {
    const packed = this.#packed;
    const to = this.#scratch.physical.need(count * 8);
    this.#ranges(count);
    const at = count > 0 ? this.#deltasTo(from, end, count, to, false) : end;
    packed.address = at;
    packed.bytesLength = this.#heap.kernels.lengthsToRanges(to, count, end - at, packed.starts, packed.ends);
    if (packed.bytesLength < 0) throw new DamagedPage("a value is longer than its page");
  }

  #deltaByteArrays(from: number, end: number, count: number): void {
    const packed = this.#packed;
    const { kernels } = this.#heap;
    if (count === 0) {
      this.#ranges(0);
      packed.bytesLength = 0;
      return;
    }
    const { joined, converted, spread } = this.#scratch;
    // Regions of later steps, which these values leave before those steps begin.
    const prefixes = spread.need(count * 8);
    const suffixesFrom = this.#deltasTo(from, end, count, prefixes, false);
    const lengths = converted.need(count * 8);
    const suffixes = this.#deltasTo(suffixesFrom, end, count, lengths, false);
    this.#ranges(count);
    const { starts, ends } = packed;
    if (kernels.lengthsToRanges(lengths, count, end - suffixes, starts, ends) < 0)
      throw new DamagedPage("a value is longer than its page");
    const total = kernels.joinedLength(prefixes, starts, ends, count);
    if (total < 0 || total > 0x7fffffff) throw new DamagedPage("a page of prefixes and suffixes is damaged");
    const to = joined.need(total);
    packed.bytesLength = kernels.joinPrefixes(prefixes, suffixes, starts, ends, count, to, to + total);
    if (packed.bytesLength < 0) throw new DamagedPage("a page of prefixes and suffixes is damaged");
    if (this.#physical === Physical.FixedLength && !this.#allHaveWidth(count))
      throw new DamagedPage("a value does not have the length of its type");
    packed.address = to;
  }

  #allHaveWidth(count: number): boolean {
    const { buffer } = this.#heap;
    const starts = new Int32Array(buffer, this.#packed.starts, count);
    const ends = new Int32Array(buffer, this.#packed.ends, count);
    for (let i = 0; i < count; i++) if (ends[i]! - starts[i]! !== this.#width) return false;
    return true;
  }

  #convert(count: number): void {
    this.conversion(this.#heap, this.#packed, count, this.#scratch.converted.need(count * 16));
  }

  /** `places`: address of the `count` entries that are wanted, all of which are valid; 0 for all. */
  #codes(from: number, end: number, entries: number, count: number, valid: number, places = 0): Vector {
    let present = entries;
    const heap = this.#heap;
    const { kernels } = heap;
    if (!this.#dictionary.isKnown) throw new DamagedPage("a page refers to a dictionary that is not there");
    if (present === 0) return noValues(valid === 0 ? 0 : count);
    if (from >= end) throw new DamagedPage("a page has fewer values than it says");
    const bits = heap.bytes[from]!;
    if (bits > 32) throw new DamagedPage("codes of a dictionary have more than 32 bits");
    const bytes = bits <= 8 ? 1 : bits <= 16 ? 2 : 4;
    let codes = this.#scratch.physical.need((present + 8) * bytes);
    const taken =
      bytes === 1
        ? kernels.hybrid8(from + 1, end, bits, present, codes)
        : bytes === 2
          ? kernels.hybrid16(from + 1, end, bits, present, codes)
          : kernels.hybrid32(from + 1, end, bits, present, codes);
    if (taken < 0) throw new DamagedPage("a page has fewer values than it says");
    const most =
      bytes === 1
        ? kernels.maxOf8(codes, present)
        : bytes === 2
          ? kernels.maxOf16(codes, present)
          : kernels.maxOf32(codes, present) >>> 0;
    if (most >= this.#dictionary.count) throw new DamagedPage("a code is not in its dictionary");
    if (places !== 0) {
      const to = this.#scratch.taken.need(count * bytes);
      if (bytes === 1) kernels.take8(codes, places, count, to);
      else if (bytes === 2) kernels.take16(codes, places, count, to);
      else kernels.take32(codes, places, count, to);
      codes = to;
      present = count;
    }

    return this.#dictionary.vector(bytes, codes, present, valid === 0 ? null : { at: valid, count });
  }
}
