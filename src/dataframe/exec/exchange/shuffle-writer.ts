/**
 * The map side of an exchange: rows go to partitions and into the task's map output, as frames of batches. Rows gather until there
 * are enough of them for batches that are worth reading, are put in the order of their partitions, and are cut there.
 */
import { concatBatches, encodeBatch, hashRows, RowsEncoder } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import { Content } from "../../../shuffle/frame";
import { shuffleCompression } from "../../../shuffle/compression";
import { PartitionedRuns } from "../../../shuffle/runs";
import type { MapOutputWritten, TaskEnv } from "../../../storage/task-env";
import { batchBytes } from "./batch-bytes";

/** Rows gathered for each partition, about, before they are written. */
const ROWS_PER_PARTITION = 4096;
const MAX_ROWS = 1 << 16;
const MAX_BYTES = 8 << 20;

/** Gives the partition of each row of a batch, into `out`. */
export type Router = (batch: ColumnBatch, out: Int32Array) => void;

export class ExchangeWriter {
  readonly #runs: PartitionedRuns;
  #waiting: ColumnBatch[] = [];
  #rows = 0;
  #bytes = 0;
  readonly #enough: number;
  // The partition of each row, the rows in the order of their partitions, where those of each begin, and where the next one goes.
  #targets = new Int32Array(0);
  #order = new Int32Array(0);
  readonly #ends: Int32Array;
  readonly #next: Int32Array;

  /** @param route null where all rows go to partition 0. */
  constructor(
    env: TaskEnv,
    private readonly numPartitions: number,
    private readonly route: Router | null,
  ) {
    this.#runs = new PartitionedRuns(env, numPartitions, shuffleCompression(env), "exchange");
    this.#enough = Math.min(MAX_ROWS, numPartitions * ROWS_PER_PARTITION);
    this.#ends = new Int32Array(numPartitions + 1);
    this.#next = new Int32Array(numPartitions);
  }

  write(batch: ColumnBatch): void {
    if (batch.length === 0) return;
    this.#waiting.push(batch);
    this.#rows += batch.length;
    this.#bytes += batchBytes(batch);
    if (this.#rows >= this.#enough || this.#bytes >= MAX_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#rows === 0) return;
    const all = concatBatches(this.#waiting);
    this.#waiting = [];
    this.#rows = 0;
    this.#bytes = 0;
    this.#runs.begin();
    if (this.route === null || this.numPartitions === 1) this.#frame(0, all);
    else this.#scatter(all, this.route);
    this.#runs.end();
  }

  #scatter(batch: ColumnBatch, route: Router): void {
    const { numPartitions } = this;
    const { length } = batch;
    if (this.#targets.length < length) {
      this.#targets = new Int32Array(length);
      this.#order = new Int32Array(length);
    }
    const targets = this.#targets.subarray(0, length);
    const order = this.#order;
    const ends = this.#ends;
    route(batch, targets);
    countRows(targets, ends);
    // All to one partition, as rows are dealt by tasks: they are in order.
    if (ends[targets[0]! + 1] === length) return this.#frame(targets[0]!, batch);
    for (let p = 0; p < numPartitions; p++) ends[p + 1]! += ends[p]!;
    this.#next.set(ends.subarray(0, numPartitions));
    placeRows(targets, this.#next, order);
    const rows = new RowsEncoder(batch);
    for (let p = 0; p < numPartitions; p++) {
      const [from, to] = [ends[p]!, ends[p + 1]!];
      if (from === to) continue;
      this.#runs.frame(p, to - from, Content.Columns, (out) => rows.encode(out, order.subarray(from, to)));
    }
  }

  #frame(partition: number, batch: ColumnBatch): void {
    this.#runs.frame(partition, batch.length, Content.Columns, (out) => encodeBatch(out, batch));
  }

  /** Writes and commits the task's map output. */
  finish(shuffleId: number): MapOutputWritten {
    this.#flush();
    return this.#runs.commit(shuffleId);
  }

  /** May be called at any time, more than once. */
  close(): void {
    this.#waiting = [];
    this.#runs.close();
  }
}

/** counts[p + 1] becomes the number of rows of partition p. */
function countRows(targets: Int32Array, counts: Int32Array): void {
  counts.fill(0);
  for (let i = 0; i < targets.length; i++) counts[targets[i]! + 1]!++;
}

/** Rows to where the next of their partition goes. */
function placeRows(targets: Int32Array, next: Int32Array, order: Int32Array): void {
  for (let i = 0; i < targets.length; i++) order[next[targets[i]!]!++] = i;
}

/** Spark's hash partitioning: pmod(murmur3(keys), n). `keysOf` gives the key columns of a batch. */
export function hashRouter(
  keysOf: (batch: ColumnBatch) => readonly Vector[],
  types: readonly DataType[],
  numPartitions: number,
): Router {
  return (batch, out) => {
    hashRows(keysOf(batch), types, batch.length, out);
    if ((numPartitions & (numPartitions - 1)) === 0) {
      for (let i = 0; i < batch.length; i++) out[i]! &= numPartitions - 1;
      return;
    }
    for (let i = 0; i < batch.length; i++) {
      const remainder = out[i]! % numPartitions;
      out[i] = remainder < 0 ? remainder + numPartitions : remainder;
    }
  };
}

/** Each row to the next partition, from a start that differs between tasks. */
export function roundRobinRouter(start: number, numPartitions: number): Router {
  let next = start % numPartitions;
  return (batch, out) => {
    for (let i = 0; i < batch.length; i++) {
      out[i] = next;
      if (++next === numPartitions) next = 0;
    }
  };
}
