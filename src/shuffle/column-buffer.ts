/**
 * A column that grows: doubles outside of V8's heap as long as all values are numbers, a list of JavaScript values
 * otherwise. The doubles are asked for from the task's memory; the list is what `heapFull` speaks of.
 */
import type { TaskMemory } from "../storage/task-env";
import { type BatchColumn, stringsOf } from "./batch";

type Form = "empty" | "number" | "strings" | "any" | "none";

const FIRST_CAPACITY = 4096;

export class ColumnBuffer {
  #form: Form = "empty";
  #numbers = new Float64Array(0);
  #list: unknown[] = [];
  #length = 0;
  #reserved = 0;
  readonly #memory: TaskMemory;

  constructor(memory: TaskMemory) {
    this.#memory = memory;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether it holds JavaScript values. */
  get onHeap(): boolean {
    return this.#form === "strings" || this.#form === "any";
  }

  /** Whether a column of this type goes in without changing the form of what is there. */
  fits(column: BatchColumn): boolean {
    return this.#form === "empty" || this.#form === formOf(column);
  }

  /**
   * Appends values [from, from + length). False, with nothing changed, when there is no memory for them; the first
   * FIRST_CAPACITY always find room.
   */
  append(column: BatchColumn, from: number, length: number): boolean {
    const form = formOf(column);
    if (this.#form === "empty") this.#form = form;
    else if (this.#form !== form) this.#generalise();
    const at = this.#length;
    if (this.#form === "number") {
      if (!this.#reserve(at + length)) return false;
      const { values } = column as BatchColumn & { type: "number" };
      this.#numbers.set(from === 0 && values.length === length ? values : values.subarray(from, from + length), at);
    } else {
      switch (column.type) {
        case "number":
        case "strings":
        case "any":
          appendList(this.#list, at, column.values, from, length);
          break;
        case "text":
          appendList(this.#list, at, stringsOf(column.text, column.offsets.subarray(from), length), 0, length);
          break;
        case "none":
          if (this.#form !== "none") appendNulls(this.#list, at, length);
      }
    }
    this.#length = at + length;
    return true;
  }

  /** From a column of one type to one of any. */
  #generalise(): void {
    if (this.#form === "number") {
      appendList(this.#list, 0, this.#numbers, 0, this.#length);
      this.#dropNumbers();
    } else if (this.#form === "none") {
      appendNulls(this.#list, 0, this.#length);
    }
    this.#form = "any";
  }

  #reserve(length: number): boolean {
    if (length <= this.#numbers.length) return true;
    const capacity = Math.max(FIRST_CAPACITY, length, this.#length === 0 ? 0 : 2 * this.#numbers.length);
    const bytes = 8 * capacity;
    if (capacity > FIRST_CAPACITY) {
      if (!this.#memory.reserve(bytes)) return false;
    }
    const numbers = new Float64Array(capacity);
    numbers.set(this.#numbers.subarray(0, this.#length));
    this.#numbers = numbers;
    this.#memory.release(this.#reserved);
    this.#reserved = capacity > FIRST_CAPACITY ? bytes : 0;
    return true;
  }

  #dropNumbers(): void {
    this.#numbers = new Float64Array(0);
    this.#memory.release(this.#reserved);
    this.#reserved = 0;
  }

  /** Everything appended, in place: valid until the next change. */
  column(): BatchColumn {
    switch (this.#form) {
      case "number":
        return { type: "number", values: this.#numbers.subarray(0, this.#length) };
      case "strings":
        return { type: "strings", values: this.#list as string[] };
      case "any":
        return { type: "any", values: this.#list };
      case "none":
      case "empty":
        return { type: "none" };
    }
  }

  /** Drops what follows the first `length` values. */
  truncate(length: number): void {
    if (this.#list.length > length) this.#list.length = length;
    this.#length = length;
  }

  /** Empties it and keeps the memory. */
  reset(): void {
    this.#form = "empty";
    this.#list = [];
    this.#length = 0;
  }

  /** Empties it and gives its memory back. */
  clear(): void {
    this.reset();
    this.#dropNumbers();
  }
}

function formOf(column: BatchColumn): Form {
  return column.type === "text" ? "strings" : column.type;
}

function appendList(list: unknown[], at: number, values: ArrayLike<unknown>, from: number, length: number): void {
  for (let i = 0; i < length; i++) list[at + i] = values[from + i];
}

function appendNulls(list: unknown[], at: number, length: number): void {
  for (let i = 0; i < length; i++) list[at + i] = null;
}
