/** What a plan's node is in a thread: made once for a stage, opened once for each task. */
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import type { TaskScope } from "../codegen/writer";
import type { Attribute } from "../expressions/expression";
import type { StagePlan, StageRun, StageTaskInput } from "../physical/plan";
import type { ColumnBound } from "../sources/data-source";

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
