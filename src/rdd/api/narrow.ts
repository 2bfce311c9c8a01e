/** Transformations that work partition by partition: no record leaves its partition. */
import { OpNode, type OpPlan } from "../nodes/op-node";
import type { RDD } from "../rdd";
import type { Implements } from "./install";

/** A value, or a promise of it: functions of tasks may be asynchronous. */
export type Awaitable<T> = T | PromiseLike<T>;

export interface NarrowMethods<T> {
  /**
   * Passes every record through `f`. A function that returns promises is awaited in order, a bounded number at a time
   * (`firesteel.async.maxInFlight`); its first result in a partition tells.
   *
   * @example sc.range(3).map((x) => x * x).collect() // [0, 1, 4]
   */
  map<K, V>(f: (record: T) => Awaitable<[K, V]>): RDD<[K, V]>;
  map<U>(f: (record: T) => Awaitable<U>): RDD<U>;

  /** Keeps the records for which `f` gives something true. */
  filter<S extends T>(f: (record: T) => record is S): RDD<S>;
  filter(f: (record: T) => Awaitable<unknown>): RDD<T>;

  /** All items of the iterables that `f` makes of the records. A string counts as its characters. */
  flatMap<K, V>(f: (record: T) => Awaitable<Iterable<[K, V]>>): RDD<[K, V]>;
  flatMap<U>(f: (record: T) => Awaitable<Iterable<U>>): RDD<U>;

  /** Pairs of `f(record)` and the record. */
  keyBy<K>(f: (record: T) => Awaitable<K>): RDD<[K, T]>;
}

function withFunction(rdd: RDD<unknown>, op: "map" | "filter" | "flatMap" | "keyBy", f: unknown, keeps = false): RDD<unknown> {
  const plan: OpPlan = { op, f: rdd.capture(f, op) };
  return rdd.derive(new OpNode(rdd.port, op, rdd.node, plan, { preservesPartitioning: keeps }));
}

export const narrowMethods = {
  map(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "map", f);
  },
  filter(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "filter", f, true);
  },
  flatMap(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "flatMap", f);
  },
  keyBy(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "keyBy", f);
  },
} satisfies Implements<NarrowMethods<unknown>>;
