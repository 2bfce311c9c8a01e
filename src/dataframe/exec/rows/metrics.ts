/** Observed metrics: aggregates over the rows that pass, whose states the driver merges. */
import { boxedReader } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { AggregateCall, Attribute, Expression } from "../../expressions/expression";
import { walk } from "../../expressions/traverse";
import type { CollectMetricsExec } from "../../physical/plan";
import { sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";

/** The aggregates of metrics, in the order in which their states are reported. */
export function aggregatesOf(metrics: readonly Expression[]): readonly AggregateCall[] {
  const calls: AggregateCall[] = [];
  for (const metric of metrics) {
    walk(metric, (node) => {
      if (node.kind === "aggregate") calls.push(node);
      return node.kind !== "aggregate";
    });
  }
  return calls;
}

export class CollectMetricsOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #calls: readonly AggregateCall[];
  readonly #args: readonly Projection[];

  constructor(
    private readonly node: CollectMetricsExec,
    private readonly child: Operator,
    private readonly host: CodegenHost,
  ) {
    this.output = node.output;
    this.#calls = aggregatesOf(node.metrics);
    this.#args = this.#calls.map((call) => {
      const args = call.filter === null ? call.args : [...call.args, call.filter];
      return new Projection(args, child.output, host);
    });
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const accumulators = this.#calls.map((call) => this.host.functions.aggregate(call.fn).accumulator(call, task.evaluation));
    const states = accumulators.map((accumulator) => accumulator.init());
    const projections = this.#args.map((projection) => projection.open(task));
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        if (batch.length > 0) {
          this.#calls.forEach((call, k) => {
            const readers = projections[k]!(batch).map((vector, i) =>
              boxedReader(vector, i < call.args.length ? call.args[i]!.type : { kind: "boolean" }),
            );
            const filter = call.filter === null ? null : readers.pop()!;
            for (let row = 0; row < batch.length; row++) {
              if (filter !== null && filter(row) !== true) continue;
              states[k] = accumulators[k]!.update(
                states[k],
                readers.map((read) => read(row)),
              );
            }
          });
        }
        yield batch;
      }
      task.env.observed(
        this.node.name,
        accumulators.map((accumulator, k) => accumulator.toColumns(states[k])),
      );
    } finally {
      source.close();
    }
  }
}
