/**
 * The task sets that an executor was told of lately, in shared memory: a thread that takes the first task of a set reads it there and need
 * not ask the main thread, which costs two wake-ups. A ring with one writer and many readers. What has been overwritten, or never was
 * there because it is long, is asked for (OP_TASK_SET).
 */
import type { TaskSetData } from "./messages";

const CAPACITY = 1 << 18;
const MASK = CAPACITY - 1;
const LONGEST = CAPACITY / 8;
const HEADER_BYTES = 16;
/** Bytes that were ever written or are being written: what lies more than CAPACITY behind is gone. */
const RESERVED = 0;

/** Where a set is. A length of 0: nowhere. */
export interface BoardPlace {
  readonly at: number;
  readonly length: number;
}

export const NOWHERE: BoardPlace = { at: 0, length: 0 };

/** The main thread's end. */
export class SetBoardWriter {
  readonly buffer = new SharedArrayBuffer(HEADER_BYTES + CAPACITY);
  readonly #control = new Int32Array(this.buffer, 0, HEADER_BYTES / 4);
  readonly #bytes = new Uint8Array(this.buffer, HEADER_BYTES);
  readonly #places = new Map<number, BoardPlace>();
  #end = 0;

  write({ binary, ...rest }: TaskSetData): void {
    const about = Buffer.from(JSON.stringify(rest));
    const length = 4 + about.length + binary.byteLength;
    if (length > LONGEST) return;
    const at = this.#end;
    this.#end = (at + length) | 0;
    Atomics.store(this.#control, RESERVED, this.#end);
    const record = new Uint8Array(length);
    new DataView(record.buffer).setUint32(0, about.length, true);
    record.set(about, 4);
    record.set(new Uint8Array(binary), 4 + about.length);
    const offset = at & MASK;
    const first = Math.min(length, CAPACITY - offset);
    this.#bytes.set(record.subarray(0, first), offset);
    this.#bytes.set(record.subarray(first), 0);
    this.#places.set(rest.id, { at, length });
  }

  placeOf(id: number): BoardPlace {
    return this.#places.get(id) ?? NOWHERE;
  }

  forget(id: number): void {
    this.#places.delete(id);
  }
}

/** A task thread's end. */
export class SetBoardReader {
  readonly #control: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(buffer: SharedArrayBuffer) {
    this.#control = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#bytes = new Uint8Array(buffer, HEADER_BYTES);
  }

  /** Null where it is not there any more, or never was. */
  read({ at, length }: BoardPlace): TaskSetData | null {
    if (length === 0) return null;
    const record = new Uint8Array(length);
    const offset = at & MASK;
    const first = Math.min(length, CAPACITY - offset);
    record.set(this.#bytes.subarray(offset, offset + first));
    record.set(this.#bytes.subarray(0, length - first), first);
    // Looked at after the copy: what was overwritten meanwhile is seen here. An addition, since reads may not be moved behind a write.
    if ((Atomics.add(this.#control, RESERVED, 0) - at) >>> 0 > CAPACITY) return null;
    const end = 4 + new DataView(record.buffer).getUint32(0, true);
    const rest = JSON.parse(Buffer.from(record.buffer, 4, end - 4).toString()) as Omit<TaskSetData, "binary">;
    return { ...rest, binary: record.buffer.slice(end) };
  }
}
