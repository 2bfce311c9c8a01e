/** The stable order of rows by several keys: key by key by words, comparing only two rows or where there are no words. */
import type { SortKey } from "./keys";
import { SortWords } from "./words";

/** Ranges of one key within each other: strings that get longer one by one have as many as there are of them. */
const MOST_RANGES = 16;

export function sortedOrder(keys: readonly SortKey[], count: number): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  sortRows(keys, order);
  return order;
}

/** Puts rows in order; equal ones stay as they stand. */
export function sortRows(keys: readonly SortKey[], rows: Int32Array): void {
  if (!isSorted(keys, rows)) new RowSort(keys, rows).sort();
}

/** Order of two rows by keys from `first` on. */
export function compareRows(keys: readonly SortKey[], first: number, a: number, b: number): number {
  for (let k = first; k < keys.length; k++) {
    const key = keys[k]!;
    const { valid } = key;
    if (valid !== null) {
      const [hasA, hasB] = [valid[a]!, valid[b]!];
      if (hasA !== hasB) return (hasA === 0) === key.nullsFirst ? -1 : 1;
      if (hasA === 0) continue;
    }
    const order = key.compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}

function isSorted(keys: readonly SortKey[], order: Int32Array): boolean {
  for (let i = 1; i < order.length; i++) if (compareRows(keys, 0, order[i - 1]!, order[i]!) > 0) return false;
  return true;
}

class RowSort {
  readonly #words: SortWords;

  constructor(
    private readonly keys: readonly SortKey[],
    private readonly rows: Int32Array,
  ) {
    this.#words = new SortWords(rows.length);
  }

  sort(): void {
    this.#sortRange(0, 0, this.rows.length);
  }

  /** Rows [from … to) are equal in keys before `k`. */
  #sortRange(k: number, from: number, to: number): void {
    const key = this.keys[k];
    if (key === undefined || to - from < 2) return;
    const { valid } = key;
    if (valid === null) return this.#sortPresent(k, from, to, 0);
    const { rows } = this;
    const before = this.#words.spare;
    let nulls = 0;
    for (let i = from; i < to; i++) {
      const row = (before[i] = rows[i]!);
      nulls += 1 - valid[row]!;
    }
    const missing = key.nullsFirst ? from : to - nulls;
    const values = key.nullsFirst ? from + nulls : from;
    let atNull = missing;
    let atValue = values;
    for (let i = from; i < to; i++) {
      const row = before[i]!;
      if (valid[row] === 0) rows[atNull++] = row;
      else rows[atValue++] = row;
    }
    this.#sortRange(k + 1, missing, missing + nulls);
    this.#sortPresent(k, values, values + (to - from - nulls), 0);
  }

  /** Rows that have a value of key `k`. `depth`: in so many ranges of that key. */
  #sortPresent(k: number, from: number, to: number, depth: number): void {
    if (to - from < 2) return;
    const { keys, rows } = this;
    const key = keys[k]!;
    const { high, low } = this.#words;
    if (to - from === 2) {
      const [a, b] = [rows[from]!, rows[from + 1]!];
      if (compareRows(keys, k, a, b) > 0) [rows[from], rows[from + 1]] = [b, a];
      return;
    }
    if (depth > MOST_RANGES || !key.words(rows, from, to, high, low)) {
      // Array.prototype.sort is stable.
      rows.set(
        Array.from(rows.subarray(from, to)).sort((a, b) => compareRows(keys, k, a, b)),
        from,
      );
      return;
    }
    this.#words.sort(rows, from, to);
    if (key.isWhole === null && k + 1 === keys.length) return;
    for (let i = from; i < to;) {
      let end = i + 1;
      while (end < to && high[end] === high[i] && low[end] === low[i]) end++;
      if (end - i > 1) {
        if (key.isWhole === null || key.isWhole(low[i]!)) this.#sortRange(k + 1, i, end);
        else this.#sortPresent(k, i, end, depth + 1);
      }
      i = end;
    }
  }
}
