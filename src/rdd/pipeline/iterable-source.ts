/** What user functions return for a whole partition (iterables, asynchronous ones, promises of them), as chunks. */
import type { Chunk } from "../../columnar";
import { TaskError } from "../../common/errors";
import { type AnySource, isThenable, type MaybePromise, rowsChunk, SingleSource } from "./source";

/** A chunk begins with few records, so that an action that wants few does not make a generator run far, and grows to this. */
const MAX_ROWS = 1024;
const GROWTH = 4;

class IterableSource implements AnySource {
  #iterator: Iterator<unknown> | null;
  #rows = 1;

  constructor(iterable: Iterable<unknown>) {
    this.#iterator = iterable[Symbol.iterator]();
  }

  next(): Chunk | null {
    const iterator = this.#iterator;
    if (iterator === null) return null;
    const rows: unknown[] = [];
    while (rows.length < this.#rows) {
      const step = iterator.next();
      if (step.done === true) {
        this.#iterator = null;
        break;
      }
      rows.push(step.value);
    }
    this.#rows = Math.min(MAX_ROWS, this.#rows * GROWTH);
    return rows.length === 0 ? null : rowsChunk(rows);
  }

  close(): void {
    const iterator = this.#iterator;
    this.#iterator = null;
    iterator?.return?.();
  }
}

class AsyncIterableSource implements AnySource {
  #iterator: AsyncIterator<unknown> | null;
  #rows = 1;

  constructor(iterable: AsyncIterable<unknown>) {
    this.#iterator = iterable[Symbol.asyncIterator]();
  }

  async next(): Promise<Chunk | null> {
    const iterator = this.#iterator;
    if (iterator === null) return null;
    const rows: unknown[] = [];
    while (rows.length < this.#rows) {
      const step = await iterator.next();
      if (step.done === true) {
        this.#iterator = null;
        break;
      }
      rows.push(step.value);
    }
    this.#rows = Math.min(MAX_ROWS, this.#rows * GROWTH);
    return rows.length === 0 ? null : rowsChunk(rows);
  }

  close(): void {
    const iterator = this.#iterator;
    this.#iterator = null;
    iterator?.return?.()?.then(undefined, () => undefined);
  }
}

/** A source that is there later. */
export class DeferredSource implements AnySource {
  #source: AnySource | null = null;
  #closed = false;

  constructor(private readonly promise: Promise<AnySource>) {
    promise.then(
      (source) => {
        this.#source = source;
        if (this.#closed) source.close();
      },
      () => undefined,
    );
  }

  next(): MaybePromise<Chunk | null> {
    if (this.#source !== null) return this.#source.next();
    return this.promise.then((source) => source.next());
  }

  close(): void {
    this.#closed = true;
    this.#source?.close();
  }
}

/** The records that `result` stands for. `call` names the operation in messages. */
export function resultSource(result: unknown, call: string): AnySource {
  if (isThenable(result)) return new DeferredSource(Promise.resolve(result).then((value) => resultSource(value, call)));
  if (Array.isArray(result)) return result.length === 0 ? { next: () => null, close() {} } : new SingleSource(rowsChunk(result));
  if (typeof result === "object" && result !== null) {
    if (typeof (result as Partial<Iterable<unknown>>)[Symbol.iterator] === "function")
      return new IterableSource(result as Iterable<unknown>);
    if (typeof (result as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === "function")
      return new AsyncIterableSource(result as AsyncIterable<unknown>);
    // An iterator without Symbol.iterator.
    if (typeof (result as { next?: unknown }).next === "function")
      return new IterableSource({ [Symbol.iterator]: () => result as Iterator<unknown> });
  }
  throw new TaskError(
    "NOT_ITERABLE",
    `The function of ${call} must return an iterable of records, and returned ${result === null ? "null" : `a value of type ${typeof result}`}.`,
  );
}
