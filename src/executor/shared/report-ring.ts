/**
 * Reports of one task thread on their way to the main thread: a ring of bytes in shared memory with one writer and one
 * reader. A report is visible as soon as it is written; the main thread is woken by a message only when it is not
 * looking (`armed`), so that a thread full of short tasks costs few messages.
 */

const HEAD = 0;
const TAIL = 1;
/** 1 while the reader waits to be woken. */
const ARMED = 2;
const HEADER_BYTES = 64;
const CAPACITY = 1 << 18;
const MASK = CAPACITY - 1;
/** A record that does not fit the rest of the ring begins anew at its start. */
const WRAP = -1;
/** Longest report that goes through the ring. */
export const MAX_REPORT = CAPACITY / 4;

class RingMemory {
  readonly control: Int32Array;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.control = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.words = new Int32Array(buffer, HEADER_BYTES, CAPACITY >> 2);
    this.bytes = new Uint8Array(buffer, HEADER_BYTES, CAPACITY);
  }
}

/** The task thread's end. A record: its length with this header, the task's id, a tag, the report; padded to words. */
export class ReportWriter {
  readonly #memory: RingMemory;
  #head: number;

  constructor(buffer: SharedArrayBuffer) {
    this.#memory = new RingMemory(buffer);
    this.#head = Atomics.load(this.#memory.control, HEAD);
  }

  /** False when the ring is full: the reader is behind. `report` may be at most MAX_REPORT long. */
  write(taskId: number, tag: number, report: Uint8Array): boolean {
    const { control, words, bytes } = this.#memory;
    const length = 12 + report.length;
    const padded = (length + 3) & ~3;
    const offset = this.#head & MASK;
    const skip = offset + padded > CAPACITY ? CAPACITY - offset : 0;
    if (((this.#head + skip + padded - Atomics.load(control, TAIL)) | 0) > CAPACITY) return false;
    if (skip > 0) {
      words[offset >> 2] = WRAP;
      this.#head = (this.#head + skip) | 0;
    }
    const start = this.#head & MASK;
    words[start >> 2] = length;
    words[(start >> 2) + 1] = taskId;
    words[(start >> 2) + 2] = tag;
    bytes.set(report, start + 12);
    this.#head = (this.#head + padded) | 0;
    Atomics.store(control, HEAD, this.#head);
    return true;
  }

  /** True when the reader must be sent a message to look. At most one caller is told so for each time it armed. */
  takeWake(): boolean {
    const { control } = this.#memory;
    return Atomics.load(control, ARMED) === 1 && Atomics.exchange(control, ARMED, 0) === 1;
  }

  /** Sleeps until the reader made room, or for a few milliseconds. */
  waitForRoom(): void {
    const { control } = this.#memory;
    Atomics.wait(control, TAIL, Atomics.load(control, TAIL), 5);
  }
}

/** The main thread's end. */
export class ReportReader {
  readonly #memory: RingMemory;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(HEADER_BYTES + CAPACITY)) {
    this.#memory = new RingMemory(buffer);
  }

  /** Hands out all reports that are there; the bytes are the caller's. Returns their number. */
  drain(handle: (taskId: number, tag: number, report: Uint8Array) => void): number {
    const { control, words, bytes } = this.#memory;
    const head = Atomics.load(control, HEAD);
    let tail = control[TAIL]!;
    let count = 0;
    while (tail !== head) {
      let offset = tail & MASK;
      if (words[offset >> 2] === WRAP) {
        tail = (tail + CAPACITY - offset) | 0;
        offset = 0;
      }
      const length = words[offset >> 2]!;
      // Buffers of their own: shared memory is written again, and gRPC keeps what it is given.
      const report = bytes.slice(offset + 12, offset + length);
      handle(words[(offset >> 2) + 1]! >>> 0, words[(offset >> 2) + 2]!, report);
      tail = (tail + ((length + 3) & ~3)) | 0;
      count++;
    }
    if (count > 0) {
      Atomics.store(control, TAIL, tail);
      Atomics.notify(control, TAIL, 1);
    }
    return count;
  }

  /** Asks to be woken. False when something came meanwhile: then drain again. */
  arm(): boolean {
    const { control } = this.#memory;
    Atomics.store(control, ARMED, 1);
    if (Atomics.load(control, HEAD) === control[TAIL]) return true;
    Atomics.store(control, ARMED, 0);
    return false;
  }
}
