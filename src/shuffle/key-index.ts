/**
 * Keys to dense numbers, by class of key: numbers, strings, and all others each have an index of the form that suits
 * them, so that batches are split by class before they are looked up (`splitByClass`).
 */
import { KeyMap } from "../columnar/keys/key-map";
import type { TaskMemory } from "../storage/task-env";
import { BATCH_ROWS, type Batch, type BatchColumn, joinable, sliceColumn, valuesOf } from "./batch";
import { NumberIndex } from "./number-index";
import { StringIndex } from "./string-index";

export type KeyClass = "number" | "string" | "other";
export const KEY_CLASSES: readonly KeyClass[] = ["number", "string", "other"];

/** Dense numbers for the keys of one class, in the order in which keys were first seen. */
export interface KeyIndex {
  readonly size: number;
  /** Whether keys are JavaScript values, a share of V8's heap. */
  readonly onHeap: boolean;
  /**
   * Sets ids[i] of the first `length` keys, at most BATCH_ROWS, from record `from` on; new keys get the next numbers. Gives for how many
   * there was memory; an empty index always takes some.
   */
  add(keys: BatchColumn, from: number, length: number, ids: Int32Array): number;
  /** Sets ids[i] of keys that are there, -1 of others. */
  find(keys: BatchColumn, from: number, length: number, ids: Int32Array): void;
  /** The keys with ids [from, to), valid until the next change. */
  keys(from: number, to: number): BatchColumn;
  /** Empties it and gives memory back. */
  clear(): void;
}

/**
 * An index for the keys of one class. `multiplier` is odd and makes the order of slots in hash tables; a table that is
 * filled from what another one gave up must have another one.
 */
export function newKeyIndex(keyClass: KeyClass, memory: TaskMemory, multiplier: number): KeyIndex {
  switch (keyClass) {
    case "number":
      return new NumberKeys(memory, multiplier);
    case "string":
      return new StringKeys(memory, multiplier);
    case "other":
      return new OtherKeys();
  }
}

class NumberKeys implements KeyIndex {
  readonly #index: NumberIndex;
  readonly onHeap = false;

  constructor(memory: TaskMemory, multiplier: number) {
    this.#index = new NumberIndex(memory, multiplier);
  }

  get size(): number {
    return this.#index.size;
  }

  add(keys: BatchColumn & { type: "number" }, from: number, length: number, ids: Int32Array): number {
    return this.#index.add(keys.values, from, length, ids);
  }

  find(keys: BatchColumn & { type: "number" }, from: number, length: number, ids: Int32Array): void {
    this.#index.find(keys.values, from, length, ids);
  }

  keys(from: number, to: number): BatchColumn {
    return { type: "number", values: this.#index.keys(from, to) };
  }

  clear(): void {
    this.#index.clear();
  }
}

class StringKeys implements KeyIndex {
  readonly #index: StringIndex;

  constructor(memory: TaskMemory, multiplier: number) {
    this.#index = new StringIndex(memory, multiplier);
  }

  get size(): number {
    return this.#index.size;
  }

  get onHeap(): boolean {
    return this.#index.onHeap > 0;
  }

  add(keys: BatchColumn & { type: "text" }, from: number, length: number, ids: Int32Array): number {
    return this.#index.add(keys.text, keys.offsets, from, length, ids);
  }

  find(keys: BatchColumn & { type: "text" }, from: number, length: number, ids: Int32Array): void {
    this.#index.find(keys.text, keys.offsets, from, length, ids);
  }

  keys(from: number, to: number): BatchColumn {
    return { type: "strings", values: this.#index.keys(from, to) };
  }

  clear(): void {
    this.#index.clear();
  }
}

class OtherKeys implements KeyIndex {
  #ids = new KeyMap<number>();
  #keys: unknown[] = [];

  get size(): number {
    return this.#keys.length;
  }

  get onHeap(): boolean {
    return this.#keys.length > 0;
  }

  add(keys: BatchColumn & { type: "any" }, from: number, length: number, ids: Int32Array): number {
    for (let i = 0; i < length; i++) {
      const key = keys.values[from + i];
      let id = this.#ids.get(key);
      if (id === undefined) {
        id = this.#keys.length;
        this.#keys.push(key);
        this.#ids.set(key, id);
      }
      ids[i] = id;
    }
    return length;
  }

  find(keys: BatchColumn & { type: "any" }, from: number, length: number, ids: Int32Array): void {
    for (let i = 0; i < length; i++) ids[i] = this.#ids.get(keys.values[from + i]) ?? -1;
  }

  keys(from: number, to: number): BatchColumn {
    return { type: "any", values: this.#keys.slice(from, to) };
  }

  clear(): void {
    this.#ids = new KeyMap();
    this.#keys = [];
  }
}

/** A batch whose keys are all of one class, in the form that the index of that class takes. */
export interface ClassBatch extends Batch {
  readonly keyClass: KeyClass;
}

/** The records of a batch by class of their keys, those of one class in their order, at most BATCH_ROWS at a time. */
export function splitByClass(batch: Batch): ClassBatch[] {
  if (batch.length > BATCH_ROWS) {
    const parts: ClassBatch[] = [];
    for (let from = 0; from < batch.length; from += BATCH_ROWS) {
      const to = Math.min(batch.length, from + BATCH_ROWS);
      parts.push(
        ...splitByClass({ length: to - from, key: sliceColumn(batch.key, from, to), value: sliceColumn(batch.value, from, to) }),
      );
    }
    return parts;
  }
  const { key, value, length } = batch;
  switch (key.type) {
    case "number":
      return [{ ...batch, keyClass: "number" }];
    case "text":
      return [{ ...batch, keyClass: "string" }];
    case "strings":
      return byText(key.values, value, length);
    case "any":
      return splitAny(key.values, value, length);
    case "none":
      throw new TypeError("keys are never absent");
  }
}

function splitAny(keys: readonly unknown[], value: BatchColumn, length: number): ClassBatch[] {
  const rows: Record<KeyClass, number[]> = { number: [], string: [], other: [] };
  for (let i = 0; i < length; i++) rows[classOf(keys[i])].push(i);
  const values = valuesOf(value, length);
  return KEY_CLASSES.filter((keyClass) => rows[keyClass].length > 0).flatMap((keyClass): ClassBatch[] => {
    const chosen = rows[keyClass];
    const { length } = chosen;
    const picked = chosen.map((i) => keys[i]);
    const pickedValues: BatchColumn = value.type === "none" ? value : { type: "any", values: chosen.map((i) => values[i]) };
    if (keyClass === "string") return byText(picked as string[], pickedValues, length);
    const key: BatchColumn =
      keyClass === "number" ? { type: "number", values: Float64Array.from(picked as number[]) } : { type: "any", values: picked };
    return [{ length, key, value: pickedValues, keyClass }];
  });
}

/** Records by their keys, which become text: several batches where it would be too long. */
function byText(keys: readonly string[], value: BatchColumn, length: number): ClassBatch[] {
  const parts: ClassBatch[] = [];
  for (let from = 0; from < length;) {
    const count = joinable(keys, null, from, length);
    const whole = count === length;
    const part = whole ? value : sliceColumn(value, from, from + count);
    parts.push({
      length: count,
      key: textOf(whole ? keys : keys.slice(from, from + count), count),
      value: part,
      keyClass: "string",
    });
    from += count;
  }
  return parts;
}

function classOf(key: unknown): KeyClass {
  return typeof key === "number" ? "number" : typeof key === "string" ? "string" : "other";
}

function textOf(strings: readonly string[], length: number): BatchColumn {
  const offsets = new Int32Array(length + 1);
  let text = "";
  for (let i = 0; i < length; i++) {
    text += strings[i]!;
    offsets[i + 1] = text.length;
  }
  return { type: "text", text, offsets };
}
