/**
 * The first rows of an order. Of each batch only rows are kept that may be among them: those within the first key of the worst row that
 * is wanted so far, and of these no more than are wanted. Scans below are told of that key, and need not decode the others.
 */
import { compacted, concatBatches, gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { TopKExec } from "../../physical/plan";
import { batchBytes } from "../exchange/batch-bytes";
import { counted, drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { MemoryClaim } from "../spill/memory-claim";
import { KeyBound } from "./bound";
import { ExternalSort } from "./external";
import { SortKeys } from "./operator";
import { sortedOrder, sortRows } from "./permutation";

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
    const { limit, offset, order } = this.node;
    const wanted = limit + offset;
    if (limit === 0) return;
    const metrics = task.env.metrics(this.node.id);
    const project = this.#keys.project(task);
    const bound = new KeyBound(order);
    let places = new Int32Array(0);
    let waiting: ColumnBatch[] = [];
    let count = 0;
    let bytes = 0;
    const claim = new MemoryClaim(task.env.memory);
    /** Takes the rows where the wanted ones alone are more than memory holds. */
    let sort: ExternalSort | null = null;
    /** Rows of a batch that may be among the wanted ones. */
    const kept = (batch: ColumnBatch): ColumnBatch | null => {
      const { length } = batch;
      const columns = project(batch);
      let rows = length;
      if (bound.version > 0) {
        if (places.length < length) places = new Int32Array(length);
        rows = bound.select(columns[0]!, null, length, places);
      } else if (rows > wanted) places = Int32Array.from({ length }, (_, row) => row);
      if (rows > wanted) {
        this.#sort(columns, places.subarray(0, rows), wanted, bound);
        rows = wanted;
      }
      if (rows === 0) return null;
      if (rows === length) return batch;
      const picked = gatherBatch(batch, places, rows);
      return { length: rows, columns: picked.columns.map(compacted) };
    };
    const best = (): ColumnBatch => {
      const rows = concatBatches(waiting);
      const columns = project(rows);
      const sorted = sortedOrder(this.#keys.of(columns), rows.length);
      if (wanted < rows.length) bound.move(columns[0]!, sorted[wanted - 1]!);
      return gatherBatch(rows, sorted, Math.min(wanted, rows.length));
    };
    const keepBest = (): void => {
      waiting = [best()];
      count = waiting[0]!.length;
      bytes = batchBytes(waiting[0]!);
    };
    const key = order[0]!.child;
    try {
      const source = this.child.open(task, key.kind === "attribute" ? { column: key, by: bound } : undefined);
      drain(source, task, (all) => {
        const batch = kept(all);
        if (batch === null) return;
        if (sort !== null) return sort.add(batch);
        waiting.push(batch);
        count += batch.length;
        bytes += batchBytes(batch);
        const granted = claim.reach(bytes * BYTES_HELD);
        if (count >= 2 * wanted || (!granted && count > wanted)) keepBest();
        if (granted || bytes < LEAST_SPILLED || claim.reach(bytes * BYTES_HELD)) return;
        claim.release();
        sort = new ExternalSort(this.#keys.open(task), task, this.node.id);
        for (const one of waiting) sort.add(one);
        waiting = [];
      });
      const rows = sort === null ? (count === 0 ? [] : [best()]) : (sort as ExternalSort).finish();
      for (const batch of between(rows, offset, wanted)) yield counted(batch, metrics);
    } finally {
      claim.release();
      (sort as ExternalSort | null)?.close();
    }
  }

  /** The wanted ones of `rows` come first; the bound moves to the last of them. */
  #sort(columns: readonly Vector[], rows: Int32Array, wanted: number, bound: KeyBound): void {
    sortRows(this.#keys.of(columns), rows);
    bound.move(columns[0]!, rows[wanted - 1]!);
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
