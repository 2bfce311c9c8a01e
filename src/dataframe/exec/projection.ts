/** Expressions over batches, outside of pipelines: keys of sorts, of exchanges, of join tables. */
import type { ColumnBatch, Vector } from "../../columnar/vector";
import type { Attribute, Expression, NamedExpression } from "../expressions/expression";
import type { OpenTask } from "./operator";
import { OutputPlan } from "./pipeline/output";
import { PipelineProgram, type CodegenHost } from "./pipeline/program";
import { PipelineRun } from "./pipeline/run";
import type { Chain } from "./pipeline/steps";

export class Projection {
  readonly #plan: OutputPlan;
  readonly #program: PipelineProgram;

  constructor(expressions: readonly Expression[], input: readonly Attribute[], host: CodegenHost) {
    const chain: Chain = { input, steps: [] };
    this.#plan = new OutputPlan(expressions.map(named), chain, false, false);
    this.#program = new PipelineProgram(chain, this.#plan.reads, host);
  }

  /** For one task: gives the columns of the expressions, as long as the batch. */
  open(task: OpenTask): (batch: ColumnBatch) => readonly Vector[] {
    const run = new PipelineRun(this.#program, [], task);
    const state = this.#plan.open();
    return (batch) => {
      if (this.#plan.passesThrough) state.pass(batch);
      else {
        const variant = run.variant(batch, this.#plan);
        state.begin(0, batch.length, []);
        run.run(variant, batch, 0, batch.length, state);
        state.rows = batch.length;
        state.end(batch);
      }
      return state.ready.pop()?.columns ?? this.#plan.emptyColumns();
    };
  }
}

function named(expression: Expression, index: number): NamedExpression {
  if (expression.kind === "attribute" || expression.kind === "alias") return expression;
  const { type } = expression;
  return { kind: "alias", id: -1 - index, name: `_${index}`, child: expression, type, nullable: expression.nullable };
}
