/** Columns that a program of a library computes from others. */
import type { BatchSource } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import type { Attribute } from "../../expressions/expression";
import type { AppendColumnsExec } from "../../physical/plan";
import { columnProgram } from "../column-programs";
import type { OpenTask, Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";

export class AppendColumnsOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #inputs: Projection;

  constructor(
    private readonly node: AppendColumnsExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = [...child.output, ...node.appended];
    this.#inputs = new Projection(node.inputs, child.output, host);
  }

  open(task: OpenTask): BatchSource {
    const { program, spec, inputs, appended, id } = this.node;
    const types = inputs.map(({ type }) => type);
    const compute = columnProgram(program).open(spec, types);
    const project = this.#inputs.open(task);
    const source = this.child.open(task);
    const metrics = task.env.metrics(id);
    return {
      next() {
        const batch = source.next();
        if (batch === null) return null;
        task.env.checkInterrupted();
        const { length } = batch;
        const columns = compute(project(batch), length);
        if (columns.length !== appended.length || columns.some((column) => column.length !== length))
          throw new InternalError(`${program} gave other columns than the plan says.`);
        metrics.rows += length;
        metrics.batches++;
        return { length, columns: [...batch.columns, ...columns] };
      },
      close: () => source.close(),
    };
  }
}
