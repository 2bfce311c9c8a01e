/** A set of integers as bits, and the places of a column whose values are in it: by a kernel, in whose memory the bits are until it is closed. */
import type { FixedVector } from "../../../columnar/vector";
import type { KeySet } from "../data-source";
import { type Heap, heap, Region } from "../wasm/heap";
import { scratch } from "./page-scratch";
import { copyBytes } from "./page-vectors";
import { selectingLoop } from "../../../columnar/selecting-loops";

type Numbers = FixedVector["values"];

/** Bit k of `bits` is set where base + k is in the set; there are `span` of them. */
export type Bits = Pick<KeySet, "base" | "span" | "bits">;

/** All values go to the kernel: where fewer than one in so many are asked for, that is not worth it. */
const FEWEST_ASKED = 4;
/** Larger sets are not copied to each thread's kernel. */
const MOST_BITS = 1 << 26;

export class BitSet {
  readonly low: number;
  readonly high: number;
  #region: Region | null = null;

  constructor(private readonly set: Bits) {
    this.low = set.base;
    this.high = set.base + set.span - 1;
  }

  /** The places among from[0..count), or below `count`, whose values are in the set, to `out`, which may be `from`; how many. */
  select(values: Numbers, from: Int32Array | null, count: number, out: Int32Array): number {
    const { base, span, bits } = this.set;
    const used = from === null ? count : values.length;
    if (!this.#hasKernel(values) || count * FEWEST_ASKED < used)
      return selectingLoop("set", values)(values, bits, base, span, from, count, out);
    const memory = heap();
    const { tested, places } = scratch(memory);
    const valuesAt = tested.need(used * values.BYTES_PER_ELEMENT);
    const placesAt = places.need(4 * count);
    const bitsAt = this.#bitsIn(memory);
    // Nothing that is asked of the heap from here on makes it larger.
    const kind = values.constructor as Float64ArrayConstructor;
    new kind(memory.buffer, valuesAt, used).set(values.subarray(0, used));
    const numbers = new Int32Array(memory.buffer, placesAt, count);
    if (from !== null) numbers.set(from.subarray(0, count));
    const kernel = values instanceof Float64Array ? memory.kernels.placesIn64 : memory.kernels.placesIn32;
    const left = kernel(valuesAt, from === null ? 0 : placesAt, count, base, span, bitsAt, placesAt);
    out.set(numbers.subarray(0, left));
    return left;
  }

  /** For each value 1 where it is in the set, else 0; null where no kernel does that. */
  marks(values: Numbers): Uint8Array | null {
    if (!this.#hasKernel(values)) return null;
    const { base, span } = this.set;
    const memory = heap();
    const { tested, places } = scratch(memory);
    const valuesAt = tested.need(values.length * values.BYTES_PER_ELEMENT);
    const marksAt = places.need(values.length);
    const bitsAt = this.#bitsIn(memory);
    const kind = values.constructor as Float64ArrayConstructor;
    new kind(memory.buffer, valuesAt, values.length).set(values);
    const kernel = values instanceof Float64Array ? memory.kernels.marksIn64 : memory.kernels.marksIn32;
    kernel(valuesAt, values.length, base, span, bitsAt, marksAt);
    return copyBytes(memory, marksAt, values.length);
  }

  #hasKernel(values: Numbers): boolean {
    const { base, span } = this.set;
    const isKnown = values instanceof Float64Array || (values instanceof Int32Array && (base | 0) === base);
    return isKnown && span <= MOST_BITS;
  }

  #bitsIn(memory: Heap): number {
    if (this.#region !== null) return this.#region.address;
    const { bits } = this.set;
    this.#region = new Region(memory);
    const at = this.#region.need(4 * bits.length);
    new Int32Array(memory.buffer, at, bits.length).set(bits);
    return at;
  }

  close(): void {
    this.#region?.free();
    this.#region = null;
  }
}
