/** The order in which records come by their keys. */
import { compareKeys } from "../columnar/keys/order";
import type { BatchColumn } from "./batch";
import type { KeyCompare, KeyOrdering } from "./spec";

/** How two keys compare in this order. */
export function comparatorOf({ ascending, compare = compareKeys }: KeyOrdering): KeyCompare {
  return ascending ? compare : (a, b) => compare(b, a);
}

/** The records of the first `length` keys in order, equal keys as they stand. */
export function sortedOrder(keys: BatchColumn, length: number, ordering: KeyOrdering): Int32Array {
  const order = new Int32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  const { values } = keys as BatchColumn & { type: "any" };
  const compare = comparatorOf(ordering);
  return order.sort((a, b) => compare(values[a], values[b]) || a - b);
}
