/** The stable order of rows by several keys: key by key by words, comparing only where few rows are left or words do not tell. */
import type { SortKey } from "./keys";
import { sortWords } from "./words";

const COMPARED_BELOW = 24;
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
  if (!isSorted(keys, rows)) sortRange(keys, 0, rows, 0, rows.length);
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

/** Rows order[from … to) are equal in keys before `k`. */
function sortRange(keys: readonly SortKey[], k: number, order: Int32Array, from: number, to: number): void {
  const key = keys[k];
  if (key === undefined || to - from < 2) return;
  if (to - from < COMPARED_BELOW) return insertionSort(keys, k, order, from, to);
  const { valid } = key;
  if (valid === null) return sortPresent(keys, k, order, from, to);
  const rows = order.slice(from, to);
  let nulls = 0;
  for (const row of rows) nulls += 1 - valid[row]!;
  let atNull = key.nullsFirst ? from : to - nulls;
  let atValue = key.nullsFirst ? from + nulls : from;
  const values = atValue;
  const missing = atNull;
  for (const row of rows) {
    if (valid[row] === 0) order[atNull++] = row;
    else order[atValue++] = row;
  }
  sortRange(keys, k + 1, order, missing, missing + nulls);
  sortPresent(keys, k, order, values, values + (to - from - nulls));
}

/** Rows that have a value of key `k`. `depth`: in so many ranges of that key. */
function sortPresent(keys: readonly SortKey[], k: number, order: Int32Array, from: number, to: number, depth = 0): void {
  if (to - from < 2) return;
  if (to - from < COMPARED_BELOW) return insertionSort(keys, k, order, from, to);
  const key = keys[k]!;
  const words = depth > MOST_RANGES ? null : key.words(order, from, to);
  if (words === null) return mergeSort(keys, k, order, from, to);
  const before = order.slice(from, to);
  const sorted = sortWords(words.high, words.low);
  for (let i = from; i < to; i++) order[i] = before[sorted.order[i - from]!]!;
  for (let i = 0; i < to - from;) {
    let end = i + 1;
    while (end < to - from && sorted.high[end] === sorted.high[i] && sorted.low[end] === sorted.low[i]) end++;
    if (end - i > 1) {
      if (key.isWhole(sorted.low[i]!)) sortRange(keys, k + 1, order, from + i, from + end);
      else sortPresent(keys, k, order, from + i, from + end, depth + 1);
    }
    i = end;
  }
}

function insertionSort(keys: readonly SortKey[], k: number, order: Int32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const row = order[i]!;
    let at = i - 1;
    while (at >= from && compareRows(keys, k, order[at]!, row) > 0) {
      order[at + 1] = order[at]!;
      at--;
    }
    order[at + 1] = row;
  }
}

/** Array.prototype.sort is stable. */
function mergeSort(keys: readonly SortKey[], k: number, order: Int32Array, from: number, to: number): void {
  if (to - from < COMPARED_BELOW) return insertionSort(keys, k, order, from, to);
  const rows = order.subarray(from, to);
  rows.set(Array.from(rows).sort((a, b) => compareRows(keys, k, a, b)));
}
