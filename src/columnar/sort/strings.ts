/**
 * The order of strings by UTF-16 units: what all of them begin with is left out, the next eight characters (four where
 * some are beyond latin1) are sorted as words by radix, and those equal so far are compared further.
 */
import { radixSort } from "./radix";

const INSERTION_BELOW = 32;
/** Passes over one group of strings, after which comparing whole strings is no dearer. */
const MAX_PASSES = 8;

/** The places of the first `count` strings in ascending or descending order, equal ones as they stand. */
export function sortStrings(strings: readonly string[], count: number = strings.length, ascending = true): Int32Array {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  sortFrom(strings, order, 0, ascending, MAX_PASSES);
  return order;
}

/** Sorts `order`, places of strings that are alike in their first `known` units and no shorter. */
function sortFrom(strings: readonly string[], order: Int32Array, known: number, ascending: boolean, passes: number): void {
  const count = order.length;
  if (count < INSERTION_BELOW) return insertionSort(strings, order, 0, count, ascending);
  if (isSorted(strings, order, ascending)) return;
  if (passes === 0) {
    order.sort((a, b) => (strings[a]! < strings[b]! ? -1 : strings[a]! > strings[b]! ? 1 : 0) * (ascending ? 1 : -1));
    return;
  }
  const start = commonPrefix(strings, order, known);
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  const flip = ascending ? 0 : -1;
  const width = packBytes(strings, order, start, flip, high, low) ? 8 : 4;
  if (width === 4) packUnits(strings, order, start, flip, high, low);
  const before = order.slice();
  const sorted = radixSort(high, low);
  for (let index = 0; index < count; index++) order[index] = before[sorted.order[index]!]!;
  for (let from = 0; from < count;) {
    let to = from + 1;
    while (to < count && sorted.high[to] === sorted.high[from] && sorted.low[to] === sorted.low[from]) to++;
    if (to - from > 1) sortTies(strings, order.subarray(from, to), start + width, ascending, passes - 1);
    from = to;
  }
}

/** Strings whose units before `end` are alike, where one that ends earlier counts as going on with zeros. */
function sortTies(strings: readonly string[], order: Int32Array, end: number, ascending: boolean, passes: number): void {
  if (order.length < INSERTION_BELOW) return insertionSort(strings, order, 0, order.length, ascending);
  // Those that end before differ in nothing but their length; the others are longer than all of them.
  const ended = Array.from(order).filter((place) => strings[place]!.length <= end);
  if (ended.length === 0) return sortFrom(strings, order, end, ascending, passes);
  const others = order.filter((place) => strings[place]!.length > end);
  ended.sort((a, b) => (ascending ? strings[a]!.length - strings[b]!.length : strings[b]!.length - strings[a]!.length));
  sortFrom(strings, others, end, ascending, passes);
  order.set(ended, ascending ? 0 : others.length);
  order.set(others, ascending ? ended.length : 0);
}

function isSorted(strings: readonly string[], order: Int32Array, ascending: boolean): boolean {
  for (let index = 1; index < order.length; index++) {
    const before = strings[order[index - 1]!]!;
    const after = strings[order[index]!]!;
    if (ascending ? before > after : before < after) return false;
  }
  return true;
}

function commonPrefix(strings: readonly string[], order: Int32Array, known: number): number {
  const first = strings[order[0]!]!;
  let length = first.length;
  for (let index = 1; index < order.length && length > known; index++) {
    const string = strings[order[index]!]!;
    if (string.length < length) length = string.length;
    let at = known;
    while (at < length && string.charCodeAt(at) === first.charCodeAt(at)) at++;
    length = at;
  }
  return length;
}

/** Eight units as two words of bytes, zeros after the end. False when one is more than a byte. */
function packBytes(
  strings: readonly string[],
  order: Int32Array,
  start: number,
  flip: number,
  high: Uint32Array,
  low: Uint32Array,
): boolean {
  for (let index = 0; index < order.length; index++) {
    const string = strings[order[index]!]!;
    const length = string.length - start;
    let h = 0;
    let l = 0;
    let all = 0;
    if (length >= 8) {
      const a = string.charCodeAt(start);
      const b = string.charCodeAt(start + 1);
      const c = string.charCodeAt(start + 2);
      const d = string.charCodeAt(start + 3);
      const e = string.charCodeAt(start + 4);
      const f = string.charCodeAt(start + 5);
      const g = string.charCodeAt(start + 6);
      const i = string.charCodeAt(start + 7);
      all = a | b | c | d | e | f | g | i;
      h = (a << 24) | (b << 16) | (c << 8) | d;
      l = (e << 24) | (f << 16) | (g << 8) | i;
    } else {
      for (let at = 0; at < length; at++) {
        const unit = string.charCodeAt(start + at);
        all |= unit;
        if (at < 4) h |= unit << (24 - 8 * at);
        else l |= unit << (56 - 8 * at);
      }
    }
    if (all > 0xff) return false;
    high[index] = h ^ flip;
    low[index] = l ^ flip;
  }
  return true;
}

/** Four units as two words, zeros after the end. */
function packUnits(
  strings: readonly string[],
  order: Int32Array,
  start: number,
  flip: number,
  high: Uint32Array,
  low: Uint32Array,
): void {
  for (let index = 0; index < order.length; index++) {
    const string = strings[order[index]!]!;
    const unit = (at: number): number => (start + at < string.length ? string.charCodeAt(start + at) : 0);
    high[index] = ((unit(0) << 16) | unit(1)) ^ flip;
    low[index] = ((unit(2) << 16) | unit(3)) ^ flip;
  }
}

function insertionSort(strings: readonly string[], order: Int32Array, start: number, end: number, ascending: boolean): void {
  for (let index = start + 1; index < end; index++) {
    const place = order[index]!;
    const string = strings[place]!;
    let at = index - 1;
    while (at >= start && (ascending ? strings[order[at]!]! > string : strings[order[at]!]! < string)) {
      order[at + 1] = order[at]!;
      at--;
    }
    order[at + 1] = place;
  }
}
