/** Columns that a program of a library, or a batch function of the user, computes from others. */
import type { BatchSource, Vector } from "../../../columnar/vector";
import { vectorBuilder } from "../../../columnar/batch";
import { InternalError } from "../../../common/errors";
import { attribute } from "../../expressions/build";
import type { Attribute } from "../../expressions/expression";
import type { AppendColumnsExec } from "../../physical/plan";
import { columnProgram } from "../column-programs";
import { counted, type OpenTask, type Operator } from "../operator";
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
    const { program, appended, id } = this.node;
    const compute = this.#computation(task);
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
        return counted({ length, columns: [...batch.columns, ...columns] }, metrics);
      },
      close: () => source.close(),
    };
  }

  #computation(task: OpenTask): (inputs: readonly Vector[], rows: number) => readonly Vector[] {
    const { program, spec, user, inputs } = this.node;
    if (user === undefined) return columnProgram(program).open(spec, inputs.map(({ type }) => type)); // prettier-ignore
    const columns = inputs.map(({ type, nullable }, i) => attribute(i, `_${i}`, type, nullable));
    const call = task.services.userFunctions.batch(user, columns);
    return (vectors, length) =>
      length === 0 ? [vectorBuilder(user.returnType, 0).finish()] : call({ length, columns: vectors }).columns;
  }
}
