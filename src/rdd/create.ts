/** Makes the RDDs that a SparkContext offers. */
import { checkInteger, checkNumPartitions, invalidArgument } from "./arguments";
import type { ContextPort } from "./context-port";
import { RangeNode } from "./nodes/range-node";
import { sliceBounds, SlicesNode } from "./nodes/slices-node";
import { RDD } from "./rdd";
import { encodeRows } from "./row-bytes";

/** The records of a local collection, in `numSlices` partitions. They are copied now: later changes are not seen. */
export function parallelize<T>(port: ContextPort, data: Iterable<T>, numSlices: number = port.defaultParallelism): RDD<T> {
  port.assertRunning("parallelize");
  checkNumPartitions("parallelize", numSlices);
  if (data === null || data === undefined || typeof data[Symbol.iterator] !== "function") throw invalidArgument("parallelize", "the collection", "an iterable", data);
  const records = Array.isArray(data) ? (data as readonly T[]) : [...data];
  const slices = Array.from({ length: numSlices }, (_, slice) => {
    const [start, end] = sliceBounds(slice, records.length, numSlices);
    return encodeRows(records.slice(start, end), port.values);
  });
  return new RDD<T>(new SlicesNode(port, "parallelize", slices));
}

/** The integers from `start` up to but without `end` in steps of `step`; with one number, from 0 up to it. */
export function range(port: ContextPort, start: number, end?: number, step = 1, numSlices: number = port.defaultParallelism): RDD<number> {
  port.assertRunning("range");
  const from = end === undefined ? 0 : checkInteger("range", "start", start, Number.MIN_SAFE_INTEGER);
  const to = checkInteger("range", "end", end ?? start, Number.MIN_SAFE_INTEGER);
  checkInteger("range", "step", step, Number.MIN_SAFE_INTEGER);
  if (step === 0) throw invalidArgument("range", "step", "an integer other than 0", step);
  checkNumPartitions("range", numSlices);
  const count = Math.max(0, Math.ceil((to - from) / step));
  return new RDD<number>(new RangeNode(port, { start: from, step, count }, numSlices));
}
