/** Sorting, and the first rows of an order. */
import { concatBatches, gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute, SortOrder } from "../../expressions/expression";
import type { SortExec, TopKExec } from "../../physical/plan";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
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
