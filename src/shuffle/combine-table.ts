/**
 * Combiners by key, of any kind: per class of key an index (key-index.ts) and combiners by number, as doubles for as long as
 * all of them are numbers. Numbers by numbers have a table of their own (number-table.ts) until another combiner turns up.
 * When memory runs out the owner is asked to empty the table (`makeRoom` must call `drain`), and folding goes on.
 */
import type { TaskMemory } from "../storage/task-env";
import { type Batch, BATCH_ROWS, type BatchColumn, type Drained, HEAP_PATIENCE, patienceFor, valuesOf } from "./batch";
import { DenseCombiners } from "./dense-combiners";
import { type Fold, Stop } from "./fold";
import { type ClassBatch, KEY_CLASSES, type KeyClass, type KeyIndex, newKeyIndex, splitByClass } from "./key-index";
import { NumberTable } from "./number-table";

export class CombineTable {
  readonly #memory: TaskMemory;
  readonly #fold: Fold | null;
  readonly #multiplier: number;
  readonly #makeRoom: () => void;
  #numbers: NumberTable | null = null;
  readonly #classes = new Map<KeyClass, DenseCombiners>();
  /** With no fold: the keys alone. */
  readonly #keys = new Map<KeyClass, KeyIndex>();
  #ids: Int32Array | null = null;
  /** Records since the table was last drained, as `patienceFor` counts them. */
  #sinceRoom = 0;

  /** `fold` null keeps each key once and nothing else. `multiplier`: see newKeyIndex. */
  constructor(memory: TaskMemory, fold: Fold | null, multiplier: number, makeRoom: () => void) {
    this.#memory = memory;
    this.#fold = fold;
    this.#multiplier = multiplier;
    this.#makeRoom = makeRoom;
  }

  get size(): number {
    let size = this.#numbers?.size ?? 0;
    for (const { size: more } of this.#classes.values()) size += more;
    for (const { size: more } of this.#keys.values()) size += more;
    return size;
  }

  add(batch: Batch): void {
    for (const part of splitByClass(batch)) {
      if (this.#fold === null) this.#addKeys(part);
      else if (part.keyClass === "number" && !this.#classes.has("number")) this.#addNumbers(part, this.#fold);
      else this.#addDense(part, 0, this.#fold);
    }
    this.#sinceRoom += patienceFor(batch);
    if (this.#sinceRoom >= HEAP_PATIENCE && this.#onHeap() && this.#memory.heapFull()) this.#makeRoom();
  }

  #onHeap(): boolean {
    for (const combiners of this.#classes.values()) if (combiners.onHeap) return true;
    for (const keys of this.#keys.values()) if (keys.onHeap) return true;
    return false;
  }

  #addKeys({ key, keyClass, length }: ClassBatch): void {
    let index = this.#keys.get(keyClass);
    if (index === undefined) this.#keys.set(keyClass, (index = newKeyIndex(keyClass, this.#memory, this.#multiplier)));
    const ids = (this.#ids ??= new Int32Array(BATCH_ROWS));
    for (let done = 0; done < length;) {
      done += index.add(key, done, length - done, ids);
      if (done < length) this.#makeRoom();
    }
  }

  #addNumbers(batch: ClassBatch, fold: Fold): void {
    const { key, length } = batch;
    const { values: keys } = key as BatchColumn & { type: "number" };
    const values = valuesOf(batch.value, length);
    const table = (this.#numbers ??= new NumberTable(this.#memory, fold, this.#multiplier));
    for (let done = 0; done < length;) {
      done += table.fold(keys, values, done, length - done);
      if (table.stop === Stop.Full) {
        this.#makeRoom();
      } else if (table.stop === Stop.Rejected) {
        const dense = this.#dense("number", fold);
        this.#moveNumbers(table, dense, keys[done - 1]!, table.rejected);
        return this.#addDense(batch, done, fold);
      }
    }
  }

  /** From the table of numbers to combiners of any kind; `rejected` is the combiner of `key` that did not fit. */
  #moveNumbers(table: NumberTable, dense: DenseCombiners, key: number, rejected: unknown): void {
    const combiners: unknown[] = [];
    const keys: number[] = [];
    for (const part of table.drain(BATCH_ROWS)) {
      keys.push(...(part.keys as BatchColumn & { type: "number" }).values);
      combiners.push(...(part.combiners as BatchColumn & { type: "number" }).values);
    }
    this.#numbers = null;
    const same = keys.findIndex((other) => other === key || (key !== key && other !== other));
    if (same >= 0) combiners[same] = rejected;
    else combiners[keys.push(key) - 1] = rejected;
    dense.adopt({ type: "number", values: Float64Array.from(keys) }, combiners, () => this.#makeRoom());
  }

  #dense(keyClass: KeyClass, fold: Fold): DenseCombiners {
    let dense = this.#classes.get(keyClass);
    if (dense === undefined) {
      dense = new DenseCombiners(this.#memory, newKeyIndex(keyClass, this.#memory, this.#multiplier), fold);
      this.#classes.set(keyClass, dense);
    }
    return dense;
  }

  #addDense({ key, keyClass, value, length }: ClassBatch, from: number, fold: Fold): void {
    const dense = this.#dense(keyClass, fold);
    const values = valuesOf(value, length);
    for (let done = from; done < length;) {
      done += dense.fold(key, values, done, length - done);
      if (done < length) this.#makeRoom();
    }
  }

  /** Everything, at most `rows` records at a time; the table is empty after the last. */
  *drain(rows: number): Generator<Drained> {
    if (this.#numbers !== null) yield* this.#numbers.drain(rows);
    for (const keyClass of KEY_CLASSES) {
      const combiners = this.#classes.get(keyClass);
      if (combiners !== undefined) yield* combiners.drain(rows);
      const index = this.#keys.get(keyClass);
      if (index === undefined) continue;
      const { size } = index;
      for (let from = 0; from < size; from += rows) {
        const end = Math.min(size, from + rows);
        yield { keys: index.keys(from, end), combiners: { type: "none" }, length: end - from };
      }
      index.clear();
    }
    this.#sinceRoom = 0;
  }

  /** Gives all memory back. */
  clear(): void {
    this.#numbers?.clear();
    for (const combiners of this.#classes.values()) combiners.clear();
    for (const keys of this.#keys.values()) keys.clear();
  }
}
