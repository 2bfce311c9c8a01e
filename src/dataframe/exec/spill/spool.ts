/** Batches that wait: in memory while the task gets it, then in a file. Written, then read once. */
import type { ColumnBatch } from "../../../columnar/vector";
import { batchBytes } from "../exchange/batch-bytes";
import type { OpenTask } from "../operator";
import { MemoryClaim } from "./memory-claim";
import { SpillFile } from "./spill-file";

export class Spool {
  #held: ColumnBatch[] = [];
  #bytes = 0;
  #file: SpillFile | null = null;
  readonly #claim: MemoryClaim;

  constructor(
    private readonly task: OpenTask,
    /** The operator that the bytes count for. */
    private readonly node: number,
  ) {
    this.#claim = new MemoryClaim(task.env.memory);
  }

  get rows(): number {
    return this.#held.reduce((sum, { length }) => sum + length, this.#file?.rows ?? 0);
  }

  add(batch: ColumnBatch): void {
    if (batch.length === 0) return;
    if (this.#file !== null) return this.#file.append(batch);
    this.#held.push(batch);
    this.#bytes += batchBytes(batch);
    if (this.#claim.reach(this.#bytes)) return;
    this.#file = new SpillFile(this.task, this.node);
    for (const held of this.#held) this.#file.append(held);
    this.#held = [];
    this.#claim.release();
  }

  *batches(): Generator<ColumnBatch, void, undefined> {
    try {
      if (this.#file !== null) yield* this.#file.batches();
      else yield* this.#held;
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#held = [];
    this.#file?.remove();
    this.#claim.release();
  }
}
