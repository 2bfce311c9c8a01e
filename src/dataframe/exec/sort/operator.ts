/** Sorting, and the first rows of an order. */
import { concatBatches, gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute, SortOrder } from "../../expressions/expression";
import type { SortExec, TopKExec } from "../../physical/plan";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { sortKey, type SortKey } from "./keys";
import { sortedOrder } from "./permutation";

const BATCH_ROWS = 16384;

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
    const batches: ColumnBatch[] = [];
    const metrics = task.env.metrics(this.node.id);
    drain(this.child.open(task), task, (batch) => batches.push(batch));
    if (batches.length === 0) return;
    const started = process.hrtime.bigint();
    const rows = concatBatches(batches);
    const order = sortedOrder(this.#keys.open(task)(rows), rows.length);
    metrics.timeNs += Number(process.hrtime.bigint() - started);
    for (let from = 0; from < rows.length; from += BATCH_ROWS) {
      const to = Math.min(rows.length, from + BATCH_ROWS);
      metrics.rows += to - from;
      metrics.batches++;
      yield gatherBatch(rows, order.subarray(from, to), to - from);
    }
  }
}

/** Rows that wait before the worst of them are dropped, at the least. */
const WAITING_ROWS = 32768;

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
    const best = (): ColumnBatch => {
      const rows = concatBatches(waiting);
      const order = sortedOrder(keysOf(rows), rows.length);
      const kept = Math.min(wanted, rows.length);
      return gatherBatch(rows, order.subarray(0, kept), kept);
    };
    drain(this.child.open(task), task, (batch) => {
      waiting.push(batch);
      count += batch.length;
      if (count < Math.max(WAITING_ROWS, 2 * wanted)) return;
      waiting = [best()];
      count = waiting[0]!.length;
    });
    if (count === 0) return;
    const rows = best();
    if (rows.length <= offset) return;
    metrics.rows += rows.length - offset;
    metrics.batches++;
    yield sliceBatch(rows, offset, rows.length);
  }
}
