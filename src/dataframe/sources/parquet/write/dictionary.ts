/** The dictionary of one column chunk while it is written: entries in the heap, a hash table over them. */
import type { Heap } from "../../wasm/heap";
import { Region } from "../../wasm/heap";

const FIRST_SLOTS = 1024;
const FIRST_BYTES = 8192;
/** As parquet-mr: a dictionary page has at most so many bytes. */
const MAX_DICTIONARY_BYTES = 1 << 20;
const MAX_ENTRIES = 1 << 17;

export class ChunkDictionary {
  readonly #entries: Region;
  /** Of byte arrays: where each entry ends, behind a 0. */
  readonly #offsets: Region;
  readonly #slots: Region;
  #mask = 0;
  /** Bytes that entries may have before there is more room. */
  #room = FIRST_BYTES;
  readonly #most: number;
  size = 0;

  /** `width`: bytes of an entry, 0 for byte arrays. */
  constructor(
    private readonly heap: Heap,
    readonly width: number,
  ) {
    this.#entries = new Region(heap);
    this.#offsets = new Region(heap);
    this.#slots = new Region(heap);
    this.#most = width === 0 ? MAX_ENTRIES : Math.min(MAX_ENTRIES, MAX_DICTIONARY_BYTES / width);
    this.#entries.need(FIRST_BYTES);
    this.#setSlots(FIRST_SLOTS);
    if (width === 0) heap.bytes.writeInt32LE(0, this.#offsets.address);
  }

  /** A table of so many slots, empty, and room for half as many entries. */
  #setSlots(count: number): void {
    this.#mask = count - 1;
    const at = this.#slots.need(4 * count);
    this.heap.bytes.fill(0, at, at + 4 * count);
    if (this.width === 0) this.#offsets.keep(4 * (this.size + 1), 4 * (count / 2 + 1));
    else this.#entries.keep(this.size * this.width, (count / 2) * this.width);
  }

  /** Codes of `count` values to `codes`; false where the dictionary has no room for all. */
  encode(values: number, starts: number, ends: number, count: number, codes: number): boolean {
    const { kernels } = this.heap;
    let at = 0;
    for (;;) {
      // Half full at most.
      const most = Math.min(this.#most, (this.#mask + 1) >> 1);
      const entries = this.#entries.address;
      const slots = this.#slots.address;
      const mask = this.#mask;
      if (this.width === 0) {
        const { address } = this.#offsets;
        const room = this.#room;
        at = kernels.encodeBytes(values, starts, ends, at, count, entries, room, address, this.size, most, slots, mask, codes);
      } else if (this.width === 4) at = kernels.encode32(values, at, count, entries, this.size, most, slots, mask, codes);
      else at = kernels.encode64(values, at, count, entries, this.size, most, slots, mask, codes);
      this.size = kernels.dictionarySize();
      if (at === count) return true;
      if (this.size < most) {
        if (this.#room === MAX_DICTIONARY_BYTES) return false;
        const used = this.bytes;
        this.#room = Math.min(MAX_DICTIONARY_BYTES, this.#room * 4);
        this.#entries.keep(used, this.#room);
      } else if (most < this.#most) this.#grow();
      else return false;
    }
  }

  #grow(): void {
    const { kernels } = this.heap;
    this.#setSlots((this.#mask + 1) * 4);
    const entries = this.#entries.address;
    if (this.width === 0) kernels.reslotBytes(entries, this.#offsets.address, this.size, this.#slots.address, this.#mask);
    else if (this.width === 4) kernels.reslot32(entries, this.size, this.#slots.address, this.#mask);
    else kernels.reslot64(entries, this.size, this.#slots.address, this.#mask);
  }

  get entries(): number {
    return this.#entries.address;
  }

  get offsets(): number {
    return this.#offsets.address;
  }

  /** Bytes of all entries, without lengths. */
  get bytes(): number {
    return this.width === 0 ? this.heap.bytes.readInt32LE(this.#offsets.address + 4 * this.size) : this.size * this.width;
  }

  free(): void {
    this.#entries.free();
    this.#offsets.free();
    this.#slots.free();
  }
}
