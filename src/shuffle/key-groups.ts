/**
 * The values of each key, of one or several inputs, in memory: an index per class of key, and per input the key's number and
 * the value of every record in the order of arrival. `seal` orders them by key, after which groups are read by number.
 */
import type { TaskMemory } from "../storage/task-env";
import { BATCH_ROWS, type BatchColumn } from "./batch";
import { ColumnBuffer } from "./column-buffer";
import { gather } from "./gather";
import { type ClassBatch, KEY_CLASSES, type KeyClass, type KeyIndex, newKeyIndex } from "./key-index";

/** Records of one input in a class: numbers of keys and values. */
class Records {
  ids = new Int32Array(BATCH_ROWS);
  length = 0;
  readonly values: ColumnBuffer;
  /** After sealing: records of key id are order[starts[id] … starts[id + 1]). */
  starts = new Int32Array(0);
  order = new Int32Array(0);
  reserved = 0;

  constructor(memory: TaskMemory) {
    this.values = new ColumnBuffer(memory);
  }
}

/** The groups of one class of key. */
export class ClassGroups {
  readonly index: KeyIndex;
  readonly inputs: readonly Records[];

  constructor(keyClass: KeyClass, memory: TaskMemory, multiplier: number, inputs: number) {
    this.index = newKeyIndex(keyClass, memory, multiplier);
    this.inputs = Array.from({ length: inputs }, () => new Records(memory));
  }

  /** How many records of key `id` input `input` has. Sealed groups only. */
  count(input: number, id: number): number {
    const { starts } = this.inputs[input]!;
    return starts[id + 1]! - starts[id]!;
  }

  /** The values of key `id`, in the order of arrival. Sealed groups only. */
  values(input: number, id: number): unknown[] {
    const { starts, order, values } = this.inputs[input]!;
    const column = values.column();
    if (column.type === "none") return [];
    return collect((column as BatchColumn & { type: "any" }).values, order, starts[id]!, starts[id + 1]!);
  }
}

function collect(values: ArrayLike<unknown>, order: Int32Array, from: number, to: number): unknown[] {
  const group = new Array<unknown>(to - from);
  for (let i = from; i < to; i++) group[i - from] = values[order[i]!];
  return group;
}

export class KeyGroups {
  readonly #memory: TaskMemory;
  readonly #multiplier: number;
  readonly #inputs: number;
  readonly #classes = new Map<KeyClass, ClassGroups>();
  readonly #ids = new Int32Array(BATCH_ROWS);

  /** `multiplier`: see newKeyIndex. */
  constructor(memory: TaskMemory, multiplier: number, inputs: number) {
    this.#memory = memory;
    this.#multiplier = multiplier;
    this.#inputs = inputs;
  }

  get onHeap(): boolean {
    for (const { index, inputs } of this.#classes.values()) {
      if (index.onHeap || inputs.some(({ values }) => values.onHeap)) return true;
    }
    return false;
  }

  /** Records of one input. */
  count(input: number): number {
    let count = 0;
    for (const { inputs } of this.#classes.values()) count += inputs[input]!.length;
    return count;
  }

  of(keyClass: KeyClass): ClassGroups | undefined {
    return this.#classes.get(keyClass);
  }

  /**
   * Adds the records of a batch from `from` on. Gives how many it took: fewer than there are when memory ends. Empty
   * groups take some.
   */
  add(input: number, batch: ClassBatch, from: number): number {
    const { keyClass, key, value } = batch;
    let groups = this.#classes.get(keyClass);
    if (groups === undefined) {
      groups = new ClassGroups(keyClass, this.#memory, this.#multiplier, this.#inputs);
      this.#classes.set(keyClass, groups);
    }
    const records = groups.inputs[input]!;
    const length = batch.length - from;
    if (!this.#reserveIds(records, records.length + length)) return 0;
    const located = groups.index.add(key, from, length, this.#ids);
    if (!records.values.append(value, from, located)) return 0;
    records.ids.set(this.#ids.subarray(0, located), records.length);
    records.length += located;
    return located;
  }

  #reserveIds(records: Records, length: number): boolean {
    if (length <= records.ids.length) return true;
    const capacity = Math.max(length, 2 * records.ids.length);
    // Room for the order of records is asked for along with them: sealing cannot fail.
    if (!this.#memory.reserve(8 * capacity)) return false;
    const ids = new Int32Array(capacity);
    ids.set(records.ids.subarray(0, records.length));
    records.ids = ids;
    this.#memory.release(records.reserved);
    records.reserved = 8 * capacity;
    return true;
  }

  /** Orders the records of each input by key. Nothing may be added afterwards. */
  seal(): void {
    for (const { index, inputs } of this.#classes.values()) {
      for (const records of inputs) {
        records.starts = new Int32Array(index.size + 1);
        records.order = new Int32Array(records.length);
        orderById(records.ids, records.length, records.starts, records.order);
      }
    }
  }

  /**
   * All records of an input with their keys, at most `rows` at a time, those of one key together and in the order of arrival. Sealed
   * groups only.
   */
  *records(input: number, rows: number): Generator<GroupedRecords> {
    for (const keyClass of KEY_CLASSES) {
      const groups = this.#classes.get(keyClass);
      if (groups !== undefined) yield* recordsOfClass(groups, input, rows);
    }
  }

  /** Empties the groups and gives memory back. */
  clear(): void {
    for (const { index, inputs } of this.#classes.values()) {
      index.clear();
      for (const { values, reserved } of inputs) {
        values.clear();
        this.#memory.release(reserved);
      }
    }
    this.#classes.clear();
  }
}

export interface GroupedRecords {
  readonly keys: BatchColumn;
  readonly values: BatchColumn;
  readonly length: number;
}

function* recordsOfClass({ index, inputs }: ClassGroups, input: number, rows: number): Generator<GroupedRecords> {
  const { starts, order, values, length } = inputs[input]!;
  const column = values.column();
  for (let from = 0, id = 0; from < length;) {
    const to = Math.min(length, from + rows);
    const firstId = id;
    while (starts[id + 1]! < to) id++;
    const someKeys = index.keys(firstId, id + 1);
    yield {
      keys: expand(someKeys, starts, firstId, from, to),
      values: gather(column, order, from, to),
      length: to - from,
    };
    from = to;
  }
}

/** The keys of records [from, to): keys[k] is that of records starts[firstId + k] and on. */
function expand(keys: BatchColumn, starts: Int32Array, firstId: number, from: number, to: number): BatchColumn {
  const { values } = keys as BatchColumn & { type: "any" };
  const expanded = keys.type === "number" ? new Float64Array(to - from) : new Array<unknown>(to - from);
  for (let k = 0; k < values.length; k++) {
    const end = Math.min(to, starts[firstId + k + 1]!);
    for (let i = Math.max(from, starts[firstId + k]!); i < end; i++) expanded[i - from] = values[k];
  }
  return { type: keys.type, values: expanded } as BatchColumn;
}

/** A stable counting sort: the records of id are order[starts[id] … starts[id + 1]). */
function orderById(ids: Int32Array, length: number, starts: Int32Array, order: Int32Array): void {
  for (let i = 0; i < length; i++) starts[ids[i]! + 1]!++;
  for (let id = 1; id < starts.length; id++) starts[id]! += starts[id - 1]!;
  const next = starts.slice(0, starts.length - 1);
  for (let i = 0; i < length; i++) order[next[ids[i]!]!++] = i;
}
