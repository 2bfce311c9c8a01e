/** What a plan's node is in a thread: made once for a stage, opened once for each task. */
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import type { TaskScope } from "../codegen/writer";
import type { Attribute } from "../expressions/expression";
import type { StagePlan, StageRun, StageTaskInput } from "../physical/plan";
import type { ColumnBound } from "../sources/data-source";
import type { OperatorMetrics } from "./ports";

export interface OpenTask extends TaskScope {
  readonly plan: StagePlan;
  readonly input: StageTaskInput;
  readonly run: StageRun;
}

export interface Operator {
  readonly output: readonly Attribute[];
  /** Rows beyond the bound may be left out. */
  open(task: OpenTask, bound?: ColumnBound): BatchSource;
}

/** A source from a generator; its `finally` blocks run when it is closed. */
export function sourceOf(batches: Generator<ColumnBatch, void, undefined>): BatchSource {
  let done = false;
  return {
    next() {
      if (done) return null;
      const result = batches.next();
      if (result.done !== true) return result.value;
      done = true;
      return null;
    },
    close() {
      done = true;
      batches.return();
    },
  };
}

/** `batch`, counted as output of the operator that these metrics belong to. */
export function counted(batch: ColumnBatch, metrics: OperatorMetrics): ColumnBatch {
  metrics.rows += batch.length;
  metrics.batches++;
  return batch;
}

/** `source`, each batch of which is counted as it leaves. */
export function countedSource(source: BatchSource, metrics: OperatorMetrics): BatchSource {
  return {
    next() {
      const batch = source.next();
      return batch === null ? null : counted(batch, metrics);
    },
    close: () => source.close(),
  };
}

/** All batches that have rows. */
export function drain(source: BatchSource, task: OpenTask, take: (batch: ColumnBatch) => void): void {
  try {
    for (let batch = source.next(); batch !== null; batch = source.next()) {
      task.env.checkInterrupted();
      if (batch.length > 0) take(batch);
    }
  } finally {
    source.close();
  }
}
