/** Training blocks that a thread keeps decoded from pass to pass, within a share of the executor's memory. */
import { parseBytes } from "../../common/units";
import type { ProgramTask } from "../compute/programs";
import type { TrainingBlock } from "./tiles";

/** Of the executor's memory, for each thread. */
const SHARE = 1 / 16;
/** What no pass has asked for so long, in ms, is of a fit that has ended. */
const LONGEST_PAUSE = 120_000;

interface Kept {
  /** Null where they are too large to keep. */
  readonly blocks: readonly TrainingBlock[] | null;
  readonly bytes: number;
  used: number;
}

export class KeptRows {
  #bytes = 0;
  /** Those used longest ago first. */
  readonly #kept = new Map<string, Kept>();

  /** @param most bytes to keep. @param now ms, for tests. */
  constructor(
    private readonly most: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** The blocks of a partition: those that are kept, or what `read` gives, which is kept where there is room. */
  *of(key: string, read: Iterable<TrainingBlock>): Iterable<TrainingBlock> {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.used = this.now();
      this.#kept.delete(key);
      this.#kept.set(key, known);
      yield* known.blocks ?? read;
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
    const used = this.now();
    this.#add(key, bytes <= this.most ? { blocks, bytes, used } : { blocks: null, bytes: 0, used });
  }

  #add(key: string, entry: Kept): void {
    this.#kept.set(key, entry);
    this.#bytes += entry.bytes;
    for (const [old, { bytes, used }] of this.#kept) {
      const fits = this.#bytes <= this.most && this.#kept.size <= MOST_ENTRIES;
      if (fits && used >= entry.used - LONGEST_PAUSE) break;
      this.#kept.delete(old);
      this.#bytes -= bytes;
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
