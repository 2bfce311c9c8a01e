/**
 * From keys to partitions, a column at a time. Every record of a key goes to the same partition on every machine,
 * whichever form its column has: the driver's own partitioners use the functions here too.
 */
import { hashKey, hashNumbers, hashStrings, nonNegativeMod } from "../columnar/keys/hash";
import { compareKeys } from "../columnar/keys/order";
import { TaskError } from "../common/errors";
import type { BatchColumn } from "./batch";
import type { KeyCompare, Partitioning } from "./spec";

/** Sets out[i] to the partition of key i of the first `length`. */
export type AssignPartitions = (keys: BatchColumn, length: number, out: Int32Array) => void;

/** Spark's HashPartitioner: where a key goes among `numPartitions`. */
export function hashPartition(key: unknown, numPartitions: number): number {
  return nonNegativeMod(hashKey(key), numPartitions);
}

/**
 * The number of ascending `bounds` that lie below `key`. Where bounds equal the key the first counts, so that a partition
 * takes its upper bound.
 */
export function boundsBelow(bounds: readonly unknown[], key: unknown, compare: KeyCompare = compareKeys): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(bounds[middle], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The assignment of a shuffle's keys. */
export function assignmentOf(partitioning: Partitioning): AssignPartitions {
  switch (partitioning.kind) {
    case "hash":
      return hashAssignment(partitioning.numPartitions);
    case "range":
      return rangeAssignment(partitioning.bounds, partitioning.ascending, partitioning.compare);
    case "custom":
      return customAssignment(partitioning.numPartitions, partitioning.getPartition);
  }
}

function hashAssignment(numPartitions: number): AssignPartitions {
  if (numPartitions === 1) return (_keys, length, out) => void out.fill(0, 0, length);
  return (keys, length, out) => {
    hashColumn(keys, length, out);
    if ((numPartitions & (numPartitions - 1)) === 0) for (let i = 0; i < length; i++) out[i]! &= numPartitions - 1;
    else for (let i = 0; i < length; i++) out[i] = nonNegativeMod(out[i]!, numPartitions);
  };
}

/**
 * A division of one partition's keys, independent of how the shuffle divided them and of divisions with another `salt`:
 * for what does not fit into memory.
 */
export function divisionOf(parts: number, salt: number): AssignPartitions {
  return (keys, length, out) => {
    hashColumn(keys, length, out);
    for (let i = 0; i < length; i++) {
      const h = Math.imul(out[i]! ^ (out[i]! >>> 13) ^ Math.imul(salt + 1, 0x27d4eb2f), 0x85ebca6b);
      out[i] = Math.floor(((Math.imul(h ^ (h >>> 16), 0xc2b2ae35) >>> 0) * parts) / 2 ** 32);
    }
  };
}

function hashColumn(keys: BatchColumn, length: number, out: Int32Array): void {
  switch (keys.type) {
    case "number":
      return hashNumbers(keys.values, length, out);
    case "text":
      return hashStrings(keys.text, keys.offsets, length, out);
    case "strings":
    case "any":
      for (let i = 0; i < length; i++) out[i] = hashKey(keys.values[i]);
      return;
    case "none":
      throw new TypeError("keys are never absent");
  }
}

function rangeAssignment(bounds: readonly unknown[], ascending: boolean, compare: KeyCompare | undefined): AssignPartitions {
  const general = eachKey((key) => boundsBelow(bounds, key, compare));
  let assign = general;
  if (compare === undefined && bounds.every((bound) => typeof bound === "number" && bound === bound)) {
    const numbers = Float64Array.from(bounds as number[]);
    assign = (keys, length, out) => {
      if (keys.type === "number") numbersBelow(numbers, keys.values, length, out);
      else general(keys, length, out);
    };
  } else if (compare === undefined && bounds.every((bound) => typeof bound === "string")) {
    const strings = bounds as string[];
    assign = (keys, length, out) => {
      if (keys.type === "strings") stringsBelow(strings, keys.values, length, out);
      else general(keys, length, out);
    };
  }
  if (ascending) return assign;
  return (keys, length, out) => {
    assign(keys, length, out);
    for (let i = 0; i < length; i++) out[i] = bounds.length - out[i]!;
  };
}

/** Few bounds are counted without a branch, many are searched. */
const COUNTED_BOUNDS = 16;

function numbersBelow(bounds: Float64Array, keys: Float64Array | Int32Array, length: number, out: Int32Array): void {
  if (bounds.length <= COUNTED_BOUNDS) {
    out.fill(0, 0, length);
    for (let b = 0; b < bounds.length; b++) countAbove(bounds[b]!, keys, length, out);
  } else {
    for (let i = 0; i < length; i++) {
      const key = keys[i]!;
      let low = 0;
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (bounds[middle]! < key) low = middle + 1;
        else high = middle;
      }
      out[i] = low;
    }
  }
  // NaN is above all numbers in the order of keys, and comparisons with it are false.
  for (let i = 0; i < length; i++) if (keys[i] !== keys[i]) out[i] = bounds.length;
}

function countAbove(bound: number, keys: Float64Array | Int32Array, length: number, out: Int32Array): void {
  for (let i = 0; i < length; i++) out[i]! += keys[i]! > bound ? 1 : 0;
}

function stringsBelow(bounds: readonly string[], keys: readonly string[], length: number, out: Int32Array): void {
  for (let i = 0; i < length; i++) {
    const key = keys[i]!;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (bounds[middle]! < key) low = middle + 1;
      else high = middle;
    }
    out[i] = low;
  }
}

function customAssignment(numPartitions: number, getPartition: (key: unknown) => number): AssignPartitions {
  return eachKey((key) => {
    const partition = getPartition(key);
    if (Number.isInteger(partition) && partition >= 0 && partition < numPartitions) return partition;
    throw new TaskError(
      "INVALID_PARTITION",
      `The partitioner's getPartition gave ${String(partition)}; it must give an integer from 0 to ${numPartitions - 1}.`,
    );
  });
}

function eachKey(partitionOf: (key: unknown) => number): AssignPartitions {
  return (keys, length, out) => {
    switch (keys.type) {
      case "number":
      case "strings":
      case "any":
        for (let i = 0; i < length; i++) out[i] = partitionOf(keys.values[i]);
        return;
      case "text":
        for (let i = 0; i < length; i++) out[i] = partitionOf(keys.text.substring(keys.offsets[i]!, keys.offsets[i + 1]));
        return;
      case "none":
        throw new TypeError("keys are never absent");
    }
  };
}
