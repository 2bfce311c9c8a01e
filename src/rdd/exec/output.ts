/** What a task makes of the records of its partition: the result of an action, or map output. */
import { KeyMap, type Sink } from "../../columnar";
import { InternalError, unreachable } from "../../common/errors";
import { createShuffleWriter, refusePromises, TAKES_IN } from "../../shuffle";
import { type MaybePromise, then } from "../pipeline/source";
import { encodeOne, encodeRows } from "../row-bytes";
import type { ActionSpec } from "../stage-output";
import type { OutputSpec } from "../stage-spec";
import type { TaskOutput } from "../task-runner";
import { AggregateSink, CountByValueSink, CountSink, foreachOp, ReduceSink, StatsSink, SumSink } from "./action-sinks";
import { type Chain, chainSource, runChain, toSync } from "./chain";
import { EncodeSink } from "./encode-sink";
import { HistogramSink } from "./histogram-sink";
import { OrderedSink } from "./ordered-sink";
import { RecordIterator } from "./record-iterator";
import { ReservoirSink } from "./reservoir-sink";
import { ResultWriter } from "./result-writer";
import { saveRecords } from "./save";
import type { TaskRun } from "./task-run";
import { shuffleSpec } from "./wide-exec";

export function runOutput(chain: Chain, output: Exclude<OutputSpec, { kind: "plan" }>, task: TaskRun): MaybePromise<TaskOutput> {
  if (output.kind === "action") {
    if (output.action.kind === "collect") return collected(chain, output.action.limit, task);
    return then(runAction(chain, output.action, task), (bytes): TaskOutput => ({ kind: "result", bytes }));
  }
  const writer = createShuffleWriter(task.env, shuffleSpec(output.shuffle, task));
  task.onClose(() => writer.abort());
  return then(runChain(chain, writer, task), (): TaskOutput => ({ kind: "map", output: writer.finish() }));
}

function collected(chain: Chain, limit: number | null, task: TaskRun): MaybePromise<TaskOutput> {
  const result = new ResultWriter(task.env, (close) => task.onClose(close));
  const sink = new EncodeSink(task.values, limit, (out) => result.grown(out));
  return then(runChain(chain, sink, task), () => result.finish(sink.finish(), sink.count));
}

function runAction(chain: Chain, action: Exclude<ActionSpec, { kind: "collect" }>, task: TaskRun): MaybePromise<Uint8Array> {
  const value = (result: unknown): Uint8Array => encodeOne(result, task.values, "result");
  const into = <S extends Sink>(sink: S, result: (sink: S) => Uint8Array): MaybePromise<Uint8Array> =>
    then(runChain(chain, sink, task), () => result(sink));
  switch (action.kind) {
    case "count":
      return into(new CountSink(), (sink) => value(sink.count));
    case "reduce":
      return into(new ReduceSink(task.function(action.f)), (sink) => {
        const reduced = sink.hasValue ? [sink.value] : [];
        refusePromises(reduced, action.call, "the function");
        return encodeRows(reduced, task.values);
      });
    case "aggregate":
      return into(new AggregateSink(task.freshCapture(action.zero), task.function(action.f)), (sink) => {
        refusePromises([sink.value], action.call, action.call === "fold" ? "the function" : TAKES_IN);
        return value(sink.value);
      });
    case "sum":
      return into(new SumSink(), (sink) => value(sink.sum));
    case "stats":
      return into(new StatsSink(), (sink) => value(sink.stats.toState()));
    case "ordered": {
      const key = action.key === null ? null : task.function(action.key);
      return into(new OrderedSink(action.count, key, action.descending), (sink) => encodeRows(sink.result(), task.values));
    }
    case "countByValue":
      return into(new CountByValueSink(action.keys, new KeyMap<number>()), (sink) => encodeRows([...sink.counts], task.values));
    case "foreach": {
      // The function may be asynchronous: it is the last step, and nothing is left for the sink.
      const f = task.function(action.f);
      return then(runChain({ open: chain.open, ops: [...chain.ops, () => foreachOp(f)] }, new CountSink(), task), () =>
        value(null),
      );
    }
    case "partition": {
      const records = toSync(chainSource(chain, task), task);
      return then(records, (source) => {
        const result = task.function(action.f)(new RecordIterator(source, task.env), task.env.info.partition);
        return then(result, (settled) => value(action.keepResult ? settled : null));
      });
    }
    case "histogram":
      return into(new HistogramSink(action.edges, action.even), (sink) => value([...sink.counts]));
    case "reservoir":
      return into(new ReservoirSink(action.size, task.env.info.partition), (sink) =>
        encodeRows([sink.seen, ...sink.sample], task.values),
      );
    case "plan":
      throw new InternalError("A query plan ends its stage itself.");
    case "save":
      return then(saveRecords(chain, action, task), value);
    default:
      return unreachable(action);
  }
}
