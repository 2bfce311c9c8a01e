/** One of several children: each task of a union reads a partition of one of them. */
import { InternalError } from "../../../common/errors";
import type { BatchSource } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { UnionExec } from "../../physical/plan";
import type { OpenTask, Operator } from "../operator";

export class UnionOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: UnionExec,
    private readonly children: readonly Operator[],
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    const index = task.input.leaves[this.node.id];
    if (index === undefined) return { next: () => null, close: () => {} };
    const child = this.children[index];
    if (child === undefined) throw new InternalError(`The union has no child ${index}.`);
    return child.open(task);
  }
}
