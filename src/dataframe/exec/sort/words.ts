/** Stable order of two unsigned words each: by radix where there are many, by merging where counting digits would cost more. */
import { radixSort, type RadixSorted } from "../../../columnar/sort/radix";

const FEW = 2048;

/** Takes `high` and `low` for its own use. */
export function sortWords(high: Uint32Array, low: Uint32Array): RadixSorted {
  const count = high.length;
  if (count > FEW) return radixSort(high, low);
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  const sorted = merged(high, low, order);
  const sortedHigh = new Uint32Array(count);
  const sortedLow = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    sortedHigh[i] = high[sorted[i]!]!;
    sortedLow[i] = low[sorted[i]!]!;
  }
  return { order: sorted, high: sortedHigh, low: sortedLow };
}

/** Runs of 1, 2, 4 … places, two and two. */
function merged(high: Uint32Array, low: Uint32Array, places: Int32Array): Int32Array {
  const count = places.length;
  let from: Int32Array = places;
  let to: Int32Array = new Int32Array(count);
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      const end = Math.min(middle + width, count);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        if (left < middle && (right === end || !isBelow(high, low, from[right]!, from[left]!))) to[at] = from[left++]!;
        else to[at] = from[right++]!;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

function isBelow(high: Uint32Array, low: Uint32Array, a: number, b: number): boolean {
  return high[a]! < high[b]! || (high[a] === high[b] && low[a]! < low[b]!);
}
