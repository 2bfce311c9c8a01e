/** Combiners by number of their key: doubles while all are numbers, JavaScript values from the first that is not. */
import type { TaskMemory } from "../storage/task-env";
import { refusePromises } from "./async-combiners";
import { BATCH_ROWS, type BatchColumn, type Drained, sliceColumn } from "./batch";
import { type Fold, functionsOf, Stop } from "./fold";
import type { KeyIndex } from "./key-index";
import { specialized } from "./specialize";

/**
 * Folds records [start, length) into combiners by ids[i]; records begin at `from` in `values`. `combiners.count` keys have one. Gives
 * where it stopped.
 */
type Kernel = (
  combiners: DenseCombiners,
  target: Float64Array | unknown[],
  ids: Int32Array,
  values: ArrayLike<unknown>,
  from: number,
  start: number,
  length: number,
  merge: Function,
  create: Function | null,
) => number;

/** `numeric`: the target holds doubles, and the kernel stops after a combiner that is not a number. */
function kernelSource(fold: Fold, numeric: boolean): string {
  const guard = (name: string): string =>
    numeric
      ? `if (typeof ${name} !== "number") { combiners.count = count; combiners.rejected = ${name}; combiners.stop = ${Stop.Rejected}; return i + 1; }`
      : "";
  return `(function foldDense(combiners, target, ids, values, from, start, length, merge, create) {
    let count = combiners.count;
    for (let i = start; i < length; i++) {
      const id = ids[i], value = values[from + i];
      if (id === count) {
        const first = ${fold.create === null ? "value" : "create(value)"};
        count++;
        ${guard("first")}
        target[id] = first;
      } else {
        const merged = merge(target[id], value);
        ${guard("merged")}
        target[id] = merged;
      }
    }
    combiners.count = count;
    combiners.stop = ${Stop.None};
    return length;
  })`;
}

export class DenseCombiners {
  // Written by the kernel.
  /** Keys that have a combiner: numbers are given in the order in which keys are first seen. */
  count = 0;
  stop: Stop = Stop.None;
  rejected: unknown;

  #numbers: Float64Array | null = new Float64Array(BATCH_ROWS);
  #list: unknown[] = [];
  #reserved = 0;
  readonly #memory: TaskMemory;
  readonly #index: KeyIndex;
  readonly #fold: Fold;
  readonly #ids = new Int32Array(BATCH_ROWS);

  constructor(memory: TaskMemory, index: KeyIndex, fold: Fold) {
    this.#memory = memory;
    this.#index = index;
    this.#fold = fold;
  }

  get size(): number {
    return this.#index.size;
  }

  get onHeap(): boolean {
    return this.#index.onHeap || (this.#numbers === null && this.count > 0);
  }

  /** Folds records [from, from + length), at most BATCH_ROWS; gives for how many there was memory. */
  fold(keys: BatchColumn, values: ArrayLike<unknown>, from: number, length: number): number {
    if (!this.#reserve(this.#index.size + length)) return 0;
    const located = this.#index.add(keys, from, length, this.#ids);
    const { merge, create } = this.#fold;
    let start = 0;
    if (this.#numbers !== null) {
      start = this.#kernel(true)(this, this.#numbers, this.#ids, values, from, 0, located, merge, create);
      if (this.stop !== Stop.Rejected) return located;
      this.#generalise();
      this.#list[this.#ids[start - 1]!] = this.rejected;
      this.rejected = undefined;
    }
    this.#kernel(false)(this, this.#list, this.#ids, values, from, start, located, merge, create);
    return located;
  }

  #kernel(numeric: boolean): Kernel {
    const name = `dense-${numeric ? "number" : "any"}-${this.#fold.create === null ? "reduce" : "combine"}`;
    return specialized<Kernel>(name, kernelSource(this.#fold, numeric), functionsOf(this.#fold));
  }

  /** Room for `count` combiners as doubles. An empty one always has room for a batch. */
  #reserve(count: number): boolean {
    const numbers = this.#numbers;
    if (numbers === null || count <= numbers.length) return true;
    const capacity = Math.max(count, 2 * numbers.length);
    if (!this.#memory.reserve(8 * capacity)) return false;
    const larger = new Float64Array(capacity);
    larger.set(numbers.subarray(0, this.count));
    this.#numbers = larger;
    this.#memory.release(this.#reserved);
    this.#reserved = 8 * capacity;
    return true;
  }

  #generalise(): void {
    const numbers = this.#numbers!;
    this.#list = new Array<unknown>();
    for (let id = 0; id < this.count; id++) this.#list.push(numbers[id]);
    this.#numbers = null;
    this.#memory.release(this.#reserved);
    this.#reserved = 0;
  }

  /** Takes keys, none of which is here, with their combiners. */
  adopt(keys: BatchColumn, combiners: readonly unknown[], makeRoom: () => void): void {
    if (this.#numbers !== null) this.#generalise();
    for (let done = 0; done < combiners.length;) {
      const located = this.#index.add(keys, done, Math.min(BATCH_ROWS, combiners.length - done), this.#ids);
      for (let i = 0; i < located; i++) this.#list[this.#ids[i]!] = combiners[done + i];
      this.count = this.#index.size;
      done += located;
      if (done < combiners.length && located < BATCH_ROWS) makeRoom();
    }
  }

  /** Everything, at most `rows` records at a time; empty after the last. Combiners that are promises are refused. */
  *drain(rows: number): Generator<Drained> {
    if (this.#numbers === null) refusePromises(this.#list, this.#fold.call, this.#fold.name);
    const combiners: BatchColumn =
      this.#numbers === null ? { type: "any", values: this.#list } : { type: "number", values: this.#numbers };
    for (let from = 0; from < this.count; from += rows) {
      const end = Math.min(this.count, from + rows);
      yield { keys: this.#index.keys(from, end), combiners: sliceColumn(combiners, from, end), length: end - from };
    }
    this.clear();
  }

  /** Empties it and gives its memory back. */
  clear(): void {
    this.count = 0;
    this.#index.clear();
    this.#list = [];
    if (this.#numbers !== null) this.#numbers = new Float64Array(BATCH_ROWS);
    this.#memory.release(this.#reserved);
    this.#reserved = 0;
  }
}
