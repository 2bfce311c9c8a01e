/** What a task makes of the records of its partition: the result of an action, or map output. */
import { encodeValue, type Sink } from "../../columnar";
import { type Chain, runChain } from "./chain";
import { type MaybePromise, then } from "../pipeline/source";
import { encodeRows } from "../row-bytes";
import { createShuffleWriter } from "../../shuffle/writer";
import { shuffleSpec } from "./wide-exec";
import type { ActionSpec } from "../stage-output";
import type { OutputSpec } from "../stage-spec";
import type { TaskOutput } from "../task-runner";
import { EncodeSink } from "./encode-sink";
import { AggregateSink, CountSink, ForeachSink, ReduceSink, StatsSink, SumSink } from "./action-sinks";
import type { TaskRun } from "./task-run";

export function runOutput(chain: Chain, output: OutputSpec, task: TaskRun): MaybePromise<TaskOutput> {
  if (output.kind === "action") return then(runAction(chain, output.action, task), (bytes): TaskOutput => ({ kind: "result", bytes }));
  const writer = createShuffleWriter(task.env, shuffleSpec(output.shuffle, task));
  task.onClose(() => writer.abort());
  return then(runChain(chain, writer, task), (): TaskOutput => ({ kind: "map", output: writer.finish() }));
}

function runAction(chain: Chain, action: ActionSpec, task: TaskRun): MaybePromise<Uint8Array> {
  const value = (result: unknown): Uint8Array => encodeValue(result, task.values, "result");
  const into = <S extends Sink>(sink: S, result: (sink: S) => Uint8Array): MaybePromise<Uint8Array> => then(runChain(chain, sink, task), () => result(sink));
  switch (action.kind) {
    case "count":
      return into(new CountSink(), (sink) => value(sink.count));
    case "collect":
      return into(new EncodeSink(task.values, action.limit), (sink) => sink.finish());
    case "reduce":
      return into(new ReduceSink(task.function(action.f)), (sink) => encodeRows(sink.hasValue ? [sink.value] : [], task.values));
    case "aggregate":
      return into(new AggregateSink(task.freshCapture(action.zero), task.function(action.f)), (sink) => value(sink.value));
    case "sum":
      return into(new SumSink(), (sink) => value(sink.sum));
    case "stats":
      return into(new StatsSink(), (sink) => value(sink.stats.toState()));
    case "foreach":
      return into(new ForeachSink(task.function(action.f)), () => value(null));
    default:
      throw new Error(action.kind);
  }
}
