/**
 * Sources of chunks inside a task. Synchronous as a rule; a source whose records come out of asynchronous user functions
 * returns promises from `next`, and whoever reads it must be able to wait.
 */
import type { Chunk, ChunkSource } from "../../columnar";
import { TaskError } from "../../common/errors";

export type MaybePromise<T> = T | Promise<T>;

/** A ChunkSource that may answer with a promise. One `next` at a time. */
export interface AnySource {
  next(): MaybePromise<Chunk | null>;
  close(): void;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

/** What awaits `value` where it is a promise, and goes on at once where it is not. */
export function then<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  return isThenable(value) ? value.then(next) : next(value);
}

export const emptySource: ChunkSource = { next: () => null, close() {} };

/** A source of one chunk. */
export class SingleSource implements ChunkSource {
  #chunk: Chunk | null;

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
  }

  next(): Chunk | null {
    const chunk = this.#chunk;
    this.#chunk = null;
    return chunk;
  }

  close(): void {
    this.#chunk = null;
  }
}

export function rowsChunk(rows: readonly unknown[]): Chunk {
  return { kind: "rows", rows, start: 0, end: rows.length };
}

/** `first`, which was read from `rest` already, and then the rest, which must stay synchronous. */
export class PrimedSource implements ChunkSource {
  #first: Chunk | null;
  readonly #rest: AnySource;

  constructor(first: Chunk | null, rest: AnySource) {
    this.#first = first;
    this.#rest = rest;
  }

  next(): Chunk | null {
    if (this.#first !== null) {
      const first = this.#first;
      this.#first = null;
      return first;
    }
    const chunk = this.#rest.next();
    if (isThenable(chunk)) {
      (chunk as Promise<unknown>).catch(() => undefined);
      throw new TaskError(
        "LATE_ASYNC_FUNCTION",
        "A function returned a promise after the first records of the partition had come without one, and what reads the records cannot wait. " +
          "Make the functions before this point all asynchronous or all synchronous.",
      );
    }
    return chunk;
  }

  close(): void {
    this.#first = null;
    this.#rest.close();
  }
}
