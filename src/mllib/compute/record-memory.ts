/**
 * Memory for records that threads keep, which goes from one fit to the next: new memory has to be zeroed, and what is dropped is collected
 * late and at length, since the engine sees megabytes outside of its heap.
 */

/** Memory is handed out in multiples of this. */
const UNIT = 1 << 16;

export class RecordMemory {
  /** What nobody uses. */
  #free: ArrayBuffer[] = [];
  #bytes = 0;
  /** Nothing else is taken back: other memory may be somebody else's, too. */
  readonly #handedOut = new WeakSet<ArrayBuffer>();

  get freeBytes(): number {
    return this.#bytes;
  }

  /** Memory of at least so many bytes, whatever is in it. */
  take(bytes: number): ArrayBuffer {
    let best: ArrayBuffer | undefined;
    for (const buffer of this.#free) {
      const fits = buffer.byteLength >= bytes && buffer.byteLength <= 2 * bytes + UNIT;
      if (fits && (best === undefined || buffer.byteLength < best.byteLength)) best = buffer;
    }
    if (best === undefined) best = new ArrayBuffer(UNIT * Math.ceil(Math.max(bytes, 1) / UNIT));
    else {
      this.#free.splice(this.#free.indexOf(best), 1);
      this.#bytes -= best.byteLength;
    }
    this.#handedOut.add(best);
    return best;
  }

  /** A copy in memory of this. */
  copy(values: Float64Array): Float64Array {
    const copy = new Float64Array(this.take(values.byteLength), 0, values.length);
    copy.set(values);
    return copy;
  }

  /** Takes back what was handed out for typed arrays in a record of plain data that nobody looks at any more; keeps `most` free bytes. */
  giveBack(record: object, most: number): void {
    if (!ArrayBuffer.isView(record)) {
      for (const value of Object.values(record) as readonly unknown[])
        if (typeof value === "object" && value !== null) this.giveBack(value, most);
      return;
    }
    const buffer = record.buffer as ArrayBuffer;
    if (!this.#handedOut.delete(buffer) || this.#bytes + buffer.byteLength > most) return;
    this.#free.push(buffer);
    this.#bytes += buffer.byteLength;
  }
}
