/** Each row several times, once a projection: a batch for each of them, whose plain columns are shared; or what comes of each row together. */
import { concatBatches, gatherBatch, sliceBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { ExpandExec } from "../../physical/plan";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";

/** Of batches whose rows stay together. */
const BATCH_ROWS = 8192;

export class ExpandOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #projections: readonly Projection[];

  constructor(
    private readonly node: ExpandExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#projections = node.projections.map((expressions) => new Projection(expressions, child.output, host));
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const projections = this.#projections.map((projection) => projection.open(task));
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        if (batch.length === 0) continue;
        if (this.node.byRow && projections.length > 1) {
          const most = Math.max(1, Math.floor(BATCH_ROWS / projections.length));
          for (let from = 0; from < batch.length; from += most) {
            const rows = sliceBatch(batch, from, Math.min(batch.length, from + most));
            const parts = projections.map((project): ColumnBatch => ({ length: rows.length, columns: project(rows) }));
            yield counted(byRow(parts), metrics);
          }
          continue;
        }
        for (const project of projections) yield counted({ length: batch.length, columns: project(batch) }, metrics);
      }
    } finally {
      source.close();
    }
  }
}

/** The first rows of all parts, then their second rows, and so on. */
function byRow(parts: readonly ColumnBatch[]): ColumnBatch {
  const { length } = parts[0]!;
  const order = new Int32Array(length * parts.length);
  for (let row = 0; row < length; row++) for (let i = 0; i < parts.length; i++) order[row * parts.length + i] = i * length + row;
  return gatherBatch(concatBatches(parts), order, order.length);
}
