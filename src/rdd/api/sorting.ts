/** Sorting, ranges of keys, and the first records of an order. The order of keys is that of columnar/keys. */
import { compareKeys, encodeValue } from "../../columnar";
import { checkBoolean, checkFunction, checkInteger, checkNumPartitions, invalidArgument } from "../arguments";
import type { DatasetNode } from "../nodes/node";
import { OpNode } from "../nodes/op-node";
import { RegroupedNode } from "../nodes/regrouped-node";
import { ShuffledNode } from "../nodes/shuffled-node";
import type { Partitioner } from "../partitioner";
import { RangePartitioner } from "../partitioner";
import { samplePartitioner } from "../range-bounds";
import type { RDD } from "../rdd";
import { decodeRowsInto } from "../row-bytes";
import { emptyCollection } from "./actions";
import { choosePartitioner } from "./default-partitioner";
import type { Implements } from "./install";
import { checkLayout, type Layout } from "./layout";
import type { Awaitable } from "./narrow";
import { type ActionOptions, callOf, partitionBytes } from "./run";

export interface SortingMethods<T> {
  /**
   * Sorts all records by `key`: across partitions, and within each. Numbers, strings (by UTF-16 units), dates, bigints
   * and arrays of them have their natural orders. A job samples the keys first.
   */
  sortBy<K>(key: (record: T) => Awaitable<K>, ascending?: boolean, numPartitions?: number): RDD<T>;

  /** Sorts pairs by key: across partitions, and within each. A job samples the keys first. */
  sortByKey<K, V>(this: RDD<[K, V]>, ascending?: boolean, numPartitions?: number): RDD<[K, V]>;
  /** By what `f` makes of the keys. */
  sortByKey<K, V>(this: RDD<[K, V]>, ascending: boolean, numPartitions: number | undefined, f: (key: K) => unknown): RDD<[K, V]>;

  /** Moves each pair to the partition of its key and sorts each partition by key, in one shuffle. */
  repartitionAndSortWithinPartitions<K, V>(this: RDD<[K, V]>, layout?: Layout, ascending?: boolean): RDD<[K, V]>;
  /** As partitionBy with a function. */
  repartitionAndSortWithinPartitions<K, V>(
    this: RDD<[K, V]>,
    numPartitions: number,
    f: (key: K) => number,
    ascending?: boolean,
  ): RDD<[K, V]>;

  /** The pairs with keys from `lower` to `upper`, both included. Of an RDD with a RangePartitioner only the partitions that can have some are read. */
  filterByRange<K, V>(this: RDD<[K, V]>, lower: K, upper: K): RDD<[K, V]>;

  /** Internal: see RangePartitioner.sample. */
  samplePartitioner(ranges: number, ascending: boolean): Promise<RangePartitioner>;

  /** The greatest `count` records in descending order of `key`, of themselves by default. */
  top(count: number, key?: (record: T) => unknown, options?: ActionOptions): Promise<T[]>;

  /** The least `count` records in ascending order of `key`, of themselves by default. */
  takeOrdered(count: number, key?: (record: T) => unknown, options?: ActionOptions): Promise<T[]>;

  /** The greatest record, by `key` where given. Rejects for an empty RDD. */
  max(key?: (record: T) => unknown, options?: ActionOptions): Promise<T>;

  /** The least record, by `key` where given. Rejects for an empty RDD. */
  min(key?: (record: T) => unknown, options?: ActionOptions): Promise<T>;
}

type Key = (record: unknown) => unknown;

function sorted(rdd: RDD<unknown>, scope: string, pairs: DatasetNode, ascending: unknown, numPartitions: unknown): ShuffledNode {
  const up = checkBoolean(scope, "ascending", ascending);
  const wanted = numPartitions === undefined ? undefined : checkNumPartitions(scope, numPartitions);
  const call = callOf(pairs, scope, undefined);
  const choose = (): Promise<Partitioner> => samplePartitioner(pairs, wanted ?? pairs.numPartitions, up, call);
  return new ShuffledNode(rdd.port, scope, pairs, choose, { carries: "pairs", ordering: { ascending: up } });
}

/** The first `count` records of an order, first in each partition and then here. */
async function ordered(
  rdd: RDD<unknown>,
  scope: string,
  count: number,
  key: unknown,
  descending: boolean,
  options: ActionOptions | undefined,
): Promise<unknown[]> {
  const call = callOf(rdd.node, scope, options);
  if (key !== undefined && key !== null) checkFunction(scope, key, "the key");
  const captured = key === undefined || key === null ? null : rdd.capture(key, scope);
  if (count === 0) return [];
  const records: unknown[] = [];
  for (const bytes of await partitionBytes(rdd.node, call, { kind: "ordered", count, key: captured, descending }))
    decodeRowsInto(bytes, rdd.port.values, records);
  const keyOf = (key ?? ((record: unknown) => record)) as Key;
  const sign = descending ? -1 : 1;
  return records
    .map((record) => ({ record, key: keyOf(record) }))
    .sort((a, b) => sign * compareKeys(a.key, b.key))
    .slice(0, count)
    .map(({ record }) => record);
}

async function extreme(
  rdd: RDD<unknown>,
  scope: string,
  key: unknown,
  descending: boolean,
  options: ActionOptions | undefined,
): Promise<unknown> {
  const records = await ordered(rdd, scope, 1, key, descending, options);
  if (records.length === 0) throw emptyCollection(scope);
  return records[0];
}

export const sortingMethods = {
  sortBy(this: RDD<unknown>, key: unknown, ascending: unknown = true, numPartitions?: unknown) {
    const { port } = this;
    const keyed = new OpNode(port, "sortBy", this.node, { op: "keyBy", f: this.capture(key, "sortBy") });
    return this.derive(new OpNode(port, "sortBy", sorted(this, "sortBy", keyed, ascending, numPartitions), { op: "values" }));
  },
  sortByKey(this: RDD<unknown>, ascending: unknown = true, numPartitions?: unknown, f?: unknown) {
    this.port.assertRunning("sortByKey");
    if (f !== undefined) {
      checkFunction("sortByKey", f, "the function of the key");
      const order = f as (key: unknown) => unknown;
      return this.sortBy((pair) => order((pair as [unknown, unknown])[0]), ascending as boolean, numPartitions as number);
    }
    return this.derive(sorted(this, "sortByKey", this.node, ascending, numPartitions));
  },
  repartitionAndSortWithinPartitions(this: RDD<unknown>, layout?: unknown, ...more: readonly unknown[]) {
    const scope = "repartitionAndSortWithinPartitions";
    this.port.assertRunning(scope);
    const [f, ascending = true] = typeof more[0] === "function" ? more : [undefined, more[0]];
    const wanted = checkLayout(scope, layout, f);
    const up = checkBoolean(scope, "ascending", ascending);
    const { node } = this;
    const choose = (): Partitioner => choosePartitioner(scope, wanted, [node]);
    return this.derive(new ShuffledNode(this.port, scope, node, choose, { carries: "pairs", ordering: { ascending: up } }));
  },
  filterByRange(this: RDD<unknown>, lower: unknown, upper: unknown) {
    const scope = "filterByRange";
    this.port.assertRunning(scope);
    if (lower === undefined || upper === undefined) throw invalidArgument(scope, "the range", "two keys", undefined);
    const groups = (parent: DatasetNode): readonly (readonly number[])[] => {
      const all = Array.from({ length: parent.numPartitions }, (_, partition) => [partition]);
      const { partitioner } = parent;
      if (!(partitioner instanceof RangePartitioner)) return all;
      const ends = [partitioner.getPartition(lower), partitioner.getPartition(upper)];
      return all.slice(Math.min(...ends), Math.max(...ends) + 1);
    };
    const pruned = new RegroupedNode(this.port, scope, this.node, { className: "PartitionPruningRDD", groups });
    return this.derive(
      new OpNode(this.port, scope, pruned, { op: "keyRange", range: encodeValue([lower, upper], this.port.values, "range") }),
    );
  },
  async samplePartitioner(this: RDD<unknown>, ranges: number, ascending: boolean) {
    const call = callOf(this.node, "RangePartitioner.sample", undefined);
    await this.node.prepare();
    return samplePartitioner(this.node, ranges, ascending, call);
  },
  async top(this: RDD<unknown>, count: unknown, key?: unknown, options?: ActionOptions) {
    return ordered(this, "top", checkInteger("top", "the number of records", count, 0), key, true, options);
  },
  async takeOrdered(this: RDD<unknown>, count: unknown, key?: unknown, options?: ActionOptions) {
    return ordered(this, "takeOrdered", checkInteger("takeOrdered", "the number of records", count, 0), key, false, options);
  },
  max(this: RDD<unknown>, key?: unknown, options?: ActionOptions) {
    return extreme(this, "max", key, true, options);
  },
  min(this: RDD<unknown>, key?: unknown, options?: ActionOptions) {
    return extreme(this, "min", key, false, options);
  },
} satisfies Implements<SortingMethods<unknown>>;
