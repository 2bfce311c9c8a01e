/**
 * The rows that can have a rank of at most `limit` in their group, in the order in which they come. Some that cannot may stay: what
 * is held is cut to the best ones each time it has doubled; where that leaves most of the new rows, or memory is refused, they go on as
 * they are, and where it does so twice running, so do all that follow.
 */
import { concatBatches, gatherBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import { ascending } from "../../physical/layout";
import type { WindowGroupLimitExec } from "../../physical/plan";
import { batchBytes } from "../exchange/batch-bytes";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { MemoryClaim } from "../spill/memory-claim";
import type { SortKey } from "../sort/keys";
import { SortKeys } from "../sort/operator";
import { compareRows, sortedOrder } from "../sort/permutation";

/** Rows that wait before they are looked at, at the least. */
const WAITING_ROWS = 32768;
/** Sorting holds the rows, what they are put together from, and words. */
const BYTES_HELD = 2.5;
/** Of new rows, what must go for the work to pay. */
const LEAST_DROPPED = 0.25;
const TRIES = 2;

export class WindowGroupLimitOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #partition: SortKeys;
  readonly #order: SortKeys;

  constructor(
    private readonly node: WindowGroupLimitExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#partition = new SortKeys(ascending(node.partitionBy), child.output, host);
    this.#order = new SortKeys(node.orderBy, child.output, host);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const partitionOf = this.#partition.open(task);
    const orderOf = this.#order.open(task);
    const claim = new MemoryClaim(task.env.memory);
    let waiting: ColumnBatch[] = [];
    let count = 0;
    let bytes = 0;
    /** Rows at the front that the last cut left. */
    let best = 0;
    let failures = 0;
    const cut = (): ColumnBatch => {
      const rows = concatBatches(waiting);
      const kept = survivors(partitionOf(rows), orderOf(rows), rows.length, this.node);
      return kept.length === rows.length ? rows : gatherBatch(rows, kept, kept.length);
    };
    const clear = (): void => {
      waiting = [];
      count = bytes = best = 0;
      claim.release();
    };
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        task.env.checkInterrupted();
        if (batch.length === 0) continue;
        if (failures === TRIES) {
          yield counted(batch, metrics);
          continue;
        }
        waiting.push(batch);
        count += batch.length;
        bytes += batchBytes(batch);
        const granted = claim.reach(bytes * BYTES_HELD);
        if (granted && count < Math.max(WAITING_ROWS, 2 * best)) continue;
        const rows = cut();
        const helped = count - rows.length >= (count - best) * LEAST_DROPPED;
        failures = helped ? 0 : failures + 1;
        if (helped && granted) {
          waiting = [rows];
          count = best = rows.length;
          bytes = batchBytes(rows);
        } else {
          clear();
          yield counted(rows, metrics);
        }
      }
      if (count > 0) {
        const rows = cut();
        clear();
        yield counted(rows, metrics);
      }
    } finally {
      source.close();
      claim.release();
    }
  }
}

/** Rows with a rank of at most `limit` among these, in the order in which they stand. */
function survivors(
  partition: readonly SortKey[],
  orderBy: readonly SortKey[],
  length: number,
  { rank, limit }: WindowGroupLimitExec,
): Int32Array {
  const order = sortedOrder([...partition, ...orderBy], length);
  const kept = new Uint8Array(length);
  let total = 0;
  let rows = 0;
  let place = 0;
  for (let i = 0; i < length; i++) {
    const row = order[i]!;
    if (i === 0 || compareRows(partition, 0, order[i - 1]!, row) !== 0) {
      rows = 0;
      place = 1;
    } else if (rank === "row_number") place = rows + 1;
    // A rank that is past the limit is not worth its comparison.
    else if (place <= limit && compareRows(orderBy, 0, order[i - 1]!, row) !== 0) place = rank === "rank" ? rows + 1 : place + 1;
    rows++;
    if (place > limit) continue;
    kept[row] = 1;
    total++;
  }
  const result = new Int32Array(total);
  let at = 0;
  for (let row = 0; row < length; row++) if (kept[row] === 1) result[at++] = row;
  return result;
}
