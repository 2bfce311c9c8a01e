/** The records of a partition as users of mapPartitions see them: one by one, made while they are asked for. */
import { type ChunkSource, rowsOf } from "../../columnar";
import type { TaskEnv } from "../../storage/task-env";

/** What all built-in iterators inherit from: it has the iterator helpers (map, take, …) where Node has them. */
const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object;

export class RecordIterator implements IterableIterator<unknown> {
  #source: ChunkSource | null;
  readonly #env: TaskEnv;
  #rows: readonly unknown[] = [];
  #at = 0;

  constructor(source: ChunkSource, env: TaskEnv) {
    this.#source = source;
    this.#env = env;
  }

  next(): IteratorResult<unknown> {
    if (this.#at < this.#rows.length || this.#fill()) return { done: false, value: this.#rows[this.#at++] };
    return { done: true, value: undefined };
  }

  #fill(): boolean {
    while (this.#source !== null) {
      this.#env.checkInterrupted();
      const chunk = this.#source.next();
      if (chunk === null) break;
      this.#rows = rowsOf(chunk);
      this.#at = 0;
      if (this.#rows.length > 0) return true;
    }
    this.return();
    return false;
  }

  return(): IteratorResult<unknown> {
    this.#source?.close();
    this.#source = null;
    this.#rows = [];
    this.#at = 0;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

Object.setPrototypeOf(RecordIterator.prototype, iteratorPrototype);
