/** Sorted sources of records to one: a k-way merge that holds a chunk of each. */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import { BATCH_ROWS, type BatchColumn, valuesOf } from "./batch";
import { type BatchSource, batchesOf } from "./batches";
import { pairChunk } from "./chunks";
import type { KeyCompare } from "./spec";

/** `sources` are each in the order of `compare`; of equal keys those of an earlier source come first. */
export function mergedRuns(sources: readonly ChunkSource[], compare: KeyCompare, carries: "pairs" | "keys"): ChunkSource {
  return new Merge(sources, compare, carries);
}

/** One source, standing at its next record. */
class Cursor {
  keys: ArrayLike<unknown> = [];
  values: ArrayLike<unknown> = [];
  at = 0;
  length = 0;
  numericKeys = false;
  numericValues = false;

  constructor(
    readonly batches: BatchSource,
    /** Earlier sources come first among equals. */
    readonly rank: number,
  ) {}

  /** Goes on to the next record; false at the end. */
  advance(): boolean {
    if (++this.at < this.length) return true;
    return this.load();
  }

  load(): boolean {
    const batch = this.batches.next();
    if (batch === null) {
      this.batches.close();
      return false;
    }
    this.keys = valuesOf(batch.key, batch.length);
    this.values = valuesOf(batch.value, batch.length);
    this.numericKeys = batch.key.type === "number";
    this.numericValues = batch.value.type === "number";
    this.length = batch.length;
    this.at = 0;
    return true;
  }
}

class Merge implements ChunkSource {
  readonly #cursors: readonly Cursor[];
  readonly #compare: KeyCompare;
  readonly #carries: "pairs" | "keys";
  /** A binary heap: the cursor with the least record is at 0. Null before the first `next`. */
  #heap: Cursor[] | null = null;

  constructor(sources: readonly ChunkSource[], compare: KeyCompare, carries: "pairs" | "keys") {
    this.#cursors = sources.map((source, rank) => new Cursor(batchesOf(source, carries), rank));
    this.#compare = compare;
    this.#carries = carries;
  }

  next(): Chunk | null {
    const heap = (this.#heap ??= this.#start());
    if (heap.length === 0) return null;
    const numericKeys = heap.every((cursor) => cursor.numericKeys);
    const numericValues = heap.every((cursor) => cursor.numericValues);
    const keys = numericKeys ? new Float64Array(BATCH_ROWS) : new Array<unknown>();
    const values = numericValues ? new Float64Array(BATCH_ROWS) : new Array<unknown>();
    let length = 0;
    while (length < BATCH_ROWS && heap.length > 0) {
      const cursor = heap[0]!;
      keys[length] = cursor.keys[cursor.at];
      values[length++] = cursor.values[cursor.at];
      const inBatch = cursor.at + 1 < cursor.length;
      if (!cursor.advance()) {
        const last = heap.pop()!;
        if (heap.length > 0) heap[0] = last;
      }
      if (heap.length > 1) this.#sink(heap);
      // Another batch may have columns of another type.
      if (!inBatch) break;
    }
    return pairChunk(columnOf(keys, length), this.#carries === "keys" ? { type: "none" } : columnOf(values, length), length);
  }

  #start(): Cursor[] {
    const heap = this.#cursors.filter((cursor) => cursor.load());
    heap.sort((a, b) => this.#order(a, b));
    return heap;
  }

  #order(a: Cursor, b: Cursor): number {
    return this.#compare(a.keys[a.at], b.keys[b.at]) || a.rank - b.rank;
  }

  /** Puts the cursor at 0 where it belongs. */
  #sink(heap: Cursor[]): void {
    const cursor = heap[0]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#order(heap[child + 1]!, heap[child]!) < 0) child++;
      if (this.#order(cursor, heap[child]!) <= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = cursor;
  }

  close(): void {
    for (const cursor of this.#cursors) cursor.batches.close();
    this.#heap = [];
  }
}

function columnOf(values: Float64Array | unknown[], length: number): BatchColumn {
  return values instanceof Float64Array ? { type: "number", values: values.subarray(0, length) } : { type: "any", values };
}
