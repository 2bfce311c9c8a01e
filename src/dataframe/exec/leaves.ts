/** Leaves of a stage: scans, reads of exchanges and broadcasts, local rows, ranges. */
import { InternalError } from "../../common/errors";
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import { narrowed } from "../../columnar/batch";
import type { Attribute, Expression } from "../expressions/expression";
import type { BroadcastReadExec, ExternalExec, LocalTableExec, RangeExec, ScanExec, ShuffleReadExec } from "../physical/plan";
import type { ColumnBound, ScanUse } from "../sources/data-source";
import { countedSource, sourceOf, type OpenTask, type Operator } from "./operator";
import { conditionsOf, rangeOf, rowsWithin } from "./scan-range";

export type Leaf = ScanExec | ShuffleReadExec | BroadcastReadExec | LocalTableExec | RangeExec | ExternalExec;

const EMPTY: BatchSource = { next: () => null, close: () => {} };

export class LeafOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    readonly leaf: Leaf,
    private readonly use: ScanUse = {},
  ) {
    this.output = leaf.output;
  }

  /** The same scan, which may leave out rows for which a condition is not true. */
  where(conditions: readonly Expression[], use: ScanUse): Operator {
    const { leaf } = this;
    if (leaf.kind !== "scan") return this;
    return new LeafOperator(conditions.length === 0 ? leaf : { ...leaf, pushed: [...leaf.pushed, ...conditions] }, use);
  }

  open(task: OpenTask, bound?: ColumnBound): BatchSource {
    const source = this.#open(task, bound === undefined ? this.use : { ...this.use, bound });
    return countedSource(source, task.env.metrics(this.leaf.id));
  }

  #open(task: OpenTask, use: ScanUse): BatchSource {
    const { leaf } = this;
    const { services, env, input } = task;
    switch (leaf.kind) {
      case "scan": {
        const splits = leaf.whole ?? input.scans[leaf.id];
        if (splits === undefined) return EMPTY;
        if (leaf.within === undefined) return services.openScan(leaf, splits, env, use);
        const range = rangeOf(leaf, leaf.within, input.leaves[leaf.id]!);
        const pushed = [...leaf.pushed, ...conditionsOf(range)];
        return rowsWithin(services.openScan({ ...leaf, pushed }, splits, env, use), range);
      }
      case "shuffleRead":
        return services.readShuffle(leaf, input.shuffles[leaf.id] ?? [], env);
      case "broadcastRead": {
        const id = task.run.broadcasts[leaf.broadcast];
        if (id === undefined) throw new InternalError(`The stage has no broadcast ${leaf.broadcast}.`);
        return sourceOf(each(services.broadcast(id, leaf.partitions, env)));
      }
      case "localTable": {
        const partition = input.leaves[leaf.id];
        const bytes = partition === undefined ? undefined : leaf.partitions[partition];
        return bytes === undefined ? EMPTY : sourceOf(each(services.decodeBatches(bytes)));
      }
      case "external": {
        const partition = input.leaves[leaf.id];
        return partition === undefined ? EMPTY : services.external(leaf, partition, env);
      }
      case "range": {
        const partition = input.leaves[leaf.id];
        return partition === undefined ? EMPTY : sourceOf(rangeBatches(leaf, partition, task));
      }
    }
  }
}

function* each(batches: Iterable<ColumnBatch>): Generator<ColumnBatch, void, undefined> {
  for (const batch of batches) yield batch;
}

const RANGE_ROWS = 16384;

/** start + i × step; partition p of n has the i from ⌊p·count/n⌋ to before ⌊(p+1)·count/n⌋, as Spark cuts them. */
function* rangeBatches(range: RangeExec, partition: number, task: OpenTask): Generator<ColumnBatch, void, undefined> {
  const { start, end, step } = range;
  const parts = BigInt(range.numPartitions);
  const distance = end - start;
  if (distance === 0n || distance > 0n !== step > 0n) return;
  const count = (distance + step + (step > 0n ? -1n : 1n)) / step;
  const from = (BigInt(partition) * count) / parts;
  const to = (BigInt(partition + 1) * count) / parts;
  for (let at = from; at < to; at += BigInt(RANGE_ROWS)) {
    task.env.checkInterrupted();
    const length = Number(to - at < BigInt(RANGE_ROWS) ? to - at : BigInt(RANGE_ROWS));
    const first = narrowed(start + at * step);
    const last = narrowed(start + (at + BigInt(length - 1)) * step);
    if (typeof first === "number" && typeof last === "number") {
      const values = new Float64Array(length);
      const by = Number(step);
      for (let i = 0; i < length; i++) values[i] = first + i * by;
      yield { length, columns: [{ form: "fixed", length, values, valid: null }] };
    } else {
      const values = new BigInt64Array(length);
      for (let i = 0; i < length; i++) values[i] = start + (at + BigInt(i)) * step;
      yield { length, columns: [{ form: "wide", words: 1, length, values, valid: null }] };
    }
  }
}
