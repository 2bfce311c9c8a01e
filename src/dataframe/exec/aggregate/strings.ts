/**
 * The different strings of a key column, numbered as they come. Groups then differ in numbers, no matter how many columns of strings they
 * have: of a dictionary each entry is hashed, compared and copied once.
 */
import type { BytesVector, Vector } from "../../../columnar/vector";
import { ByteSink, equalBytes } from "../../codegen/bytes";
import { grown } from "./grown";

const FIRST_CAPACITY = 64;

export class Strings {
  count = 0;
  readonly sink = new ByteSink();
  starts = new Int32Array(FIRST_CAPACITY);
  ends = new Int32Array(FIRST_CAPACITY);
  #hashes = new Int32Array(FIRST_CAPACITY);
  /** Open addressing: number + 1 of a string, 0 where there is none. */
  #slots = new Int32Array(FIRST_CAPACITY * 2);
  #of: Vector | null = null;
  #numbers = new Int32Array(0);
  #dictionary: BytesVector | null = null;

  /** For each entry of a dictionary its number, plus 1; 0 where it is not known yet. Good until another dictionary is asked for. */
  numbersOf(dictionary: Vector): Int32Array {
    if (this.#of !== dictionary) {
      this.#of = dictionary;
      this.#numbers = new Int32Array(dictionary.length);
    }
    return this.#numbers;
  }

  /** The number of an entry that was not known; `numbers` knows it from now on. */
  add(numbers: Int32Array, entry: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const number = this.#find(hash, bytes, start, end);
    numbers[entry] = number + 1;
    return number;
  }

  #find(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]! - 1;
      if (this.#hashes[number] !== hash) continue;
      if (equalBytes(this.sink.bytes, this.starts[number]!, this.ends[number]!, bytes, start, end)) return number;
    }
    if (this.count === this.starts.length) this.#grow();
    const number = this.count++;
    this.starts[number] = this.sink.append(bytes, start, end);
    this.ends[number] = this.sink.used;
    this.#hashes[number] = hash;
    this.#place(number);
    return number;
  }

  #place(number: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[number]! & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #grow(): void {
    const capacity = this.starts.length * 4;
    this.starts = grown(this.starts, capacity);
    this.ends = grown(this.ends, capacity);
    this.#hashes = grown(this.#hashes, capacity);
    this.#slots = new Int32Array(capacity * 2);
    for (let number = 0; number < this.count; number++) this.#place(number);
  }

  get bytesUsed(): number {
    return this.sink.used + this.starts.length * 20 + this.#numbers.byteLength;
  }

  /** All of them, in the order of their numbers; the same vector as long as there are no more. */
  get dictionary(): BytesVector {
    const { count } = this;
    if (this.#dictionary?.length !== count) {
      this.#dictionary = {
        form: "bytes",
        length: count,
        bytes: this.sink.bytes.subarray(0, this.sink.used),
        starts: this.starts.slice(0, count),
        ends: this.ends.slice(0, count),
        valid: null,
      };
    }
    return this.#dictionary;
  }
}
