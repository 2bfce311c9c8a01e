/**
 * groupByKey and cogroup: all values of each key, by input. What does not fit into memory is divided by key into parts on
 * disk, which are grouped one after the other; only the arrays of one key at a time are the user's to hold.
 */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { TaskEnv } from "../storage/task-env";
import { BATCH_ROWS, HEAP_PATIENCE, patienceFor } from "./batch";
import { batchesOf } from "./batches";
import { pairChunk } from "./chunks";
import { dividedMultiplier, REDUCE_SIDE } from "./hash-multipliers";
import { KEY_CLASSES, splitByClass } from "./key-index";
import { KeyGroups } from "./key-groups";
import { memoryAtDepth, PARTS, SpillParts } from "./spill-parts";

/** Pairs [key, values] of one input; values in the order of arrival. */
export function grouped(env: TaskEnv, source: ChunkSource): ChunkSource {
  return new CoGroup(env, [source], 0, (groups) => groups[0]!);
}

/** Pairs [key, [values of the first input, of the second, …]] of every key that any input has. */
export function coGrouped(env: TaskEnv, sources: readonly ChunkSource[]): ChunkSource {
  return new CoGroup(env, sources, 0, (groups) => groups);
}

/** Groups handed over at a time, and values in them at which a chunk ends early. */
const CHUNK_GROUPS = 1024;
const CHUNK_VALUES = 1 << 14;

/** Records of a run of spilled records. */
const RUN_ROWS = 16 * BATCH_ROWS;

type Finish = (groups: unknown[][]) => unknown;

class CoGroup implements ChunkSource {
  readonly #env: TaskEnv;
  readonly #sources: readonly ChunkSource[];
  readonly #depth: number;
  readonly #finish: Finish;
  #groups: KeyGroups;
  #parts: SpillParts[] | null = null;
  #part = -1;
  #partSource: ChunkSource | null = null;
  #results: Generator<Chunk> | null = null;
  #consumed = false;
  #sinceRoom = 0;

  constructor(env: TaskEnv, sources: readonly ChunkSource[], depth: number, finish: Finish) {
    this.#env = env;
    this.#sources = sources;
    this.#depth = depth;
    this.#finish = finish;
    this.#groups = new KeyGroups(memoryAtDepth(env, depth), depth === 0 ? REDUCE_SIDE : dividedMultiplier(depth), sources.length);
  }

  next(): Chunk | null {
    if (!this.#consumed) this.#consume();
    if (this.#parts !== null) return this.#nextOfParts(this.#parts);
    const result = this.#results?.next();
    return result === undefined || result.done ? null : result.value;
  }

  #consume(): void {
    this.#consumed = true;
    this.#sources.forEach((source, input) => this.#consumeInput(source, input));
    if (this.#parts !== null) {
      this.#spill();
    } else {
      this.#groups.seal();
      this.#results = this.#emit();
    }
  }

  #consumeInput(source: ChunkSource, input: number): void {
    const memory = memoryAtDepth(this.#env, this.#depth);
    const batches = batchesOf(source, "pairs");
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      for (const part of splitByClass(batch)) {
        for (let done = 0; done < part.length;) {
          done += this.#groups.add(input, part, done);
          if (done < part.length) this.#spill();
        }
      }
      this.#sinceRoom += patienceFor(batch);
      if (this.#sinceRoom >= HEAP_PATIENCE && this.#groups.onHeap && memory.heapFull()) this.#spill();
    }
    batches.close();
  }

  #spill(): void {
    this.#parts ??= this.#sources.map(() => new SpillParts(this.#env, this.#depth, "pairs", "group"));
    this.#groups.seal();
    this.#parts.forEach((parts, input) => {
      for (const { keys, values, length } of this.#groups.records(input, RUN_ROWS)) parts.add(keys, values, length);
    });
    this.#groups.clear();
    for (const parts of this.#parts) parts.toDisk();
    this.#sinceRoom = 0;
  }

  *#emit(): Generator<Chunk> {
    const inputs = this.#sources.length;
    for (const keyClass of KEY_CLASSES) {
      const groups = this.#groups.of(keyClass);
      if (groups === undefined) continue;
      const { size } = groups.index;
      for (let from = 0; from < size;) {
        const values: unknown[] = [];
        let total = 0;
        let id = from;
        for (; id < size && id - from < CHUNK_GROUPS && total < CHUNK_VALUES; id++) {
          const ofKey: unknown[][] = [];
          for (let input = 0; input < inputs; input++) {
            ofKey.push(groups.values(input, id));
            total += groups.count(input, id);
          }
          values.push(this.#finish(ofKey));
        }
        yield pairChunk(groups.index.keys(from, id), { type: "any", values }, id - from);
        from = id;
      }
    }
    this.#groups.clear();
  }

  #nextOfParts(parts: readonly SpillParts[]): Chunk | null {
    for (;;) {
      const chunk = this.#partSource?.next() ?? null;
      if (chunk !== null) return chunk;
      this.#partSource?.close();
      this.#partSource = null;
      do this.#part++;
      while (this.#part < PARTS && parts.every((input) => input.size(this.#part) === 0));
      if (this.#part >= PARTS) {
        for (const input of parts) input.close();
        return null;
      }
      this.#partSource = new CoGroup(
        this.#env,
        parts.map((input) => input.read(this.#part)),
        this.#depth + 1,
        this.#finish,
      );
    }
  }

  close(): void {
    this.#consumed = true;
    this.#results = null;
    for (const source of this.#sources) source.close();
    this.#groups.clear();
    this.#partSource?.close();
    for (const parts of this.#parts ?? []) parts.close();
    this.#part = PARTS;
  }
}
