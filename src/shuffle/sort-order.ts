/** The order in which records come by their keys. */
import { compareKeys } from "../columnar/keys/order";
import { sortBy, sortKeys } from "../columnar/sort/keys";
import { sortNumberKeys } from "../columnar/sort/numbers";
import { sortStrings } from "../columnar/sort/strings";
import type { BatchColumn } from "./batch";
import type { KeyCompare, KeyOrdering } from "./spec";

/** How two keys compare in this order. */
export function comparatorOf({ ascending, compare = compareKeys }: KeyOrdering): KeyCompare {
  return ascending ? compare : (a, b) => compare(b, a);
}

/** The places of the first `length` keys in order, equal keys as they stand. Strings are lists, not text. */
export function sortedOrder(keys: BatchColumn, length: number, ordering: KeyOrdering): Int32Array {
  if (length === 0) return new Int32Array(0);
  const { values } = keys as BatchColumn & { type: "any" };
  if (ordering.compare !== undefined) {
    const compare = comparatorOf(ordering);
    return sortBy(length, (a, b) => compare(values[a], values[b]));
  }
  if (keys.type === "number") return sortNumberKeys(keys.values, length, ordering.ascending);
  if (keys.type === "strings") return sortStrings(keys.values, length, ordering.ascending);
  return sortKeys(values, length, ordering.ascending);
}
