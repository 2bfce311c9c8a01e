/** Records that a thread keeps decoded from pass to pass, within a share of the executor's memory. */
import { ReusedMemory } from "../../common/reused-memory";
import { parseBytes } from "../../common/units";
import { arrayBytes } from "./plain";
import type { ProgramTask } from "./programs";

/** Of the executor's memory, for each thread. */
const SHARE = 1 / 16;
/** What no pass has asked for so long, in ms, is of a fit that has ended. */
const LONGEST_PAUSE = 120_000;

interface Kept {
  /** Null where they are too large to keep. */
  readonly records: readonly object[] | null;
  readonly bytes: number;
  used: number;
}

export class KeptRecords {
  /** For records to keep. */
  readonly memory: ReusedMemory = new ReusedMemory();
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

  has(key: string): boolean {
    return (this.#kept.get(key)?.records ?? null) !== null;
  }

  /** The records of a partition: those that are kept, or what `read` gives, which is kept where there is room. One type of records a key. */
  *of<R extends object>(key: string, read: Iterable<R>): Iterable<R> {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      known.used = this.now();
      this.#kept.delete(key);
      this.#kept.set(key, known);
      yield* (known.records as readonly R[] | null) ?? read;
      return;
    }
    const records: R[] = [];
    let bytes = 0;
    for (const record of read) {
      bytes += arrayBytes(record);
      if (bytes <= this.most) records.push(record);
      else records.length = 0;
      yield record;
    }
    const used = this.now();
    this.#add(key, bytes <= this.most ? { records, bytes, used } : { records: null, bytes: 0, used });
  }

  /** Forgets a partition that nobody looks at any more: its memory is that of others. */
  drop(key: string): void {
    const known = this.#kept.get(key);
    if (known === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= known.bytes;
    for (const record of known.records ?? []) this.memory.giveBack(record, this.most - this.#bytes);
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

/** The records of the task's partition of the dataset `id`. */
export function keptRecords<R extends object>(task: ProgramTask, id: string, read: Iterable<R>): Iterable<R> {
  return keptBy(task).of(keyOf(id, task.partition), read);
}

/** Whether the thread keeps the records of a partition of the dataset `id`. */
export function keepsRecords(task: ProgramTask, id: string, partition: number): boolean {
  return keptBy(task).has(keyOf(id, partition));
}

/** The thread's memory for records that are to be kept. */
export function recordMemory(task: ProgramTask): ReusedMemory {
  return keptBy(task).memory;
}

/** Forgets the partitions of the dataset `id`, which no task looks at any more. */
export function dropRecords(task: ProgramTask, id: string, partitions: number): void {
  const kept = keptBy(task);
  for (let partition = 0; partition < partitions; partition++) kept.drop(keyOf(id, partition));
}

const keyOf = (id: string, partition: number): string => `${id} ${partition}`;

function keptBy(task: ProgramTask): KeptRecords {
  return task.keep("mllib.records", () => {
    const memory = task.conf("spark.executor.memory") ?? "1g";
    return new KeptRecords(parseBytes(memory, "spark.executor.memory", "m") * SHARE);
  });
}
