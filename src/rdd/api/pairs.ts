/** Operations on datasets of [key, value] pairs that gather the values of each key. Keys compare by content. */
import { checkNumPartitions } from "../arguments";
import { ShuffledNode } from "../nodes/shuffled-node";
import { Partitioner } from "../partitioner";
import type { RDD } from "../rdd";
import { choosePartitioner } from "./default-partitioner";
import type { Implements } from "./install";

/** A number of partitions to hash the keys into, or a partitioner. Where absent: that of a parent, or Spark's default. */
export type Layout = number | Partitioner;

export interface PairMethods {
  /**
   * Combines the values of each key with `f`, which must be associative and commutative: in each partition first, then
   * across them.
   *
   * @example words.map((w) => [w, 1]).reduceByKey((a, b) => a + b)
   */
  reduceByKey<K, V>(this: RDD<[K, V]>, f: (a: V, b: V) => V, layout?: Layout): RDD<[K, V]>;
}

export function checkLayout(call: string, layout: unknown): Layout | undefined {
  if (layout === undefined || layout instanceof Partitioner) return layout;
  return checkNumPartitions(call, layout);
}

export const pairMethods = {
  reduceByKey(this: RDD<unknown>, f: unknown, layout?: unknown) {
    const merge = this.capture(f, "reduceByKey");
    const wanted = checkLayout("reduceByKey", layout);
    return this.derive(new ShuffledNode(this.port, "reduceByKey", this.node, () => choosePartitioner(wanted, [this.node]), {
      carries: "pairs", aggregation: { kind: "reduce", merge }, mapSideCombine: true,
    }));
  },
} satisfies Implements<PairMethods>;
