/** A function of the user over all records of a partition. */
import { DeferredSource, resultSource } from "../pipeline/iterable-source";
import { type AnySource, isThenable, SingleSource, rowsChunk } from "../pipeline/source";
import type { ChunkSource } from "../../columnar";
import type { FunctionSpec } from "../stage-spec";
import { type Chain, chainSource, type ExecNode, readAll, sourceChain, toSync } from "./chain";
import { RecordIterator } from "./record-iterator";
import type { TaskRun } from "./task-run";

export class MapPartitionsExec implements ExecNode {
  constructor(
    private readonly parent: ExecNode,
    private readonly spec: { readonly f: FunctionSpec; readonly withIndex: boolean; readonly call: string },
  ) {}

  chain(partition: number): Chain {
    const parent = this.parent.chain(partition);
    const { f, withIndex, call } = this.spec;
    return sourceChain((task) => {
      const apply = (input: ChunkSource): AnySource => {
        const records = new RecordIterator(input, task.env);
        const user = task.function(f);
        return resultSource(withIndex ? user(partition, records) : user(records), call);
      };
      const input = toSync(chainSource(parent, task), task);
      return isThenable(input) ? new DeferredSource(Promise.resolve(input).then(apply)) : apply(input);
    });
  }
}

/** One record for a partition: the array of its records. */
export class GlomExec implements ExecNode {
  constructor(private readonly parent: ExecNode) {}

  chain(partition: number): Chain {
    const parent = this.parent.chain(partition);
    return sourceChain((task: TaskRun) => {
      const records = readAll(parent, task);
      const single = (rows: unknown[]): AnySource => new SingleSource(rowsChunk([rows]));
      return isThenable(records) ? new DeferredSource(Promise.resolve(records).then(single)) : single(records);
    });
  }
}
