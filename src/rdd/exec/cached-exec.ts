/** A persisted partition: read where a block of it is, otherwise computed, kept, and read back. */
import { StorageLevel } from "../../storage/storage-level";
import { DeferredSource } from "../pipeline/iterable-source";
import { type AnySource, isThenable, then } from "../pipeline/source";
import type { CacheSpec } from "../stage-spec";
import { type Chain, type ExecNode, runChain, sourceChain } from "./chain";
import { EncodeSink } from "./encode-sink";
import type { TaskRun } from "./task-run";

/** Encoded bytes handed to the block at a time. */
const FLUSH_BYTES = 1 << 20;

export class CachedExec implements ExecNode {
  readonly #level: StorageLevel;

  constructor(
    private readonly node: ExecNode,
    private readonly spec: CacheSpec,
  ) {
    this.#level = StorageLevel.of(spec);
  }

  chain(partition: number): Chain {
    const id = `rdd_${this.spec.rddId}_${partition}`;
    return sourceChain((task) => task.env.blocks.get(id) ?? this.#compute(id, partition, task));
  }

  #compute(id: string, partition: number, task: TaskRun): AnySource {
    const writer = task.env.blocks.writer(id, this.#level);
    let open = true;
    task.onClose(() => {
      if (open) writer.abort();
    });
    const sink = new EncodeSink(task.values, null, (out) => {
      if (out.length < FLUSH_BYTES) return;
      writer.write(out.written());
      out.clear();
    });
    const done = then(runChain(this.node.chain(partition), sink, task), (): AnySource => {
      const rest = sink.finish();
      if (rest.length > 0) writer.write(rest);
      open = false;
      return writer.commit(sink.count);
    });
    return isThenable(done) ? new DeferredSource(done) : done;
  }
}
