/**
 * The tasks that an executor has been given and no thread has begun: one queue in shared memory, filled by the main
 * thread, emptied by all task threads. A thread that is done takes the next one without asking, and no task waits behind
 * a long one; what was not taken can be called back.
 *
 * A position is claimed by one compare-and-swap of its cell's state, so that a thread that dies at any instant leaves
 * either a task that others can take or a cell that says who took it. `head` is only a hint that everybody advances.
 */
import { type BoardPlace, NOWHERE } from "./set-board";

const HEAD = 0;
const TAIL = 1;
/** OPEN, or CLOSED while memory is short: threads take nothing. */
const GATE = 2;
const HEADER_WORDS = 16;

/** Words of a cell. */
const STATE = 0;
const TASK_ID = 1;
const TASK_SET = 2;
const PARTITION = 3;
const ATTEMPT = 4;
/** Bytes of payload in the cell; NO_PAYLOAD or ELSEWHERE otherwise. */
const PAYLOAD = 5;
/** Where its set lies on the board, and how long it is there. */
const SET_AT = 6;
const SET_LENGTH = 7;
const CELL_HEADER = 8;
const CELL_WORDS = 256;
export const INLINE_PAYLOAD = (CELL_WORDS - CELL_HEADER) * 4;
const NO_PAYLOAD = -1;
const ELSEWHERE = -2;

/** States: free, ready, or TAKEN plus the number of the thread. */
const FREE = 0;
const READY = 1;
const TAKEN = 2;

const OPEN = 0;
const CLOSED = 1;

export const QUEUE_CAPACITY = 1024;
const MASK = QUEUE_CAPACITY - 1;

export interface QueuedTask {
  readonly taskId: number;
  readonly taskSet: number;
  readonly partition: number;
  readonly attempt: number;
  readonly payload: Uint8Array | null;
  /** The payload was too long for the queue: the thread asks the main thread for it. */
  readonly payloadElsewhere: boolean;
  readonly setPlace: BoardPlace;
}

class QueueMemory {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  cell(position: number): number {
    return HEADER_WORDS + (position & MASK) * CELL_WORDS;
  }
}

/** The main thread's end. */
export class TaskQueueWriter {
  readonly #memory = new QueueMemory(new SharedArrayBuffer((HEADER_WORDS + QUEUE_CAPACITY * CELL_WORDS) * 4));
  /** Position of each task that may still be in the queue. */
  readonly #positions = new Map<number, number>();
  #tail = 0;
  #unannounced = 0;

  get buffer(): SharedArrayBuffer {
    return this.#memory.buffer;
  }

  /** Appends a task; false when the queue is full. Threads see it at once, sleeping ones wake at `announce`. */
  push(
    task: { taskId: number; taskSet: number; partition: number; attempt: number; payload: Uint8Array | null },
    setPlace: BoardPlace = NOWHERE,
  ): boolean {
    const { words, bytes } = this.#memory;
    const cell = this.#memory.cell(this.#tail);
    if (((this.#tail - Atomics.load(words, HEAD)) | 0) >= QUEUE_CAPACITY || Atomics.load(words, cell + STATE) !== FREE)
      return false;
    const { payload } = task;
    words[cell + TASK_ID] = task.taskId;
    words[cell + TASK_SET] = task.taskSet;
    words[cell + PARTITION] = task.partition;
    words[cell + ATTEMPT] = task.attempt;
    words[cell + SET_AT] = setPlace.at;
    words[cell + SET_LENGTH] = setPlace.length;
    if (payload === null) words[cell + PAYLOAD] = NO_PAYLOAD;
    else if (payload.length > INLINE_PAYLOAD) words[cell + PAYLOAD] = ELSEWHERE;
    else {
      words[cell + PAYLOAD] = payload.length;
      bytes.set(payload, (cell + CELL_HEADER) * 4);
    }
    Atomics.store(words, cell + STATE, READY);
    this.#positions.set(task.taskId, this.#tail);
    this.#tail = (this.#tail + 1) | 0;
    Atomics.store(words, TAIL, this.#tail);
    this.#unannounced++;
    return true;
  }

  /** Wakes as many sleeping threads as tasks were pushed. */
  announce(): void {
    if (this.#unannounced === 0) return;
    Atomics.notify(this.#memory.words, TAIL, this.#unannounced);
    this.#unannounced = 0;
  }

  /** Wakes all sleeping threads, to look for other things than tasks. */
  wakeAll(): void {
    Atomics.notify(this.#memory.words, TAIL);
    Atomics.notify(this.#memory.words, GATE);
  }

  /** Threads that look now take nothing before it is opened again; what is in the queue can be called back. */
  close(): void {
    Atomics.store(this.#memory.words, GATE, CLOSED);
    this.wakeAll();
  }

  open(): void {
    Atomics.store(this.#memory.words, GATE, OPEN);
    this.wakeAll();
  }

  /** Takes a task back that no thread has taken. */
  recall(taskId: number): boolean {
    const position = this.#positions.get(taskId);
    if (position === undefined) return false;
    const { words } = this.#memory;
    const cell = this.#memory.cell(position);
    if (words[cell + TASK_ID] !== (taskId | 0) || Atomics.compareExchange(words, cell + STATE, READY, FREE) !== READY)
      return false;
    this.#positions.delete(taskId);
    return true;
  }

  /** A thread reported on the task: it is not in the queue any more. */
  forget(taskId: number): void {
    this.#positions.delete(taskId);
  }

  /** Frees what a thread that is gone had claimed but not begun, and names those tasks. */
  releaseClaims(thread: number): number[] {
    const { words } = this.#memory;
    const released: number[] = [];
    for (let position = 0; position < QUEUE_CAPACITY; position++) {
      const cell = this.#memory.cell(position);
      if (Atomics.compareExchange(words, cell + STATE, TAKEN + thread, FREE) !== TAKEN + thread) continue;
      const taskId = words[cell + TASK_ID]! >>> 0;
      this.#positions.delete(taskId);
      released.push(taskId);
    }
    return released;
  }
}

/** A task thread's end. */
export class TaskQueueReader {
  readonly #memory: QueueMemory;

  constructor(
    buffer: SharedArrayBuffer,
    /** Number of the thread among all that ever lived in this process. */
    private readonly thread: number,
  ) {
    this.#memory = new QueueMemory(buffer);
  }

  get closed(): boolean {
    return Atomics.load(this.#memory.words, GATE) === CLOSED;
  }

  /**
   * The next task, or null when there is none or the queue is closed. `begun` is called with its id while the cell still says who took it: the
   * thread must have written down elsewhere that it has the task when `begun` returns.
   */
  take(begun: (taskId: number) => void): QueuedTask | null {
    const { words, bytes } = this.#memory;
    for (;;) {
      const head = Atomics.load(words, HEAD);
      if (head === Atomics.load(words, TAIL) || this.closed) return null;
      const cell = this.#memory.cell(head);
      const claimed = Atomics.compareExchange(words, cell + STATE, READY, TAKEN + this.thread) === READY;
      Atomics.compareExchange(words, HEAD, head, (head + 1) | 0);
      if (!claimed) continue;
      const taskId = words[cell + TASK_ID]! >>> 0;
      begun(taskId);
      const length = words[cell + PAYLOAD]!;
      const start = (cell + CELL_HEADER) * 4;
      const task: QueuedTask = {
        taskId,
        taskSet: words[cell + TASK_SET]! >>> 0,
        partition: words[cell + PARTITION]!,
        attempt: words[cell + ATTEMPT]!,
        payload: length >= 0 ? bytes.slice(start, start + length) : null,
        payloadElsewhere: length === ELSEWHERE,
        setPlace: { at: words[cell + SET_AT]!, length: words[cell + SET_LENGTH]! },
      };
      Atomics.store(words, cell + STATE, FREE);
      return task;
    }
  }

  /** Sleeps until there may be something to take. Profiles leave it out by its name (`process/profiler.ts`): it is no work. */
  sleepUntilTask(): void {
    const { words } = this.#memory;
    const tail = Atomics.load(words, TAIL);
    if (this.closed) Atomics.wait(words, GATE, CLOSED);
    else if (Atomics.load(words, HEAD) === tail) Atomics.wait(words, TAIL, tail);
  }
}
