/** Counts the rows of an operator that does not do so itself: what a stage gave decides how the rest of a query is carried out. */
import type { BatchSource } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import { countedSource, type OpenTask, type Operator } from "../operator";

export class CountedOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly id: number,
    private readonly operator: Operator,
  ) {
    this.output = operator.output;
  }

  open(task: OpenTask): BatchSource {
    return countedSource(this.operator.open(task), task.env.metrics(this.id));
  }
}
