/**
 * Pages of one column chunk as vectors. A decoder lives as long as its chunk: it keeps the dictionary. All that a page needs
 * on the way is in scratch regions that the decoders of a thread share.
 */
import { gather } from "../../../columnar/batch";
import type { BytesVector, DictionaryVector, FixedVector, Vector, WideVector } from "../../../columnar/vector";
import { DamagedPage } from "./codecs";
import { type Conversion, Form, FORM_BYTES, type Packed, physicalBytes } from "./convert";
import { Encoding, type PageHeader, PageType, Physical } from "./metadata";
import type { ParquetNode } from "./schema";
import { type Heap, heap, Region } from "../wasm/heap";
import { PageBuffer, uninitialized } from "./page-buffers";

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

/** Dictionaries of numbers are kept where they are this many times smaller than what they stand for. */
const KEPT_NUMBERS = 4;
const MAX_KEPT_CODES = 65536;

interface Scratch {
  readonly levels: Region;
  readonly valid: Region;
  readonly physical: Region;
  readonly converted: Region;
  readonly spread: Region;
  readonly starts: Region;
  readonly ends: Region;
  readonly joined: Region;
  readonly places: Region;
  readonly taken: Region;
}

let scratchOfThread: Scratch | undefined;

function scratch(of: Heap): Scratch {
  return (scratchOfThread ??= {
    levels: new Region(of),
    valid: new Region(of),
    physical: new Region(of),
    converted: new Region(of),
    spread: new Region(of),
    starts: new Region(of),
    ends: new Region(of),
    joined: new Region(of),
    places: new Region(of),
    taken: new Region(of),
  });
}

export interface DecoderOptions {
  /** Definition and repetition levels are wanted; values are then given packed, without the nulls. */
  readonly nested: boolean;
  /** Definition levels are wanted beside a vector with nulls: a field of a struct. */
  readonly levels: boolean;
  /** Entries of the chunk. */
  readonly entries: number;
  /** A page's numbers and codes need only last until the next page is decoded. */
  readonly transient: boolean;
}

export class PageDecoder {
  readonly #heap = heap();
  readonly #scratch = scratch(this.#heap);
  readonly #physical: Physical;
  readonly #width: number;
  readonly #packed: Packed = { form: Form.Uint8, address: 0, starts: 0, ends: 0, bytesLength: 0 };

  #hasDictionary = false;
  /** Where codes are kept. */
  #dictionary: FixedVector | WideVector | BytesVector | null = null;
  #dictionaryCount = 0;
  /** The dictionary's values in the heap, where codes are replaced by them. */
  readonly #dictionaryRegion: Region;
  #dictionaryForm = Form.Uint8;
  #keepCodes = true;
  /** Where values may be overwritten by those of the next page. */
  readonly #values: PageBuffer | null;
  readonly #validity: PageBuffer | null;
  #fresh = false;

  constructor(
    private readonly node: ParquetNode,
    private readonly conversion: Conversion,
    private readonly options: DecoderOptions,
  ) {
    this.#physical = node.element.type!;
    this.#width = physicalBytes(node);
    if (this.#physical === Physical.FixedLength && (this.#width < 0 || this.#width > 1 << 24))
      throw new DamagedPage(`its column ${node.name} says that values have ${this.#width} bytes`);
    this.#dictionaryRegion = new Region(this.#heap);
    this.#values = options.transient ? new PageBuffer() : null;
    this.#validity = options.transient ? new PageBuffer() : null;
  }

  close(): void {
    this.#dictionaryRegion.free();
    this.#values?.release();
    this.#validity?.release();
  }

  /** The dictionary's. */
  get values(): Vector | null {
    if (!this.#hasDictionary || this.#keepCodes) return this.#dictionary;
    this.#packed.form = this.#dictionaryForm;
    this.#packed.address = this.#dictionaryRegion.address;
    return this.#vector(this.#dictionaryCount, null, true);
  }

  /** The dictionary page: its decompressed bytes are [from, end) of the heap. */
  dictionary(from: number, end: number, count: number, encoding: number): void {
    if (encoding !== (Encoding.Plain as number) && encoding !== (Encoding.PlainDictionary as number))
      throw new DamagedPage("a dictionary has an unknown encoding");
    this.#plain(from, end, count);
    this.#convert(count);
    const packed = this.#packed;
    this.#dictionaryForm = packed.form;
    this.#dictionaryCount = count;
    const bytes = FORM_BYTES[packed.form]!;
    this.#keepCodes = (bytes !== 4 && bytes !== 8) || (count * KEPT_NUMBERS <= this.options.entries && count <= MAX_KEPT_CODES);
    this.#hasDictionary = true;
    if (this.#keepCodes) {
      this.#dictionary = this.#vector(count, null, true) as FixedVector | WideVector | BytesVector;
      return;
    }
    const to = this.#dictionaryRegion.need(count * bytes);
    this.#heap.bytes.copyWithin(to, packed.address, packed.address + count * bytes);
  }

  /**
   * A data page of version 1 or 2; its decompressed bytes, levels included, are [from, end) of the heap. The vector has the values of the
   * selected entries where there is a selection: only for columns without lists, read without levels. `fresh`: it leaves the page before alone.
   */
  page(header: PageHeader, from: number, end: number, selection: Selection | null = null, fresh = false): DecodedPage {
    this.#fresh = fresh;
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
    return this.#vector(present, valid === 0 ? null : { at: valid, count });
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
    return this.#vector(taken, null);
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
    if (!this.#hasDictionary) throw new DamagedPage("a page refers to a dictionary that is not there");
    if (present === 0) return this.#noValues(valid === 0 ? 0 : count);
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
    if (most >= this.#dictionaryCount) throw new DamagedPage("a code is not in its dictionary");
    if (places !== 0) {
      const to = this.#scratch.taken.need(count * bytes);
      if (bytes === 1) kernels.take8(codes, places, count, to);
      else if (bytes === 2) kernels.take16(codes, places, count, to);
      else kernels.take32(codes, places, count, to);
      codes = to;
      present = count;
    }

    if (!this.#keepCodes) {
      const packed = this.#packed;
      packed.form = this.#dictionaryForm;
      packed.address = this.#scratch.converted.need(present * 8);
      this.#pick(bytes, codes, present, packed.address);
      return this.#vector(present, valid === 0 ? null : { at: valid, count });
    }
    let validity: Uint8Array | null = null;
    let length = present;
    if (valid !== 0) {
      const to = this.#scratch.spread.need(count * bytes);
      this.#spread(bytes, codes, valid, count, to);
      codes = to;
      length = count;
      validity = this.#valid(valid, count);
    }
    const out = this.#room(length * bytes, false);
    new Uint8Array(out).set(heap.bytes.subarray(codes, codes + length * bytes));
    const result: DictionaryVector = {
      form: "dictionary",
      length,
      codes: new (bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Int32Array)(out, 0, length),
      dictionary: this.#dictionary!,
      valid: validity,
    };
    return result;
  }

  #pick(codeBytes: number, codes: number, count: number, to: number): void {
    const { kernels } = this.#heap;
    const from = this.#dictionaryRegion.address;
    if (FORM_BYTES[this.#dictionaryForm] === 4) {
      if (codeBytes === 1) kernels.pick32by8(codes, count, from, to);
      else if (codeBytes === 2) kernels.pick32by16(codes, count, from, to);
      else kernels.pick32by32(codes, count, from, to);
    } else if (codeBytes === 1) kernels.pick64by8(codes, count, from, to);
    else if (codeBytes === 2) kernels.pick64by16(codes, count, from, to);
    else kernels.pick64by32(codes, count, from, to);
  }

  #spread(bytes: number, from: number, valid: number, count: number, to: number): void {
    const { kernels } = this.#heap;
    if (bytes === 1) kernels.spread8(from, valid, count, to);
    else if (bytes === 2) kernels.spread16(from, valid, count, to);
    else if (bytes === 4) kernels.spread32(from, valid, count, to);
    else if (bytes === 8) kernels.spread64(from, valid, count, to);
    else kernels.spread128(from, valid, count, to);
  }

  /** `count` nulls: a page without values, whose encoding says nothing of the form. */
  #noValues(count: number): Vector {
    return { form: "null", length: count, valid: new Uint8Array(count) };
  }

  /** Room for a page's numbers or codes; `kept`: they outlast the page. */
  #room(bytes: number, kept: boolean): ArrayBuffer {
    return kept || this.#fresh || this.#values === null ? uninitialized(bytes) : this.#values.room(bytes);
  }

  #valid(address: number, count: number): Uint8Array {
    if (this.#fresh || this.#validity === null) return copyBytes(this.#heap, address, count);
    const copy = new Uint8Array(this.#validity.room(count), 0, count);
    copy.set(this.#heap.bytes.subarray(address, address + count));
    return copy;
  }

  /** What #convert has left, spread over the valid places, outside of the heap. */
  #vector(present: number, nulls: { readonly at: number; readonly count: number } | null, kept = false): Vector {
    const heap = this.#heap;
    const { form } = this.#packed;
    if (nulls !== null && present === 0) return this.#noValues(nulls.count);
    if (form === Form.Bytes) return this.#bytesVector(present, nulls);
    const bytes = FORM_BYTES[form]!;
    let from = this.#packed.address;
    let length = present;
    let valid: Uint8Array | null = null;
    if (nulls !== null) {
      length = nulls.count;
      const to = this.#scratch.spread.need(length * bytes);
      this.#spread(bytes, from, nulls.at, length, to);
      from = to;
      valid = this.#valid(nulls.at, length);
    }
    const out = this.#room(length * bytes, kept);
    new Uint8Array(out).set(heap.bytes.subarray(from, from + length * bytes));
    switch (form) {
      case Form.Uint8:
        return { form: "fixed", length, values: new Uint8Array(out, 0, length), valid };
      case Form.Int8:
        return { form: "fixed", length, values: new Int8Array(out, 0, length), valid };
      case Form.Int16:
        return { form: "fixed", length, values: new Int16Array(out, 0, length), valid };
      case Form.Int32:
        return { form: "fixed", length, values: new Int32Array(out, 0, length), valid };
      case Form.Float32:
        return { form: "fixed", length, values: new Float32Array(out, 0, length), valid };
      case Form.Float64:
        return { form: "fixed", length, values: new Float64Array(out, 0, length), valid };
      case Form.Wide1:
        return { form: "wide", length, words: 1, values: new BigInt64Array(out, 0, length), valid };
      case Form.Wide2:
        return { form: "wide", length, words: 2, values: new BigInt64Array(out, 0, 2 * length), valid };
    }
  }

  #bytesVector(present: number, nulls: { readonly at: number; readonly count: number } | null): BytesVector {
    const heap = this.#heap;
    const { kernels } = heap;
    const { address, bytesLength } = this.#packed;
    let { starts, ends } = this.#packed;
    const ascii = kernels.isAscii(address, bytesLength) === 1 || kernels.areAscii(address, starts, ends, present) === 1;
    const bytes = new Uint8Array(uninitialized(bytesLength));
    bytes.set(heap.bytes.subarray(address, address + bytesLength));
    let length = present;
    let valid: Uint8Array | null = null;
    if (nulls !== null) {
      length = nulls.count;
      const to = this.#scratch.spread.need(length * 8);
      kernels.spreadRanges(starts, ends, nulls.at, length, to, to + 4 * length);
      starts = to;
      ends = to + 4 * length;
      valid = copyBytes(heap, nulls.at, length);
    }
    const ranges = uninitialized(length * 8);
    const out = new Uint8Array(ranges);
    out.set(heap.bytes.subarray(starts, starts + 4 * length));
    out.set(heap.bytes.subarray(ends, ends + 4 * length), 4 * length);
    return {
      form: "bytes",
      length,
      bytes,
      starts: new Int32Array(ranges, 0, length),
      ends: new Int32Array(ranges, 4 * length, length),
      valid,
      ascii,
    };
  }
}

function copyBytes(from: Heap, address: number, count: number): Uint8Array {
  const copy = new Uint8Array(uninitialized(count));
  copy.set(from.bytes.subarray(address, address + count));
  return copy;
}
