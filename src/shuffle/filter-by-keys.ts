/**
 * Records whose key another input has, or has not: subtract, subtractByKey, intersection. The other input's keys are held in
 * memory and the records run past them; where the keys do not fit, both are divided by key into parts on disk.
 */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import type { TaskEnv, TaskMemory } from "../storage/task-env";
import { BATCH_ROWS, type BatchColumn, HEAP_PATIENCE } from "./batch";
import { batchesOf } from "./batches";
import { pairChunk } from "./chunks";
import { gather } from "./gather";
import { dividedMultiplier, REDUCE_SIDE } from "./hash-multipliers";
import { type ClassBatch, KEY_CLASSES, type KeyClass, type KeyIndex, newKeyIndex, splitByClass } from "./key-index";
import { memoryAtDepth, PARTS, SpillParts } from "./spill-parts";

export interface KeyedInput {
  readonly source: ChunkSource;
  /** Whether its records are pairs or bare keys. */
  readonly carries: "pairs" | "keys";
}

/** The records of `input` whose key is ("present") or is not ("absent") among those of `other`; each as often as it comes. */
export function filteredByKeys(env: TaskEnv, keep: "present" | "absent", input: KeyedInput, other: KeyedInput): ChunkSource {
  return new FilterByKeys(env, keep, input, other, 0);
}

class FilterByKeys implements ChunkSource {
  readonly #env: TaskEnv;
  readonly #keep: "present" | "absent";
  readonly #input: KeyedInput;
  readonly #other: KeyedInput;
  readonly #depth: number;
  readonly #keys: HeldKeys;
  #chunks: Generator<Chunk> | null = null;
  #parts: readonly SpillParts[] = [];
  #partSource: ChunkSource | null = null;
  #closed = false;

  constructor(env: TaskEnv, keep: "present" | "absent", input: KeyedInput, other: KeyedInput, depth: number) {
    this.#env = env;
    this.#keep = keep;
    this.#input = input;
    this.#other = other;
    this.#depth = depth;
    this.#keys = new HeldKeys(memoryAtDepth(env, depth), depth === 0 ? REDUCE_SIDE : dividedMultiplier(depth));
  }

  next(): Chunk | null {
    if (this.#closed) return null;
    this.#chunks ??= this.#run();
    const result = this.#chunks.next();
    return result.done ? null : result.value;
  }

  *#run(): Generator<Chunk> {
    const parts = this.#hold();
    if (parts === null) {
      yield* this.#filter();
      this.#keys.clear();
      return;
    }
    const own = new SpillParts(this.#env, this.#depth, this.#input.carries, "filter");
    this.#parts = [own, parts];
    const batches = batchesOf(this.#input.source, this.#input.carries);
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      for (const { key, value, length } of splitByClass(batch)) own.add(key, value, length);
    }
    batches.close();
    own.toDisk();
    for (let part = 0; part < PARTS; part++) {
      if (own.size(part) === 0) continue;
      const input: KeyedInput = { source: own.read(part), carries: this.#input.carries };
      const other: KeyedInput = { source: parts.read(part), carries: "keys" };
      const filter = (this.#partSource = new FilterByKeys(this.#env, this.#keep, input, other, this.#depth + 1));
      for (let chunk = filter.next(); chunk !== null; chunk = filter.next()) yield chunk;
      filter.close();
    }
    own.close();
    parts.close();
  }

  /** Holds the other input's keys; where memory ends, gives all of them in parts instead. */
  #hold(): SpillParts | null {
    const batches = batchesOf(this.#other.source, this.#other.carries);
    let parts: SpillParts | null = null;
    const spill = (): void => {
      if (parts === null) {
        parts = new SpillParts(this.#env, this.#depth, "keys", "filter");
        this.#parts = [parts];
      }
      for (const keys of this.#keys.drain(16 * BATCH_ROWS)) parts.add(keys.column, { type: "none" }, keys.length);
      parts.toDisk();
    };
    let sinceSpill = 0;
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      for (const part of splitByClass(batch)) {
        for (let done = 0; done < part.length;) {
          done += this.#keys.add(part, done);
          if (done < part.length) spill();
        }
      }
      sinceSpill += batch.length;
      if (sinceSpill >= HEAP_PATIENCE && this.#keys.onHeap && memoryAtDepth(this.#env, this.#depth).heapFull()) {
        spill();
        sinceSpill = 0;
      }
    }
    batches.close();
    if (parts !== null) spill();
    return parts;
  }

  *#filter(): Generator<Chunk> {
    const batches = batchesOf(this.#input.source, this.#input.carries);
    const chosen = new Int32Array(BATCH_ROWS);
    for (let batch = batches.next(); batch !== null; batch = batches.next()) {
      this.#env.checkInterrupted();
      for (const part of splitByClass(batch)) {
        const length = this.#keys.choose(part, this.#keep === "present", chosen);
        if (length > 0) yield pairChunk(gather(part.key, chosen, 0, length), gather(part.value, chosen, 0, length), length);
      }
    }
    batches.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.source.close();
    this.#other.source.close();
    this.#keys.clear();
    this.#partSource?.close();
    for (const parts of this.#parts) parts.close();
  }
}

class HeldKeys {
  readonly #memory: TaskMemory;
  readonly #multiplier: number;
  readonly #indexes = new Map<KeyClass, KeyIndex>();
  readonly #ids = new Int32Array(BATCH_ROWS);

  constructor(memory: TaskMemory, multiplier: number) {
    this.#memory = memory;
    this.#multiplier = multiplier;
  }

  get onHeap(): boolean {
    for (const index of this.#indexes.values()) if (index.onHeap) return true;
    return false;
  }

  /** Adds the keys from `from` on; gives for how many there was memory. */
  add({ keyClass, key, length }: ClassBatch, from: number): number {
    let index = this.#indexes.get(keyClass);
    if (index === undefined) this.#indexes.set(keyClass, (index = newKeyIndex(keyClass, this.#memory, this.#multiplier)));
    return index.add(key, from, length - from, this.#ids);
  }

  /** Sets the records whose key is here (`present`) or is not; gives their number. */
  choose({ keyClass, key, length }: ClassBatch, present: boolean, chosen: Int32Array): number {
    const ids = this.#ids;
    const index = this.#indexes.get(keyClass);
    if (index === undefined) ids.fill(-1, 0, length);
    else index.find(key, 0, length, ids);
    let count = 0;
    for (let i = 0; i < length; i++) if (ids[i]! >= 0 === present) chosen[count++] = i;
    return count;
  }

  /** All keys, at most `rows` at a time; empty after the last. */
  *drain(rows: number): Generator<{ readonly column: BatchColumn; readonly length: number }> {
    for (const keyClass of KEY_CLASSES) {
      const index = this.#indexes.get(keyClass);
      if (index === undefined) continue;
      const { size } = index;
      for (let from = 0; from < size; from += rows) {
        const to = Math.min(size, from + rows);
        yield { column: index.keys(from, to), length: to - from };
      }
      index.clear();
    }
  }

  clear(): void {
    for (const index of this.#indexes.values()) index.clear();
  }
}
