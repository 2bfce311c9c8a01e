/** Operations on datasets of [key, value] pairs that gather the values of each key. Keys compare by content. */
import { KeyMap } from "../../columnar";
import { UsageError } from "../../common/errors";
import { COMBINES, refusePromises, TAKES_IN } from "../../shuffle";
import { checkBoolean, checkFunction } from "../arguments";
import { OpNode } from "../nodes/op-node";
import { CombinedNode } from "../nodes/combined-node";
import { ShuffledNode } from "../nodes/shuffled-node";
import type { AggregationPlan } from "../nodes/shuffle-dependency";
import type { RDD } from "../rdd";
import { decodeRows } from "../row-bytes";
import { choosePartitioner } from "./default-partitioner";
import type { Implements } from "./install";
import { checkLayout, type Layout } from "./layout";
import type { Awaitable } from "./narrow";
import { type ActionOptions, callOf, partitionBytes } from "./run";
import type { Shape } from "./shape";

/** An array of one value is the beginning of a list, where values are put together. */
type Grown<C> = C extends [infer E] ? E[] : C;

export interface PairMethods<T> {
  /** The keys of pairs. */
  keys<K, V>(this: RDD<[K, V]>): RDD<K>;

  /** The values of pairs. */
  values<K, V>(this: RDD<[K, V]>): RDD<V>;

  /** Passes the value of each pair through `f`. The layout by key stays known. */
  mapValues<K, V, A, B>(this: RDD<[K, V]>, f: (value: V) => Awaitable<[A, B]>): RDD<[K, [A, B]]>;
  mapValues<K, V, A, B, C>(this: RDD<[K, V]>, f: (value: V) => Awaitable<[A, B, C]>): RDD<[K, [A, B, C]]>;
  mapValues<K, V, U>(this: RDD<[K, V]>, f: (value: V) => Awaitable<U>): RDD<[K, U]>;

  /** A pair for each item that `f` makes of the value of a pair. The layout by key stays known. */
  flatMapValues<K, V, U>(this: RDD<[K, V]>, f: (value: V) => Awaitable<Iterable<U>>): RDD<[K, U]>;

  /**
   * Combines the values of each key with `f`, which must be associative and commutative: in each partition first, then
   * across them.
   *
   * @example words.map((w) => [w, 1]).reduceByKey((a, b) => a + b)
   */
  reduceByKey<K>(this: RDD<[K, number]>, f: (a: number, b: number) => number, layout?: Layout): RDD<[K, number]>;
  reduceByKey<K, E>(this: RDD<[K, [E]]>, f: (a: E[], b: E[]) => E[], layout?: Layout): RDD<[K, E[]]>;
  reduceByKey<K, V extends Shape>(this: RDD<[K, V]>, f: (a: V, b: V) => V, layout?: Layout): RDD<[K, V]>;
  reduceByKey<K, V>(this: RDD<[K, V]>, f: (a: V, b: V) => V, layout?: Layout): RDD<[K, V]>;

  /** As reduceByKey, starting from a copy of `zero` for each key and partition. */
  foldByKey<K>(this: RDD<[K, number]>, zero: number, f: (a: number, b: number) => number, layout?: Layout): RDD<[K, number]>;
  foldByKey<K, E>(this: RDD<[K, [E]]>, zero: E[], f: (a: E[], b: E[]) => E[], layout?: Layout): RDD<[K, E[]]>;
  foldByKey<K, V extends Shape>(this: RDD<[K, V]>, zero: V, f: (a: V, b: V) => V, layout?: Layout): RDD<[K, V]>;
  foldByKey<K, V>(this: RDD<[K, V]>, zero: V, f: (a: V, b: V) => V, layout?: Layout): RDD<[K, V]>;

  /**
   * Takes the values of each key into a copy of `zero` with `seq`, in each partition, and combines those with `comb`.
   * Both may change and return their first argument.
   */
  aggregateByKey<K, V, U extends Shape>(
    this: RDD<[K, V]>,
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    layout?: Layout,
  ): RDD<[K, U]>;
  aggregateByKey<K, V, U>(
    this: RDD<[K, V]>,
    zero: U,
    seq: (aggregate: U, value: V) => U,
    comb: (a: U, b: U) => U,
    layout?: Layout,
  ): RDD<[K, U]>;

  /**
   * As aggregateByKey, with the first value of a key turned into an aggregate by `create`.
   *
   * @param mapSideCombine false moves the values as they are and aggregates behind the shuffle only.
   */
  combineByKey<K, V, C extends Shape>(
    this: RDD<[K, V]>,
    create: (value: V) => C,
    mergeValue: (combiner: Grown<C>, value: V) => Grown<C>,
    mergeCombiners: (a: Grown<C>, b: Grown<C>) => Grown<C>,
    layout?: Layout,
    mapSideCombine?: boolean,
  ): RDD<[K, Grown<C>]>;
  combineByKey<K, V, C>(
    this: RDD<[K, V]>,
    create: (value: V) => C,
    mergeValue: (combiner: C, value: V) => C,
    mergeCombiners: (a: C, b: C) => C,
    layout?: Layout,
    mapSideCombine?: boolean,
  ): RDD<[K, C]>;

  /** All values of each key. Nothing is combined before the shuffle: reduceByKey moves less where it will do. */
  groupByKey<K, V>(this: RDD<[K, V]>, layout?: Layout): RDD<[K, V[]]>;

  /** The records by what `f` makes of them. */
  groupBy<A, B>(f: (record: T) => Awaitable<[A, B]>, layout?: Layout): RDD<[[A, B], T[]]>;
  groupBy<K>(f: (record: T) => Awaitable<K>, layout?: Layout): RDD<[K, T[]]>;

  /** Moves each pair to the partition of its key. Joins and aggregations with an equal partitioner then move nothing. */
  partitionBy<K, V>(this: RDD<[K, V]>, layout: Layout): RDD<[K, V]>;
  /** To the partition that `f` gives for its key, modulo their number. */
  partitionBy<K, V>(this: RDD<[K, V]>, numPartitions: number, f: (key: K) => number): RDD<[K, V]>;

  /** As reduceByKey, to a Map in this process. */
  reduceByKeyLocally<K>(
    this: RDD<[K, number]>,
    f: (a: number, b: number) => number,
    options?: ActionOptions,
  ): Promise<Map<K, number>>;
  reduceByKeyLocally<K, E>(this: RDD<[K, [E]]>, f: (a: E[], b: E[]) => E[], options?: ActionOptions): Promise<Map<K, E[]>>;
  reduceByKeyLocally<K, V extends Shape>(this: RDD<[K, V]>, f: (a: V, b: V) => V, options?: ActionOptions): Promise<Map<K, V>>;
  reduceByKeyLocally<K, V>(this: RDD<[K, V]>, f: (a: V, b: V) => V, options?: ActionOptions): Promise<Map<K, V>>;
}

function withValueFunction(rdd: RDD<unknown>, op: "mapValues" | "flatMapValues", f: unknown): RDD<unknown> {
  return rdd.derive(new OpNode(rdd.port, op, rdd.node, { op, f: rdd.capture(f, op) }, { preservesPartitioning: true }));
}

export function aggregated(
  rdd: RDD<unknown>,
  scope: string,
  aggregation: AggregationPlan,
  layout: unknown,
  mapSideCombine = true,
): RDD<unknown> {
  const wanted = checkLayout(scope, layout);
  const { node } = rdd;
  return rdd.derive(
    new ShuffledNode(rdd.port, scope, node, () => choosePartitioner(scope, wanted, [node]), {
      carries: "pairs",
      aggregation,
      mapSideCombine,
    }),
  );
}

export const pairMethods = {
  keys(this: RDD<unknown>) {
    this.port.assertRunning("keys");
    return this.derive(new OpNode(this.port, "keys", this.node, { op: "keys" }));
  },
  values(this: RDD<unknown>) {
    this.port.assertRunning("values");
    return this.derive(new OpNode(this.port, "values", this.node, { op: "values" }));
  },
  mapValues(this: RDD<unknown>, f: unknown) {
    return withValueFunction(this, "mapValues", f);
  },
  flatMapValues(this: RDD<unknown>, f: unknown) {
    return withValueFunction(this, "flatMapValues", f);
  },
  reduceByKey(this: RDD<unknown>, f: unknown, layout?: unknown) {
    return aggregated(this, "reduceByKey", { kind: "reduce", merge: this.captureCombiner(f, "reduceByKey") }, layout);
  },
  foldByKey(this: RDD<unknown>, zero: unknown, f: unknown, layout?: unknown) {
    const merge = this.captureCombiner(f, "foldByKey");
    return aggregated(
      this,
      "foldByKey",
      { kind: "aggregate", zero: this.port.freeze(zero, "foldByKey"), mergeValue: merge, mergeCombiners: merge },
      layout,
    );
  },
  aggregateByKey(this: RDD<unknown>, zero: unknown, seq: unknown, comb: unknown, layout?: unknown) {
    const mergeValue = this.captureCombiner(seq, "aggregateByKey", TAKES_IN);
    const mergeCombiners = this.captureCombiner(comb, "aggregateByKey", COMBINES);
    return aggregated(
      this,
      "aggregateByKey",
      { kind: "aggregate", zero: this.port.freeze(zero, "aggregateByKey"), mergeValue, mergeCombiners },
      layout,
    );
  },
  combineByKey(
    this: RDD<unknown>,
    create: unknown,
    mergeValue: unknown,
    mergeCombiners: unknown,
    layout?: unknown,
    mapSideCombine: unknown = true,
  ) {
    const plan: AggregationPlan = {
      kind: "combine",
      createCombiner: this.captureCombiner(create, "combineByKey", "the function create"),
      mergeValue: this.captureCombiner(mergeValue, "combineByKey", "the function mergeValue"),
      mergeCombiners: this.captureCombiner(mergeCombiners, "combineByKey", "the function mergeCombiners"),
    };
    return aggregated(this, "combineByKey", plan, layout, checkBoolean("combineByKey", "mapSideCombine", mapSideCombine));
  },
  groupByKey(this: RDD<unknown>, layout?: unknown) {
    this.port.assertRunning("groupByKey");
    return aggregated(this, "groupByKey", { kind: "group" }, layout, false);
  },
  groupBy(this: RDD<unknown>, f: unknown, layout?: unknown) {
    const keyed = this.derive<unknown>(
      new OpNode(this.port, "groupBy", this.node, { op: "keyBy", f: this.capture(f, "groupBy") }),
    );
    return aggregated(keyed, "groupBy", { kind: "group" }, layout, false);
  },
  partitionBy(this: RDD<unknown>, layout: unknown, f?: unknown) {
    this.port.assertRunning("partitionBy");
    const wanted = checkLayout("partitionBy", layout, f);
    if (wanted === undefined)
      throw new UsageError("MISSING_ARGUMENT", "partitionBy: give a number of partitions or a partitioner.");
    const { node } = this;
    return this.derive(
      new ShuffledNode(this.port, "partitionBy", node, () => choosePartitioner("partitionBy", wanted, [node]), {
        carries: "pairs",
      }),
    );
  },
  async reduceByKeyLocally(this: RDD<unknown>, f: (a: unknown, b: unknown) => unknown, options?: ActionOptions) {
    checkFunction("reduceByKeyLocally", f);
    const merge = this.captureCombiner(f, "reduceByKeyLocally");
    const call = callOf(this.node, "reduceByKeyLocally", options);
    const combined = new CombinedNode(this.port, "reduceByKeyLocally", this.node, { kind: "reduce", merge });
    const result = new KeyMap<unknown>();
    for (const bytes of await partitionBytes(combined, call, { kind: "collect", limit: null })) {
      for (const [key, value] of decodeRows(bytes, this.port.values) as [unknown, unknown][]) {
        result.set(key, result.has(key) ? f(result.get(key), value) : value);
      }
    }
    refusePromises([...result.values()], "reduceByKeyLocally", "the function");
    return new Map(result);
  },
} satisfies Implements<PairMethods<unknown>>;
