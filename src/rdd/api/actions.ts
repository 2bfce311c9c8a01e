/** Actions: they run a job and resolve to its result. */
import { UsageError } from "../../common/errors";
import type { RDD } from "../rdd";
import { decodeRowsInto } from "../row-bytes";
import type { Implements } from "./install";
import { type ActionOptions, callOf, partitionBytes, partitionValues } from "./run";

export interface ActionMethods<T> {
  /** The number of records. */
  count(options?: ActionOptions): Promise<number>;

  /** All records, in the order of their partitions. They must fit into the memory of this process. */
  collect(options?: ActionOptions): Promise<T[]>;

  /** Combines all records with `f`, which must be associative and commutative. Rejects for an empty RDD. */
  reduce(f: (a: T, b: T) => T, options?: ActionOptions): Promise<T>;
}

export function emptyCollection(call: string): UsageError {
  return new UsageError("EMPTY_COLLECTION", `${call}: empty collection. There is no record to give a result.`);
}

export const actionMethods = {
  async count(this: RDD<unknown>, options?: ActionOptions) {
    const counts = await partitionValues<number>(this.node, callOf(this.node, "count", options), { kind: "count" });
    return counts.reduce((a, b) => a + b, 0);
  },
  async collect(this: RDD<unknown>, options?: ActionOptions) {
    const call = callOf(this.node, "collect", options);
    const records: unknown[] = [];
    for (const bytes of await partitionBytes(this.node, call, { kind: "collect", limit: null })) decodeRowsInto(bytes, this.port.values, records);
    return records;
  },
  async reduce(this: RDD<unknown>, f: (a: unknown, b: unknown) => unknown, options?: ActionOptions) {
    const captured = this.capture(f, "reduce");
    const call = callOf(this.node, "reduce", options);
    const partials: unknown[] = [];
    for (const bytes of await partitionBytes(this.node, call, { kind: "reduce", f: captured })) decodeRowsInto(bytes, this.port.values, partials);
    if (partials.length === 0) throw emptyCollection("reduce");
    return partials.reduce((a, b) => f(a, b));
  },
} satisfies Implements<ActionMethods<unknown>>;
