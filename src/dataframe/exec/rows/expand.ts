/** Each row several times, once a projection: a batch for each of them, whose plain columns are shared. */
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { ExpandExec } from "../../physical/plan";
import { sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";

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
        for (const project of projections) {
          metrics.rows += batch.length;
          metrics.batches++;
          yield { length: batch.length, columns: project(batch) };
        }
      }
    } finally {
      source.close();
    }
  }
}
