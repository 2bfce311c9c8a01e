/** Filters, projections and hash joins as one pass over batches that makes batches. */
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute, NamedExpression } from "../../expressions/expression";
import type { BuildSide } from "../join/build";
import type { JoinTable } from "../join/table";
import type { OpenTask, Operator } from "../operator";
import { OutputPlan } from "./output";
import { PipelineProgram, type CodegenHost } from "./program";
import { PipelineRun } from "./run";
import { changesRows, multipliesRows, type Chain } from "./steps";

/** Rows of the input that go through at once where each may become many, and rows that should come of them at the most. */
const SLICE = 4096;
const SLICE_OUTPUT = 1 << 18;

export class PipelineOperator implements Operator {
  readonly #plan: OutputPlan;
  readonly program: PipelineProgram;

  constructor(
    readonly source: Operator,
    readonly chain: Chain,
    private readonly builds: readonly BuildSide[],
    readonly output: readonly Attribute[],
    outputs: readonly NamedExpression[],
    private readonly node: number,
    host: CodegenHost,
  ) {
    this.#plan = new OutputPlan(outputs, chain, changesRows(chain), multipliesRows(chain));
    this.program = new PipelineProgram(chain, this.#plan.reads, host);
  }

  open(task: OpenTask): BatchSource {
    return this.openWith(task, () => {});
  }

  /** `opened` is told the tables when the input has ended: joins that look at them afterwards. */
  openWith(task: OpenTask, ended: (tables: readonly JoinTable[]) => void): BatchSource {
    const run = new PipelineRun(this.program, this.builds, task);
    const state = this.#plan.open();
    const metrics = task.env.metrics(this.node);
    let step = Infinity;
    let source: BatchSource | null = null;
    let batch: ColumnBatch | null = null;
    let from = 0;
    let done = false;
    const advance = (): boolean => {
      if (source === null) {
        // Tables first: what they are built from may be read by the same files as the input.
        if (this.#plan.multiplies) {
          const matches = run.tables.reduce((product, table) => product * Math.max(1, table.matches), 1);
          step = Math.max(1, Math.min(SLICE, Math.floor(SLICE_OUTPUT / matches)));
        }
        source = this.source.open(task);
      }
      if (batch === null || from >= batch.length) {
        task.env.checkInterrupted();
        batch = source.next();
        from = 0;
        if (batch === null) return false;
        if (batch.length === 0) return true;
      }
      const to = Math.min(batch.length, from + step);
      if (this.#plan.passesThrough) {
        state.pass(batch);
      } else {
        const variant = run.variant(batch, this.#plan);
        state.begin(from, to, run.tables);
        run.run(variant, batch, from, to, state);
        state.end(batch);
      }
      from = to;
      return true;
    };
    return {
      next() {
        for (;;) {
          const ready = state.ready.shift();
          if (ready !== undefined) {
            metrics.rows += ready.length;
            metrics.batches++;
            return ready;
          }
          if (done) return null;
          if (!advance()) {
            done = true;
            source?.close();
            ended(run.tables);
          }
        }
      },
      close() {
        done = true;
        source?.close();
      },
    };
  }
}
