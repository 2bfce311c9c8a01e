/** Training blocks that a thread keeps decoded from pass to pass, within a share of the executor's memory. */
import { parseBytes } from "../../common/units";
import type { ProgramTask } from "../compute/programs";
import type { TrainingBlock } from "./tiles";

/** Of the executor's memory, for each thread. */
const SHARE = 1 / 16;

class KeptRows {
  #bytes = 0;
  readonly #kept = new Map<string, { readonly blocks: readonly TrainingBlock[]; readonly bytes: number } | null>();

  constructor(private readonly most: number) {}

  /** The blocks of a partition: those that are kept, or what `read` gives, which is kept where there is room. */
  *of(key: string, read: Iterable<TrainingBlock>): Iterable<TrainingBlock> {
    const known = this.#kept.get(key);
    if (known === null) {
      yield* read;
      return;
    }
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      yield* known.blocks;
      return;
    }
    const blocks: TrainingBlock[] = [];
    let bytes = 0;
    for (const block of read) {
      bytes += bytesOf(block);
      if (bytes <= this.most) blocks.push(block);
      else blocks.length = 0;
      yield block;
    }
    this.#add(key, bytes <= this.most ? { blocks, bytes } : null);
  }

  #add(key: string, entry: { readonly blocks: readonly TrainingBlock[]; readonly bytes: number } | null): void {
    this.#kept.set(key, entry);
    this.#bytes += entry?.bytes ?? 0;
    for (const [old, value] of this.#kept) {
      if (this.#bytes <= this.most && this.#kept.size <= MOST_ENTRIES) break;
      this.#kept.delete(old);
      this.#bytes -= value?.bytes ?? 0;
    }
  }
}

/** Also of partitions of which only is known that they are too large. */
const MOST_ENTRIES = 256;

function bytesOf({ tiles, sparse, label, weight, extra }: TrainingBlock): number {
  const values = (tiles?.byteLength ?? 0) + (sparse === null ? 0 : sparse.values.byteLength + sparse.indices.byteLength);
  return values + label.byteLength + (weight?.byteLength ?? 0) + extra.reduce((sum, column) => sum + column.byteLength, 0);
}

/** The blocks of the task's partition of the dataset `id`. */
export function keptRows(task: ProgramTask, id: string, read: Iterable<TrainingBlock>): Iterable<TrainingBlock> {
  const rows = task.keep("mllib.linear.rows", () => {
    const memory = task.conf("spark.executor.memory") ?? "1g";
    return new KeptRows(parseBytes(memory, "spark.executor.memory", "m") * SHARE);
  });
  return rows.of(`${id} ${task.partition}`, read);
}
