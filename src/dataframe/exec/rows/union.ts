/** Several children: each task of a union reads a partition of one of them, or partitions of some, one child after the other. */
import { InternalError } from "../../../common/errors";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { UnionExec } from "../../physical/plan";
import { type OpenTask, type Operator, sourceOf } from "../operator";

export class UnionOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: UnionExec,
    private readonly children: readonly Operator[],
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    // Of one child it reads all partitions at once.
    const parts = new Map<number, number>();
    for (const { child, partition } of task.input.unions[this.node.id] ?? []) if (!parts.has(child)) parts.set(child, partition);
    const [first] = parts;
    return parts.size === 1 ? this.#open(task, ...first!) : sourceOf(this.#oneAfterTheOther(task, parts));
  }

  *#oneAfterTheOther(task: OpenTask, parts: ReadonlyMap<number, number>): Generator<ColumnBatch, void, undefined> {
    for (const [child, partition] of parts) {
      const source = this.#open(task, child, partition);
      try {
        for (let batch = source.next(); batch !== null; batch = source.next()) yield batch;
      } finally {
        source.close();
      }
    }
  }

  /** Expressions in a child count its own partitions. */
  #open(task: OpenTask, index: number, partition: number): BatchSource {
    const child = this.children[index];
    if (child === undefined) throw new InternalError(`The union has no child ${index}.`);
    return child.open({ ...task, evaluation: { ...task.evaluation, partition } });
  }
}
