/**
 * The kernels and the memory they work on, one of each a thread. Pages are decompressed and decoded here, and leave as
 * typed arrays of their own.
 */
import { InternalError } from "../../../common/errors";
import { kernelBytes } from "./kernels";
import { type LinearMemory, webAssembly } from "../../../common/web-assembly";

type Address = number;

/** What *.assembly.ts exports. Addresses and counts are unsigned 32-bit integers. */
export interface Kernels {
  snappyLength(src: Address, end: Address): number;
  snappyDecompress(src: Address, end: Address, dst: Address, limit: Address): number;
  lz4Decompress(src: Address, end: Address, dst: Address, limit: Address): number;
  hybrid8(src: Address, end: Address, width: number, count: number, dst: Address): number;
  hybrid16(src: Address, end: Address, width: number, count: number, dst: Address): number;
  hybrid32(src: Address, end: Address, width: number, count: number, dst: Address): number;
  bitPackedLevels(src: Address, end: Address, width: number, count: number, dst: Address): number;
  maxOf8(src: Address, count: number): number;
  maxOf16(src: Address, count: number): number;
  maxOf32(src: Address, count: number): number;
  markLevel(levels: Address, count: number, level: number, dst: Address): number;
  markFrom(levels: Address, count: number, level: number, dst: Address): number;
  spread8(src: Address, valid: Address, count: number, dst: Address): void;
  spread16(src: Address, valid: Address, count: number, dst: Address): void;
  spread32(src: Address, valid: Address, count: number, dst: Address): void;
  spread64(src: Address, valid: Address, count: number, dst: Address): void;
  spread128(src: Address, valid: Address, count: number, dst: Address): void;
  booleans(src: Address, count: number, dst: Address): void;
  longs(src: Address, count: number, dst: Address): number;
  longsTimes(src: Address, count: number, factor: bigint, dst: Address, wide: number): number;
  longsOver(src: Address, count: number, divisor: bigint, dst: Address): void;
  intsAsLongs(src: Address, count: number, dst: Address): void;
  unsignedAsLongs(src: Address, count: number, dst: Address): void;
  intsAsDoubles(src: Address, count: number, dst: Address): void;
  floatsAsDoubles(src: Address, count: number, dst: Address): void;
  intsAsBytes(src: Address, count: number, dst: Address): void;
  intsAsShorts(src: Address, count: number, dst: Address): void;
  halves(src: Address, count: number, dst: Address): void;
  int96(src: Address, count: number, dst: Address): void;
  fixedAsDoubles(src: Address, length: number, count: number, dst: Address): number;
  fixedAsWords(src: Address, length: number, count: number, dst: Address): number;
  bytesAsWords(bytes: Address, starts: Address, ends: Address, count: number, dst: Address): number;
  wordsAsDoubles(src: Address, count: number, dst: Address): number;
  wordsAsLongs(src: Address, count: number, dst: Address): number;
  longsAsWords(src: Address, count: number, dst: Address): void;
  pick32by8(codes: Address, count: number, dictionary: Address, dst: Address): void;
  pick32by16(codes: Address, count: number, dictionary: Address, dst: Address): void;
  pick32by32(codes: Address, count: number, dictionary: Address, dst: Address): void;
  pick64by8(codes: Address, count: number, dictionary: Address, dst: Address): void;
  pick64by16(codes: Address, count: number, dictionary: Address, dst: Address): void;
  pick64by32(codes: Address, count: number, dictionary: Address, dst: Address): void;
  byteArrays(src: Address, end: Address, count: number, starts: Address, ends: Address): number;
  isAscii(src: Address, length: number): number;
  areAscii(bytes: Address, starts: Address, ends: Address, count: number): number;
  spreadRanges(starts: Address, ends: Address, valid: Address, count: number, toStarts: Address, toEnds: Address): void;
  deltaCount(src: Address, end: Address): number;
  deltas(src: Address, end: Address, count: number, dst: Address, narrow: number): number;
  longsAsInts(src: Address, count: number, dst: Address): void;
  lengthsToRanges(lengths: Address, count: number, limit: number, starts: Address, ends: Address): number;
  joinPrefixes(
    prefixes: Address,
    suffixes: Address,
    starts: Address,
    ends: Address,
    count: number,
    dst: Address,
    limit: Address,
  ): number;
  joinedLength(prefixes: Address, starts: Address, ends: Address, count: number): number;
  areSafe(src: Address, count: number): number;
  areSafeWords(src: Address, count: number): number;
  unsignedAsWords(src: Address, count: number, dst: Address): void;
  byteStreams(src: Address, width: number, count: number, dst: Address): void;
  take8(src: Address, places: Address, count: number, dst: Address): void;
  take16(src: Address, places: Address, count: number, dst: Address): void;
  take32(src: Address, places: Address, count: number, dst: Address): void;
  take64(src: Address, places: Address, count: number, dst: Address): void;
  packRanges(bytes: Address, starts: Address, ends: Address, count: number, dst: Address): number;
  placesIn64: PlacesIn;
  placesIn32: PlacesIn;
  marksIn64: MarksIn;
  marksIn32: MarksIn;
  placesOf8: PlacesOf;
  placesOf16: PlacesOf;
  placesOf32: PlacesOf;

  pack8(src: Address, valid: Address, count: number, dst: Address): number;
  pack16(src: Address, valid: Address, count: number, dst: Address): number;
  pack32(src: Address, valid: Address, count: number, dst: Address): number;
  pack64(src: Address, valid: Address, count: number, dst: Address): number;
  pack128(src: Address, valid: Address, count: number, dst: Address): number;
  sumOfBytes(src: Address, count: number): number;
  bytesAsInts(src: Address, count: number, dst: Address): void;
  shortsAsInts(src: Address, count: number, dst: Address): void;
  doublesAsLongs(src: Address, count: number, dst: Address): void;
  doublesAsInts(src: Address, count: number, dst: Address): void;
  wordsAsFixed(src: Address, length: number, count: number, dst: Address): void;
  packBits(src: Address, count: number, dst: Address): number;
  dictionarySize(): number;
  encode32: EncodeFixed;
  encode64: EncodeFixed;
  reslot32(dictionary: Address, size: number, slots: Address, mask: number): void;
  reslot64(dictionary: Address, size: number, slots: Address, mask: number): void;
  encodeBytes(
    bytes: Address,
    starts: Address,
    ends: Address,
    from: number,
    count: number,
    dictionary: Address,
    room: number,
    offsets: Address,
    size: number,
    most: number,
    slots: Address,
    mask: number,
    codes: Address,
  ): number;
  reslotBytes(dictionary: Address, offsets: Address, size: number, slots: Address, mask: number): void;
  encodeHybrid8(values: Address, count: number, width: number, dst: Address): number;
  encodeHybrid32(values: Address, count: number, width: number, dst: Address): number;
  layBytes(bytes: Address, starts: Address, ends: Address, count: number, dst: Address): number;
  boundsOfBytes(bytes: Address, starts: Address, ends: Address, count: number): bigint;
  bounds32(src: Address, count: number, dst: Address): void;
  bounds64(src: Address, count: number, dst: Address): void;
  boundsDoubles(src: Address, count: number, dst: Address): number;
  boundsFloats(src: Address, count: number, dst: Address): number;
  bounds128(src: Address, count: number, dst: Address): void;
  microsAsInt96(src: Address, count: number, dst: Address): void;
  shifted(from: Address, count: number, by: number, dst: Address): void;
  remap8(codes: Address, count: number, map: Address, dst: Address): void;
  remap16(codes: Address, count: number, map: Address, dst: Address): void;
  remap32(codes: Address, count: number, map: Address, dst: Address): void;
  mark32(codes: Address, count: number, used: Address): void;
  markedRanges(used: Address, size: number, offsets: Address, starts: Address, ends: Address): number;
  xxhash64(at: Address, length: number): bigint;
  hashFixed(values: Address, width: number, count: number, hashes: Address): void;
  hashRanges(bytes: Address, starts: Address, ends: Address, count: number, hashes: Address): void;
  bloomAdd(filter: Address, blocks: number, hashes: Address, count: number): void;
  bloomHas(filter: Address, blocks: number, hash: bigint): number;

  csvStopped(): Address;
  csvFields(
    src: Address,
    end: Address,
    delimiter: number,
    quote: number,
    escape: number,
    width: number,
    slotted: number,
    slots: Address,
    most: number,
    starts: Address,
    ends: Address,
    lines: Address,
    odd: Address,
  ): number;
  csvValid(starts: Address, ends: Address, count: number, valid: Address): number;
  jsonStopped(): Address;
  jsonFields(
    src: Address,
    end: Address,
    columns: Address,
    count: number,
    table: Address,
    mask: number,
    room: number,
    most: number,
    starts: Address,
    ends: Address,
    lines: Address,
    odd: Address,
  ): number;
  jsonValid(ends: Address, count: number, valid: Address): number;
  /** What a column has been so far is a number: see infer.assembly.ts. */
  firstNotPlain(src: Address, starts: Address, ends: Address, odd: Address, from: number, count: number, kind: number): number;
  jsonKinds(src: Address, end: Address, state: Address, odd: Address, most: number): number;
  wholeFields: ParseFields<[low: number, high: number, dst: Address, odd: Address]>;
  decimalFields: ParseFields<[scale: number, limit: number, dst: Address, odd: Address]>;
  doubleFields: ParseFields<[fives: Address, dst: Address, odd: Address]>;
  dateFields: ParseFields<[dst: Address, odd: Address]>;
  timestampFields: ParseFields<[zoned: number, dst: Address, odd: Address]>;
  booleanFields: ParseFields<[dst: Address, odd: Address]>;
  textOfNumbers(src: Address, valid: Address, count: number, scale: number, dst: Address, starts: Address, ends: Address): number;
  textOfDoubles(src: Address, valid: Address, count: number, dst: Address, starts: Address, ends: Address): number;
  textOfDates(src: Address, valid: Address, count: number, dst: Address, starts: Address, ends: Address): number;
  bytesOfText(columns: Address, width: number, count: number): number;
  csvLines(
    columns: Address,
    width: number,
    count: number,
    separator: number,
    quote: number,
    quotes: number,
    escape: number,
    escapeOfEscape: number,
    note: number,
    trims: number,
    nothing: Address,
    nothingLength: number,
    empty: Address,
    emptyLength: number,
    end: Address,
    endLength: number,
    dst: Address,
  ): number;
  jsonLines(
    columns: Address,
    width: number,
    count: number,
    writesNulls: number,
    end: Address,
    endLength: number,
    dst: Address,
  ): number;
  doublesAsShorts(src: Address, count: number, dst: Address): void;
  doublesAsBytes(src: Address, count: number, dst: Address): void;
  doublesAsFloats(src: Address, count: number, dst: Address): void;
  matchParts(
    bytes: Address,
    starts: Address,
    ends: Address,
    count: number,
    from: Address,
    to: Address,
    parts: Address,
    number: number,
    dst: Address,
  ): number;

  snappyBound(length: number): number;
  snappyCompress(src: Address, length: number, dst: Address, table: Address): number;
  lz4Compress(src: Address, length: number, dst: Address, table: Address): number;
}

type PlacesIn = (
  values: Address,
  places: Address,
  count: number,
  base: number,
  span: number,
  bits: Address,
  out: Address,
) => number;

type MarksIn = (values: Address, count: number, base: number, span: number, bits: Address, dst: Address) => void;

type PlacesOf = (codes: Address, places: Address, count: number, marks: Address, out: Address) => number;

type EncodeFixed = (
  values: Address,
  from: number,
  count: number,
  dictionary: Address,
  size: number,
  most: number,
  slots: Address,
  mask: number,
  codes: Address,
) => number;

/** Fields at starts[i]..ends[i] of `src` to values; rows whose field is not simple are marked in `odd`. */
type ParseFields<Rest extends readonly number[]> = (
  src: Address,
  starts: Address,
  ends: Address,
  count: number,
  ...rest: Rest
) => void;

const WASM_PAGE = 65536;
/** The kernels keep a few words of their own below. */
const FIRST_ADDRESS = WASM_PAGE;
const MAX_BYTES = 4 * 1024 ** 3 - WASM_PAGE;
/** Kernels may read and write so far behind what they are given. */
const SLACK = 64;
const SMALLEST_CLASS = 12;
const MAX_BLOCK = 2 ** 31 - SLACK;

/** Memory in blocks of powers of two, which are used again when they were freed. */
class Heap {
  readonly kernels: Kernels;
  readonly #memory: LinearMemory = new webAssembly.Memory({ initial: 16, maximum: 65536 });
  /** All of it; another object after it has grown. */
  bytes: Buffer;
  #end = FIRST_ADDRESS;
  readonly #free: Address[][] = [];
  readonly #classes = new Map<Address, number>();

  constructor() {
    const module = new webAssembly.Module(Buffer.from(kernelBytes, "base64"));
    const instance = new webAssembly.Instance(module, {
      env: {
        memory: this.#memory,
        abort: () => {
          throw new InternalError("A kernel of the data sources stopped.");
        },
      },
    });
    this.kernels = instance.exports as unknown as Kernels;
    this.bytes = Buffer.from(this.#memory.buffer);
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** At least `size` bytes, at a multiple of 64. */
  allocate(size: number): Address {
    if (size > MAX_BLOCK) throw new RangeError(`a page needs ${size} bytes at once`);
    const sizeClass = Math.max(SMALLEST_CLASS, 32 - Math.clz32(size + SLACK - 1));
    const address = this.#free[sizeClass]?.pop() ?? this.#more(2 ** sizeClass);
    this.#classes.set(address, sizeClass);
    return address;
  }

  #more(size: number): Address {
    const address = this.#end;
    const needed = address + size;
    if (needed > MAX_BYTES) throw new RangeError("the pages of this task need more than 4 GiB");
    const missing = needed - this.#memory.buffer.byteLength;
    if (missing > 0) {
      this.#memory.grow(Math.ceil(missing / WASM_PAGE));
      this.bytes = Buffer.from(this.#memory.buffer);
    }
    this.#end = needed;
    return address;
  }

  free(address: Address): void {
    const sizeClass = this.#classes.get(address);
    if (sizeClass === undefined) throw new InternalError("Memory of a data source was freed twice.");
    this.#classes.delete(address);
    (this.#free[sizeClass] ??= []).push(address);
  }

  /** Usable bytes of a block. */
  capacity(address: Address): number {
    return 2 ** this.#classes.get(address)! - SLACK;
  }
}

let shared: Heap | undefined;

/** Of this thread. */
export function heap(): Heap {
  return (shared ??= new Heap());
}

export type { Heap };

/** A block that grows when more is asked of it; what was in it is then lost. */
export class Region {
  #address: Address = 0;
  #capacity = -1;

  constructor(private readonly owner: Heap) {}

  get address(): Address {
    return this.#address;
  }

  /** Room for `size` bytes, of which the first `kept` are what they were. */
  keep(kept: number, size: number): Address {
    if (size <= this.#capacity) return this.#address;
    const before = this.#address;
    const address = this.owner.allocate(size);
    if (kept > 0) this.owner.bytes.copyWithin(address, before, before + kept);
    this.free();
    this.#address = address;
    this.#capacity = this.owner.capacity(address);
    return address;
  }

  /** Whether `need(size)` would leave it where it is. */
  holds(size: number): boolean {
    return size <= this.#capacity;
  }

  /** The address of at least `size` bytes. */
  need(size: number): Address {
    if (size > this.#capacity) {
      this.free();
      this.#address = this.owner.allocate(size);
      this.#capacity = this.owner.capacity(this.#address);
    }
    return this.#address;
  }

  free(): void {
    if (this.#address === 0) return;
    this.owner.free(this.#address);
    this.#address = 0;
    this.#capacity = -1;
  }
}
