/** The dictionary of a column chunk: kept beside the codes of its pages, or picked from by them. */
import type { BytesVector, FixedVector, Vector, WideVector } from "../../../columnar/vector";
import { type Conversion, Form, FORM_BYTES, type Packed } from "./convert";
import { Physical } from "./metadata";
import { scratch } from "./page-scratch";
import type { Nulls, PageVectors } from "./page-vectors";
import { heap, Region } from "../wasm/heap";

/**
 * Vectors keep codes where dictionaries are this many times smaller than what they stand for. Dictionaries of keys are as large as their
 * columns: codes would lead from one place to another, and code for them would be compiled beside the one for values.
 */
const KEPT_STRINGS = 2;
/** Names of few things are kept in any case: tables of them are joined with large ones, whose rows are then grouped by them. */
const FEW_STRINGS = 256;
const KEPT_NUMBERS = 8;
const MAX_KEPT_CODES = 65536;
/** The same where entries are tested and values are picked afterwards. */
const TESTED_NUMBERS = 2;

/** What is known of a chunk before it is read. */
interface DictionaryUse {
  /** Entries of the chunk. */
  readonly entries: number;
  /** Some pages have codes, others values. */
  readonly mixed: boolean;
  /** Somebody tests integers once an entry: codes are kept where there are half as many entries, and `isLoose` says so. */
  readonly tested: boolean;
}

export class PageDictionary {
  readonly #heap = heap();
  readonly #scratch = scratch(this.#heap);
  #isKnown = false;
  /** Where codes are kept, and of strings. */
  #kept: FixedVector | WideVector | BytesVector | null = null;
  #count = 0;
  /** The dictionary's values in the heap, where codes are replaced by them; of strings where they start, and where they end. */
  readonly #region: Region;
  #form = Form.Uint8;
  /** The region has the values as they were in the page: those that are picked are converted. */
  #isPhysical = false;
  #keepCodes = true;
  #isLoose = false;

  /** `packed`: what the decoder of the chunk's pages works with. */
  constructor(
    private readonly vectors: PageVectors,
    private readonly packed: Packed,
    private readonly physical: { readonly type: Physical; readonly width: number },
    private readonly conversion: Conversion,
    private readonly chunk: DictionaryUse,
  ) {
    this.#region = new Region(this.#heap);
  }

  close(): void {
    this.#region.free();
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** The codes are for tests: values are to take their place. */
  get isLoose(): boolean {
    return this.#isLoose;
  }

  get count(): number {
    return this.#count;
  }

  /** The dictionary's. */
  get values(): Vector | null {
    if (!this.#isKnown || this.#kept !== null) return this.#kept;
    this.packed.form = this.#form;
    this.packed.address = this.#region.address;
    if (this.#isPhysical) this.#convert(this.#count);
    return this.vectors.vector(this.packed, this.#count, null, true);
  }

  /** Where the bytes of a dictionary page of `count` values can be put so that they need not be moved; 0 for anywhere. */
  room(bytes: number, count: number): number {
    return this.#picksPhysical(count) ? this.#region.need(bytes) : 0;
  }

  /** The values of the page are packed, not converted. */
  fill(count: number): void {
    const { packed } = this;
    this.#count = count;
    this.#isKnown = true;
    this.#kept = null;
    this.#isPhysical = false;
    this.#isLoose = this.#isNumber && this.#isTested(count) && !this.#isFew(count);
    if (this.#picksPhysical(count)) {
      this.#keepCodes = false;
      this.#isPhysical = true;
      this.#keepInRegion(count * this.physical.width);
      return;
    }
    this.#convert(count);
    this.#form = packed.form;
    if (packed.form === Form.Bytes) {
      this.#kept = this.vectors.bytes(packed, count, null, true);
      this.#keepCodes = this.#isSmall(count, count <= FEW_STRINGS ? 0 : KEPT_STRINGS);
      if (!this.#keepCodes) this.#keepRanges(count);
      return;
    }
    const bytes = FORM_BYTES[packed.form]!;
    this.#keepCodes = (bytes !== 4 && bytes !== 8) || this.#isFew(count) || this.#isLoose;
    if (this.#keepCodes) this.#kept = this.vectors.vector(packed, count, null, true) as FixedVector | WideVector;
    else this.#keepInRegion(count * bytes);
  }

  #isSmall(count: number, times: number): boolean {
    return !this.chunk.mixed && count * times <= this.chunk.entries;
  }

  #isFew(count: number): boolean {
    return this.#isSmall(count, KEPT_NUMBERS) && count <= MAX_KEPT_CODES;
  }

  #isTested(count: number): boolean {
    return this.chunk.tested && count * TESTED_NUMBERS <= this.chunk.entries;
  }

  get #isNumber(): boolean {
    const { width, type } = this.physical;
    return (width === 4 || width === 8) && type !== Physical.FixedLength;
  }

  #picksPhysical(count: number): boolean {
    return this.#isNumber && !this.#isFew(count) && !this.#isTested(count);
  }

  #keepInRegion(bytes: number): void {
    const { address } = this.packed;
    const to = this.#region.need(bytes);
    if (to !== address) this.#heap.bytes.copyWithin(to, address, address + bytes);
  }

  #keepRanges(count: number): void {
    const { starts, ends } = this.packed;
    const to = this.#region.need(8 * count);
    this.#heap.bytes.copyWithin(to, starts, starts + 4 * count);
    this.#heap.bytes.copyWithin(to + 4 * count, ends, ends + 4 * count);
  }

  /** Converts the whole dictionary, where its results have a size that can be picked. */
  #convertAll(): void {
    const { packed } = this;
    packed.address = this.#region.address;
    this.#convert(this.#count);
    const bytes = FORM_BYTES[packed.form]!;
    if (bytes !== 4 && bytes !== 8) return;
    this.#isPhysical = false;
    this.#form = packed.form;
    this.#keepInRegion(this.#count * bytes);
  }

  #convert(count: number): void {
    this.conversion(this.#heap, this.packed, count, this.#scratch.converted.need(count * 16));
  }

  /** What `present` codes of so many bytes stand for, spread over the valid places. */
  vector(codeBytes: number, codes: number, present: number, nulls: Nulls | null): Vector {
    if (this.#keepCodes) return this.vectors.codes(codeBytes, codes, present, nulls, this.#kept!);
    return this.#picked(codeBytes, codes, present, nulls);
  }

  /** The values behind `present` codes, spread over the valid places. */
  #picked(codeBytes: number, codes: number, present: number, nulls: Nulls | null): Vector {
    const { packed } = this;
    if (this.#form === Form.Bytes) {
      const strings = this.#kept as BytesVector;
      const from = this.#region.address;
      const starts = this.#scratch.converted.need(present * 8);
      const ends = starts + 4 * present;
      this.#pick(codeBytes, codes, present, 4, from, starts);
      this.#pick(codeBytes, codes, present, 4, from + 4 * this.#count, ends);
      return this.vectors.ranges(strings.bytes, strings.ascii === true, starts, ends, present, nulls);
    }
    // What is converted once for all costs as much as what is converted for most of them.
    if (this.#isPhysical && 2 * present >= this.#count) this.#convertAll();
    const from = this.#region.address;
    packed.address = this.#scratch.picked.need(present * 8);
    if (this.#isPhysical) {
      this.#pick(codeBytes, codes, present, this.physical.width, from, packed.address);
      this.#convert(present);
    } else {
      packed.form = this.#form;
      this.#pick(codeBytes, codes, present, FORM_BYTES[packed.form]!, from, packed.address);
    }
    return this.vectors.vector(packed, present, nulls);
  }

  /** Values of `width` bytes, 4 or 8. */
  #pick(codeBytes: number, codes: number, count: number, width: number, from: number, to: number): void {
    const { kernels } = this.#heap;
    if (width === 4) {
      if (codeBytes === 1) kernels.pick32by8(codes, count, from, to);
      else if (codeBytes === 2) kernels.pick32by16(codes, count, from, to);
      else kernels.pick32by32(codes, count, from, to);
    } else if (codeBytes === 1) kernels.pick64by8(codes, count, from, to);
    else if (codeBytes === 2) kernels.pick64by16(codes, count, from, to);
    else kernels.pick64by32(codes, count, from, to);
  }
}
