/** Sorting, and the first rows of an order. */
import { concatBatches, gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute, SortOrder } from "../../expressions/expression";
import type { SortExec, TopKExec } from "../../physical/plan";
import { batchBytes } from "../exchange/batch-bytes";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { MemoryClaim } from "../spill/memory-claim";
import { ExternalSort } from "./external";
import { sortKey, type SortKey } from "./keys";
import { sortedOrder } from "./permutation";

/** Keys of the rows of a batch. */
export class SortKeys {
  readonly #projection: Projection;

  constructor(
    private readonly order: readonly SortOrder[],
    input: readonly Attribute[],
    host: CodegenHost,
  ) {
    this.#projection = new Projection(
      order.map((one) => one.child),
      input,
      host,
    );
  }

  open(task: OpenTask): (batch: ColumnBatch) => readonly SortKey[] {
    const project = this.#projection.open(task);
    return (batch) => project(batch).map((vector, i) => sortKey(vector, this.order[i]!.child.type, this.order[i]!));
  }
}

export class SortOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #keys: SortKeys;

  constructor(
    private readonly node: SortExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#keys = new SortKeys(node.order, child.output, host);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const sort = new ExternalSort(this.#keys.open(task), task, this.node.id);
    try {
      drain(this.child.open(task), task, (batch) => sort.add(batch));
      for (const batch of sort.finish()) {
        metrics.rows += batch.length;
        metrics.batches++;
        yield batch;
      }
    } finally {
      sort.close();
    }
  }
}

/** Rows that wait before the worst of them are dropped, at the least. */
const WAITING_ROWS = 32768;
/** Sorting holds the rows, what they are put together from, and words. */
const BYTES_HELD = 2.5;
/** Less is not worth a file. */
const LEAST_SPILLED = 1 << 18;

export class TopKOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #keys: SortKeys;

  constructor(
    private readonly node: TopKExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#keys = new SortKeys(node.order, child.output, host);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const { limit, offset } = this.node;
    const wanted = limit + offset;
    const metrics = task.env.metrics(this.node.id);
    const keysOf = this.#keys.open(task);
    let waiting: ColumnBatch[] = [];
    let count = 0;
    let bytes = 0;
    const claim = new MemoryClaim(task.env.memory);
    /** Takes the rows where the wanted ones alone are more than memory holds. */
    let sort: ExternalSort | null = null;
    const best = (): ColumnBatch => {
      const rows = concatBatches(waiting);
      const order = sortedOrder(keysOf(rows), rows.length);
      const kept = Math.min(wanted, rows.length);
      return gatherBatch(rows, order.subarray(0, kept), kept);
    };
    const keepBest = (): void => {
      waiting = [best()];
      count = waiting[0]!.length;
      bytes = batchBytes(waiting[0]!);
    };
    try {
      drain(this.child.open(task), task, (batch) => {
        if (sort !== null) return sort.add(batch);
        waiting.push(batch);
        count += batch.length;
        bytes += batchBytes(batch);
        const granted = claim.reach(bytes * BYTES_HELD);
        if (count >= Math.max(WAITING_ROWS, 2 * wanted) || (!granted && count > wanted)) keepBest();
        if (granted || bytes < LEAST_SPILLED || claim.reach(bytes * BYTES_HELD)) return;
        claim.release();
        sort = new ExternalSort(keysOf, task, this.node.id);
        for (const one of waiting) sort.add(one);
        waiting = [];
      });
      const rows = sort === null ? (count === 0 ? [] : [best()]) : (sort as ExternalSort).finish();
      for (const batch of between(rows, offset, wanted)) {
        metrics.rows += batch.length;
        metrics.batches++;
        yield batch;
      }
    } finally {
      claim.release();
      (sort as ExternalSort | null)?.close();
    }
  }
}

/** Rows [from, to) of all batches. */
function* between(batches: Iterable<ColumnBatch>, from: number, to: number): Generator<ColumnBatch, void, undefined> {
  let seen = 0;
  for (const batch of batches) {
    const first = Math.max(0, from - seen);
    const end = Math.min(batch.length, to - seen);
    seen += batch.length;
    if (end > first) yield first === 0 && end === batch.length ? batch : sliceBatch(batch, first, end);
    if (seen >= to) return;
  }
}
