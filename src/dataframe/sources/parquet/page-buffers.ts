/**
 * Memory of decoded pages that is used again, of this thread. Fresh memory for every page costs its first touch, and V8 collects for it: it
 * counts array buffers although they are outside of its heap.
 */

import type { Room } from "../../../columnar/batch";

/** Classes of sizes are powers of two from here on. */
const SMALLEST = 12;
/** Bytes that are kept for later. */
const MOST_KEPT = 32 << 20;

const free: ArrayBuffer[][] = [];
let kept = 0;

export function uninitialized(bytes: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(bytes).buffer;
}

/** One buffer at a time, which grows: its owner says when what was in it is not needed any more. */
export class PageBuffer {
  #buffer: ArrayBuffer | null = null;

  /** At least `bytes`; what the last call gave is overwritten. */
  room(bytes: number): ArrayBuffer {
    if (this.#buffer !== null && this.#buffer.byteLength >= bytes) return this.#buffer;
    this.release();
    const sizeClass = Math.max(SMALLEST, 32 - Math.clz32(bytes - 1));
    const known = free[sizeClass]?.pop();
    if (known !== undefined) kept -= known.byteLength;
    return (this.#buffer = known ?? uninitialized(2 ** sizeClass));
  }

  release(): void {
    const buffer = this.#buffer;
    if (buffer === null) return;
    this.#buffer = null;
    if (kept + buffer.byteLength > MOST_KEPT) return;
    kept += buffer.byteLength;
    (free[31 - Math.clz32(buffer.byteLength)] ??= []).push(buffer);
  }
}

/** Room for several arrays, which are all given up at once. */
export class PageRoom {
  readonly #buffers: PageBuffer[] = [];
  #used = 0;

  /** What was handed out is not needed any more. */
  begin(): void {
    this.#used = 0;
  }

  readonly take: Room = (bytes) => {
    const buffer = (this.#buffers[this.#used++] ??= new PageBuffer());
    return { buffer: buffer.room(bytes), offset: 0 };
  };

  release(): void {
    for (const buffer of this.#buffers) buffer.release();
  }
}
