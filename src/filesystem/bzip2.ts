/**
 * Decompresses bzip2 from one ByteInput to the next, a block (at most 900 kB) at a time, so that a task reads files of any
 * size in flat memory and without waiting for events. Concatenated streams are one file, as in Hadoop; every block's and
 * every stream's checksum is verified. After the description in "The bzip2 and libbzip2 manual" and Joe Tsai's "BZIP2:
 * Format Specification" (2016).
 */
import type { ByteInput } from "./task-storage";

const INPUT_BYTES = 64 * 1024;
const MAX_CODE_BITS = 20;
const LOOKUP_BITS = 10;
/** Symbols of one Huffman table: a run's two digits, positions 1 to 255, end of block. */
const MAX_SYMBOLS = 258;
const GROUP_SYMBOLS = 50;

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;

/** bzip2's CRC-32 takes the high bit first. */
const CRC_TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** One Huffman table: codes of up to LOOKUP_BITS by one look-up, longer ones by length. */
interface Codes {
  /** `length << 9 | symbol` by the next LOOKUP_BITS bits; 0 for longer codes. */
  readonly lookup: Uint16Array;
  /** Largest code of each length, -1 where there is none. */
  readonly limit: Int32Array;
  /** What is to be subtracted from a code of each length to find its place in `symbols`. */
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
}

export class Bzip2Input implements ByteInput {
  readonly #source: ByteInput;
  readonly #input = new Uint8Array(INPUT_BYTES);
  #inputUsed = 0;
  #inputLength = 0;
  /** Bytes of zeros handed out behind the end of the input. */
  #padding = 0;
  /** The low #bitCount bits are those read but not used. */
  #bits = 0;
  #bitCount = 0;

  #blockLimit = 0;
  #streamCrc = 0;
  /** Permutation and bytes of the block: next position << 8 | byte. */
  #links = new Uint32Array(0);
  #position = 0;
  #left = 0;
  #expectedCrc = 0;
  #crc = -1;
  /** Run-length state: the last byte, how often it came in a row (at most 4), and copies still to be written. */
  #last = -1;
  #runLength = 0;
  #copies = 0;
  #state: "stream" | "block" | "output" | "end" = "stream";
  #streams = 0;

  constructor(source: ByteInput) {
    this.#source = source;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  close(): void {
    this.#state = "end";
    this.#links = new Uint32Array(0);
    this.#source.close();
  }

  read(into: Uint8Array, offset: number, length: number): number {
    for (;;) {
      if (this.#state === "output") {
        const written = this.#output(into, offset, length);
        if (written > 0) return written;
        this.#endBlock();
      } else if (this.#state === "end") return 0;
      else if (this.#state === "stream") this.#beginStream();
      else this.#beginBlock();
    }
  }

  // Streams and blocks

  #beginStream(): void {
    // Streams begin at whole bytes.
    this.#bitCount -= this.#bitCount % 8;
    if (this.#streams > 0 && this.#atEnd()) {
      this.#state = "end";
      return;
    }
    const header = this.#take(24);
    const level = this.#take(8) - 0x30;
    if (header !== 0x425a68 || level < 1 || level > 9) {
      this.#checkComplete();
      throw new Error(this.#streams === 0 ? "it is no bzip2 file" : "bytes that are no bzip2 stream follow the first one");
    }
    this.#blockLimit = level * 100_000;
    if (this.#links.length < this.#blockLimit) this.#links = new Uint32Array(this.#blockLimit);
    this.#streamCrc = 0;
    this.#streams++;
    this.#state = "block";
  }

  #beginBlock(): void {
    const magic = this.#take(24) * 0x1000000 + this.#take(24);
    const crc = (this.#take(16) << 16) | this.#take(16);
    if (magic === END_MAGIC) {
      this.#checkComplete();
      if (crc !== this.#streamCrc) throw new Error("a stream's checksum is wrong");
      this.#state = "stream";
      return;
    }
    if (magic !== BLOCK_MAGIC) {
      this.#checkComplete();
      throw new Error("a block has a damaged header");
    }
    this.#expectedCrc = crc;
    this.#decodeBlock();
    this.#crc = -1;
    this.#last = -1;
    this.#runLength = 0;
    this.#copies = 0;
    this.#state = "output";
  }

  #endBlock(): void {
    const crc = ~this.#crc;
    if (crc !== this.#expectedCrc) throw new Error("a block's checksum is wrong");
    this.#streamCrc = ((this.#streamCrc << 1) | (this.#streamCrc >>> 31)) ^ crc;
    this.#state = "block";
  }

  /** Undoes the block's Huffman codes, its move-to-front and its Burrows-Wheeler transform up to the chain of links. */
  #decodeBlock(): void {
    if (this.#take(1) !== 0)
      throw new Error("it was written by a bzip2 older than 0.9.5, whose randomised blocks are not supported");
    const start = this.#take(24);
    const bytes = this.#takeByteSet();
    const symbols = bytes.length + 2;
    const tables = this.#take(3);
    const selectorCount = this.#take(15);
    if (bytes.length === 0 || tables < 2 || tables > 6 || selectorCount === 0) throw this.#damaged();
    const selectors = this.#takeSelectors(tables, selectorCount);
    const codes = Array.from({ length: tables }, () => this.#takeCodes(symbols));

    const counts = new Int32Array(256);
    const count = this.#decodeSymbols(bytes, codes, selectors, symbols - 1, counts);
    this.#checkComplete();
    if (start >= count) throw this.#damaged();
    let sum = 0;
    for (let byte = 0; byte < 256; byte++) {
      const n = counts[byte]!;
      counts[byte] = sum;
      sum += n;
    }
    const links = this.#links;
    for (let i = 0; i < count; i++) {
      const at = counts[links[i]! & 255]!++;
      links[at] = (links[at]! & 255) | (i << 8);
    }
    this.#position = links[start]! >>> 8;
    this.#left = count;
  }

  #takeByteSet(): Uint8Array {
    const bytes: number[] = [];
    const ranges = this.#take(16);
    for (let range = 0; range < 16; range++) {
      if (!((ranges >>> (15 - range)) & 1)) continue;
      const used = this.#take(16);
      for (let i = 0; i < 16; i++) if ((used >>> (15 - i)) & 1) bytes.push(range * 16 + i);
    }
    return Uint8Array.from(bytes);
  }

  /** Which table decodes each group of symbols. */
  #takeSelectors(tables: number, count: number): Uint8Array {
    const order = Uint8Array.from({ length: tables }, (_, i) => i);
    const selectors = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      let at = 0;
      while (this.#take(1)) if (++at >= tables) throw this.#damaged();
      const table = order[at]!;
      order.copyWithin(1, 0, at);
      order[0] = table;
      selectors[i] = table;
    }
    return selectors;
  }

  #takeCodes(symbols: number): Codes {
    const lengths = new Uint8Array(symbols);
    let length = this.#take(5);
    for (let symbol = 0; symbol < symbols; symbol++) {
      for (;;) {
        if (length < 1 || length > MAX_CODE_BITS) throw this.#damaged();
        if (!this.#take(1)) break;
        length += this.#take(1) ? -1 : 1;
      }
      lengths[symbol] = length;
    }
    return makeCodes(lengths);
  }

  /** Writes the block's bytes into the low bits of #links, counts them, and returns how many there are. */
  #decodeSymbols(
    bytes: Uint8Array,
    codes: readonly Codes[],
    selectors: Uint8Array,
    endOfBlock: number,
    counts: Int32Array,
  ): number {
    const links = this.#links;
    const limit = this.#blockLimit;
    const order = Uint8Array.from(bytes);
    let count = 0;
    let run = 0;
    let runBit = 0;
    // The bit reader's state in locals: this loop is half of the time.
    let bits = this.#bits;
    let bitCount = this.#bitCount;
    let input = this.#input;
    let used = this.#inputUsed;
    let available = this.#inputLength;
    for (let group = 0; group < selectors.length; group++) {
      const { lookup, limit: limits, base, symbols } = codes[selectors[group]!]!;
      for (let i = 0; i < GROUP_SYMBOLS; i++) {
        while (bitCount < MAX_CODE_BITS) {
          if (used === available) {
            this.#inputUsed = used;
            this.#fill();
            used = this.#inputUsed;
            available = this.#inputLength;
            input = this.#input;
          }
          bits = (bits << 8) | input[used++]!;
          bitCount += 8;
        }
        let symbol: number;
        const entry = lookup[(bits >>> (bitCount - LOOKUP_BITS)) & ((1 << LOOKUP_BITS) - 1)]!;
        if (entry !== 0) {
          symbol = entry & 511;
          bitCount -= entry >>> 9;
        } else {
          let length = LOOKUP_BITS + 1;
          let code = 0;
          for (; length <= MAX_CODE_BITS; length++) {
            code = (bits >>> (bitCount - length)) & ((1 << length) - 1);
            if (code <= limits[length]!) break;
          }
          if (length > MAX_CODE_BITS) throw this.#damaged();
          symbol = symbols[code - base[length]!]!;
          bitCount -= length;
        }
        if (symbol < 2) {
          // A run's length in digits 1 and 2, lowest first.
          run += (symbol + 1) << runBit++;
          if (run > limit || runBit > 21) throw this.#damaged();
          continue;
        }
        if (run > 0) {
          if (count + run > limit) throw this.#damaged();
          const byte = order[0]!;
          counts[byte]! += run;
          links.fill(byte, count, count + run);
          count += run;
          run = 0;
          runBit = 0;
        }
        if (symbol === endOfBlock) {
          this.#bits = bits;
          this.#bitCount = bitCount;
          this.#inputUsed = used;
          return count;
        }
        if (count === limit) throw this.#damaged();
        let at = symbol - 1;
        const byte = order[at]!;
        if (at > 16) order.copyWithin(1, 0, at);
        else for (; at > 0; at--) order[at] = order[at - 1]!;
        order[0] = byte;
        counts[byte]!++;
        links[count++] = byte;
      }
    }
    throw this.#damaged();
  }

  /** Follows the chain and undoes the first run-length code: four equal bytes are followed by how many more there are. */
  #output(into: Uint8Array, offset: number, length: number): number {
    const table = CRC_TABLE;
    const links = this.#links;
    const end = offset + length;
    let at = offset;
    let crc = this.#crc;
    let position = this.#position;
    let left = this.#left;
    let last = this.#last;
    let runLength = this.#runLength;
    let copies = this.#copies;
    while (at < end) {
      if (copies > 0) {
        copies--;
        into[at++] = last;
        crc = (crc << 8) ^ table[(crc >>> 24) ^ last]!;
        continue;
      }
      if (left === 0) break;
      left--;
      const link = links[position]!;
      position = link >>> 8;
      const byte = link & 255;
      if (runLength === 4) {
        copies = byte;
        runLength = 0;
        continue;
      }
      if (byte === last) runLength++;
      else {
        last = byte;
        runLength = 1;
      }
      into[at++] = byte;
      crc = (crc << 8) ^ table[(crc >>> 24) ^ byte]!;
    }
    this.#crc = crc;
    this.#position = position;
    this.#left = left;
    this.#last = last;
    this.#runLength = runLength;
    this.#copies = copies;
    return at - offset;
  }

  // Bits

  /** The next `count` bits, at most 24. */
  #take(count: number): number {
    while (this.#bitCount < count) {
      if (this.#inputUsed === this.#inputLength) this.#fill();
      this.#bits = (this.#bits << 8) | this.#input[this.#inputUsed++]!;
      this.#bitCount += 8;
    }
    this.#bitCount -= count;
    return (this.#bits >>> this.#bitCount) & ((1 << count) - 1);
  }

  /** Makes at least one byte available: a zero where the input has ended, which #checkComplete then finds. */
  #fill(): void {
    this.#inputLength = this.#source.read(this.#input, 0, INPUT_BYTES);
    this.#inputUsed = 0;
    if (this.#inputLength > 0) return;
    if (++this.#padding > INPUT_BYTES) throw truncated();
    this.#input[0] = 0;
    this.#inputLength = 1;
  }

  #atEnd(): boolean {
    if (this.#bitCount >= 8) return this.#padding * 8 >= this.#bitCount;
    if (this.#inputUsed === this.#inputLength) this.#fill();
    return this.#padding > 0;
  }

  /** Throws when bits behind the end of the input were used. */
  #checkComplete(): void {
    const unread = this.#bitCount + 8 * (this.#inputLength - this.#inputUsed);
    if (this.#padding * 8 > unread) throw truncated();
  }

  #damaged(): Error {
    this.#checkComplete();
    return new Error("a block is damaged");
  }
}

function truncated(): Error {
  return new Error("it ends in the middle of a bzip2 stream");
}

/** Canonical codes: by length, and by symbol within a length. */
function makeCodes(lengths: Uint8Array): Codes {
  const perLength = new Int32Array(MAX_CODE_BITS + 2);
  for (const length of lengths) perLength[length]!++;
  const symbols = new Uint16Array(MAX_SYMBOLS);
  const limit = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const base = new Int32Array(MAX_CODE_BITS + 1);
  const lookup = new Uint16Array(1 << LOOKUP_BITS);
  let code = 0;
  let place = 0;
  for (let length = 1; length <= MAX_CODE_BITS; length++) {
    base[length] = code - place;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      if (length <= LOOKUP_BITS) {
        const first = code << (LOOKUP_BITS - length);
        lookup.fill((length << 9) | symbol, first, first + (1 << (LOOKUP_BITS - length)));
      }
      symbols[place++] = symbol;
      code++;
    }
    if (perLength[length]! > 0) limit[length] = code - 1;
    code <<= 1;
  }
  return { lookup, limit, base, symbols };
}
