/**
 * Dense numbers for keys that are strings, in the order in which keys were first seen. Half of a plain word count is the
 * cache misses of a Map of strings; here keys of at most 12 ASCII characters are packed into three words, found through
 * a small array of slots, and kept in records by id. A batch is packed, hashed and probed as a whole, so that misses
 * overlap. All other strings go through a Map.
 */
import { type TextBuffer } from "../columnar/bytes";
import type { TaskMemory } from "../storage/task-env";
import { BATCH_ROWS } from "./batch";

const PACKED_LENGTH = 12;
/** Stands for the length of a string that is not packed. */
const UNPACKED = 255;
const FIRST_BITS = 12;
/** At most this many slots. */
const MAX_BITS = 26;
const LOAD = 0.6;
/** One slot, and its share of the records of 16 bytes. */
const SLOT_BYTES = 4 + Math.ceil(16 * LOAD);

/** A method of Buffers that the published types lack. */
interface Utf8Buffer extends TextBuffer {
  utf8Write(text: string, offset: number): number;
}

export class StringIndex {
  #size = 0;
  /** Of key i at 4 * i: three words of text and the length; for a key that is not packed its place in `otherKeys`, and UNPACKED as the length. */
  #records = new Int32Array(0);
  /** Id plus one; 0 for an empty slot. Packed keys only. */
  #slots = new Int32Array(0);
  #limit = 0;
  #shift = 0;
  #reserved = 0;
  readonly #others = new Map<string, number>();
  #otherKeys: string[] = [];

  readonly #memory: TaskMemory;
  readonly #multiplier: number;

  // The batch.
  #text = "";
  #offsets: Int32Array = new Int32Array(0);
  #bytes = Buffer.allocUnsafeSlow(0) as Utf8Buffer;
  #view = new DataView(new ArrayBuffer(0));
  readonly #lengths = new Uint8Array(BATCH_ROWS);
  readonly #words = [new Int32Array(BATCH_ROWS), new Int32Array(BATCH_ROWS), new Int32Array(BATCH_ROWS)] as const;
  readonly #hashes = new Int32Array(BATCH_ROWS);

  /** `multiplier`: see NumberTable. */
  constructor(memory: TaskMemory, multiplier: number) {
    this.#memory = memory;
    this.#multiplier = multiplier;
    this.#allocate(FIRST_BITS);
  }

  get size(): number {
    return this.#size;
  }

  /** Keys held as JavaScript strings: a share of V8's heap. */
  get onHeap(): number {
    return this.#others.size;
  }

  #allocate(bits: number): void {
    this.#slots = new Int32Array(1 << bits);
    this.#shift = 32 - bits;
    this.#limit = Math.floor(LOAD * 2 ** bits);
    const records = new Int32Array(4 * this.#limit);
    records.set(this.#records.subarray(0, 4 * this.#size));
    this.#records = records;
  }

  #grow(): boolean {
    const bits = 32 - this.#shift;
    const more = Math.min(MAX_BITS, bits + (bits < 16 ? 2 : 1));
    if (more === bits || !this.#memory.reserve(SLOT_BYTES << more)) return false;
    this.#allocate(more);
    rehash(this.#records, this.#size, this.#slots, this.#multiplier, this.#shift);
    this.#memory.release(this.#reserved);
    this.#reserved = SLOT_BYTES << more;
    return true;
  }

  /**
   * Sets ids[i] of records [from, from + length) of a text column, at most BATCH_ROWS; new keys get the next numbers.
   * Gives for how many records there was memory.
   */
  add(text: string, offsets: Int32Array, from: number, length: number, ids: Int32Array): number {
    this.#probe(text, offsets, from, length, ids);
    for (let i = 0; i < length; i++) {
      if (ids[i]! >= 0) continue;
      const id = this.#lengths[i] === UNPACKED ? this.#addOther(this.#key(i)) : this.#addPacked(i);
      if (id < 0) return i;
      ids[i] = id;
    }
    return length;
  }

  /** Sets ids[i] of records [from, from + length), at most BATCH_ROWS; -1 for keys that are not there. */
  find(text: string, offsets: Int32Array, from: number, length: number, ids: Int32Array): void {
    this.#probe(text, offsets, from, length, ids);
    for (let i = 0; i < length; i++) {
      if (ids[i]! >= 0) continue;
      if (this.#lengths[i] === UNPACKED) ids[i] = this.#others.get(this.#key(i)) ?? -1;
      else ids[i] = Math.max(-1, this.#findPacked(i));
    }
  }

  /** Text of the batch to bytes, words, lengths and hashes; ids of the packed keys that are where they are looked for first, else -1. */
  #probe(text: string, offsets: Int32Array, from: number, length: number, ids: Int32Array): void {
    const start = offsets[from]!;
    const end = offsets[from + length]!;
    const part = start === 0 && end === text.length ? text : text.substring(start, end);
    this.#text = part;
    this.#offsets = offsets.subarray(from, from + length + 1);
    const room = part.length * 3 + 16;
    if (this.#bytes.length < room) {
      this.#bytes = Buffer.allocUnsafeSlow(room * 2) as Utf8Buffer;
      this.#view = new DataView(this.#bytes.buffer);
    }
    // As many bytes as characters: all are ASCII. Otherwise one byte a character, of which only the ASCII ones are used.
    const ascii = this.#bytes.utf8Write(part, 0) === part.length;
    if (!ascii) this.#bytes.latin1Write(part, 0);
    lengthsOf(this.#offsets, length, this.#lengths);
    if (!ascii) unpackNonAscii(part, this.#offsets, length, this.#lengths);
    const [a, b, c] = this.#words;
    pack(length, this.#view, this.#offsets, this.#lengths, a, b, c, this.#hashes, this.#multiplier);
    probe(length, this.#slots, this.#records, this.#shift, this.#lengths, a, b, c, this.#hashes, ids);
  }

  /** The key of row i of the batch. */
  #key(i: number): string {
    const base = this.#offsets[0]!;
    return this.#text.substring(this.#offsets[i]! - base, this.#offsets[i + 1]! - base);
  }

  /** The id of the packed key of row i, or ~slot of the empty slot where it belongs. */
  #findPacked(i: number): number {
    const [a, b, c] = this.#words;
    const [x, y, z] = [a[i]!, b[i]!, c[i]!];
    const length = this.#lengths[i]!;
    const slots = this.#slots;
    const records = this.#records;
    const mask = slots.length - 1;
    let slot = this.#hashes[i]! >>> this.#shift;
    for (;;) {
      const id = slots[slot]! - 1;
      if (id < 0) return ~slot;
      const r = 4 * id;
      if (records[r] === x && records[r + 1] === y && records[r + 2] === z && records[r + 3] === length) return id;
      slot = (slot + 1) & mask;
    }
  }

  #addPacked(i: number): number {
    let found = this.#findPacked(i);
    if (found >= 0) return found;
    if (this.#size >= this.#limit) {
      if (!this.#grow()) return -1;
      found = this.#findPacked(i);
    }
    const [a, b, c] = this.#words;
    const id = this.#size++;
    this.#records[4 * id] = a[i]!;
    this.#records[4 * id + 1] = b[i]!;
    this.#records[4 * id + 2] = c[i]!;
    this.#records[4 * id + 3] = this.#lengths[i]!;
    this.#slots[~found] = id + 1;
    return id;
  }

  #addOther(key: string): number {
    const found = this.#others.get(key);
    if (found !== undefined) return found;
    if (this.#size >= this.#limit && !this.#grow()) return -1;
    const id = this.#size++;
    this.#records[4 * id] = this.#otherKeys.length;
    this.#records[4 * id + 3] = UNPACKED;
    const own = withoutParent(key);
    this.#otherKeys.push(own);
    this.#others.set(own, id);
    return id;
  }

  /** The keys with ids [from, to). */
  keys(from: number, to: number): string[] {
    const keys = new Array<string>(to - from);
    const bytes = Buffer.allocUnsafeSlow(16) as TextBuffer;
    const words = new Int32Array(bytes.buffer);
    const records = this.#records;
    for (let id = from; id < to; id++) {
      const length = records[4 * id + 3]!;
      if (length === UNPACKED) {
        keys[id - from] = this.#otherKeys[records[4 * id]!]!;
        continue;
      }
      words[0] = records[4 * id]!;
      words[1] = records[4 * id + 1]!;
      words[2] = records[4 * id + 2]!;
      keys[id - from] = bytes.latin1Slice(0, length);
    }
    return keys;
  }

  /** Empties the index and makes it small again. */
  clear(): void {
    this.#size = 0;
    this.#others.clear();
    this.#otherKeys = [];
    this.#memory.release(this.#reserved);
    this.#reserved = 0;
    this.#allocate(FIRST_BITS);
  }
}

/** Masks that keep the bytes of a string of some length in the words at 0, 4 and 8. */
const MASKS = [0, 4, 8].map((at) =>
  Int32Array.from({ length: 256 }, (_, length) => (length >= at + 4 ? -1 : length <= at ? 0 : -1 >>> (32 - 8 * (length - at)))),
) as [Int32Array, Int32Array, Int32Array];

function lengthsOf(offsets: Int32Array, length: number, lengths: Uint8Array): void {
  for (let i = 0; i < length; i++) {
    const l = offsets[i + 1]! - offsets[i]!;
    lengths[i] = l > PACKED_LENGTH ? UNPACKED : l;
  }
}

function unpackNonAscii(text: string, offsets: Int32Array, length: number, lengths: Uint8Array): void {
  const base = offsets[0]!;
  for (let i = 0; i < length; i++) {
    if (lengths[i] === UNPACKED) continue;
    const end = offsets[i + 1]! - base;
    for (let at = offsets[i]! - base; at < end; at++) {
      if (text.charCodeAt(at) >= 128) {
        lengths[i] = UNPACKED;
        break;
      }
    }
  }
}

function pack(
  length: number,
  view: DataView,
  offsets: Int32Array,
  lengths: Uint8Array,
  a: Int32Array,
  b: Int32Array,
  c: Int32Array,
  hashes: Int32Array,
  multiplier: number,
): void {
  const [maskA, maskB, maskC] = MASKS;
  const base = offsets[0]!;
  for (let i = 0; i < length; i++) {
    const at = offsets[i]! - base;
    const l = lengths[i]!;
    const x = view.getInt32(at, true) & maskA[l]!;
    const y = view.getInt32(at + 4, true) & maskB[l]!;
    const z = view.getInt32(at + 8, true) & maskC[l]!;
    a[i] = x;
    b[i] = y;
    c[i] = z;
    hashes[i] = hash(x, y, z, l, multiplier);
  }
}

function hash(x: number, y: number, z: number, length: number, multiplier: number): number {
  const h = Math.imul(x ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35) ^ length, 0x27d4eb2f);
  return Math.imul(h ^ (h >>> 15), multiplier);
}

function probe(
  length: number,
  slots: Int32Array,
  records: Int32Array,
  shift: number,
  lengths: Uint8Array,
  a: Int32Array,
  b: Int32Array,
  c: Int32Array,
  hashes: Int32Array,
  ids: Int32Array,
): void {
  for (let i = 0; i < length; i++) ids[i] = slots[hashes[i]! >>> shift]! - 1;
  for (let i = 0; i < length; i++) {
    const id = ids[i]!;
    if (id < 0) continue;
    const r = 4 * id;
    const l = lengths[i]!;
    if (l === UNPACKED || records[r] !== a[i] || records[r + 1] !== b[i] || records[r + 2] !== c[i] || records[r + 3] !== l)
      ids[i] = -1;
  }
}

function rehash(records: Int32Array, size: number, slots: Int32Array, multiplier: number, shift: number): void {
  const mask = slots.length - 1;
  for (let id = 0; id < size; id++) {
    const r = 4 * id;
    const length = records[r + 3]!;
    if (length === UNPACKED) continue;
    let slot = hash(records[r]!, records[r + 1]!, records[r + 2]!, length, multiplier) >>> shift;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = id + 1;
  }
}

/** The same string in memory of its own: a substring keeps the text that it was cut from alive. */
function withoutParent(key: string): string {
  if (key.length <= PACKED_LENGTH) return key;
  const bytes = Buffer.from(key, "latin1") as TextBuffer;
  const copy = bytes.latin1Slice(0, bytes.length);
  return copy === key ? copy : Buffer.from(key, "ucs2").toString("ucs2");
}
