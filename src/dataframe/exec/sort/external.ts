/**
 * Rows in order, more than memory holds: sorted runs in files, merged a batch of each at a time. The batches at hand are sorted
 * together, and what is not behind the last row of any run's batch can leave.
 */
import { concatBatches, gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { ColumnBatch } from "../../../columnar/vector";
import type { OpenTask } from "../operator";
import { batchBytes } from "../exchange/batch-bytes";
import { MemoryClaim } from "../spill/memory-claim";
import { SpillFile } from "../spill/spill-file";
import type { SortKey } from "./keys";
import { sortedOrder } from "./permutation";

const BATCH_ROWS = 16384;
/** Rows of the batches of a run: of many runs one each is in memory. */
const RUN_BATCH_ROWS = 4096;
/** Sorting holds the rows, what they are put together from, and words. */
const BYTES_HELD = 2.5;

export class ExternalSort {
  #waiting: ColumnBatch[] = [];
  #bytes = 0;
  readonly #claim: MemoryClaim;
  readonly #runs: SpillFile[] = [];

  constructor(
    private readonly keysOf: (batch: ColumnBatch) => readonly SortKey[],
    private readonly task: OpenTask,
    private readonly node: number,
  ) {
    this.#claim = new MemoryClaim(task.env.memory);
  }

  add(batch: ColumnBatch): void {
    this.#waiting.push(batch);
    this.#bytes += batchBytes(batch);
    if (this.#claim.reach(this.#bytes * BYTES_HELD)) return;
    // What little there is stays: a file of it would not help.
    if (this.#bytes >= 1 << 18) this.#spill();
  }

  #spill(): void {
    const run = new SpillFile(this.task, this.node);
    this.#runs.push(run);
    for (const batch of this.#sorted(RUN_BATCH_ROWS)) run.append(batch);
    this.#waiting = [];
    this.#bytes = 0;
    this.#claim.release();
  }

  *#sorted(batchRows: number): Generator<ColumnBatch, void, undefined> {
    if (this.#waiting.length === 0) return;
    const rows = concatBatches(this.#waiting);
    const order = sortedOrder(this.keysOf(rows), rows.length);
    for (let from = 0; from < rows.length; from += batchRows) {
      const to = Math.min(rows.length, from + batchRows);
      yield gatherBatch(rows, order.subarray(from, to), to - from);
    }
  }

  /** All rows in order. */
  *finish(): Generator<ColumnBatch, void, undefined> {
    if (this.#runs.length === 0) {
      yield* this.#sorted(BATCH_ROWS);
      return;
    }
    if (this.#waiting.length > 0) this.#spill();
    yield* this.#merge();
  }

  *#merge(): Generator<ColumnBatch, void, undefined> {
    const sources = this.#runs.map((run) => run.batches());
    // Of each run the rows that have not left; null: it has ended.
    const heads: (ColumnBatch | null)[] = sources.map((source) => source.next().value ?? null);
    const open = sources.map(() => true);
    while (heads.some((head) => head !== null)) {
      this.task.env.checkInterrupted();
      const present = heads.flatMap((head, run) => (head === null ? [] : [{ head, run }]));
      const rows = concatBatches(present.map(({ head }) => head));
      const order = sortedOrder(this.keysOf(rows), rows.length);
      const places = new Int32Array(rows.length);
      order.forEach((row, place) => (places[row] = place));
      // The last row of a batch whose run goes on: what is behind it may come before rows that are not here yet.
      let limit = rows.length;
      let start = 0;
      const starts = present.map(({ head, run }) => {
        const first = start;
        start += head.length;
        if (open[run]) limit = Math.min(limit, places[start - 1]! + 1);
        return first;
      });
      for (let from = 0; from < limit; from += BATCH_ROWS) {
        const to = Math.min(limit, from + BATCH_ROWS);
        yield gatherBatch(rows, order.subarray(from, to), to - from);
      }
      present.forEach(({ head, run }, i) => {
        // Rows of a run leave in its order: those that stay are its last ones.
        let left = head.length;
        while (left > 0 && places[starts[i]! + left - 1]! >= limit) left--;
        heads[run] = left === head.length ? null : sliceBatch(head, left, head.length);
        if (heads[run] === null && open[run]) {
          const next = sources[run]!.next();
          if (next.done === true) open[run] = false;
          else heads[run] = next.value;
        }
      });
    }
  }

  close(): void {
    this.#claim.release();
    for (const run of this.#runs) run.remove();
  }
}
