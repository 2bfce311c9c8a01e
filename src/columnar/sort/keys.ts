/** The order of keys of any kind, by the kernel that suits them. */
import { compareKeys } from "../keys/order";
import { sortNumberKeys } from "./numbers";
import { sortStrings } from "./strings";

/**
 * The places of the first `count` keys in the natural order (keys/order), ascending or descending, equal keys as they
 * stand. A UsageError for keys without an order.
 */
export function sortKeys(keys: readonly unknown[], count: number = keys.length, ascending = true): Int32Array {
  const type = typeof keys[0];
  if (type === "number" || type === "string") {
    let index = 1;
    while (index < count && typeof keys[index] === type) index++;
    if (index >= count) {
      if (type === "string") return sortStrings(keys as readonly string[], count, ascending);
      const numbers = new Float64Array(count);
      for (let at = 0; at < count; at++) numbers[at] = keys[at] as number;
      return sortNumberKeys(numbers, count, ascending);
    }
  }
  return ascending
    ? sortBy(count, (a, b) => compareKeys(keys[a], keys[b]))
    : sortBy(count, (a, b) => compareKeys(keys[b], keys[a]));
}

/** The numbers below `count` in the order of `compare`, which takes two of them; equal ones ascend. */
export function sortBy(count: number, compare: (a: number, b: number) => number): Int32Array {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  // Sorting of typed arrays is stable (ECMA-262 since 2019). With a single one the comparator is not called, and nothing is checked.
  if (count === 1) compare(0, 0);
  return order.sort(compare);
}
