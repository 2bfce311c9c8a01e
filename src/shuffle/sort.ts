/**
 * Records in the order of their keys: an external merge sort. Runs are as long as memory lets them be; equal keys keep the
 * order of arrival.
 */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { TaskEnv } from "../storage/task-env";
import { BATCH_ROWS, type Batch, type BatchColumn } from "./batch";
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
/** Records on V8's heap before it is asked again whether it is full. */
const HEAP_PATIENCE = 2 * BATCH_ROWS;

class Sort implements ChunkSource {
  readonly #env: TaskEnv;
  readonly #source: ChunkSource;
  readonly #ordering: KeyOrdering;
  readonly #carries: "pairs" | "keys";
  readonly #key: ColumnBuffer;
  readonly #value: ColumnBuffer;
  #reserved = 0;
  #order: Int32Array | null = null;
  #emitted = 0;
  #runs: PartitionedRuns | null = null;
  #scatter: Scatter | null = null;
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
      this.#merged = this.#mergeAll(this.#runs);
    }
  }

  #add({ key, value, length }: Batch): void {
    for (let from = 0; from < length; from += BATCH_ROWS) {
      const rows = Math.min(BATCH_ROWS, length - from);
      if (this.#append(key, value, from, rows)) continue;
      this.#spill();
      // An empty buffer has room for a batch, whatever the memory.
      this.#append(key, value, from, rows);
    }
    const onHeap = this.#key.onHeap || this.#value.onHeap;
    if (onHeap && this.#key.length >= HEAP_PATIENCE && this.#env.memory.heapFull()) this.#spill();
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
    const [runs, scatter] = this.#openRuns();
    const order = sortedOrder(this.#key.column(), length, this.#ordering);
    scatter.writeOrdered(this.#key.column(), this.#value.column(), order, Int32Array.of(0, length));
    this.#release();
    runs.spill();
  }

  #openRuns(): [PartitionedRuns, Scatter] {
    this.#runs ??= new PartitionedRuns(this.#env, 1, spillCompression(this.#env), "sort");
    this.#scatter ??= new Scatter(this.#env, this.#runs, 1, ({}, length, out) => void out.fill(0, 0, length), this.#carries);
    return [this.#runs, this.#scatter];
  }

  /** All runs as one sorted source. Of very many, the first ones are merged into longer runs before. */
  #mergeAll(runs: PartitionedRuns): ChunkSource {
    const compare = comparatorOf(this.#ordering);
    const open = (run: number): ChunkSource => chunksOf(runs.readRun(run), this.#env.values);
    return mergedRuns(Array.from({ length: runs.runCount }, (_, run) => open(run)), compare, this.#carries);
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
