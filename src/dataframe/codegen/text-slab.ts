/**
 * Bytes of strings that are made for one row: written one after the other into an array, and into a new one where that is full.
 * What has been written stays as it is, so that whoever keeps it needs no copy.
 */
import type { TextBuffer } from "../../columnar/bytes";

const SIZE = 1 << 14;
/** Longer strings have an array to themselves. */
const LONG = SIZE >> 2;

export class TextSlab {
  #buffer: TextBuffer = Buffer.alloc(0) as TextBuffer;
  #open: Uint8Array = new Uint8Array(0);
  #used = 0;
  /** Where the last string is. */
  bytes: Uint8Array = this.#open;
  /** Where the last string ends. */
  end = 0;

  /** Room for so many bytes, at most; gives where they begin in `bytes`. `close` says how many there are. */
  reserve(most: number): number {
    if (most > LONG) {
      this.bytes = new Uint8Array(most);
      return 0;
    }
    if (this.#used + most > this.#open.length) {
      this.#buffer = Buffer.alloc(SIZE) as TextBuffer;
      this.#open = new Uint8Array(this.#buffer.buffer, this.#buffer.byteOffset, SIZE);
      this.#used = 0;
    }
    this.bytes = this.#open;
    return this.#used;
  }

  /** The bytes that were asked for end here. */
  close(end: number): void {
    this.end = end;
    if (this.bytes === this.#open) this.#used = end;
  }

  /** The text as UTF-8; gives where it begins. */
  put(text: string): number {
    const { length } = text;
    const start = this.reserve(length * 3);
    const { bytes } = this;
    let at = start;
    if (length <= 40) {
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[at++] = unit;
      }
      if (i === length) {
        this.close(at);
        return start;
      }
    }
    const buffer = bytes === this.#open ? this.#buffer : (Buffer.from(bytes.buffer) as TextBuffer);
    this.close(start + buffer.utf8Write(text, start));
    return start;
  }

  /** A copy of bytes; gives where it begins. */
  copy(from: Uint8Array, start: number, end: number): number {
    const at = this.reserve(end - start);
    this.bytes.set(from.subarray(start, end), at);
    this.close(at + end - start);
    return at;
  }
}

/** Of this thread. */
export const slab = new TextSlab();
