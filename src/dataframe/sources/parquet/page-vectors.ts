/** Values in the heap as vectors, whose arrays are outside of it. */
import type { BytesVector, DictionaryVector, Vector } from "../../../columnar/vector";
import { Form, FORM_BYTES, type Packed } from "./convert";
import { PageBuffer, uninitialized } from "./page-buffers";
import { scratch } from "./page-scratch";
import { type Heap, heap } from "../wasm/heap";

/** Where the bytes are that say which of `count` entries are there. */
export interface Nulls {
  readonly at: number;
  readonly count: number;
}

/** The arrays of one column. */
export class PageVectors {
  readonly #heap = heap();
  readonly #scratch = scratch(this.#heap);
  /** Where values may be overwritten by those of the next page. */
  readonly #values: PageBuffer | null;
  readonly #validity: PageBuffer | null;
  readonly #strings: PageBuffer | null;
  readonly #ranges: PageBuffer | null;
  /** The page before is still needed. */
  fresh = false;

  /** What is transient need only last until the next page: numbers and codes, and strings that are no dictionary's. */
  constructor(transient: boolean, transientStrings: boolean) {
    const buffer = (is: boolean): PageBuffer | null => (is ? new PageBuffer() : null);
    this.#values = buffer(transient);
    this.#validity = buffer(transient);
    this.#strings = buffer(transient && transientStrings);
    this.#ranges = buffer(transient && transientStrings);
  }

  close(): void {
    for (const buffer of [this.#values, this.#validity, this.#strings, this.#ranges]) buffer?.release();
  }

  /** `present` codes of so many bytes, spread over the valid places. */
  codes(
    bytes: number,
    from: number,
    present: number,
    nulls: Nulls | null,
    dictionary: DictionaryVector["dictionary"],
  ): DictionaryVector {
    let [at, length] = [from, present];
    let valid: Uint8Array | null = null;
    if (nulls !== null) {
      length = nulls.count;
      at = this.#scratch.spread.need(length * bytes);
      this.#spread(bytes, from, nulls.at, length, at);
      valid = this.#valid(nulls.at, length);
    }
    const out = this.#room(this.#values, length * bytes);
    new Uint8Array(out).set(this.#heap.bytes.subarray(at, at + length * bytes));
    const codes = new (bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Int32Array)(out, 0, length);
    return { form: "dictionary", length, codes, dictionary, valid };
  }

  #spread(bytes: number, from: number, valid: number, count: number, to: number): void {
    const { kernels } = this.#heap;
    if (bytes === 1) kernels.spread8(from, valid, count, to);
    else if (bytes === 2) kernels.spread16(from, valid, count, to);
    else if (bytes === 4) kernels.spread32(from, valid, count, to);
    else if (bytes === 8) kernels.spread64(from, valid, count, to);
    else kernels.spread128(from, valid, count, to);
  }

  /** `buffer` is null where what is put there outlasts the page. */
  #room(buffer: PageBuffer | null, bytes: number): ArrayBuffer {
    return this.fresh || buffer === null ? uninitialized(bytes) : buffer.room(bytes);
  }

  #valid(address: number, count: number): Uint8Array {
    if (this.fresh || this.#validity === null) return copyBytes(this.#heap, address, count);
    const copy = new Uint8Array(this.#validity.room(count), 0, count);
    copy.set(this.#heap.bytes.subarray(address, address + count));
    return copy;
  }

  /** The `present` values of `packed`, spread over the valid places, outside of the heap; `kept`: they outlast the page. */
  vector(packed: Packed, present: number, nulls: Nulls | null, kept = false): Vector {
    const heap = this.#heap;
    const { form } = packed;
    if (nulls !== null && present === 0) return noValues(nulls.count);
    if (form === Form.Bytes) return this.bytes(packed, present, nulls, kept);
    const bytes = FORM_BYTES[form]!;
    let from = packed.address;
    let length = present;
    let valid: Uint8Array | null = null;
    if (nulls !== null) {
      length = nulls.count;
      const to = this.#scratch.spread.need(length * bytes);
      this.#spread(bytes, from, nulls.at, length, to);
      from = to;
      valid = this.#valid(nulls.at, length);
    }
    const out = this.#room(kept ? null : this.#values, length * bytes);
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

  bytes(packed: Packed, present: number, nulls: Nulls | null, kept = false): BytesVector {
    const heap = this.#heap;
    const { kernels } = heap;
    const { address, bytesLength, starts, ends } = packed;
    const ascii = kernels.isAscii(address, bytesLength) === 1 || kernels.areAscii(address, starts, ends, present) === 1;
    const bytes = new Uint8Array(this.#room(kept ? null : this.#strings, bytesLength), 0, bytesLength);
    bytes.set(heap.bytes.subarray(address, address + bytesLength));
    return this.ranges(bytes, ascii, starts, ends, present, nulls, kept);
  }

  /** Ranges of `bytes`, which begin and end as addresses in the heap say. */
  ranges(
    bytes: Uint8Array,
    ascii: boolean,
    startsAt: number,
    endsAt: number,
    present: number,
    nulls: Nulls | null,
    kept = false,
  ): BytesVector {
    const heap = this.#heap;
    let [starts, ends, length] = [startsAt, endsAt, present];
    let valid: Uint8Array | null = null;
    if (nulls !== null) {
      length = nulls.count;
      const to = this.#scratch.spread.need(length * 8);
      heap.kernels.spreadRanges(starts, ends, nulls.at, length, to, to + 4 * length);
      starts = to;
      ends = to + 4 * length;
      valid = copyBytes(heap, nulls.at, length);
    }
    const ranges = this.#room(kept ? null : this.#ranges, length * 8);
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

/** `count` nulls: a page without values, whose encoding says nothing of the form. */
export function noValues(count: number): Vector {
  return { form: "null", length: count, valid: new Uint8Array(count) };
}

export function copyBytes(from: Heap, address: number, count: number): Uint8Array {
  const copy = new Uint8Array(uninitialized(count));
  copy.set(from.bytes.subarray(address, address + count));
  return copy;
}
