/** A persisted partition: read where a block of it is, otherwise computed, kept, and read back. */
import { ByteWriter, type ChunkSource } from "../../columnar";
import type { BlockWriter } from "../../storage/task-env";
import { StorageLevel } from "../../storage/storage-level";
import { DeferredSource } from "../pipeline/iterable-source";
import { type AnySource, isThenable, type MaybePromise, then } from "../pipeline/source";
import type { DirectSource } from "../plan-port";
import type { CacheSpec } from "../stage-spec";
import { type Chain, type ExecNode, runChain, sourceChain } from "./chain";
import { EncodeSink } from "./encode-sink";
import type { TaskRun } from "./task-run";

/** Encoded bytes handed to the block at a time. */
const FLUSH_BYTES = 1 << 20;

/** Memory up to so many bytes is kept for what the thread encodes next: new memory has to be zeroed and collected. */
const MOST_SPARE = 8 << 20;

/** The memory that partitions are encoded in, which writers of blocks copy. */
class SpareMemory {
  #memory: ByteWriter | null = null;

  take(): ByteWriter {
    const memory = this.#memory ?? new ByteWriter(1 << 12);
    this.#memory = null;
    return memory;
  }

  giveBack(memory: ByteWriter): void {
    memory.clear();
    if (memory.bytes.length <= MOST_SPARE) this.#memory = memory;
  }
}

const spare = new SpareMemory();

function flushingTo(writer: BlockWriter): (out: ByteWriter) => void {
  return (out) => {
    if (out.length < FLUSH_BYTES) return;
    writer.write(out.written());
    out.clear();
  };
}

export class CachedExec implements ExecNode {
  readonly #level: StorageLevel;

  constructor(
    private readonly node: ExecNode,
    private readonly spec: CacheSpec,
  ) {
    this.#level = StorageLevel.of(spec);
  }

  chain(partition: number): Chain {
    const id = this.#id(partition);
    return sourceChain((task) => task.env.blocks.get(id) ?? this.#compute(id, partition, task));
  }

  /** A partition that is not kept yet is given on while its bytes are kept; of one that is kept there are records alone. */
  direct(partition: number, task: TaskRun): MaybePromise<DirectSource | ChunkSource> | null {
    const id = this.#id(partition);
    const kept = task.env.blocks.get(id);
    if (kept !== null) {
      task.onClose(() => kept.close());
      return kept;
    }
    const source = this.node.direct?.(partition, task) ?? null;
    if (source === null) return null;
    return then(source, (opened) => ("record" in opened ? this.#keeping(opened, id, task) : opened));
  }

  #keeping(source: DirectSource, id: string, task: TaskRun): DirectSource {
    const writer = task.env.blocks.writer(id, this.#level, this.spec.mostMemory);
    const memory = spare.take();
    let open = true;
    const ended = (): void => {
      open = false;
      spare.giveBack(memory);
    };
    const close = (): void => {
      source.close();
      if (!open) return;
      writer.abort();
      ended();
    };
    task.onClose(close);
    const sink = new EncodeSink(task.values, null, flushingTo(writer), memory);
    return {
      next() {
        const value = source.next();
        if (value !== null) {
          sink.add(source.record(value));
          return value;
        }
        if (open) {
          const rest = sink.finish();
          if (rest.length > 0) writer.write(rest);
          ended();
          writer.commit(sink.count).close();
        }
        return null;
      },
      close,
      record: (value) => source.record(value),
    };
  }

  #id(partition: number): string {
    return `rdd_${this.spec.rddId}_${partition}`;
  }

  #compute(id: string, partition: number, task: TaskRun): AnySource {
    const writer = task.env.blocks.writer(id, this.#level, this.spec.mostMemory);
    let open = true;
    task.onClose(() => {
      if (open) writer.abort();
    });
    const sink = new EncodeSink(task.values, null, flushingTo(writer));
    const done = then(runChain(this.node.chain(partition), sink, task), (): AnySource => {
      const rest = sink.finish();
      if (rest.length > 0) writer.write(rest);
      open = false;
      return writer.commit(sink.count);
    });
    return isThenable(done) ? new DeferredSource(done) : done;
  }
}
