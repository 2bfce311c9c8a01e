/** Filters, projections and hash joins as one pass over batches that makes batches. */
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import type { Attribute, NamedExpression } from "../../expressions/expression";
import type { ColumnBound } from "../../sources/data-source";
import type { BuildInput } from "../join/build";
import type { JoinTable } from "../join/table";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import { PipelineFeed, type FeedPart } from "./feed";
import { OutputPlan, type OutputState } from "./output";
import { PipelineProgram, type CodegenHost } from "./program";
import { changesRows, multipliesRows, type Chain } from "./steps";

interface Part extends FeedPart {
  readonly plan: OutputPlan;
}

export class PipelineOperator implements Operator {
  readonly feed: PipelineFeed<Part>;

  constructor(
    source: Operator,
    chain: Chain,
    builds: readonly BuildInput[],
    readonly output: readonly Attribute[],
    outputs: readonly NamedExpression[],
    private readonly node: number,
    host: CodegenHost,
  ) {
    const make = (of: Chain): Part => {
      const plan = new OutputPlan(outputs, of, changesRows(of), multipliesRows(of));
      return { chain: of, plan, sink: plan, keepsInput: plan.keepsInput, program: new PipelineProgram(of, plan.reads, host) };
    };
    this.feed = new PipelineFeed(source, chain, builds, outputs, make, node, host);
  }

  open(task: OpenTask, bound?: ColumnBound): BatchSource {
    return sourceOf(this.batches(task, () => [], bound));
  }

  /** `ended` gives what follows the rows of a part when all of them have met its tables. */
  *batches(
    task: OpenTask,
    ended: (tables: readonly JoinTable[]) => Iterable<ColumnBatch>,
    bound?: ColumnBound,
  ): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node);
    const states = new Map<Part, OutputState>();
    for (const { part, run, batch } of this.feed.open(task, bound)) {
      let state = states.get(part);
      if (state === undefined) states.set(part, (state = part.plan.open()));
      const made = batch === null ? ended(run.tables) : state.batches(batch, run, part.plan);
      for (const one of made) yield counted(one, metrics);
    }
  }
}
