/** One record for a partition: what reducing or aggregating its records gives. For tree aggregations. */
import { refusePromises, TAKES_IN } from "../../shuffle";
import { DeferredSource } from "../pipeline/iterable-source";
import { type AnySource, emptySource, isThenable, rowsChunk, SingleSource, then } from "../pipeline/source";
import type { FoldSpec } from "../stage-spec";
import { AggregateSink, ReduceSink } from "./action-sinks";
import { type Chain, type ExecNode, runChain, sourceChain } from "./chain";

export class FoldedExec implements ExecNode {
  constructor(
    private readonly parent: ExecNode,
    private readonly fold: FoldSpec,
  ) {}

  chain(partition: number): Chain {
    const parent = this.parent.chain(partition);
    const { fold } = this;
    return sourceChain((task) => {
      const f = task.function(fold.f);
      const sink = fold.kind === "reduce" ? new ReduceSink(f) : new AggregateSink(task.freshCapture(fold.zero), f);
      const done = then(runChain(parent, sink, task), (): AnySource => {
        if (sink instanceof ReduceSink && !sink.hasValue) return emptySource;
        refusePromises([sink.value], fold.call, fold.kind === "reduce" ? fold.name : TAKES_IN);
        return new SingleSource(rowsChunk([sink.value]));
      });
      return isThenable(done) ? new DeferredSource(done) : done;
    });
  }
}
