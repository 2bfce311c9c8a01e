/** The first or last rows of a partition. */
import { concatBatches, sliceBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { LimitExec, TailExec } from "../../physical/plan";
import { counted, drain, sourceOf, type OpenTask, type Operator } from "../operator";

export class LimitOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: LimitExec,
    private readonly child: Operator,
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    let skip = this.node.offset;
    let left = this.node.limit ?? Infinity;
    if (left === 0) return;
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        const from = Math.min(skip, batch.length);
        skip -= from;
        const to = Math.min(batch.length, from + left);
        left -= to - from;
        if (to > from) yield counted(sliceBatch(batch, from, to), metrics);
        if (left === 0) return;
      }
    } finally {
      source.close();
    }
  }
}

export class TailOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: TailExec,
    private readonly child: Operator,
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const { limit } = this.node;
    const last: ColumnBatch[] = [];
    let count = 0;
    drain(this.child.open(task), task, (batch) => {
      last.push(batch);
      count += batch.length;
      while (last.length > 0 && count - last[0]!.length >= limit) count -= last.shift()!.length;
    });
    if (last.length === 0) return;
    const rows = concatBatches(last);
    const kept = Math.min(limit, rows.length);
    if (kept === 0) return;
    yield counted(sliceBatch(rows, rows.length - kept, rows.length), task.env.metrics(this.node.id));
  }
}
