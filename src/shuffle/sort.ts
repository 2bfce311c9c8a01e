/**
 * Records in the order of their keys: an external merge sort. Runs are as long as memory lets them be; equal keys keep the
 * order of arrival.
 */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { TaskEnv } from "../storage/task-env";
import { type Batch, BATCH_ROWS, type BatchColumn, HEAP_PATIENCE, patienceFor } from "./batch";
import { batchesOf } from "./batches";
import { pairChunk } from "./chunks";
import { ColumnBuffer } from "./column-buffer";
import { spillCompression } from "./compression";
import { chunksOf } from "./frame-chunks";
import { gather } from "./gather";
import { mergedRuns } from "./merge-runs";
import { PartitionedRuns } from "./runs";
import { Scatter } from "./scatter";
import { comparatorOf, sortedOrder } from "./sort-order";
import type { KeyOrdering } from "./spec";

/** Records of the source sorted by key. Reads everything at the first `next`. */
export function sorted(env: TaskEnv, source: ChunkSource, ordering: KeyOrdering, carries: "pairs" | "keys"): ChunkSource {
  return new Sort(env, source, ordering, carries);
}

/** Bytes that sorting takes beside each record: its place in the order, and what the sorting kernels need. */
const SORT_BYTES = 28;
/** Sorted runs read at a time: each holds a frame and its records. */
const FAN_IN = 32;
class Sort implements ChunkSource {
  readonly #env: TaskEnv;
  readonly #source: ChunkSource;
  readonly #ordering: KeyOrdering;
  readonly #carries: "pairs" | "keys";
  readonly #key: ColumnBuffer;
  readonly #value: ColumnBuffer;
  #reserved = 0;
  /** Records since the last run was written, as `patienceFor` counts them. */
  #sinceSpill = 0;
  #order: Int32Array | null = null;
  #emitted = 0;
  #runs: SortedRuns | null = null;
  #merged: ChunkSource | null = null;
  #consumed = false;

  constructor(env: TaskEnv, source: ChunkSource, ordering: KeyOrdering, carries: "pairs" | "keys") {
    this.#env = env;
    this.#source = source;
    this.#ordering = ordering;
    this.#carries = carries;
    this.#key = new ColumnBuffer(env.memory);
    this.#value = new ColumnBuffer(env.memory);
  }

  next(): Chunk | null {
    if (!this.#consumed) this.#consume();
    if (this.#merged !== null) return this.#merged.next();
    const order = this.#order;
    if (order === null || this.#emitted === order.length) {
      this.#release();
      return null;
    }
    const from = this.#emitted;
    const to = (this.#emitted = Math.min(order.length, from + BATCH_ROWS));
    return pairChunk(gather(this.#key.column(), order, from, to), gather(this.#value.column(), order, from, to), to - from);
  }

  #consume(): void {
    this.#consumed = true;
    const batches = batchesOf(this.#source, this.#carries);
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      this.#add(batch);
    }
    batches.close();
    if (this.#runs === null) {
      this.#order = sortedOrder(this.#key.column(), this.#key.length, this.#ordering);
    } else {
      this.#spill();
      this.#merged = this.#mergeAll();
    }
  }

  #add(batch: Batch): void {
    const { key, value, length } = batch;
    for (let from = 0; from < length; from += BATCH_ROWS) {
      const rows = Math.min(BATCH_ROWS, length - from);
      if (this.#append(key, value, from, rows)) continue;
      this.#spill();
      // An empty buffer has room for a batch, whatever the memory.
      this.#append(key, value, from, rows);
    }
    const onHeap = this.#key.onHeap || this.#value.onHeap;
    this.#sinceSpill += patienceFor(batch);
    if (onHeap && this.#sinceSpill >= HEAP_PATIENCE && this.#env.memory.heapFull()) this.#spill();
  }

  #append(key: BatchColumn, value: BatchColumn, from: number, rows: number): boolean {
    const before = this.#key.length;
    const needed = before + rows <= BATCH_ROWS ? 0 : SORT_BYTES * (before + rows);
    if (needed > this.#reserved) {
      const more = Math.max(needed, 2 * this.#reserved) - this.#reserved;
      if (!this.#env.memory.reserve(more)) return false;
      this.#reserved += more;
    }
    if (!this.#key.append(key, from, rows)) return false;
    if (this.#value.append(value, from, rows)) return true;
    this.#key.truncate(before);
    return false;
  }

  /** What was gathered becomes a sorted run on disk. */
  #spill(): void {
    const { length } = this.#key;
    if (length === 0) return;
    this.#runs ??= new SortedRuns(this.#env, this.#carries);
    const order = sortedOrder(this.#key.column(), length, this.#ordering);
    this.#runs.add(this.#key.column(), this.#value.column(), order);
    this.#release();
    this.#runs.endRun();
    this.#sinceSpill = 0;
  }

  /** All runs as one sorted source. While they are too many, neighbours are merged into longer runs. */
  #mergeAll(): ChunkSource {
    const compare = comparatorOf(this.#ordering);
    for (;;) {
      const runs = this.#runs!;
      if (runs.count <= FAN_IN) return mergedRuns(runs.open(0, runs.count), compare, this.#carries);
      const longer = new SortedRuns(this.#env, this.#carries);
      for (let from = 0; from < runs.count; from += FAN_IN) {
        const batches = batchesOf(
          mergedRuns(runs.open(from, Math.min(runs.count, from + FAN_IN)), compare, this.#carries),
          this.#carries,
        );
        for (let batch = batches.next(); batch !== null; batch = batches.next()) {
          this.#env.checkInterrupted();
          longer.add(batch.key, batch.value, inOrder(batch.length));
        }
        batches.close();
        longer.endRun();
      }
      runs.close();
      this.#runs = longer;
    }
  }

  #release(): void {
    this.#order = null;
    this.#key.clear();
    this.#value.clear();
    this.#env.memory.release(this.#reserved);
    this.#reserved = 0;
  }

  close(): void {
    this.#consumed = true;
    this.#source.close();
    this.#release();
    this.#merged?.close();
    this.#runs?.close();
  }
}

function inOrder(length: number): Int32Array {
  const order = new Int32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  return order;
}

/** Sorted runs on disk. */
class SortedRuns {
  readonly #env: TaskEnv;
  readonly #runs: PartitionedRuns;
  readonly #scatter: Scatter;
  /** Where each run ends among the pieces that were written. */
  readonly #ends: number[] = [];

  constructor(env: TaskEnv, carries: "pairs" | "keys") {
    this.#env = env;
    this.#runs = new PartitionedRuns(env, 1, spillCompression(env), "sort", "disk");
    this.#scatter = new Scatter(env, this.#runs, 1, (_keys, length, out) => void out.fill(0, 0, length), carries);
  }

  get count(): number {
    return this.#ends.length;
  }

  /** Appends records to the run, in this order. */
  add(keys: BatchColumn, values: BatchColumn, order: Int32Array): void {
    this.#scatter.writeOrdered(keys, values, order, Int32Array.of(0, order.length));
  }

  endRun(): void {
    this.#runs.spill();
    this.#ends.push(this.#runs.runCount);
  }

  /** Runs [from, to). */
  open(from: number, to: number): ChunkSource[] {
    return this.#ends.slice(from, to).map((end, i) => {
      const start = from + i === 0 ? 0 : this.#ends[from + i - 1]!;
      return chunksOf(this.#runs.readRuns(start, end), this.#env.values);
    });
  }

  close(): void {
    this.#runs.close();
  }
}
