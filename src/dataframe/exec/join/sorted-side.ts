/** One side of a merge join: its rows from the first that is not joined yet, as far as they have been read. */
import { concatBatches, sliceBatch, vectorBuilder } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import { batchBytes } from "../exchange/batch-bytes";
import type { OpenTask, Operator } from "../operator";
import { MemoryClaim } from "../spill/memory-claim";

/** Rows that are read before anything is joined. */
const ENOUGH = 32768;
/** Rows, what they are put together from, and pairs of them. */
const BYTES_HELD = 3;

export class SortedSide {
  rows: ColumnBatch;
  /** All of them have been read. */
  ended = false;
  readonly #source: BatchSource;
  readonly #claim: MemoryClaim;

  constructor(
    side: Operator,
    task: OpenTask,
    private readonly name: "left" | "right",
  ) {
    this.rows = { length: 0, columns: side.output.map((attribute) => vectorBuilder(attribute.type, 0).finish()) };
    this.#claim = new MemoryClaim(task.env.memory);
    this.#source = side.open(task);
  }

  /** No row is left. */
  get isOver(): boolean {
    return this.ended && this.rows.length === 0;
  }

  fill(): void {
    if (this.rows.length < ENOUGH / 2) this.#read(ENOUGH);
  }

  /** At least as many rows again: they all have one key. */
  more(): void {
    this.#read(2 * this.rows.length);
  }

  #read(wanted: number): void {
    const batches = this.rows.length === 0 ? [] : [this.rows];
    let count = this.rows.length;
    let bytes = batches.reduce((sum, batch) => sum + batchBytes(batch), 0);
    while (!this.ended && count < wanted) {
      const batch = this.#source.next();
      if (batch === null) this.ended = true;
      else if (batch.length > 0) {
        batches.push(batch);
        count += batch.length;
        bytes += batchBytes(batch);
        // One batch has to fit, whatever is granted.
        if (batches.length === 1) this.#claim.reach(bytes * BYTES_HELD);
        else
          this.#claim.require(bytes * BYTES_HELD, {
            what: `The rows of one key on the ${this.name} side of a merge join`,
            advice: "join by SHUFFLE_HASH, whose rows may go to disk (a hint, or spark.sql.join.preferSortMergeJoin=false)",
          });
      }
    }
    if (batches.length > 1 || this.rows.length === 0) {
      if (batches.length > 0) this.rows = concatBatches(batches);
    }
  }

  drop(count: number): void {
    if (count > 0) this.rows = sliceBatch(this.rows, count, this.rows.length);
    if (this.rows.length === 0) this.#claim.release();
  }

  close(): void {
    this.#source.close();
    this.#claim.release();
  }
}
