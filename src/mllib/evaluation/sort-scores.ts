/** Sorts scores: numbers that are spread over a range, most of them. */

import { ReusedDoubles } from "./reused-doubles";

/** Fewer than this are sorted as they are. */
const FEW = 256;
/** A bucket of more that are not all equal is sorted on its own. */
const CROWDED = 24;

const memory = new ReusedDoubles();

/**
 * Sorts in place, in rising order, as `sort` does. Each number goes into one of as many buckets, of equal parts of the range, as there are
 * numbers; what is out of order then is so by a few places.
 */
export function sortScores(scores: Float64Array): Float64Array {
  const many = scores.length;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < many; i++) {
    const score = scores[i]!;
    if (score < low) low = score;
    if (score > high) high = score;
    // NaN has no bucket.
    if (score !== score) return scores.sort();
  }
  const scale = many / (high - low);
  if (many < FEW || !Number.isFinite(high - low) || !Number.isFinite(scale)) return scores.sort();
  const ends = new Int32Array(memory.of(0, (many + 2) >> 1).buffer, 0, many + 1).fill(0);
  const buckets = new Int32Array(memory.of(1, (many + 1) >> 1).buffer, 0, many);
  for (let i = 0; i < many; i++) ends[(buckets[i] = ((scores[i]! - low) * scale) | 0)]!++;
  for (let bucket = 0, end = 0; bucket <= many; bucket++) {
    const begin = end;
    end += ends[bucket]!;
    ends[bucket] = begin;
  }
  const placed = memory.of(2, many).subarray(0, many);
  for (let i = 0; i < many; i++) placed[ends[buckets[i]!]!++] = scores[i]!;
  for (let bucket = 0, begin = 0; bucket <= many; bucket++) {
    const end = ends[bucket]!;
    if (end - begin > 1) sortBucket(placed, begin, end);
    begin = end;
  }
  scores.set(placed);
  return scores;
}

function sortBucket(values: Float64Array, begin: number, end: number): void {
  if (end - begin > CROWDED) {
    let equal = true;
    for (let i = begin + 1; equal && i < end; i++) equal = values[i] === values[begin];
    if (!equal) values.subarray(begin, end).sort();
    return;
  }
  for (let i = begin + 1; i < end; i++) {
    const value = values[i]!;
    let to = i;
    for (; to > begin && values[to - 1]! > value; to--) values[to] = values[to - 1]!;
    values[to] = value;
  }
}
