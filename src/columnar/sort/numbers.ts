/**
 * The order of numeric keys: by counting where they are integers close together, by interpolated buckets of a few keys
 * each where they are spread evenly, by radix where they are not.
 */
import { radixSort } from "./radix";

/** Keys in one bucket that insertion may sort. */
const SMALL_BUCKET = 64;
const INSERTION_BELOW = 32;

/**
 * The places of the first `count` keys in ascending or descending order, equal keys (0 and -0 too) as they stand. NaN is
 * above all other numbers.
 */
export function sortNumberKeys(keys: Float64Array | Int32Array, count: number, ascending = true): Int32Array {
  const signed = signedCopy(keys, count, ascending);
  const numbers = countNumbers(signed);
  if (numbers === count) return sortNumbers(signed);
  const places = new Int32Array(count);
  const compact = new Float64Array(numbers);
  let number = 0;
  let nan = ascending ? numbers : 0;
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    if (Number.isNaN(signed[index])) {
      order[nan++] = index;
    } else {
      places[number] = index;
      compact[number++] = signed[index]!;
    }
  }
  const first = ascending ? 0 : count - numbers;
  const sorted = sortNumbers(compact);
  for (let index = 0; index < numbers; index++) order[first + index] = places[sorted[index]!]!;
  return order;
}

/** The keys such that ascending order is the one wanted. */
function signedCopy(keys: Float64Array | Int32Array, count: number, ascending: boolean): Float64Array {
  if (ascending && keys instanceof Float64Array) return keys.length === count ? keys : keys.subarray(0, count);
  const copy = new Float64Array(count);
  if (ascending) copy.set(keys.subarray(0, count));
  else for (let index = 0; index < count; index++) copy[index] = -keys[index]!;
  return copy;
}

function countNumbers(keys: Float64Array): number {
  let numbers = 0;
  for (let index = 0; index < keys.length; index++) if (keys[index] === keys[index]) numbers++;
  return numbers;
}

/** Ascending, without NaN among them. */
function sortNumbers(keys: Float64Array): Int32Array {
  const count = keys.length;
  if (count < INSERTION_BELOW) {
    const order = identity(count);
    insertionSort(keys.slice(), order, 0, count);
    return order;
  }
  let least = Infinity;
  let greatest = -Infinity;
  let previous = -Infinity;
  let isSorted = true;
  let areInts = true;
  for (let index = 0; index < count; index++) {
    const key = keys[index]!;
    if (key < least) least = key;
    if (key > greatest) greatest = key;
    if (key < previous) isSorted = false;
    if ((key | 0) !== key) areInts = false;
    previous = key;
  }
  if (isSorted) return identity(count);
  const range = greatest - least;
  if (areInts && range < 2 * count) return countingSort(keys, least, range + 1);
  return Number.isFinite(range) ? bucketSort(keys, least, range) : wordSort(keys);
}

const identity = (count: number): Int32Array => {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  return order;
};

function countingSort(keys: Float64Array, least: number, distinct: number): Int32Array {
  const starts = new Int32Array(distinct + 1);
  for (let index = 0; index < keys.length; index++) starts[keys[index]! - least + 1]!++;
  for (let key = 0; key < distinct; key++) starts[key + 1]! += starts[key]!;
  const order = new Int32Array(keys.length);
  for (let index = 0; index < keys.length; index++) order[starts[keys[index]! - least]!++] = index;
  return order;
}

function bucketSort(keys: Float64Array, least: number, range: number): Int32Array {
  const count = keys.length;
  const buckets = 1 << Math.max(1, 31 - Math.clz32(count >> 1));
  // Subtraction and multiplication round monotonically, so that buckets are in order.
  const scale = (buckets - 1) / range;
  if (!Number.isFinite(scale)) return wordSort(keys);
  const bucketOf = new Int32Array(count);
  const starts = new Int32Array(buckets + 1);
  for (let index = 0; index < count; index++) {
    const bucket = ((keys[index]! - least) * scale) | 0;
    bucketOf[index] = bucket;
    starts[bucket + 1]!++;
  }
  let crowded = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const size = starts[bucket + 1]!;
    if (size > SMALL_BUCKET) crowded += size;
    starts[bucket + 1]! += starts[bucket]!;
  }
  if (crowded > count >> 3) return wordSort(keys);
  const sorted = new Float64Array(count);
  const order = new Int32Array(count);
  const places = starts.slice(0, buckets);
  for (let index = 0; index < count; index++) {
    const place = places[bucketOf[index]!]!++;
    sorted[place] = keys[index]!;
    order[place] = index;
  }
  if (crowded === 0) {
    // Keys are at most a bucket away from their place.
    insertionSort(sorted, order, 0, count);
    return order;
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = starts[bucket]!;
    const end = starts[bucket + 1]!;
    if (end - start <= SMALL_BUCKET) {
      insertionSort(sorted, order, start, end);
      continue;
    }
    const within = order.slice(start, end);
    const inner = sortNumbers(sorted.subarray(start, end));
    for (let index = 0; index < inner.length; index++) order[start + index] = within[inner[index]!]!;
  }
  return order;
}

function insertionSort(keys: Float64Array, order: Int32Array, start: number, end: number): void {
  for (let index = start + 1; index < end; index++) {
    const key = keys[index]!;
    let at = index - 1;
    if (!(keys[at]! > key)) continue;
    const place = order[index]!;
    do {
      keys[at + 1] = keys[at]!;
      order[at + 1] = order[at]!;
      at--;
    } while (at >= start && keys[at]! > key);
    keys[at + 1] = key;
    order[at + 1] = place;
  }
}

/** By the bits of the doubles, turned so that they order as unsigned words do. */
function wordSort(keys: Float64Array): Int32Array {
  const count = keys.length;
  const high = new Uint32Array(count);
  const low = new Uint32Array(count);
  const double = new Float64Array(1);
  const words = new Int32Array(double.buffer);
  for (let index = 0; index < count; index++) {
    // Adding 0 makes 0 of -0.
    double[0] = keys[index]! + 0;
    const top = words[1]!;
    const sign = top >> 31;
    high[index] = top ^ (sign | 0x80000000);
    low[index] = words[0]! ^ sign;
  }
  return radixSort(high, low).order;
}
