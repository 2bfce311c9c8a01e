/** Sorting. */
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute, SortOrder } from "../../expressions/expression";
import type { SortExec } from "../../physical/plan";
import { counted, drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { ExternalSort } from "./external";
import { sortKey, type SortKey } from "./keys";

/** Keys of the rows of a batch. */
export class SortKeys {
  readonly #projection: Projection;

  constructor(
    private readonly order: readonly SortOrder[],
    input: readonly Attribute[],
    host: CodegenHost,
  ) {
    this.#projection = new Projection(
      order.map((one) => one.child),
      input,
      host,
    );
  }

  open(task: OpenTask): (batch: ColumnBatch) => readonly SortKey[] {
    const project = this.project(task);
    return (batch) => this.of(project(batch));
  }

  /** The columns of the keys. */
  project(task: OpenTask): (batch: ColumnBatch) => readonly Vector[] {
    return this.#projection.open(task);
  }

  of(columns: readonly Vector[]): readonly SortKey[] {
    return columns.map((vector, i) => sortKey(vector, this.order[i]!.child.type, this.order[i]!));
  }
}

export class SortOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #keys: SortKeys;

  constructor(
    private readonly node: SortExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#keys = new SortKeys(node.order, child.output, host);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const sort = new ExternalSort(this.#keys.open(task), task, this.node.id);
    try {
      drain(this.child.open(task), task, (batch) => sort.add(batch));
      for (const batch of sort.finish()) yield counted(batch, metrics);
    } finally {
      sort.close();
    }
  }
}
