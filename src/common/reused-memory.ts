/**
 * Memory that goes from one use to the next: new memory has to be zeroed, and what is dropped is collected late and at length, since the
 * engine sees megabytes outside of its heap.
 */

/** Memory is handed out in multiples of this. */
const UNIT = 1 << 16;

export class ReusedMemory {
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

  /** So many bytes, whatever is in them. */
  bytes(length: number): Uint8Array {
    return new Uint8Array(this.take(length), 0, length);
  }

  /** A copy in memory of this. */
  copy(values: Float64Array): Float64Array {
    const copy = new Float64Array(this.take(values.byteLength), 0, values.length);
    copy.set(values);
    return copy;
  }

  /** Takes back what was handed out for typed arrays in plain data that nobody looks at any more; keeps `most` free bytes. */
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

  /** Leaves what nobody uses to the collector. */
  drop(): void {
    this.#free = [];
    this.#bytes = 0;
  }
}

/** Free bytes that a driver keeps for its next results and broadcasts, and how long, in ms. */
const MOST_FREE = 96 << 20;
const IDLE_MS = 10_000;

/** Of a driver, for long results of tasks and for what it makes of them; each goes back from whoever is the last to look at it. */
class DriverMemory {
  readonly #memory = new ReusedMemory();
  #idle: NodeJS.Timeout | undefined;

  bytes(length: number): Uint8Array {
    return length < UNIT ? new Uint8Array(length) : this.#memory.bytes(length);
  }

  /** Nobody looks at the typed arrays of `data` any more, nor at others that lie in the same memory; those that are not of this memory do not matter. */
  giveBack(data: object): void {
    this.#memory.giveBack(data, MOST_FREE);
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#memory.drop(), IDLE_MS);
    this.#idle.unref();
  }
}

export const driverMemory: DriverMemory = new DriverMemory();
