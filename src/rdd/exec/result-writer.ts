/**
 * The result of a task as it grows: what is too long for a message leaves the heap for a block of the executor, which
 * the driver fetches. So a partition that is collected may be larger than the memory of its task.
 */
import type { ByteWriter } from "../../columnar";
import { StorageLevel } from "../../storage/storage-level";
import type { BlockWriter, TaskEnv } from "../../storage/task-env";
import { resultBlock } from "../../storage/block-address";
import type { TaskOutput } from "../task-runner";

/** Runs that go to the block. */
const RUN_BYTES = 1 << 20;

export class ResultWriter {
  readonly #env: TaskEnv;
  readonly #most: number;
  #block: BlockWriter | null = null;
  #written = 0;

  constructor(env: TaskEnv, onClose: (close: () => void) => void) {
    this.#env = env;
    this.#most = env.maxDirectResult ?? Infinity;
    onClose(() => this.#block?.abort());
  }

  /** To be called when `out` has grown by whole batches; may take what is there and clear it. */
  grown(out: ByteWriter): void {
    if (out.length <= (this.#block === null ? this.#most : RUN_BYTES)) return;
    this.#block ??= this.#env.blocks.writer(resultBlock(this.#env.info.taskId), StorageLevel.MEMORY_AND_DISK);
    this.#move(this.#block, out.written());
    out.clear();
  }

  /** @param rest what `grown` left. */
  finish(rest: Uint8Array, rows: number): TaskOutput {
    const block = this.#block;
    if (block === null) return { kind: "result", bytes: rest };
    if (rest.length > 0) this.#move(block, rest);
    this.#block = null;
    block.commit(rows).close();
    return { kind: "kept", bytes: this.#written };
  }

  #move(block: BlockWriter, bytes: Uint8Array): void {
    block.write(bytes);
    this.#written += bytes.length;
  }
}
