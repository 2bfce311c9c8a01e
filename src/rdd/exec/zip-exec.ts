/** Datasets with equal numbers of partitions, partition by partition: zip and zipPartitions. */
import type { Chunk, ChunkSource } from "../../columnar";
import { TaskError } from "../../common/errors";
import { DeferredSource, resultSource } from "../pipeline/iterable-source";
import { type AnySource, isThenable, type MaybePromise, rowsChunk, then } from "../pipeline/source";
import type { FunctionSpec } from "../stage-spec";
import { type Chain, chainSource, type ExecNode, sourceChain, toSync } from "./chain";
import { RecordIterator } from "./record-iterator";
import type { TaskRun } from "./task-run";

const ROWS = 1024;

/** Record i of the one with record i of the other. */
class ZipSource implements AnySource {
  constructor(
    private readonly left: RecordIterator,
    private readonly right: RecordIterator,
  ) {}

  next(): Chunk | null {
    const rows: unknown[] = [];
    while (rows.length < ROWS) {
      const left = this.left.next();
      const right = this.right.next();
      if (left.done !== right.done) {
        throw new TaskError("UNEQUAL_PARTITION_SIZES", "Can only zip RDDs with same number of elements in each partition.");
      }
      if (left.done === true) break;
      rows.push([left.value, right.value]);
    }
    return rows.length === 0 ? null : rowsChunk(rows);
  }

  close(): void {
    this.left.return();
    this.right.return();
  }
}

export class ZipExec implements ExecNode {
  /** @param f of zipPartitions, which is given the iterators; null for zip. */
  constructor(
    private readonly parents: readonly ExecNode[],
    private readonly f: FunctionSpec | null,
  ) {}

  chain(partition: number): Chain {
    const parents = this.parents.map((parent) => parent.chain(partition));
    return sourceChain((task) => {
      const open = (inputs: readonly ChunkSource[]): AnySource => {
        const iterators = inputs.map((input) => new RecordIterator(input, task.env));
        if (this.f === null) return new ZipSource(iterators[0]!, iterators[1]!);
        return resultSource(task.function(this.f)(...iterators), "zipPartitions");
      };
      const inputs = openAll(parents, task);
      return isThenable(inputs) ? new DeferredSource(Promise.resolve(inputs).then(open)) : open(inputs);
    });
  }
}

function openAll(chains: readonly Chain[], task: TaskRun): MaybePromise<readonly ChunkSource[]> {
  let opened: MaybePromise<readonly ChunkSource[]> = [];
  for (const chain of chains)
    opened = then(opened, (before) => then(toSync(chainSource(chain, task), task), (source) => [...before, source]));
  return opened;
}
