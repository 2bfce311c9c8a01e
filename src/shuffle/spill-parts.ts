/**
 * Records divided by key into parts on disk, for reduce tasks whose data does not fit into memory: each part is then
 * worked on alone. Equal keys are in the same part, and records of a part keep their order.
 */
import type { ChunkSource } from "../columnar/chunk";
import type { TaskEnv, TaskMemory } from "../storage/task-env";
import type { BatchColumn } from "./batch";
import { spillCompression } from "./compression";
import { chunksOf } from "./frame-chunks";
import { divisionOf } from "./partitioner";
import { PartitionedRuns } from "./runs";
import { Scatter } from "./scatter";

/** Into how many parts. */
export const PARTS = 32;

/** A part of a part of a … this often is not divided further: it is not the number of keys that makes it large. */
const MAX_DEPTH = 4;

export class SpillParts {
  readonly #env: TaskEnv;
  readonly #runs: PartitionedRuns;
  readonly #scatter: Scatter;

  /** `depth`: how many divisions the records have behind them. Inputs that are to be joined are divided at the same depth. */
  constructor(env: TaskEnv, depth: number, carries: "pairs" | "keys", purpose: string) {
    this.#env = env;
    this.#runs = new PartitionedRuns(env, PARTS, spillCompression(env), purpose);
    this.#scatter = new Scatter(env, this.#runs, PARTS, divisionOf(PARTS, depth), carries);
  }

  /** Adds records to the parts of their keys. They stay in memory, encoded, where there is room: see `toDisk`. */
  add(keys: BatchColumn, values: BatchColumn, length: number): void {
    this.#scatter.write(keys, values, length);
  }

  /** Moves everything added to disk, so that the memory is the caller's. */
  toDisk(): void {
    this.#runs.spill();
  }

  /** Encoded bytes of a part. */
  size(part: number): number {
    return this.#runs.size(part);
  }

  /** The records of a part; may be read more than once. */
  read(part: number): ChunkSource {
    return chunksOf(this.#runs.read(part), this.#env.values);
  }

  close(): void {
    this.#runs.close();
  }
}

/**
 * The memory for work on a part `depth` divisions down. At the last depth it is granted whatever it is: dividing further
 * would not help, and what is left is what the user's own values need.
 */
export function memoryAtDepth(env: TaskEnv, depth: number): TaskMemory {
  return depth < MAX_DEPTH ? env.memory : GRANTED;
}

const GRANTED: TaskMemory = { reserve: () => true, release: () => undefined, heapFull: () => false };
