/**
 * The reduce side of aggregations: one combiner per key. What does not fit into memory is divided by key into parts on
 * disk, which are aggregated one after the other.
 */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { TaskEnv } from "../storage/task-env";
import { BATCH_ROWS, type Drained } from "./batch";
import { batchesOf } from "./batches";
import { pairChunk } from "./chunks";
import { CombineTable } from "./combine-table";
import { type Fold, foldOf } from "./fold";
import { dividedMultiplier, REDUCE_SIDE } from "./hash-multipliers";
import { memoryAtDepth, PARTS, SpillParts } from "./spill-parts";
import type { Aggregation } from "./spec";

/** Records of a run of spilled combiners. */
const RUN_ROWS = 16 * BATCH_ROWS;

/**
 * Pairs with one record a key (keys, for "distinct"). `input` says whether the source holds values or combiners. Reads
 * everything at the first `next`. Not for "group".
 */
export function aggregated(
  env: TaskEnv,
  source: ChunkSource,
  aggregation: Aggregation,
  input: "values" | "combiners",
): ChunkSource {
  if (aggregation.kind === "distinct") return new Aggregate(env, source, null, null, 0);
  return new Aggregate(env, source, foldOf(aggregation, input), foldOf(aggregation, "combiners"), 0);
}

class Aggregate implements ChunkSource {
  readonly #env: TaskEnv;
  readonly #source: ChunkSource;
  readonly #fold: Fold | null;
  /** What merges the combiners of parts. */
  readonly #merge: Fold | null;
  readonly #depth: number;
  readonly #table: CombineTable;
  #results: Generator<Drained> | null = null;
  #parts: SpillParts | null = null;
  #part = -1;
  #partSource: ChunkSource | null = null;
  #consumed = false;

  constructor(env: TaskEnv, source: ChunkSource, fold: Fold | null, merge: Fold | null, depth: number) {
    this.#env = env;
    this.#source = source;
    this.#fold = fold;
    this.#merge = merge;
    this.#depth = depth;
    const multiplier = depth === 0 ? REDUCE_SIDE : dividedMultiplier(depth);
    this.#table = new CombineTable(memoryAtDepth(env, depth), fold, multiplier, () => this.#spill());
  }

  next(): Chunk | null {
    if (!this.#consumed) this.#consume();
    if (this.#parts !== null) return this.#nextOfParts(this.#parts);
    const result = this.#results?.next();
    if (result === undefined || result.done) return null;
    const { keys, combiners, length } = result.value;
    return pairChunk(keys, combiners, length);
  }

  #consume(): void {
    this.#consumed = true;
    const batches = batchesOf(this.#source, this.#fold === null ? "keys" : "pairs");
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      this.#table.add(batch);
    }
    batches.close();
    if (this.#parts !== null) this.#spill();
    else this.#results = this.#table.drain(BATCH_ROWS);
  }

  #spill(): void {
    this.#parts ??= new SpillParts(this.#env, this.#depth, this.#fold === null ? "keys" : "pairs", "aggregate");
    for (const { keys, combiners, length } of this.#table.drain(RUN_ROWS)) this.#parts.add(keys, combiners, length);
    this.#parts.toDisk();
  }

  #nextOfParts(parts: SpillParts): Chunk | null {
    for (;;) {
      const chunk = this.#partSource?.next() ?? null;
      if (chunk !== null) return chunk;
      this.#partSource?.close();
      this.#partSource = null;
      do this.#part++;
      while (this.#part < PARTS && parts.size(this.#part) === 0);
      if (this.#part >= PARTS) {
        parts.close();
        return null;
      }
      this.#partSource = new Aggregate(this.#env, parts.read(this.#part), this.#merge, this.#merge, this.#depth + 1);
    }
  }

  close(): void {
    this.#consumed = true;
    this.#results = null;
    this.#source.close();
    this.#table.clear();
    this.#partSource?.close();
    this.#parts?.close();
    this.#part = PARTS;
  }
}
